//! A photo that administrators give somebody: made anew as people's own are (`docs/decisions/0014-photos-are-made-anew.md`), and shown as `picture`.
//!
//! As with those an event tells of it before it is kept, and whoever delivers that looks later whether the record points to it.

use axum::extract::Path;
use cloud::objects::ObjectName;
use domain::event::EventKind;
use domain::id::PhotoId;
use domain::photo::PhotoProblem;
use domain::policy;
use domain::user::User;
use runtime::Failure;
use store::{UserChange, UserPart};

use super::{OfUser, UserShown, find, id};
use crate::access::Act;
use crate::arrival::Arrived;
use crate::came::{Answer, Done, Picture};
use crate::documentation::NotChanged;
use crate::problem::{Problem, Refused};

/// Gives somebody a photo in place of the one that they have: a JPEG, PNG or WebP of at most 3 MB, of which a square is kept.
#[utoipa::path(
    put, path = "/admin/v1/tenants/{tenant}/users/{user}/photo", tag = "users",
    params(OfUser, ("If-Match" = String, Header, description = "The account's version.")),
    request_body(content(("image/jpeg"), ("image/png"), ("image/webp"))),
    responses((status = 200, body = UserShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn change_photo(at: Arrived, Path(named): Path<OfUser>, Picture(file): Picture) -> Answer<UserShown> {
    let Some(_turn) = at.deps.turns.one() else { return Err(Problem::Busy.into()) };
    let id = id(&named.user)?;
    at.may_to(Act::ChangePerson, &id)?;
    let user = find(&at, &id).await?;
    at.changes(user.version)?;
    let content = prepared(&file)?;
    let photo = PhotoId::from_random(at.deps.random.bytes());
    at.home()?.record_event(&at.event_about(&id, EventKind::PhotoKept { photo: photo.clone() })).await?;
    let name = ObjectName::of(at.tenant.record().id.clone(), photo.clone());
    at.deps.objects.put(&at.tenant.placement().home, &name, content).await.map_err(Failure::from)?;
    let changed = user.with_photo(&at.tenant.record().first_issuer, &photo, at.now);
    write(&at, &user, &changed).await?;
    Ok(Done::Shown((&changed).into(), Some(changed.version)))
}

/// Takes somebody's picture away, wherever it is kept.
#[utoipa::path(
    delete, path = "/admin/v1/tenants/{tenant}/users/{user}/photo", tag = "users",
    params(OfUser, ("If-Match" = String, Header, description = "The account's version.")),
    responses((status = 204, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn remove_photo(at: Arrived, Path(named): Path<OfUser>) -> Answer<()> {
    let id = id(&named.user)?;
    at.may_to(Act::ChangePerson, &id)?;
    let user = find(&at, &id).await?;
    at.changes(user.version)?;
    let changed = user.without_picture(at.now).ok_or(Problem::NotFound)?;
    write(&at, &user, &changed).await?;
    Ok(Done::Changed(changed.version))
}

fn prepared(file: &[u8]) -> Result<Vec<u8>, Problem> {
    picture::prepared(file).map_err(|problem| match problem {
        PhotoProblem::TooLarge => Problem::PictureTooLarge,
        PhotoProblem::NoFile | PhotoProblem::NotAPhoto => Problem::Unfit("photo", "no JPEG, PNG or WebP that can be read to its end".to_owned()),
        PhotoProblem::TooManyPixels => {
            Problem::Unfit("photo", format!("more than {} pixels, or more than {} to a side", policy::PHOTO_PIXELS_MAX, policy::PHOTO_SIDE_MAX))
        }
    })
}

async fn write(at: &Arrived, user: &User, changed: &User) -> Result<(), Refused> {
    let kind = EventKind::PhotoChanged { version: changed.version, former: user.photo(&at.tenant.record().first_issuer) };
    match at.home()?.change_user(changed, UserPart::Profile, &at.event_about(&user.id, kind)).await? {
        UserChange::Changed => Ok(()),
        UserChange::Stale => Err(Problem::Stale.into()),
    }
}
