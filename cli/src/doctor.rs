//! `doctor`: looks at everything between here and the admin API, one after the other, and says what to do where something is wrong.
//!
//! What is asked is here; what the answers mean is beside it, without a network.

mod check;
mod public;
mod within;

use domain::Timestamp;
use serde_json::Value;
use url::Url;

use crate::Environment;
use crate::api::{Api, Call};
use crate::arguments::{ConnectionAsked, Format};
use crate::connection::{Connection, Place};
use crate::failure::Failure;
use crate::http::{Answer, Http};
use crate::outcome::Outcome;
use crate::screen::Screen;

use check::{Check, Examination};

/// Looks at it all.
pub(crate) async fn examine(asked: &ConnectionAsked, environment: &Environment, format: Format, screen: &mut Screen) -> Result<Outcome, Failure> {
    let mut examination = Examination::default();
    let place = Place::of(asked);
    examination.note(public::issuer(place.as_ref()));
    if let Ok(place) = place {
        look(&place, environment, &mut examination).await?;
        if examination.reaches(Check::Discovery) {
            ask_within(asked, environment, &mut examination).await?;
        }
    }
    match format {
        Format::Text => screen.out(&examination.to_string()),
        Format::Json => screen.out(&format!("{:#}\n", examination.as_json())),
    }
    Ok(if examination.is_well() { Outcome::Fine } else { Outcome::Failed })
}

/// What everybody may ask.
async fn look(place: &Place, environment: &Environment, examination: &mut Examination) -> Result<(), Failure> {
    let first = Url::parse(place.issuer.as_str()).map_err(|_| Failure::usage("The issuer is no URL."))?;
    let http = Http::new(&first)?;
    let answer = http.get(&place.issuer.endpoint("/.well-known/openid-configuration")).await;
    examination.note(public::reachable(&answer));
    let Ok(answer) = answer else { return Ok(()) };
    let document = answer.json().unwrap_or_default();
    examination.note(public::discovery(&answer, &document, place.issuer.as_str()));
    examination.note(public::clock(answer.header("date"), Timestamp::from_seconds((environment.since_epoch)().as_secs())));
    if examination.reaches(Check::Discovery) {
        let keys = http.get(document["jwks_uri"].as_str().unwrap_or_default()).await;
        examination.note(public::keys(&document, keys.and_then(|keys| keys.json()).as_ref()));
    }
    Ok(())
}

/// What wants a token.
async fn ask_within(asked: &ConnectionAsked, environment: &Environment, examination: &mut Examination) -> Result<(), Failure> {
    let api = match Connection::of(asked, environment) {
        Ok(connection) => Api::new(connection)?,
        Err(failure) => {
            examination.note(within::token(Err(&failure)));
            return Ok(());
        }
    };
    let token = api.token().await;
    examination.note(within::token(token.as_ref()));
    if token.is_err() {
        return Ok(());
    }
    let tenant = api.send(Call::get("")).await;
    examination.note(within::admin_api(api.place(), &tenant));
    let Some(tenant) = shown(tenant) else { return Ok(()) };
    let administrator = api.send(Call::get(format!("/administrators/apps/{}", api.client_id()))).await;
    examination.note(within::administrator(api.place(), administrator.and_then(|answer| answer.json())));
    examination.note(within::tenant(&tenant));
    let keys = api.send(Call::get("/keys")).await.and_then(|answer| answer.json());
    examination.note(within::signing_keys(keys, Timestamp::from_seconds((environment.since_epoch)().as_secs())));
    Ok(())
}

fn shown(answer: Result<Answer, Failure>) -> Option<Value> {
    answer.and_then(|answer| answer.json()).ok()
}
