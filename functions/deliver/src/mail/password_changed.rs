//! The mail that tells of a new password: when, from where, and what to do if it wasn't its owner.

use domain::Timestamp;
use domain::delivery::Delivery;
use runtime::Failure;
use web::letter::named;
use web::{Language, Letter};

use super::{About, Addressed, Composed, greeting, language, person_of, readable};
use crate::Deps;

/// Composes the mail.
pub(crate) async fn compose(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Composed, Failure> {
    Ok(person_of(deps, delivery, now).await?.and_then(|about| letter(&about)).into())
}

fn letter(about: &About) -> Option<Addressed> {
    let to = about.user.email.as_ref()?.address.clone();
    let language = language(&about.user.profile);
    let tenant_name = named(&about.tenant.record().name);
    let (subject, lead, names, unknown, closing) = match language {
        Language::English => (
            format!("Your password at {tenant_name} was changed"),
            format!("your account at {tenant_name} has a new password, and you're signed out everywhere."),
            ["When", "Address", "Browser"],
            "unknown",
            ["If this was you, there is nothing to do.", "If it wasn't, set a new password at once, and tell your administrator."],
        ),
        Language::German => (
            format!("Ihr Passwort bei {tenant_name} wurde geändert"),
            format!("Ihr Konto bei {tenant_name} hat ein neues Passwort, und Sie sind überall abgemeldet."),
            ["Wann", "Adresse", "Browser"],
            "unbekannt",
            [
                "Wenn Sie das waren, ist nichts zu tun.",
                "Wenn nicht, setzen Sie sofort ein neues Passwort und sagen Sie Ihrer Administration Bescheid.",
            ],
        ),
    };
    let known = |fact: &Option<String>| fact.clone().unwrap_or_else(|| unknown.to_owned());
    let facts = [readable(about.event.at), known(&about.personal.address), known(&about.personal.user_agent)];
    let letter = Letter {
        language,
        tenant_name,
        subject,
        greeting: greeting(language, &about.user),
        lead,
        facts: names.into_iter().zip(facts).collect(),
        link: None,
        closing: closing.map(str::to_owned).to_vec(),
    };
    Some(Addressed { to, letter })
}
