//! Samples of the pages of a person's own account.

use std::sync::LazyLock;
use std::time::Duration;

use domain::Timestamp;
use domain::account::EmailProblem;
use domain::attributes::{Attribute, AttributeName, Schema, Translated, Value, Writer};
use domain::history::Happening;
use domain::password_policy::PasswordProblem;
use domain::phone::PhoneProblem;
use domain::photo::PhotoProblem;
use domain::profile::{Problems, ProfileField};
use web::{
    ActivityPage, AppsPage, ConfirmEmailPage, ConnectedApp, DataPage, Done, Entry, Head, Language, Page, PhonePart, PhotoPart, ProfilePage, Said,
    SecurityPage, SessionsPage, ShownSession, Wrong,
};

use crate::{account, brand};

const AT: Timestamp = Timestamp::from_seconds(1_795_357_925);
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";

/// Words and values of these samples that read the same in English and German.
pub(crate) const SAME_IN_EVERY_LANGUAGE: [&str; 17] = [
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
    "198.51.100.7 (DE)",
    "2026-11-22 14:32 UTC",
    "Firefox, Linux",
    "Firefox, Linux · 198.51.100.7 · Field Notes",
];

const HAPPENINGS: [Happening; 20] = [
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
    Happening::EmailGivenBack,
    Happening::DeletionRequested,
    Happening::DeletionCancelled,
];

/// The tenant's attributes, one of which administrators write.
fn schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
        let mut schema = account::schema().clone();
        let red = schema.attributes.last().expect("a choice").clone();
        let name = AttributeName::parse("clearance").expect("a name");
        let label = [("en", "Clearance"), ("de", "Freigabe")].map(|(tag, text)| (tag.to_owned(), text.to_owned()));
        schema.attributes.push(Attribute { name, label: Translated(label.into()), writer: Writer::Administrator, ..red });
        schema
    });
    assert_eq!(SCHEMA.check(), Ok(()));
    &SCHEMA
}

pub(crate) fn head(language: Language, said: Option<&Said>) -> Head<'_> {
    let (base, account) = ("/t/demo/account", "ada@example.com");
    Head { language, brand: brand(), base, account, schema: schema(), state: "sealed-state", said }
}

pub(crate) fn profile(language: Language, said: Option<&Said>) -> String {
    let fields = ProfileField::ALL.map(|field| {
        let value = match field {
            ProfileField::Name => "Ada Lovelace",
            ProfileField::Birthdate => "1815-12-10",
            ProfileField::Locale => "de",
            _ => "",
        };
        (field, value)
    });
    let photo = PhotoPart { is_there: true, address: Some("https://login.example/photos/AQEBAQEBAQEBAQEBAQEBAQ") };
    let attributes = [("badge", "a-1"), ("desks", "2"), ("remote", "false"), ("team", "green")].into();
    let values = [(AttributeName::parse("clearance").expect("a name"), Value::Text("red".to_owned()))].into();
    ProfilePage { head: head(language, said), fields: &fields, attributes: &attributes, values: &values, photo }.html()
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
    let known = ShownSession {
        sid: "sid-1",
        user_agent: Some(FIREFOX),
        address: Some("198.51.100.7"),
        country: Some("DE"),
        began_at: AT,
        last_used_at: AT,
        is_this: true,
    };
    let sessions = [known, ShownSession { sid: "sid-2", user_agent: None, address: None, country: None, is_this: false, ..known }];
    SessionsPage { head: head(language, None), sessions: &sessions }.html()
}

fn activity(language: Language, happenings: &[Happening], older: Option<&str>) -> String {
    let (user_agent, address) = (Some(FIREFOX), Some("198.51.100.7"));
    let entry = |what: &Happening| Entry { what: *what, at: AT, user_agent, address, country: None, app: Some("Field Notes") };
    let entries: Vec<_> = happenings.iter().map(entry).collect();
    ActivityPage { head: head(language, None), entries: &entries, older }.html()
}

/// Each sample's name and document.
pub(crate) fn my_samples(language: Language) -> Vec<(String, String)> {
    let apps = [ConnectedApp { client_id: "notes", name: "Field Notes", scopes: "email openid", since: AT }];
    let link = "sealed-link";
    let (newer, older) = HAPPENINGS.split_at(HAPPENINGS.len() / 2);
    let mut pages = vec![
        ("mine_profile", profile(language, None)),
        ("mine_security", security(language, None)),
        ("mine_security_bare", bare_security(language)),
        ("mine_sessions", sessions(language)),
        ("mine_activity", activity(language, newer, Some("/t/demo/account/activity?before=01"))),
        ("mine_activity_older", activity(language, older, None)),
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
        ("fields", Wrong::Profile(Problems { fields: ProfileField::ALL.into(), ..Problems::default() })),
        ("current_password", Wrong::CurrentPassword),
        ("new_password", Wrong::NewPassword(PasswordProblem::Common)),
        ("throttled", Wrong::Throttled { retry_after: Duration::from_mins(5) }),
        ("no_address", Wrong::Email(EmailProblem::NoAddress)),
        ("unchanged", Wrong::Email(EmailProblem::Unchanged)),
        ("too_often", Wrong::Email(EmailProblem::TooOften)),
        ("no_file", Wrong::Photo(PhotoProblem::NoFile)),
        ("large_file", Wrong::Photo(PhotoProblem::TooLarge)),
        ("no_photo", Wrong::Photo(PhotoProblem::NotAPhoto)),
        ("pixels", Wrong::Photo(PhotoProblem::TooManyPixels)),
        ("no_number", Wrong::Phone(PhoneProblem::NoNumber)),
        ("same_number", Wrong::Phone(PhoneProblem::Unchanged)),
        ("code", Wrong::Code),
        ("code_over", Wrong::CodeOver),
    ]
}
