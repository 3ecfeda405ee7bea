//! What the account's pages say about its photo.

use domain::photo::PhotoProblem;

/// Everything that is said about it in one language.
pub(crate) struct PhotoTexts {
    /// Heading.
    pub(crate) photo: &'static str,
    /// What the picture is, for whoever doesn't see it.
    pub(crate) yours: &'static str,
    /// Label.
    pub(crate) new: &'static str,
    /// What a photo may be.
    pub(crate) hint: &'static str,
    /// Button.
    pub(crate) save: &'static str,
    /// Button.
    pub(crate) remove: &'static str,
    /// Why a file can't be the photo.
    pub(crate) problem: fn(PhotoProblem) -> &'static str,
}
