//! The mail to the address before: there is another one.

use domain::Timestamp;
use domain::delivery::Delivery;
use domain::event::EventKind;
use runtime::Failure;
use web::letter::named;
use web::{Language, Letter};

use super::{About, Addressed, Composed, greeting, language, notice, person_of};
use crate::Deps;

/// Composes the mail.
pub(crate) async fn compose(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Composed, Failure> {
    Ok(person_of(deps, delivery, now).await?.and_then(|about| letter(&about)).into())
}

fn letter(about: &About) -> Option<Addressed> {
    let EventKind::EmailChanged { version } = about.event.kind else { return None };
    let former = about.user.former_emails.iter().find(|former| former.version == version)?;
    let language = language(&about.user.profile);
    let tenant_name = named(&about.tenant.record().name);
    let (subject, lead, closing) = match language {
        Language::English => (
            format!("Your email address at {tenant_name} was changed"),
            format!("your account at {tenant_name} has another email address. Mails about it no longer come here."),
            ["If this was you, there is nothing to do.", "If it wasn't, tell your administrator at once."],
        ),
        Language::German => (
            format!("Ihre E-Mail-Adresse bei {tenant_name} wurde geändert"),
            format!("Ihr Konto bei {tenant_name} hat eine andere E-Mail-Adresse. E-Mails dazu kommen nicht mehr hierher."),
            ["Wenn Sie das waren, ist nichts zu tun.", "Wenn nicht, sagen Sie sofort Ihrer Administration Bescheid."],
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
        link: None,
        closing: closing.map(str::to_owned).to_vec(),
    };
    Some(Addressed { to: former.address.clone(), letter })
}
