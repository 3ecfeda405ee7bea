//! The mail about another address of an account: to that address the link that proves it; to one that has an account, that somebody wanted it.
//!
//! Which of the two is decided here and not where it is asked for, so that nobody learns there who has an account.

use crypto::artefact::Kind;
use domain::account::PendingEmail;
use domain::delivery::Delivery;
use domain::event::EventKind;
use domain::identifier::Canonical;
use domain::user::User;
use domain::{Timestamp, policy};
use runtime::interaction::EmailLink;
use runtime::{Failure, TenantContext};
use store::PersonKeys;
use web::letter::named;
use web::{Language, Letter};

use super::{About, Addressed, Composed, greeting, language, link, person_of};
use crate::Deps;

/// Composes the mail. There is none when the wish was replaced, taken back or granted, or has run out.
pub(crate) async fn compose(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Composed, Failure> {
    let Some(about) = person_of(deps, delivery, now).await? else { return Ok(Composed::Nobody) };
    let EventKind::EmailChangeRequested { version } = about.event.kind else { return Ok(Composed::Nobody) };
    let pending = about.user.pending_email.as_ref().filter(|pending| pending.version == version);
    let Some(pending) = pending.filter(|pending| now < pending.asked_at.plus(policy::EMAIL_LINK)) else { return Ok(Composed::Over) };
    let Ok(canonical) = Canonical::email(&pending.address) else { return Ok(Composed::Nobody) };
    let home = about.tenant.home(now)?;
    match home.find_identifier(&about.tenant.claim(&canonical)?).await? {
        Some(owner) if owner != about.user.id => {
            Ok(home.read_person(&PersonKeys::of(owner)).await?.user.and_then(|owner| to_owner(&about.tenant, &owner)).into())
        }
        Some(_) | None => Ok(Some(to_prove(&about, pending)?).into()),
    }
}

fn to_prove(about: &About, pending: &PendingEmail) -> Result<Addressed, Failure> {
    let language = language(&about.user.profile);
    let tenant_name = named(&about.tenant.record().name);
    let (subject, lead, words, closing) = match language {
        Language::English => (
            format!("Confirm your new email address for {tenant_name}"),
            format!("this is to be the email address of your account at {tenant_name}."),
            "Confirm email address",
            ["The link is good for 24 hours, in a browser in which you are signed in.", "If it wasn't you, ignore this mail: nothing changes."],
        ),
        Language::German => (
            format!("Bestätigen Sie Ihre neue E-Mail-Adresse für {tenant_name}"),
            format!("dies soll die E-Mail-Adresse Ihres Kontos bei {tenant_name} werden."),
            "E-Mail-Adresse bestätigen",
            [
                "Der Link gilt 24 Stunden, in einem Browser, in dem Sie angemeldet sind.",
                "Waren Sie das nicht, beachten Sie diese E-Mail nicht: Es ändert sich nichts.",
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
        facts: Vec::new(),
        link: Some((words, url(about, pending)?)),
        closing: closing.map(str::to_owned).to_vec(),
    };
    Ok(Addressed { to: pending.address.clone(), letter })
}

fn url(about: &About, pending: &PendingEmail) -> Result<String, Failure> {
    let payload = EmailLink { user_id: about.user.id.clone(), version: pending.version };
    link(&about.tenant, &about.event, (Kind::EmailLink, "/account/email"), pending.asked_at.plus(policy::EMAIL_LINK), &payload)
}

fn to_owner(tenant: &TenantContext, owner: &User) -> Option<Addressed> {
    let to = owner.email.as_ref()?.address.clone();
    let language = language(&owner.profile);
    let tenant_name = named(&tenant.record().name);
    let (subject, lead, closing) = match language {
        Language::English => (
            format!("This address has an account at {tenant_name}"),
            format!("somebody wanted to use this email address for another account at {tenant_name}. It is that of your account, and stays so."),
            ["If it was you, sign in with the account that you have.", "If it wasn't, there is nothing to do: nothing was changed."],
        ),
        Language::German => (
            format!("Diese Adresse hat ein Konto bei {tenant_name}"),
            format!(
                "jemand wollte diese E-Mail-Adresse für ein anderes Konto bei {tenant_name} verwenden. Sie gehört zu Ihrem Konto und bleibt dabei."
            ),
            ["Waren Sie das, melden Sie sich mit Ihrem Konto an.", "Wenn nicht, ist nichts zu tun: Es wurde nichts geändert."],
        ),
    };
    let (greeting, closing) = (greeting(language, owner), closing.map(str::to_owned).to_vec());
    Some(Addressed {
        to,
        letter: Letter {
            branding: tenant.record().branding.clone(),
            language,
            tenant_name,
            subject,
            greeting,
            lead,
            facts: Vec::new(),
            link: None,
            closing,
        },
    })
}
