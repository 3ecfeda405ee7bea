//! Samples of the pages of a person's own account.

use std::time::Duration;

use domain::Timestamp;
use domain::account::EmailProblem;
use domain::history::Happening;
use domain::password_policy::PasswordProblem;
use domain::phone::PhoneProblem;
use domain::profile::ProfileField;
use web::{
    ActivityPage, AppsPage, ConfirmEmailPage, ConnectedApp, DataPage, Done, Entry, Head, Language, Page, PhonePart, ProfilePage, Said, SecurityPage,
    SessionsPage, ShownSession, Wrong,
};

use crate::brand;

const AT: Timestamp = Timestamp::from_seconds(1_795_357_925);
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";

/// Words and values of these samples that read the same in English and German.
pub(crate) const SAME_IN_EVERY_LANGUAGE: [&str; 16] = [
    "Apps",
    "Name",
    "Website",
    "English",
    "Deutsch",
    "·",
    "–",
    "new@example.org",
    "+4915112345678",
    "+447700900123",
    "Code",
    "email openid",
    "198.51.100.7",
    "2026-11-22 14:32 UTC",
    "Firefox, Linux",
    "Firefox, Linux · 198.51.100.7 · Field Notes",
];

const HAPPENINGS: [Happening; 19] = [
    Happening::AccountCreated,
    Happening::SignedIn,
    Happening::SignedInFromNewBrowser,
    Happening::SessionEnded,
    Happening::SignInRefused,
    Happening::PasswordResetRequested,
    Happening::PasswordChanged,
    Happening::EmailChangeRequested,
    Happening::EmailChanged,
    Happening::PhoneChangeRequested,
    Happening::PhoneChanged,
    Happening::PhoneRemoved,
    Happening::ProfileChanged,
    Happening::AppAllowed,
    Happening::AppRemoved,
    Happening::TermsAccepted,
    Happening::AlarmRaised,
    Happening::DeletionRequested,
    Happening::DeletionCancelled,
];

pub(crate) fn head(language: Language, said: Option<&Said>) -> Head<'_> {
    Head { language, brand: brand(), base: "/t/demo/account", account: "ada@example.com", state: "sealed-state", said }
}

pub(crate) fn profile(language: Language, said: Option<&Said>) -> String {
    let fields = ProfileField::ALL.map(|field| {
        let value = match field {
            ProfileField::Name => "Ada Lovelace",
            ProfileField::Birthdate => "1815-12-10",
            ProfileField::Locale => "de",
            _ => "",
        };
        (field, value.to_owned())
    });
    ProfilePage { head: head(language, said), fields: &fields }.html()
}

pub(crate) fn security(language: Language, said: Option<&Said>) -> String {
    let pending_email = Some("new@example.org");
    let phone = PhonePart { number: Some(("+4915112345678", false)), waiting: Some("+447700900123") };
    SecurityPage { head: head(language, said), password_minimum: 15, email: Some("ada@example.com"), pending_email, phone }.html()
}

fn bare_security(language: Language) -> String {
    SecurityPage { head: head(language, None), password_minimum: 15, email: None, pending_email: None, phone: PhonePart::default() }.html()
}

fn sessions(language: Language) -> String {
    let session = |sid, user_agent, address, is_this| ShownSession { sid, user_agent, address, began_at: AT, last_used_at: AT, is_this };
    let sessions = [session("sid-1", Some(FIREFOX), Some("198.51.100.7"), true), session("sid-2", None, None, false)];
    SessionsPage { head: head(language, None), sessions: &sessions }.html()
}

fn activity(language: Language) -> String {
    let entry = |what| Entry { what, at: AT, user_agent: Some(FIREFOX), address: Some("198.51.100.7"), app: Some("Field Notes") };
    let older = Some("/t/demo/account/activity?before=01");
    ActivityPage { head: head(language, None), entries: &HAPPENINGS.map(entry), older }.html()
}

/// Each sample's name and document.
pub(crate) fn my_samples(language: Language) -> Vec<(String, String)> {
    let apps = [ConnectedApp { client_id: "notes", name: "Field Notes", scopes: "email openid", since: AT }];
    let link = "sealed-link";
    let mut pages = vec![
        ("mine_profile", profile(language, None)),
        ("mine_security", security(language, None)),
        ("mine_security_bare", bare_security(language)),
        ("mine_sessions", sessions(language)),
        ("mine_activity", activity(language)),
        ("mine_apps", AppsPage { head: head(language, None), apps: &apps }.html()),
        ("mine_apps_none", AppsPage { head: head(language, None), apps: &[] }.html()),
        ("mine_data", DataPage { head: head(language, None), deletion_due_at: None }.html()),
        ("mine_data_going", DataPage { head: head(language, None), deletion_due_at: Some(AT) }.html()),
        ("mine_email", ConfirmEmailPage { head: head(language, None), address: "new@example.org", link }.html()),
    ]
    .into_iter()
    .map(|(name, html)| (name.to_owned(), html))
    .collect::<Vec<_>>();
    for done in Done::ALL {
        pages.push((format!("mine_{done:?}"), profile(language, Some(&Said::Done(done)))));
    }
    for (name, wrong) in wrongs() {
        pages.push((format!("mine_wrong_{name}"), security(language, Some(&Said::Wrong(wrong)))));
    }
    pages
}

fn wrongs() -> Vec<(&'static str, Wrong)> {
    vec![
        ("changed_meanwhile", Wrong::ChangedMeanwhile),
        ("fields", Wrong::Fields(ProfileField::ALL.into())),
        ("current_password", Wrong::CurrentPassword),
        ("new_password", Wrong::NewPassword(PasswordProblem::Common)),
        ("throttled", Wrong::Throttled { retry_after: Duration::from_mins(5) }),
        ("no_address", Wrong::Email(EmailProblem::NoAddress)),
        ("unchanged", Wrong::Email(EmailProblem::Unchanged)),
        ("too_often", Wrong::Email(EmailProblem::TooOften)),
        ("no_number", Wrong::Phone(PhoneProblem::NoNumber)),
        ("same_number", Wrong::Phone(PhoneProblem::Unchanged)),
        ("code", Wrong::Code),
        ("code_over", Wrong::CodeOver),
    ]
}
