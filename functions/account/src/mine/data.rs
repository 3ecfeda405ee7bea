//! All that is stored about a person, and the end of their account.

use axum::response::{IntoResponse, Response};
use domain::attributes::{AttributeName, Reader};
use domain::event::EventKind;
use domain::policy;
use domain::user::User;
use http::{HeaderValue, StatusCode, header};
use runtime::people::{KeyOwner, open_event};
use runtime::{Failure, Refused};
use serde_json::json;
use store::UserPart;
use web::{DataPage, Done, Parameters, Said, Section, Wrong};

use super::{Owner, Place, apps, sessions, told};

/// Pages of history that the file holds at most.
const HISTORY_PAGES: usize = 20;

/// Shows what can be done.
pub(super) fn show(owner: &Owner<'_>, said: Option<&Said>) -> Result<Response, Failure> {
    let frame = owner.frame()?;
    let deletion_due_at = owner.user.deletion.map(|deletion| deletion.due_at);
    Ok(owner.answer(&frame, said, &DataPage { head: owner.head(&frame, said), deletion_due_at }))
}

/// Puts the account's end two weeks ahead, or takes that back.
pub(super) async fn decide(owner: &Owner<'_>, form: &Parameters) -> Result<Response, Refused> {
    if form.get("keep").is_some() {
        let changed = keep(owner).await?;
        let (owner, said) = told(owner, &changed, Done::DeletionCancelled);
        return Ok(show(owner, Some(&said))?);
    }
    if form.get("delete").is_none() {
        return Ok(show(owner, None)?);
    }
    if !owner.is_fresh() {
        return owner.prove_again(Place::Section(Section::Data));
    }
    let changed = delete(owner).await?;
    let (owner, said) = told(owner, &changed, Done::DeletionAsked);
    Ok(show(owner, Some(&said))?)
}

/// Puts the account's end two weeks ahead.
pub(crate) async fn delete<'a>(owner: &Owner<'a>) -> Result<Result<Owner<'a>, Wrong>, Failure> {
    let Some((next, deletion)) = owner.user.asking_for_deletion(owner.visitor.now) else { return Ok(Err(Wrong::ChangedMeanwhile)) };
    // Whoever is made an administrator meanwhile has another version of their record.
    if owner.home()?.read_administrators().await?.person(&owner.user.id).is_some() {
        return Ok(Err(Wrong::Administers));
    }
    owner.change(next, UserPart::Deletion, EventKind::DeletionRequested { due_at: deletion.due_at }).await
}

/// Takes that back.
pub(crate) async fn keep<'a>(owner: &Owner<'a>) -> Result<Result<Owner<'a>, Wrong>, Failure> {
    let Some(next) = owner.user.without_deletion(owner.visitor.now) else { return Ok(Err(Wrong::ChangedMeanwhile)) };
    owner.change(next, UserPart::Deletion, EventKind::DeletionCancelled).await
}

/// All of it as a file.
pub(super) async fn download(owner: &Owner<'_>) -> Result<Response, Failure> {
    let text = serde_json::to_string_pretty(&all(owner).await?).map_err(|error| Failure::Broken(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"account.json\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((StatusCode::OK, headers, text).into_response())
}

/// Everything that is stored about the person. Hashes and keys are secrets of the platform, not data about them.
pub(crate) async fn all(owner: &Owner<'_>) -> Result<serde_json::Value, Failure> {
    let tenant = owner.visitor.tenant();
    let key = tenant.open_personal_key(KeyOwner::User(&owner.user.id), &owner.user_key)?;
    let mut open_sessions = Vec::new();
    for session in sessions::live(owner).await? {
        let seen = session.seen_from.as_ref().map(|sealed| tenant.open_seen(&key, &session.id, sealed)).transpose()?;
        let (began_at, used_at) = (session.authenticated_at.rfc3339(), session.last_used_at.rfc3339());
        open_sessions.push(json!({ "began_at": began_at, "last_used_at": used_at, "from": seen }));
    }
    let (consents, families) = apps::held(owner).await?;
    let tokens: Vec<_> = families.iter().map(|family| json!({ "app": family.client_id, "scopes": family.scopes })).collect();
    let history = history(owner, &key).await?;
    let schema = &tenant.record().attributes;
    // What is kept for administrators alone isn't told here either.
    let readable = |name: &AttributeName| schema.find(name.as_str()).is_some_and(|attribute| attribute.readers.contains(&Reader::Person));
    let attributes = owner.user.attributes.iter().filter(|(name, _)| readable(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
    let account = User { attributes, ..owner.user.clone() };
    Ok(json!({ "account": account, "sessions": open_sessions, "consents": consents, "tokens": tokens, "history": history }))
}

async fn history(owner: &Owner<'_>, key: &crypto::SymmetricKey) -> Result<Vec<serde_json::Value>, Failure> {
    let (mut history, mut before) = (Vec::new(), None);
    for _ in 0..HISTORY_PAGES {
        let events = owner.home()?.list_history(&owner.user.id, before.as_ref(), policy::HISTORY_PAGE).await?;
        for event in &events {
            history.push(json!({ "at": event.at.rfc3339(), "event": event.kind, "from": open_event(event, key)? }));
        }
        before = events.last().map(|event| event.id.clone());
        if events.len() < policy::HISTORY_PAGE {
            break;
        }
    }
    Ok(history)
}
