//! Photos that people give their account: each has a name of its own, and the record points to it by its address.

use crate::id::PhotoId;
use crate::tenant::Issuer;
use crate::timestamp::Timestamp;
use crate::user::{Profile, User};

/// Why a file can't be the account's photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoProblem {
    /// None was chosen.
    NoFile,
    /// It is larger than a photo may be.
    TooLarge,
    /// It is no JPEG, PNG or WebP that can be read to its end.
    NotAPhoto,
    /// Unpacked it is larger than anything that is looked at.
    TooManyPixels,
}

/// What stands before a photo's name in its address.
const FOLDER: &str = "/photos/";

/// Where a photo is shown.
pub fn address(issuer: &Issuer, photo: &PhotoId) -> String {
    issuer.endpoint(&format!("{FOLDER}{photo}"))
}

/// The photo at an address, if it is one of `issuer`'s: a picture that came with an import may be anywhere.
pub fn at(issuer: &Issuer, picture: &str) -> Option<PhotoId> {
    PhotoId::parse(picture.strip_prefix(issuer.as_str())?.strip_prefix(FOLDER)?).ok()
}

impl User {
    /// The person's photo, if it is kept here.
    pub fn photo(&self, issuer: &Issuer) -> Option<PhotoId> {
        at(issuer, self.profile.picture.as_deref()?)
    }

    /// The record with this photo.
    #[must_use]
    pub fn with_photo(&self, issuer: &Issuer, photo: &PhotoId, now: Timestamp) -> Self {
        Self { profile: Profile { picture: Some(address(issuer, photo)), ..self.profile.clone() }, ..self.next(now) }
    }

    /// The record without a picture, wherever it is kept; `None` when there is none.
    pub fn without_picture(&self, now: Timestamp) -> Option<Self> {
        self.profile.picture.as_ref()?;
        Some(Self { profile: Profile { picture: None, ..self.profile.clone() }, ..self.next(now) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::UserId;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn issuer() -> Issuer {
        Issuer::parse("https://demo.id.example.com").expect("an issuer")
    }

    #[test]
    fn a_photo_is_found_by_the_address_that_the_record_has() {
        let (ada, photo) = (User::new(UserId::from_random([7; 16]), NOW), PhotoId::from_random([1; 16]));
        let shown = ada.with_photo(&issuer(), &photo, NOW);
        assert_eq!(shown.profile.picture.as_deref(), Some("https://demo.id.example.com/photos/AQEBAQEBAQEBAQEBAQEBAQ"));
        assert_eq!((shown.photo(&issuer()), shown.version), (Some(photo), ada.version + 1));
        let gone = shown.without_picture(NOW).expect("a change");
        assert_eq!((gone.photo(&issuer()), gone.profile.picture.is_none(), gone.without_picture(NOW)), (None, true, None));
    }

    #[test]
    fn a_picture_that_is_kept_elsewhere_is_no_photo_of_ours() {
        for elsewhere in [
            "https://example.com/photos/AQEBAQEBAQEBAQEBAQEBAQ",
            "https://demo.id.example.com/photos/../token",
            "https://demo.id.example.com/photos/",
        ] {
            assert_eq!(at(&issuer(), elsewhere), None, "{elsewhere}");
        }
    }
}
