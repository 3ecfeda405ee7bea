//! What is known of a person, as they write it themselves.

use axum::response::Response;
use domain::event::EventKind;
use domain::profile::ProfileField;
use runtime::{Failure, Refused};
use store::UserPart;
use web::{Done, Parameters, ProfilePage, Said, Wrong};

use super::Owner;

/// Shows it as it is stored.
pub(super) fn show(owner: &Owner<'_>, said: Option<&Said>) -> Result<Response, Failure> {
    let stored = |field: ProfileField| (field, field.of(&owner.user.profile).unwrap_or_default().to_owned());
    page(owner, &ProfileField::ALL.map(stored), said)
}

/// Stores what was entered. Only what the form has is looked at: nothing else of the record can be named here.
pub(super) async fn save(owner: &Owner<'_>, form: &Parameters) -> Result<Response, Refused> {
    let entered = ProfileField::ALL.map(|field| (field, form.get(field.as_str()).unwrap_or_default()));
    Ok(match write(owner, &entered).await? {
        Ok(next) => show(&next, Some(&Said::Done(Done::ProfileSaved)))?,
        Err(wrong) => page(owner, &entered.map(|(field, value)| (field, value.to_owned())), Some(&Said::Wrong(wrong)))?,
    })
}

/// Writes the values that were entered; the others stay.
pub(crate) async fn write<'a>(owner: &Owner<'a>, entered: &[(ProfileField, &str)]) -> Result<Result<Owner<'a>, Wrong>, Failure> {
    match owner.user.with_profile(entered, owner.visitor.now) {
        Ok(Some(next)) => {
            let version = next.version;
            owner.change(next, UserPart::Profile, EventKind::ProfileChanged { version }).await
        }
        Ok(None) => Ok(Ok(owner.with(owner.user.clone()))),
        Err(wrong) => Ok(Err(Wrong::Fields(wrong))),
    }
}

fn page(owner: &Owner<'_>, fields: &[(ProfileField, String)], said: Option<&Said>) -> Result<Response, Failure> {
    let frame = owner.frame()?;
    let html = ProfilePage { head: owner.head(&frame, said), fields };
    Ok(owner.answer(&frame, said, &html))
}
