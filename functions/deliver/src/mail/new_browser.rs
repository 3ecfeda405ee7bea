//! The mail "new sign-in from a new browser": who, when, from where, and what to do if it wasn't you.

use domain::Timestamp;
use domain::delivery::Delivery;
use domain::event::EventKind;
use runtime::Failure;
use web::Language;

use super::notice::{self, Said};
use super::{Composed, person_of};
use crate::Deps;

/// Composes the mail.
pub(crate) async fn compose(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Composed, Failure> {
    let Some(about) = person_of(deps, delivery, now).await? else { return Ok(Composed::Nobody) };
    let EventKind::SessionStarted { credential_version, .. } = about.event.kind else { return Ok(Composed::Nobody) };
    Ok(notice::letter(&about, credential_version, say)?.into())
}

fn say(language: Language, tenant: &str) -> Said {
    match language {
        Language::English => Said {
            subject: format!("New sign-in to your account at {tenant}"),
            lead: format!("somebody just signed in to your account at {tenant} from a browser that we haven't seen before."),
        },
        Language::German => Said {
            subject: format!("Neue Anmeldung bei Ihrem Konto bei {tenant}"),
            lead: format!("soeben hat sich jemand mit einem uns unbekannten Browser bei Ihrem Konto bei {tenant} angemeldet."),
        },
    }
}
