//! The mail that tells of a new password: when, from where, and what to do if it wasn't its owner.

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
    let EventKind::PasswordChanged { version: credential_version, .. } = about.event.kind else { return Ok(Composed::Nobody) };
    Ok(notice::letter(&about, credential_version, say)?.into())
}

fn say(language: Language, tenant: &str) -> Said {
    match language {
        Language::English => Said {
            subject: format!("Your password at {tenant} was changed"),
            lead: format!("your account at {tenant} has a new password, and you're signed out everywhere."),
        },
        Language::German => Said {
            subject: format!("Ihr Passwort bei {tenant} wurde geändert"),
            lead: format!("Ihr Konto bei {tenant} hat ein neues Passwort, und Sie sind überall abgemeldet."),
        },
    }
}
