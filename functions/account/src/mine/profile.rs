//! What is known of a person, as they write it themselves.

use axum::response::Response;
use domain::attributes::{self, Writer};
use domain::event::EventKind;
use domain::profile::{Entered, ProfileField};
use runtime::{Failure, Refused};
use store::UserPart;
use web::{Done, Parameters, PhotoPart, ProfilePage, Said, Wrong};

use super::{Owner, photo};

/// Shows it as it is stored.
pub(super) fn show(owner: &Owner<'_>, said: Option<&Said>) -> Result<Response, Failure> {
    let stored = |field: ProfileField| (field, field.of(&owner.user.profile).unwrap_or_default());
    let values: Vec<_> = owner.user.attributes.iter().map(|(name, value)| (name.as_str(), value.as_entered())).collect();
    let attributes = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    page(owner, &Entered { fields: ProfileField::ALL.map(stored).into(), attributes }, said)
}

/// Stores what was entered. Only what the form has is looked at: nothing else of the record can be named here.
pub(super) async fn save(owner: &Owner<'_>, form: &Parameters) -> Result<Response, Refused> {
    if form.get("remove_photo").is_some() {
        return photo::remove(owner).await;
    }
    let fields = ProfileField::ALL.map(|field| (field, form.get(field.as_str()).unwrap_or_default())).into();
    let schema = &owner.visitor.tenant().record().attributes;
    let entered = Entered { fields, attributes: attributes::entered(schema, Writer::Person, |field| form.get(field)) };
    Ok(match write(owner, &entered).await? {
        Ok(next) => show(&next, Some(&Said::Done(Done::ProfileSaved)))?,
        Err(wrong) => page(owner, &entered, Some(&Said::Wrong(wrong)))?,
    })
}

/// Writes the values that were entered; the others stay.
pub(crate) async fn write<'a>(owner: &Owner<'a>, entered: &Entered<'_>) -> Result<Result<Owner<'a>, Wrong>, Failure> {
    match owner.user.with_profile(&owner.visitor.tenant().record().attributes, entered, owner.visitor.now) {
        Ok(Some(next)) => {
            let version = next.version;
            owner.change(next, UserPart::Profile, EventKind::ProfileChanged { version }).await
        }
        Ok(None) => Ok(Ok(owner.with(owner.user.clone()))),
        Err(problems) => Ok(Err(Wrong::Profile(problems))),
    }
}

fn page(owner: &Owner<'_>, entered: &Entered<'_>, said: Option<&Said>) -> Result<Response, Failure> {
    let frame = owner.frame()?;
    let picture = owner.user.profile.picture.as_deref();
    let kept_here = owner.user.photo(&owner.visitor.tenant().record().first_issuer).is_some();
    let html = ProfilePage {
        head: owner.head(&frame, said),
        fields: &entered.fields,
        attributes: &entered.attributes,
        values: &owner.user.attributes,
        photo: PhotoPart { is_there: picture.is_some(), address: picture.filter(|_| kept_here) },
    };
    Ok(owner.answer(&frame, said, &html))
}
