//! The mail to the address before: there is another one.

use crypto::artefact::Kind;
use domain::account::FormerEmail;
use domain::delivery::Delivery;
use domain::event::EventKind;
use domain::{Timestamp, policy};
use runtime::Failure;
use runtime::interaction::FormerEmailLink;
use web::letter::named;
use web::{Language, Letter};

use super::{About, Addressed, Composed, greeting, language, link, notice, person_of};
use crate::Deps;

/// Composes the mail.
pub(crate) async fn compose(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Composed, Failure> {
    let Some(about) = person_of(deps, delivery, now).await? else { return Ok(Composed::Nobody) };
    let EventKind::EmailChanged { version } = about.event.kind else { return Ok(Composed::Nobody) };
    let Some(former) = about.user.former_emails.iter().find(|former| former.version == version) else { return Ok(Composed::Nobody) };
    Ok(Some(letter(&about, former)?).into())
}

fn letter(about: &About, former: &FormerEmail) -> Result<Addressed, Failure> {
    let language = language(&about.user.profile);
    let tenant_name = named(&about.tenant.record().name);
    let (subject, lead, words, closing) = match language {
        Language::English => (
            format!("Your email address at {tenant_name} was changed"),
            format!("your account at {tenant_name} has another email address. Mails about it no longer come here."),
            "This wasn't me",
            [
                "If this was you, there is nothing to do.",
                "If it wasn't, follow the link within seven days: your account has this address again, you're signed out everywhere, and your password is locked.",
            ],
        ),
        Language::German => (
            format!("Ihre E-Mail-Adresse bei {tenant_name} wurde geändert"),
            format!("Ihr Konto bei {tenant_name} hat eine andere E-Mail-Adresse. E-Mails dazu kommen nicht mehr hierher."),
            "Das war ich nicht",
            [
                "Wenn Sie das waren, ist nichts zu tun.",
                "Wenn nicht, folgen Sie dem Link innerhalb von sieben Tagen: Ihr Konto hat wieder diese Adresse, Sie werden überall abgemeldet, und Ihr Passwort wird gesperrt.",
            ],
        ),
    };
    let letter = Letter {
        branding: about.tenant.record().branding.clone(),
        language,
        tenant_name,
        subject,
        greeting: greeting(language, &about.user),
        lead,
        facts: notice::facts(language, about),
        link: Some((words, not_me_url(about, former)?)),
        closing: closing.map(str::to_owned).to_vec(),
    };
    Ok(Addressed { to: former.address.clone(), letter })
}

/// The link that says of the other address that it wasn't the person. It is good as long as the one before is remembered.
fn not_me_url(about: &About, former: &FormerEmail) -> Result<String, Failure> {
    let payload = FormerEmailLink { user_id: about.user.id.clone(), version: former.version };
    link(&about.tenant, &about.event, (Kind::FormerEmailLink, "/not-me"), former.until.plus(policy::FORMER_EMAIL), &payload)
}
