//! The mail that tells of another telephone number, or of none.

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
    let letter = match about.event.kind {
        EventKind::PhoneChanged { credential_version, .. } => notice::letter(&about, credential_version, changed)?,
        EventKind::PhoneRemoved { credential_version, .. } => notice::letter(&about, credential_version, removed)?,
        _ => return Ok(Composed::Nobody),
    };
    // Whoever has no address is told by text message alone.
    Ok(letter.map_or(Composed::Over, |letter| Some(letter).into()))
}

fn changed(language: Language, tenant: &str) -> Said {
    match language {
        Language::English => Said {
            subject: format!("Your telephone number at {tenant} was changed"),
            lead: format!("your account at {tenant} has another telephone number."),
        },
        Language::German => Said {
            subject: format!("Ihre Telefonnummer bei {tenant} wurde geändert"),
            lead: format!("Ihr Konto bei {tenant} hat eine andere Telefonnummer."),
        },
    }
}

fn removed(language: Language, tenant: &str) -> Said {
    match language {
        Language::English => Said {
            subject: format!("Your telephone number at {tenant} was removed"),
            lead: format!("your account at {tenant} has no telephone number any more."),
        },
        Language::German => Said {
            subject: format!("Ihre Telefonnummer bei {tenant} wurde entfernt"),
            lead: format!("Ihr Konto bei {tenant} hat keine Telefonnummer mehr."),
        },
    }
}
