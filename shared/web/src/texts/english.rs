//! English.

mod account;
mod mine;
mod phone;
mod photo;

use domain::branding::LegalLink;
use std::time::Duration;

use domain::password_policy::{CharacterKind, PasswordProblem};
use domain::policy::PASSWORD_MAX_CHARACTERS;

use super::{Around, ErrorTexts, ScopeTexts, Texts};
use crate::pages::ErrorReason;

pub(super) static TEXTS: Texts = Texts {
    sign_in: "Sign in",
    to_continue: Around { before: "to continue to ", after: "" },
    username: "Username or email",
    password: "Password",
    problem: "Problem",
    wrong_credentials: "That username and password don’t match. Check both and try again.",
    incomplete: "Enter your username and your password.",
    throttled,
    unchecked: "We can’t check your sign-in right now. Make sure that username and password are right, and try again in a minute.",
    expired: "This page was open for a long time, so we renewed it. Please sign in again.",
    select_account: "Choose an account",
    other_account: "Use another account",
    go_on: "Continue",
    returning: "Returning to the app",
    returning_to: Around { before: "Returning you to ", after: "" },
    returning_detail: "If nothing happens, press the button.",
    consent_title: "Allow access",
    consent_heading: Around { before: "Allow ", after: " to access your account?" },
    signed_in_as: "Signed in as",
    consent_lead: "It will be able to:",
    scope_openid: ScopeTexts { title: "Recognize you", detail: "An ID that tells the app it’s you when you come back" },
    scope_profile: ScopeTexts { title: "See your profile", detail: "Your name, username, picture, birthday, language and the like" },
    scope_email: ScopeTexts { title: "See your email address", detail: "And whether it has been verified" },
    scope_address: ScopeTexts { title: "See your postal address", detail: "Street, city, postal code and country" },
    scope_phone: ScopeTexts { title: "See your phone number", detail: "And if it has been verified" },
    scope_groups: ScopeTexts { title: "See your groups", detail: "The names of the groups that you’re in" },
    scope_roles: ScopeTexts { title: "See your roles", detail: "What your organization lets you do" },
    scope_account: ScopeTexts { title: "Manage your account", detail: "Profile, password, address, devices, apps and data" },
    scope_offline_access: ScopeTexts { title: "Stay connected", detail: "Also after you sign out, until you take this back" },
    scope_of_api: Around { before: "A permission at ", after: "" },
    returns_to: Around { before: "Either way, you’ll return to ", after: "." },
    allow: "Allow",
    deny: "Deny",
    sign_out_question: "Do you want to sign out?",
    sign_out_means: "This ends your session in this browser, and apps that you opened with it will ask you to sign in again.",
    sign_out: "Sign out",
    stay_signed_in: "Stay signed in",
    signed_out: "You’re signed out",
    signed_out_detail: "You can close this page.",
    signed_out_without_return: "We can’t return you to the app, because it hasn’t registered the address that it sent. You can close this page.",
    stayed: "You’re still signed in",
    stayed_detail: "Nothing was changed. You can close this page or go back to the app.",
    account: &account::TEXTS,
    mine: &mine::TEXTS,
    error,
    password_problem,
    incident: "Incident number",
    legal: |link| match link {
        LegalLink::Privacy => "Privacy",
        LegalLink::Imprint => "Legal notice",
        LegalLink::Terms => "Terms of use",
        LegalLink::Support => "Help",
    },
    secured_by: "Secured by",
};

fn throttled(wait: Duration) -> String {
    match wait.as_secs() {
        0 | 1 => "Too many attempts. Try again in a second.".to_owned(),
        seconds @ 2..=90 => format!("Too many attempts. Try again in {seconds} seconds."),
        seconds => format!("Too many attempts. Try again in {} minutes.", seconds.div_ceil(60)),
    }
}

fn error(reason: ErrorReason) -> ErrorTexts {
    let (title, detail, advice) = match reason {
        ErrorReason::UnknownClient => (
            "We don’t know this app",
            "The app that sent you here isn’t registered with us.",
            "Go back to the app. If this happens again, tell the people who run it.",
        ),
        ErrorReason::RedirectUriMismatch => (
            "We can’t return you to this app",
            "The return address in the app’s request isn’t one that it has registered, so we stopped for your safety.",
            "Go back to the app. If this happens again, tell the people who run it.",
        ),
        ErrorReason::MalformedRequest => (
            "This request is incomplete",
            "Something in the link or form that brought you here is missing or doesn’t belong there.",
            "Go back to the app and start again.",
        ),
        ErrorReason::BodyTooLarge => {
            ("This request is too large", "The form holds more than we accept.", "Go back, shorten what you entered and try again.")
        }
        ErrorReason::UnsupportedMediaType => {
            ("This request has the wrong format", "The form was sent in a way that we don’t read.", "Go back to the app and start again.")
        }
        ErrorReason::SignInExpired => (
            "This page has expired",
            "It was open for too long, or you already finished what it was for. Nothing is lost.",
            "Go back to the app and sign in again.",
        ),
        ErrorReason::OtherBrowser => (
            "This page belongs to another browser",
            "It was opened in a different browser, or cookies are turned off in this one.",
            "Allow cookies for this site, then go back to the app and sign in again.",
        ),
        ErrorReason::CrossSite => (
            "We stopped this request",
            "It was sent from another website, not from our own page.",
            "If you wanted to sign in, go back to the app and start again.",
        ),
        ErrorReason::NotFound => (
            "There’s nothing here",
            "The address may be mistyped, or the page may have moved.",
            "Check the address, or go back to the app that you came from.",
        ),
        ErrorReason::TenantClosed => (
            "This is closed for now",
            "Nobody can sign in here at the moment, and nothing of yours was changed.",
            "Ask those who gave you your account when it will open again.",
        ),
        ErrorReason::MethodNotAllowed => {
            ("This page can’t be opened directly", "It is one step of signing in to an app.", "Go back to the app and start again.")
        }
        ErrorReason::Busy => (
            "Many people are signing in just now",
            "We take them one after another, and the line is full. Nothing was looked at or changed.",
            "Go back and try again in a few seconds.",
        ),
        ErrorReason::Unavailable => (
            "We’ll be right back",
            "A service that we need isn’t answering at the moment. You did nothing wrong.",
            "Wait a minute, then go back to the app and try again.",
        ),
        ErrorReason::Internal => (
            "Something went wrong on our side",
            "You did nothing wrong, and nothing of yours was changed.",
            "Go back to the app and try again. If this happens again, give support the number below.",
        ),
    };
    ErrorTexts { title, detail, advice }
}

fn password_problem(problem: PasswordProblem) -> String {
    match problem {
        PasswordProblem::Empty => "Enter a password.".to_owned(),
        PasswordProblem::TooLong => format!("That password is too long. Use at most {PASSWORD_MAX_CHARACTERS} characters."),
        PasswordProblem::TooShort { minimum } => format!("Use at least {minimum} characters. A few words in a row are easy to remember."),
        PasswordProblem::Lacks(CharacterKind::Lower) => "Add a lowercase letter.".to_owned(),
        PasswordProblem::Lacks(CharacterKind::Upper) => "Add an uppercase letter.".to_owned(),
        PasswordProblem::Lacks(CharacterKind::Digit) => "Add a digit.".to_owned(),
        PasswordProblem::Lacks(CharacterKind::Symbol) => "Add a symbol, such as a hyphen or a space.".to_owned(),
        PasswordProblem::Common => "Many people use that password, so it’s among the first that are tried. Choose another.".to_owned(),
        PasswordProblem::Known => "That password is made of names that others know. Choose another.".to_owned(),
        PasswordProblem::Guessable => "That password is easy to guess. Make it longer or less regular.".to_owned(),
        PasswordProblem::Former => "You’ve used that password before. Choose another.".to_owned(),
    }
}
