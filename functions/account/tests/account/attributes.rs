//! A tenant's own attributes at sign-up: asked for, checked, kept; and nobody gives themself what administrators give.

use domain::attributes::{Value, Values};
use serde_json::json;
use testkit::{CookieJar, Endpoint};

use crate::signing_up::CHECK_MAIL;
use crate::support::{CHOSEN, GRACE, Place, place_keeping};

/// A city that everybody has to tell, a floor that they may, and a clearance that administrators give.
async fn place() -> Place {
    place_keeping(json!([
        { "name": "city", "label": { "en": "City", "de": "Stadt" }, "kind": { "type": "text", "maximum": 20, "pattern": "[A-Z].*" },
          "required": true, "readers": ["person", "apps"], "writer": "person" },
        { "name": "floor", "label": { "en": "Floor" }, "kind": { "type": "integer" }, "readers": ["person"], "writer": "person" },
        { "name": "clearance", "label": { "en": "Clearance" }, "kind": { "type": "choice", "of": [{ "value": "low" }, { "value": "high" }] },
          "required": true, "readers": ["person"], "writer": "administrator" },
    ]))
    .await
}

fn of(values: &Values) -> Vec<(&str, &Value)> {
    values.iter().map(|(name, value)| (name.as_str(), value)).collect()
}

#[tokio::test]
async fn a_sign_up_is_asked_for_what_it_has_to_say_itself() {
    let place = place().await;
    let page = place.page().await.answer;
    assert!(page.body.contains(r#"<input id="attribute-city" name="attribute-city" type="text" inputmode="text" value="" maxlength="20" required>"#));
    assert!(!page.body.contains("attribute-floor") && !page.body.contains("attribute-clearance"));
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_said_beside_what_else_is() {
    let place = place().await;
    let said = async |changes: &[(&str, &str)]| {
        let answer = place.endpoint.send(place.page().await.sign_up(changes)).await;
        (answer.outcome(), answer.body)
    };
    let problem = "422 Problem: Create account · Demo";
    for (city, text) in
        [("", "“City” is required."), ("oslo", "“City” isn’t written the way it has to be."), (&"O".repeat(21), "at most 20 characters.")]
    {
        let (outcome, body) = said(&[("attribute-city", city)]).await;
        assert_eq!(outcome, problem, "{city}");
        assert!(body.contains(text), "{city}: {body}");
        assert!(body.contains(r#"required aria-describedby="problem" aria-invalid="true""#), "{body}");
    }
    let (outcome, body) = said(&[("attribute-city", "oslo"), ("email", "x")]).await;
    assert_eq!(outcome, problem);
    assert!(body.contains("That isn’t an email address.<br>“City” isn’t") && body.contains(r#"value="oslo""#), "{body}");
    assert_eq!(place.events("sign_up.started").await.len(), 0);
    assert_eq!(said(&[("attribute-city", "Oslo")]).await.0, CHECK_MAIL);
}

#[tokio::test]
async fn what_wasnt_asked_for_isnt_stored() {
    let place = place().await;
    let page = place.page().await;
    let form = page.sign_up(&[
        ("attribute-city", " Oslo "),
        ("attribute-floor", "3"),
        ("attribute-clearance", "high"),
        ("attribute-is_admin", "true"),
        ("clearance", "high"),
        ("roles", "admin"),
    ]);
    assert_eq!(place.endpoint.send(form).await.outcome(), CHECK_MAIL);
    let oslo = Value::Text("Oslo".to_owned());
    assert_eq!(of(&place.pending(GRACE).await.expect("a sign-up").pending.attributes), [("city", &oslo)]);

    let answer = place.verify(&place.link(GRACE).await, &CookieJar::default(), CHOSEN).await;
    assert_eq!(answer.outcome(), "200 Your account is ready · Demo");
    let grace = place.person(GRACE).await;
    assert_eq!(of(&grace.attributes), [("city", &oslo)]);
    assert!(grace.roles.is_empty());
}

#[tokio::test]
async fn a_german_is_asked_in_german() {
    let place = place().await;
    let german = Endpoint::new(&place.stage, account::router(account::Deps::new(&place.stage.platform)));
    let answer = german.send(testkit::Call::get("/sign-up").with("accept-language", "de")).await;
    assert!(answer.body.contains(">Stadt</label>"), "{}", answer.body);
}
