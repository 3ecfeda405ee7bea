//! The account's photo: the file is made a photo of ours, kept, and only then pointed to.
//!
//! An event tells of the photo before it is kept, and has whoever delivers it look, an hour later, whether a record points to it: what a death in between
//! leaves behind is removed then. A record never points to what isn't kept.

use axum::response::Response;
use cloud::objects::ObjectName;
use domain::event::EventKind;
use domain::id::PhotoId;
use runtime::{Failure, Refused};
use store::UserPart;
use web::{Done, Wrong};

use super::{Owner, profile, told};

/// The part of the form that is the file.
pub(super) const FIELD: &str = "photo";

/// Does what the form of a photo asks for.
pub(super) async fn save(owner: &Owner<'_>, file: &[u8]) -> Result<Response, Refused> {
    let changed = change(owner, file).await?;
    let (owner, said) = told(owner, &changed, Done::PhotoChanged);
    Ok(profile::show(owner, Some(&said))?)
}

/// Takes the photo away, from the page.
pub(super) async fn remove(owner: &Owner<'_>) -> Result<Response, Refused> {
    let changed = take_away(owner).await?;
    let (owner, said) = told(owner, &changed, Done::PhotoRemoved);
    Ok(profile::show(owner, Some(&said))?)
}

/// Makes a file the person's photo.
pub(crate) async fn change<'a>(owner: &Owner<'a>, file: &[u8]) -> Result<Result<Owner<'a>, Wrong>, Failure> {
    let content = match picture::prepared(file) {
        Ok(content) => content,
        Err(problem) => return Ok(Err(Wrong::Photo(problem))),
    };
    let (tenant, now) = (owner.visitor.tenant(), owner.visitor.now);
    let photo = PhotoId::from_random(owner.deps.random.bytes());
    let kept = owner.event(EventKind::PhotoKept { photo: photo.clone() }, owner.visitor.came.personal())?;
    owner.home()?.record_event(&kept).await?;
    let name = ObjectName::of(tenant.record().id.clone(), photo.clone());
    owner.deps.objects.put(&tenant.placement().home, &name, content).await?;
    // Whatever host it is seen from, and whichever domain goes.
    let issuer = &tenant.record().first_issuer;
    let next = owner.user.with_photo(issuer, &photo, now);
    let kind = EventKind::PhotoChanged { version: next.version, former: owner.user.photo(issuer) };
    owner.change(next, UserPart::Profile, kind).await
}

/// Takes the photo away.
pub(crate) async fn take_away<'a>(owner: &Owner<'a>) -> Result<Result<Owner<'a>, Wrong>, Failure> {
    let Some(next) = owner.user.without_picture(owner.visitor.now) else { return Ok(Err(Wrong::ChangedMeanwhile)) };
    let kind = EventKind::PhotoChanged { version: next.version, former: owner.user.photo(&owner.visitor.tenant().record().first_issuer) };
    owner.change(next, UserPart::Profile, kind).await
}
