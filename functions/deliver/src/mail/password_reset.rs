//! The mail with the link for a new password. It goes to the address of the account, whatever was typed.

use crypto::artefact::Kind;
use domain::delivery::Delivery;
use domain::event::EventKind;
use domain::{Timestamp, policy};
use runtime::Failure;
use runtime::interaction::ResetLink;
use web::letter::named;
use web::{Language, Letter};

use super::{About, Addressed, Composed, greeting, language, link, person_of};
use crate::Deps;

/// Composes the mail. There is none when its link wouldn't be good any more.
pub(crate) async fn compose(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Composed, Failure> {
    let Some(about) = person_of(deps, delivery, now).await? else { return Ok(Composed::Nobody) };
    let EventKind::PasswordResetRequested { credential_version } = about.event.kind else { return Ok(Composed::Nobody) };
    let is_over = now >= about.event.at.plus(policy::RESET_LINK) || !about.user.is_active() || about.event.at < about.user.not_before;
    if is_over {
        return Ok(Composed::Over);
    }
    Ok(letter(&about, credential_version)?.into())
}

fn letter(about: &About, credential_version: u64) -> Result<Option<Addressed>, Failure> {
    let Some(email) = &about.user.email else { return Ok(None) };
    let language = language(&about.user.profile);
    let tenant_name = named(&about.tenant.record().name);
    let (subject, lead, words, closing) = match language {
        Language::English => (
            format!("A new password for your account at {tenant_name}"),
            format!("somebody, probably you, says that you forgot your password at {tenant_name}."),
            "Set a new password",
            ["The link is good for an hour, and once.", "If it wasn't you, there is nothing to do: your password stays as it is."],
        ),
        Language::German => (
            format!("Ein neues Passwort für Ihr Konto bei {tenant_name}"),
            format!("jemand, vermutlich Sie, sagt, dass Sie Ihr Passwort bei {tenant_name} vergessen haben."),
            "Ein neues Passwort setzen",
            ["Der Link gilt eine Stunde und einmal.", "Waren Sie das nicht, ist nichts zu tun: Ihr Passwort bleibt, wie es ist."],
        ),
    };
    let letter = Letter {
        language,
        tenant_name,
        subject,
        greeting: greeting(language, &about.user),
        lead,
        facts: Vec::new(),
        link: Some((words, url(about, credential_version)?)),
        closing: closing.map(str::to_owned).to_vec(),
    };
    Ok(Some(Addressed { to: email.address.clone(), letter }))
}

fn url(about: &About, credential_version: u64) -> Result<String, Failure> {
    let payload = ResetLink { user_id: about.user.id.clone(), credential_version, asked_at: about.event.at };
    link(&about.tenant, &about.event, (Kind::ResetLink, "/reset"), about.event.at.plus(policy::RESET_LINK), &payload)
}
