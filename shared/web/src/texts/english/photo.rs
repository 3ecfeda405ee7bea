//! The account's photo in English.

use domain::photo::PhotoProblem;

use crate::texts::PhotoTexts;

pub(super) static TEXTS: PhotoTexts = PhotoTexts {
    photo: "Photo",
    yours: "Your photo",
    new: "New photo",
    hint: "A JPEG, PNG or WebP file of at most 3 MB. We keep a square from its middle, and nothing that your camera wrote beside it.",
    save: "Use this photo",
    remove: "Remove photo",
    problem,
};

const fn problem(problem: PhotoProblem) -> &'static str {
    match problem {
        PhotoProblem::NoFile => "Please choose a file.",
        PhotoProblem::TooLarge => "That file is larger than 3 MB.",
        PhotoProblem::NotAPhoto => "That file isn’t a JPEG, PNG or WebP that we can read.",
        PhotoProblem::TooManyPixels => "That photo has too many pixels. Please make it smaller, to 24 megapixels at most.",
    }
}
