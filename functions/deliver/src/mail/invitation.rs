//! The mail of an invitation, with the link that makes the account.

use crypto::artefact::Kind;
use domain::Timestamp;
use domain::delivery::Delivery;
use domain::event::{EventKind, RecordedEvent, Subject};
use domain::invitation::Invitation;
use runtime::interaction::InvitationLink;
use runtime::{Failure, TenantContext};
use web::letter::named;
use web::{Language, Letter};

use super::{Addressed, Composed, greeting_of, language, link};
use crate::Deps;

/// Composes the mail. There is none when its invitation was replaced, sent anew or taken back, has run out, or became an account.
pub(crate) async fn compose(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Composed, Failure> {
    let Some(tenant) = deps.tenant(delivery, now).await? else { return Ok(Composed::Nobody) };
    let home = tenant.home(now)?;
    let Some(event) = home.find_event(delivery.event_at, delivery.event_shard, &delivery.id.event).await? else { return Ok(Composed::Nobody) };
    let EventKind::InvitationSent { invitation, version, .. } = &event.kind else { return Ok(Composed::Nobody) };
    let Subject::Unknown(address) = &event.subject else { return Ok(Composed::Nobody) };
    let standing = home.find_invitation(address).await?.filter(|standing| standing.is_open_to((invitation, *version), now));
    let Some(standing) = standing else { return Ok(Composed::Over) };
    Ok(Some(letter(&tenant, address, &standing, &event)?).into())
}

fn letter(tenant: &TenantContext, address: &str, invitation: &Invitation, event: &RecordedEvent) -> Result<Addressed, Failure> {
    let payload = InvitationLink { address: address.to_owned(), invitation: invitation.id.clone(), version: invitation.version };
    let url = link(tenant, event, (Kind::InvitationLink, "/invitation"), invitation.ends_at, &payload)?;
    let language = language(&invitation.profile);
    let tenant_name = named(&tenant.record().name);
    let (subject, lead, words, closing) = match language {
        Language::English => (
            format!("You’re invited to {tenant_name}"),
            format!("you’re invited to an account at {tenant_name} under this email address."),
            "Accept the invitation",
            ["The link is good for seven days, and once.", "If you don't want an account, ignore this mail: without your answer there is none."],
        ),
        Language::German => (
            format!("Sie sind zu {tenant_name} eingeladen"),
            format!("Sie sind zu einem Konto bei {tenant_name} unter dieser E-Mail-Adresse eingeladen."),
            "Einladung annehmen",
            ["Der Link gilt sieben Tage und einmal.", "Möchten Sie kein Konto, beachten Sie diese E-Mail nicht: Ohne Ihre Antwort entsteht keines."],
        ),
    };
    let letter = Letter {
        language,
        tenant_name,
        branding: tenant.record().branding.clone(),
        subject,
        greeting: greeting_of(language, invitation.profile.given_name.as_deref()),
        lead,
        facts: Vec::new(),
        link: Some((words, url)),
        closing: closing.map(str::to_owned).to_vec(),
    };
    Ok(Addressed { to: invitation.email.clone(), letter })
}
