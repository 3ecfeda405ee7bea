//! The text message with the code that proves a telephone number.
//!
//! Its last line binds the code to the tenant's host, so that browsers offer it there and nowhere else (WICG, Origin-bound one-time codes).

use cloud::sms::Sms;
use domain::Timestamp;
use domain::delivery::Delivery;
use domain::event::EventKind;
use runtime::Failure;
use store::PersonKeys;
use web::Language;
use web::letter::named;

use super::{Composed, within_a_segment};
use crate::Deps;
use crate::mail::{About, language, person_of};

/// Composes the message. There is none when the code was superseded or used, or has run out.
pub(crate) async fn compose(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Composed, Failure> {
    let Some(about) = person_of(deps, delivery, now).await? else { return Ok(Composed::Nobody) };
    if about.event.kind != EventKind::PhoneChangeRequested {
        return Ok(Composed::Nobody);
    }
    let found = about.tenant.home(now)?.read_person(&PersonKeys::of(about.user.id.clone()).with_phone_code()).await?;
    let Some(code) = found.phone_code.filter(|code| code.event == about.event.id && now < code.ends_at) else { return Ok(Composed::Over) };
    let digits = about.tenant.code_of(&about.event.id)?;
    Ok(Composed::Message(Sms { to: code.number.into(), text: text(&about, digits.expose()) }))
}

fn text(about: &About, code: &str) -> String {
    let tenant = about.tenant.record();
    let last = format!("@{} #{code}", host(tenant.issuer_at(about.event.host.as_ref()).origin()));
    let name = named(&tenant.name);
    within_a_segment(&match language(&about.user.profile) {
        Language::English => [
            format!("{code} is your code for {name}. Don't give it to anybody.\n\n{last}"),
            format!("{code} is your code. Don't give it to anybody.\n\n{last}"),
        ],
        Language::German => [
            format!("{code} ist Ihr Code für {name}. Geben Sie ihn niemandem.\n\n{last}"),
            format!("{code} ist Ihr Code. Geben Sie ihn niemandem.\n\n{last}"),
        ],
    })
}

// The form has no place for a port, which only an origin of this machine has.
fn host(origin: &str) -> &str {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn a_code_is_bound_to_the_host_of_its_tenant() {
        assert_eq!(host("https://demo.id.example.com"), "demo.id.example.com");
        assert_eq!((host("http://localhost:8080"), host("http://[::1]:80"), host("http://[::1]")), ("localhost", "[::1]", "[::1]"));
    }
}
