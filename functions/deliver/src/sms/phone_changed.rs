//! The text message to the telephone number before: it is the account's no more.

use cloud::sms::Sms;
use domain::Timestamp;
use domain::delivery::Delivery;
use runtime::Failure;
use web::Language;
use web::letter::named;

use super::{Composed, within_a_segment};
use crate::Deps;
use crate::mail::{language, person_of};

/// Composes the message. There is none where there was no number before.
pub(crate) async fn compose(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Composed, Failure> {
    let Some(about) = person_of(deps, delivery, now).await? else { return Ok(Composed::Nobody) };
    let Some(to) = about.personal.former_phone else { return Ok(Composed::Over) };
    Ok(Composed::Message(Sms { to, text: text(language(&about.user.profile), &named(&about.tenant.record().name)) }))
}

fn text(language: Language, tenant: &str) -> String {
    within_a_segment(&match language {
        Language::English => [
            format!("This is no longer the telephone number of your account at {tenant}. If that wasn't you, tell your administrator at once."),
            "This is no longer the telephone number of your account. If that wasn't you, tell your administrator at once.".to_owned(),
        ],
        Language::German => [
            format!(
                "Dies ist nicht mehr die Telefonnummer Ihres Kontos bei {tenant}. Waren Sie das nicht, sagen Sie sofort Ihrer Administration Bescheid."
            ),
            "Dies ist nicht mehr die Telefonnummer Ihres Kontos. Waren Sie das nicht, sagen Sie sofort Ihrer Administration Bescheid.".to_owned(),
        ],
    })
}
