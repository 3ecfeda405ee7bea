//! The account's photo in German.

use domain::photo::PhotoProblem;

use crate::texts::PhotoTexts;

pub(super) static TEXTS: PhotoTexts = PhotoTexts {
    photo: "Foto",
    yours: "Ihr Foto",
    new: "Neues Foto",
    hint: "Eine Datei in JPEG, PNG oder WebP von höchstens 3 MB. Wir behalten ein Quadrat aus ihrer Mitte und nichts, was Ihre Kamera dazugeschrieben hat.",
    save: "Dieses Foto verwenden",
    remove: "Foto entfernen",
    problem,
};

const fn problem(problem: PhotoProblem) -> &'static str {
    match problem {
        PhotoProblem::NoFile => "Bitte wählen Sie eine Datei.",
        PhotoProblem::TooLarge => "Diese Datei ist größer als 3 MB.",
        PhotoProblem::NotAPhoto => "Diese Datei ist kein JPEG, PNG oder WebP, das wir lesen können.",
        PhotoProblem::TooManyPixels => "Dieses Foto hat zu viele Pixel. Bitte verkleinern Sie es, auf höchstens 24 Megapixel.",
    }
}
