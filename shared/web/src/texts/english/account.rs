//! Pages about accounts in English.

use domain::attributes;
use domain::sign_up::Problem;

use crate::pages::Notice;
use crate::texts::{AccountTexts, Around, NoticeTexts};

pub(super) static TEXTS: AccountTexts = AccountTexts {
    sign_up: "Create account",
    no_account: "No account yet?",
    email: "Email",
    username: "Username",
    given_name: "First name (optional)",
    family_name: "Last name (optional)",
    password_hint: |minimum| format!("At least {minimum} characters. A few words that only you would put together are easy to keep in mind."),
    terms: Around { before: "I agree to the ", after: "." },
    terms_name: "terms of use",
    sign_up_problem,
    invitation: "Accept invitation",
    invitation_detail: "Choose a password, and your account is ready.",
    optional: " (optional)",
    choose: "Choose…",
    yes: "Yes",
    no: "No",
    attribute_problem,
    attributes_too_large: "Together that’s more than we can keep. Shorten something.",
    complete: "Before you go on",
    complete_attributes: "We need a little more from you.",
    complete_terms: "Our terms of use have changed.",
    complete_without_terms: "To go on, agree to the terms of use.",
    complete_then: Around { before: "Then you’ll go on to ", after: "." },
    go_on: "Continue",
    keep_signed_in: "Keep me signed in on this device",
    forgotten: "Forgot your password?",
    reset: "Set a new password",
    reset_detail: "Tell us your username or email. If there’s an account, we’ll send a link to its email address.",
    reset_send: "Send the link",
    reset_incomplete: "Enter your username or your email.",
    new_password: "Set new password",
    outlived: "Choose a new password",
    outlived_detail: "Your password has been the same for longer than it may be here. With a new one you’re signed out on your other devices.",
    outlived_password: "New password",
    outlived_set: "Change and continue",
    new_password_detail: "With a new password you’re signed out everywhere, and links from older mails stop working.",
    check_mail: "Check your mail",
    mail_sent: Around { before: "We sent a mail to ", after: ". Follow the link in it to finish. It’s good for 24 hours." },
    send_again: "Send it again",
    sent_again: "It’s on its way again. Look into your spam folder, too.",
    verify: "Confirm email address",
    verify_detail: "Confirm that this address is yours, and your account is ready.",
    verify_by_password: "You’re in another browser than the one in which you signed up. Enter the password that you chose there.",
    verify_wrong_password: "That isn’t the password of this sign-up. If you didn’t sign up, close this page: nothing happens.",
    not_me: "This wasn’t me",
    not_me_detail: "If it was somebody else, we sign you out everywhere and lock your password, so that nobody gets in with it.",
    not_me_email: "If it was somebody else, we give the account its former address back, sign you out everywhere and lock your password, so that nobody gets in with it.",
    not_me_by_mail: "Then we send you a link for a new one.",
    not_me_by_administrator: "Then ask the people who run this service for a new one.",
    not_me_lock: "Lock my account",
    notice,
};

const fn sign_up_problem(problem: Problem) -> &'static str {
    match problem {
        Problem::Email => "That isn’t an email address.",
        Problem::EmailDomain => "Accounts are for people with an email address of this organization.",
        Problem::Username => "A username has up to 64 letters from a to z, digits, dots, hyphens and underscores, and begins with a letter or digit.",
        Problem::UsernameTaken => "Somebody else has that username. Choose another one.",
        Problem::Name => "That name is too long, or holds characters that we can’t show.",
        Problem::Terms => "To create an account, agree to the terms of use.",
    }
}

fn attribute_problem(label: &str, problem: attributes::Problem) -> String {
    match problem {
        attributes::Problem::Missing => format!("“{label}” is required."),
        attributes::Problem::Invisible => format!("“{label}” holds characters that we can’t show."),
        attributes::Problem::TooLong { maximum } => format!("“{label}” has at most {maximum} characters."),
        attributes::Problem::Pattern => format!("“{label}” isn’t written the way it has to be."),
        attributes::Problem::Integer => format!("“{label}” is a whole number."),
        attributes::Problem::Boolean => format!("“{label}” is yes or no."),
        attributes::Problem::Date => format!("“{label}” is a day, written like 2026-11-22."),
        attributes::Problem::Choice => format!("“{label}” is one of the list."),
        attributes::Problem::ReadOnly => format!("You can’t change “{label}”."),
    }
}

const fn notice(notice: Notice) -> NoticeTexts {
    match notice {
        Notice::SignUpClosed => {
            NoticeTexts { title: "You can’t sign up here", detail: "Accounts are made by the people who run this service. Ask them for one." }
        }
        Notice::AddressVerified => NoticeTexts {
            title: "Your account is ready",
            detail: "Your email address is confirmed. Go back to the app and sign in. You can close this page.",
        },
        Notice::InvitationAccepted => NoticeTexts {
            title: "Welcome, your account is ready",
            detail: "Sign in with your email address and the password that you just chose, in any app that asks you to. You can close this page.",
        },
        Notice::InvitedBefore => NoticeTexts {
            title: "You already have an account",
            detail: "There’s an account under your email address. Sign in with it; if you forgot its password, set a new one from the sign-in page.",
        },
        Notice::ResetSent => NoticeTexts {
            title: "Check your mail",
            detail: "If there’s an account by that name, we sent a link to its email address. It’s good for an hour.",
        },
        Notice::ResetOff => NoticeTexts { title: "You can’t set a new password here", detail: "Ask the people who run this service for help." },
        Notice::PasswordChanged => NoticeTexts {
            title: "Your password is changed",
            detail: "You’re signed out everywhere. Go back to the app and sign in with the new password. You can close this page.",
        },
        Notice::AlarmRaised => NoticeTexts {
            title: "Your account is locked",
            detail: "You’re signed out everywhere, and the password opens nothing any more. A link for a new one is on its way to your email address.",
        },
        Notice::AlarmRaisedWithoutRecovery => NoticeTexts {
            title: "Your account is locked",
            detail: "You’re signed out everywhere, and the password opens nothing any more. Ask the people who run this service for a new one.",
        },
        Notice::EmailGivenBack => NoticeTexts {
            title: "Your account is locked",
            detail: "It has its former email address again. You’re signed out everywhere, and the password opens nothing any more. A link for a new one is on its way to that address.",
        },
        Notice::EmailGivenBackWithoutRecovery => NoticeTexts {
            title: "Your account is locked",
            detail: "It has its former email address again. You’re signed out everywhere, and the password opens nothing any more. Ask the people who run this service for a new one.",
        },
        Notice::LinkDead => NoticeTexts {
            title: "This link doesn’t work any more",
            detail: "It has expired, was replaced by a newer one, or wasn’t copied as a whole. Go back to the app and start again.",
        },
    }
}
