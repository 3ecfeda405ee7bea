//! The mail of a sign-up. To a new address the link that proves it; to one that has an account, that somebody asked for another.
//!
//! Which of the two is decided here and not where somebody signs up, so that nobody can tell there.

use crypto::artefact::Kind;
use domain::Timestamp;
use domain::delivery::Delivery;
use domain::event::{EventKind, RecordedEvent, Subject};
use domain::identifier::Canonical;
use domain::user::User;
use runtime::interaction::VerificationLink;
use runtime::{Failure, TenantContext};
use store::{PersonKeys, SignUpRow};
use web::letter::named;
use web::{Language, Letter};

use super::{Addressed, Composed, greeting, greeting_of, language, link};
use crate::Deps;

/// Composes the mail. There is none when its sign-up was replaced by a newer one, has run out, or became an account.
pub(crate) async fn compose(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Composed, Failure> {
    let Some(tenant) = deps.tenant(delivery, now).await? else { return Ok(Composed::Nobody) };
    let home = tenant.home(now)?;
    let Some(event) = home.find_event(delivery.event_at, delivery.event_shard, &delivery.id.event).await? else { return Ok(Composed::Nobody) };
    let (EventKind::SignUpStarted { sign_up, .. } | EventKind::SignUpLinkRequested { sign_up }) = &event.kind else { return Ok(Composed::Nobody) };
    let Subject::Unknown(address) = &event.subject else { return Ok(Composed::Nobody) };
    let row = home.find_sign_up(address).await?.filter(|row| row.pending.is_open_to(sign_up, now));
    let Some(row) = row else { return Ok(Composed::Over) };
    let Ok(canonical) = Canonical::email(&row.pending.email) else { return Ok(Composed::Nobody) };
    match home.find_identifier(&tenant.claim(&canonical)?).await? {
        None => Ok(Some(to_newcomer(&tenant, address, &row, &event)?).into()),
        Some(owner) if owner == *sign_up => Ok(Composed::Over),
        Some(owner) => Ok(home.read_person(&PersonKeys::of(owner)).await?.user.and_then(|owner| to_owner(&tenant, &owner)).into()),
    }
}

fn to_newcomer(tenant: &TenantContext, address: &str, row: &SignUpRow, event: &RecordedEvent) -> Result<Addressed, Failure> {
    let pending = &row.pending;
    let payload = VerificationLink { address: address.to_owned(), sign_up: pending.id.clone(), browser: pending.browser.clone() };
    let url = link(tenant, event, (Kind::VerificationLink, "/verify"), pending.ends_at, &payload)?;
    let language = language(&pending.profile);
    let tenant_name = named(&tenant.record().name);
    let (subject, lead, words, closing) = match language {
        Language::English => (
            format!("Confirm your email address for {tenant_name}"),
            format!("somebody, probably you, is creating an account at {tenant_name} with this email address."),
            "Confirm email address",
            ["The link is good for 24 hours.", "If it wasn't you, ignore this mail: without a confirmation there is no account."],
        ),
        Language::German => (
            format!("Bestätigen Sie Ihre E-Mail-Adresse für {tenant_name}"),
            format!("jemand, vermutlich Sie, legt mit dieser E-Mail-Adresse ein Konto bei {tenant_name} an."),
            "E-Mail-Adresse bestätigen",
            ["Der Link gilt 24 Stunden.", "Waren Sie das nicht, beachten Sie diese E-Mail nicht: Ohne Bestätigung entsteht kein Konto."],
        ),
    };
    let letter = Letter {
        language,
        tenant_name,
        branding: tenant.record().branding.clone(),
        subject,
        greeting: greeting_of(language, pending.profile.given_name.as_deref()),
        lead,
        facts: Vec::new(),
        link: Some((words, url)),
        closing: closing.map(str::to_owned).to_vec(),
    };
    Ok(Addressed { to: pending.email.clone(), letter })
}

fn to_owner(tenant: &TenantContext, owner: &User) -> Option<Addressed> {
    let to = owner.email.as_ref()?.address.clone();
    let language = language(&owner.profile);
    let tenant_name = named(&tenant.record().name);
    let (subject, lead, closing) = match language {
        Language::English => (
            format!("You already have an account at {tenant_name}"),
            format!("somebody, probably you, tried to create an account at {tenant_name} with this email address. You have one already."),
            ["If it was you, sign in with the account that you have.", "If it wasn't, there is nothing to do: nothing was changed."],
        ),
        Language::German => (
            format!("Sie haben schon ein Konto bei {tenant_name}"),
            format!("jemand, vermutlich Sie, wollte mit dieser E-Mail-Adresse ein Konto bei {tenant_name} anlegen. Sie haben schon eines."),
            ["Waren Sie das, melden Sie sich mit Ihrem Konto an.", "Wenn nicht, ist nichts zu tun: Es wurde nichts geändert."],
        ),
    };
    let letter = Letter {
        language,
        tenant_name,
        branding: tenant.record().branding.clone(),
        subject,
        greeting: greeting(language, owner),
        lead,
        facts: Vec::new(),
        link: None,
        closing: closing.map(str::to_owned).to_vec(),
    };
    Some(Addressed { to, letter })
}
