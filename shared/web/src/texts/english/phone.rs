//! The account's telephone number in English.

use domain::phone::PhoneProblem;

use crate::texts::{Around, PhoneTexts};

pub(super) static TEXTS: PhoneTexts = PhoneTexts {
    phone: "Phone number",
    none: "Your account has no phone number.",
    unproved: "not confirmed",
    new_number: "New phone number",
    hint: "With the country’s code, like +44 7700 900123. We send a code to it by text message.",
    send_code: "Send a code to it",
    sent: Around { before: "We sent a code to ", after: ". Type it here within 10 minutes, in this browser." },
    code: "Code",
    confirm: "Confirm phone number",
    remove: "Remove phone number",
    problem,
    code_wrong: "That isn’t the code that we sent last.",
    code_over: "That code doesn’t work any more. Please have another one sent.",
};

const fn problem(problem: PhoneProblem) -> &'static str {
    match problem {
        PhoneProblem::NoNumber => "That isn’t a phone number with its country’s code, like +44 7700 900123.",
        PhoneProblem::Unchanged => "That is your phone number already.",
    }
}
