//! The pages of a person's own account in English.

use domain::account::EmailProblem;
use domain::history::Happening;
use domain::profile::ProfileField;

use crate::pages::{Done, Section};
use crate::texts::{Around, MyAccountTexts};

pub(super) static TEXTS: MyAccountTexts = MyAccountTexts {
    your_account: "Your account",
    section,
    done,
    changed_meanwhile: "Your account has changed since this page was opened. This is how it is now; please try again.",
    administers: "You are an administrator here. Your account can be deleted once somebody else has taken that over.",
    photo: &super::photo::TEXTS,
    about_you: "About you",
    save: "Save",
    field,
    told: "Kept about you",
    told_detail: "Only the people who run this service can change this.",
    field_wrong,
    password: "Password",
    current_password: "Current password",
    current_password_wrong: "That isn’t your current password.",
    new_password: "New password",
    email_pending: Around { before: "We sent a link to ", after: ". Follow it in this browser to make it your address." },
    forget_email: "Don’t change the address",
    new_email: "New email address",
    ask_email: "Send a link to it",
    email_problem,
    phone: &super::phone::TEXTS,
    confirm_email: Around { before: "Make ", after: " the email address of your account?" },
    sessions_lead: "You’re signed in here. Sign out wherever it isn’t you.",
    this_session: "This browser",
    signed_in_at: "Signed in",
    last_used_at: "last used",
    end_others: "Sign out everywhere else",
    unknown_device: "Unknown browser",
    unknown_place: "Unknown address",
    activity_lead: "What happened to your account lately. If something wasn’t you, change your password.",
    happening,
    older: "Older entries",
    apps_lead: "These apps may see what you allowed them.",
    no_apps: "You haven’t allowed any app to see anything.",
    since: "Since",
    remove: "Remove",
    download: "Download your data",
    download_detail: "Everything that is stored about you here, as a JSON file.",
    delete: "Delete account",
    delete_detail: "Your account and everything that is known about you here will be deleted after 14 days. Until then you can change your mind.",
    deletion_due: Around { before: "Your account will be deleted on ", after: "." },
    keep: "Keep the account",
};

const fn section(section: Section) -> &'static str {
    match section {
        Section::Profile => "Profile",
        Section::Security => "Signing in",
        Section::Sessions => "Devices",
        Section::Activity => "Activity",
        Section::Apps => "Apps",
        Section::Data => "Your data",
    }
}

const fn done(done: Done) -> &'static str {
    match done {
        Done::ProfileSaved => "Saved.",
        Done::PhotoChanged => "Your photo is saved.",
        Done::PhotoRemoved => "Your photo is removed.",
        Done::PasswordChanged => "Your password is changed, and you’re signed out everywhere else.",
        Done::EmailAsked => "Check the mail at the new address: the link in it makes it yours.",
        Done::EmailForgotten => "Your address stays as it is.",
        Done::EmailChanged => "Your email address is changed.",
        Done::PhoneAsked => "Check the messages on that phone: the code makes it yours.",
        Done::PhoneChanged => "Your phone number is confirmed.",
        Done::PhoneRemoved => "Your account has no phone number any more.",
        Done::SessionEnded => "That device is signed out.",
        Done::OthersEnded => "All other devices are signed out.",
        Done::AppRemoved => "That app can’t see anything any more.",
        Done::DeletionAsked => "Your account will be deleted in 14 days. We sent you a mail about it.",
        Done::DeletionCancelled => "Your account stays.",
    }
}

const fn field(field: ProfileField) -> &'static str {
    match field {
        ProfileField::Name => "Name",
        ProfileField::GivenName => "First name",
        ProfileField::FamilyName => "Last name",
        ProfileField::Nickname => "Nickname",
        ProfileField::Website => "Website",
        ProfileField::Birthdate => "Birthday",
        ProfileField::Zoneinfo => "Time zone",
        ProfileField::Locale => "Language",
    }
}

const fn field_wrong(field: ProfileField) -> &'static str {
    match field {
        ProfileField::Name | ProfileField::GivenName | ProfileField::FamilyName | ProfileField::Nickname => {
            "A name has at most 100 characters, and none that we can’t show."
        }
        ProfileField::Website => "A website begins with https://.",
        ProfileField::Birthdate => "A birthday is a year, a month and a day, like 1990-12-31.",
        ProfileField::Zoneinfo => "A time zone is a region and a city, like Europe/Berlin.",
        ProfileField::Locale => "Choose one of the languages.",
    }
}

const fn email_problem(problem: EmailProblem) -> &'static str {
    match problem {
        EmailProblem::NoAddress => "That isn’t an email address.",
        EmailProblem::Unchanged => "That is your address already.",
        EmailProblem::TooOften => "Your address has changed often lately. Please wait some days.",
    }
}

const fn happening(happening: Happening) -> &'static str {
    match happening {
        Happening::AccountCreated => "The account was created",
        Happening::SignedIn => "Signed in",
        Happening::SignedInFromNewBrowser => "Signed in from a new browser",
        Happening::SessionEnded => "Signed out",
        Happening::SignInRefused => "A sign-in was refused",
        Happening::PasswordResetRequested => "A link for a new password was asked for",
        Happening::PasswordChanged => "The password was changed",
        Happening::EmailChangeRequested => "Another email address was asked for",
        Happening::EmailChanged => "The email address was changed",
        Happening::PhoneChangeRequested => "A code for a phone number was asked for",
        Happening::PhoneChanged => "The phone number was changed",
        Happening::PhoneRemoved => "The phone number was removed",
        Happening::ProfileChanged => "The profile was changed",
        Happening::AppAllowed => "An app was allowed to see something",
        Happening::AppRemoved => "An app was removed",
        Happening::TermsAccepted => "The terms of use were agreed to",
        Happening::EmailGivenBack => "The former email address was given back",
        Happening::AlarmRaised => "It was reported that something wasn’t you",
        Happening::DeletionRequested => "Deletion of the account was asked for",
        Happening::DeletionCancelled => "Deletion of the account was cancelled",
    }
}
