//! Notices: mails that tell a person what happened to their account, when and from where.

use crypto::artefact::Kind;
use domain::policy;
use domain::tenant::Recovery;
use runtime::Failure;
use runtime::interaction::NotMeLink;
use web::letter::{Fact, named};
use web::{Language, Letter};

use super::{About, Addressed, greeting, language, link};

/// What a notice says in one language.
pub(super) struct Said {
    /// Subject line.
    pub(super) subject: String,
    /// What happened.
    pub(super) lead: String,
}

/// The letter of a notice, where the person has an address, with the link "this wasn't me"; `say` is told the tenant's name, and the event says what
/// version the password was of.
pub(super) fn letter(about: &About, credential_version: u64, say: fn(Language, &str) -> Said) -> Result<Option<Addressed>, Failure> {
    let Some(email) = &about.user.email else { return Ok(None) };
    let language = language(&about.user.profile);
    let tenant_name = named(&about.tenant.record().name);
    let Said { subject, lead } = say(language, &tenant_name);
    let (words, nothing_to_do) = match language {
        Language::English => ("This wasn't me", "If this was you, there is nothing to do."),
        Language::German => ("Das war ich nicht", "Wenn Sie das waren, ist nichts zu tun."),
    };
    let otherwise = otherwise(language, about.tenant.record().recovery);
    let letter = Letter {
        language,
        tenant_name,
        branding: about.tenant.record().branding.clone(),
        subject,
        greeting: greeting(language, &about.user),
        lead,
        facts: facts(language, about),
        link: Some((words, not_me_url(about, credential_version)?)),
        closing: [nothing_to_do, otherwise].map(str::to_owned).to_vec(),
    };
    Ok(Some(Addressed { to: email.address.clone(), letter }))
}

const fn otherwise(language: Language, recovery: Recovery) -> &'static str {
    match (language, recovery) {
        (Language::English, Recovery::ByMail) => {
            "If it wasn't, follow the link within seven days: you're signed out everywhere, your password is locked, and you get a link for a new one."
        }
        (Language::English, Recovery::Off) => {
            "If it wasn't, follow the link within seven days: you're signed out everywhere, and your password is locked. Then ask your administrator for a new one."
        }
        (Language::German, Recovery::ByMail) => {
            "Wenn nicht, folgen Sie dem Link innerhalb von sieben Tagen: Sie werden überall abgemeldet, Ihr Passwort wird gesperrt, und Sie bekommen einen Link für ein neues."
        }
        (Language::German, Recovery::Off) => {
            "Wenn nicht, folgen Sie dem Link innerhalb von sieben Tagen: Sie werden überall abgemeldet, und Ihr Passwort wird gesperrt. Bitten Sie dann Ihre Administration um ein neues."
        }
    }
}

/// The link that says of what happened that it wasn't the person.
fn not_me_url(about: &About, credential_version: u64) -> Result<String, Failure> {
    let (user_id, happened_at) = (about.user.id.clone(), about.event.at);
    let payload = NotMeLink { user_id, credential_version, happened_at };
    link(&about.tenant, &about.event, (Kind::NotMeLink, "/not-me"), happened_at.plus(policy::NOT_ME_LINK), &payload)
}

/// When, and from where.
pub(super) fn facts(language: Language, about: &About) -> Vec<Fact> {
    let (names, unknown) = match language {
        Language::English => (["When", "Address", "Browser"], "unknown"),
        Language::German => (["Wann", "Adresse", "Browser"], "unbekannt"),
    };
    let known = |fact: &Option<String>| fact.clone().unwrap_or_else(|| unknown.to_owned());
    let country = about.personal.country.as_ref().map(|country| format!(" ({country})")).unwrap_or_default();
    let address = format!("{}{country}", known(&about.personal.address));
    let facts = [about.event.at.to_minute(), address, known(&about.personal.user_agent)];
    names.into_iter().zip(facts).collect()
}
