//! The account's telephone number in German.

use domain::phone::PhoneProblem;

use crate::texts::{Around, PhoneTexts};

pub(super) static TEXTS: PhoneTexts = PhoneTexts {
    phone: "Telefonnummer",
    none: "Ihr Konto hat keine Telefonnummer.",
    unproved: "nicht bestätigt",
    new_number: "Neue Telefonnummer",
    hint: "Mit der Vorwahl des Landes, etwa +49 1555 1234567. Wir schicken einen Code als SMS dorthin.",
    send_code: "Code dorthin schicken",
    sent: Around { before: "Wir haben einen Code an ", after: " geschickt. Geben Sie ihn innerhalb von 10 Minuten hier ein, in diesem Browser." },
    code: "Code",
    confirm: "Telefonnummer bestätigen",
    remove: "Telefonnummer entfernen",
    problem,
    code_wrong: "Das ist nicht der Code, den wir zuletzt geschickt haben.",
    code_over: "Dieser Code gilt nicht mehr. Bitte lassen Sie sich einen neuen schicken.",
};

const fn problem(problem: PhoneProblem) -> &'static str {
    match problem {
        PhoneProblem::NoNumber => "Das ist keine Telefonnummer mit der Vorwahl ihres Landes, etwa +49 1555 1234567.",
        PhoneProblem::Unchanged => "Das ist schon Ihre Telefonnummer.",
    }
}
