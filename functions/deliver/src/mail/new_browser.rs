//! The mail "new sign-in from a new browser": who, when, from where, and what to do if it wasn't you.

use domain::Timestamp;
use domain::delivery::Delivery;
use runtime::Failure;
use web::Language;

use super::notice::{self, Said};
use super::{Composed, person_of};
use crate::Deps;

/// Composes the mail.
pub(crate) async fn compose(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Composed, Failure> {
    Ok(person_of(deps, delivery, now).await?.and_then(|about| notice::letter(&about, say)).into())
}

fn say(language: Language, tenant: &str) -> Said {
    match language {
        Language::English => Said {
            subject: format!("New sign-in to your account at {tenant}"),
            lead: format!("somebody just signed in to your account at {tenant} from a browser that we haven't seen before."),
            otherwise: "If it wasn't, change your password and tell your administrator.",
        },
        Language::German => Said {
            subject: format!("Neue Anmeldung bei Ihrem Konto bei {tenant}"),
            lead: format!("soeben hat sich jemand mit einem uns unbekannten Browser bei Ihrem Konto bei {tenant} angemeldet."),
            otherwise: "Wenn nicht, ändern Sie Ihr Passwort und sagen Sie Ihrer Administration Bescheid.",
        },
    }
}
