//! Notices: mails that tell a person what happened to their account, when and from where.

use domain::Timestamp;
use web::letter::{Fact, named};
use web::{Language, Letter};

use super::{About, Addressed, greeting, language};

/// What a notice says in one language.
pub(super) struct Said {
    /// Subject line.
    pub(super) subject: String,
    /// What happened.
    pub(super) lead: String,
    /// What to do if it wasn't the person.
    pub(super) otherwise: &'static str,
}

/// The letter of a notice, where the person has an address; `say` is told the tenant's name.
pub(super) fn letter(about: &About, say: fn(Language, &str) -> Said) -> Option<Addressed> {
    let to = about.user.email.as_ref()?.address.clone();
    let language = language(&about.user.profile);
    let tenant_name = named(&about.tenant.record().name);
    let Said { subject, lead, otherwise } = say(language, &tenant_name);
    let nothing_to_do = match language {
        Language::English => "If this was you, there is nothing to do.",
        Language::German => "Wenn Sie das waren, ist nichts zu tun.",
    };
    let letter = Letter {
        language,
        tenant_name,
        subject,
        greeting: greeting(language, &about.user),
        lead,
        facts: facts(language, about),
        link: None,
        closing: [nothing_to_do, otherwise].map(str::to_owned).to_vec(),
    };
    Some(Addressed { to, letter })
}

fn facts(language: Language, about: &About) -> Vec<Fact> {
    let (names, unknown) = match language {
        Language::English => (["When", "Address", "Browser"], "unknown"),
        Language::German => (["Wann", "Adresse", "Browser"], "unbekannt"),
    };
    let known = |fact: &Option<String>| fact.clone().unwrap_or_else(|| unknown.to_owned());
    let facts = [readable(about.event.at), known(&about.personal.address), known(&about.personal.user_agent)];
    names.into_iter().zip(facts).collect()
}

/// A moment as people read it.
fn readable(at: Timestamp) -> String {
    let stamp = at.rfc3339();
    format!("{} {} UTC", &stamp[..10], &stamp[11..16])
}
