//! The mail that tells when an account will be deleted, and how to keep it.

use domain::Timestamp;
use domain::delivery::Delivery;
use domain::event::EventKind;
use runtime::Failure;
use web::letter::named;
use web::{Language, Letter};

use super::{About, Addressed, Composed, greeting, language, person_of};
use crate::Deps;

/// Composes the mail. There is none when its person has changed their mind by then.
pub(crate) async fn compose(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Composed, Failure> {
    let Some(about) = person_of(deps, delivery, now).await? else { return Ok(Composed::Nobody) };
    let EventKind::DeletionRequested { due_at } = about.event.kind else { return Ok(Composed::Nobody) };
    if about.user.deletion.is_none_or(|deletion| deletion.due_at != due_at) {
        return Ok(Composed::Over);
    }
    Ok(letter(&about, due_at).into())
}

fn letter(about: &About, due_at: Timestamp) -> Option<Addressed> {
    let to = about.user.email.as_ref()?.address.clone();
    let language = language(&about.user.profile);
    let tenant_name = named(&about.tenant.record().name);
    let (subject, lead, when, words, closing) = match language {
        Language::English => (
            format!("Your account at {tenant_name} will be deleted"),
            format!("your account at {tenant_name} will be deleted, with everything that is known about you there."),
            "When",
            "Keep the account",
            "Until then it is as it was, and you can change your mind. If it wasn't you who asked for it, keep the account and set a new password.",
        ),
        Language::German => (
            format!("Ihr Konto bei {tenant_name} wird gelöscht"),
            format!("Ihr Konto bei {tenant_name} wird gelöscht, mit allem, was dort über Sie bekannt ist."),
            "Wann",
            "Das Konto behalten",
            "Bis dahin bleibt alles, wie es war, und Sie können es sich anders überlegen. Waren Sie das nicht, behalten Sie das Konto und setzen Sie ein \
             neues Passwort.",
        ),
    };
    let letter = Letter {
        branding: about.tenant.record().branding.clone(),
        language,
        subject,
        greeting: greeting(language, &about.user),
        lead,
        facts: vec![(when, due_at.to_minute())],
        link: Some((words, about.tenant.record().issuer_at(about.event.host.as_ref()).endpoint("/account/data"))),
        closing: vec![closing.to_owned()],
        tenant_name,
    };
    Some(Addressed { to, letter })
}
