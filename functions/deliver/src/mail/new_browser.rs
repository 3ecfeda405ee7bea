//! The mail "new sign-in from a new browser": who, when, from where, and what to do if it wasn't you.

use domain::Timestamp;
use domain::delivery::Delivery;
use domain::event::{Personal, RecordedEvent};
use domain::tenant::Tenant;
use domain::user::User;
use runtime::Failure;
use web::letter::named;
use web::{Language, Letter};

use super::{Addressed, Composed, greeting, language, person_of, readable};
use crate::Deps;

/// Composes the mail.
pub(crate) async fn compose(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Composed, Failure> {
    let about = person_of(deps, delivery, now).await?;
    Ok(about.and_then(|about| letter(about.tenant.record(), &about.user, &about.event, &about.personal)).into())
}

fn letter(tenant: &Tenant, user: &User, event: &RecordedEvent, personal: &Personal) -> Option<Addressed> {
    let to = user.email.as_ref()?.address.clone();
    let language = language(&user.profile);
    let tenant_name = named(&tenant.name);
    let texts = match language {
        Language::English => english(&tenant_name),
        Language::German => german(&tenant_name),
    };
    let known = |fact: &Option<String>| fact.clone().unwrap_or_else(|| texts.unknown.to_owned());
    let facts = [readable(event.at), known(&personal.address), known(&personal.user_agent)];
    let letter = Letter {
        language,
        subject: texts.subject,
        greeting: greeting(language, user),
        lead: texts.lead,
        facts: texts.facts.into_iter().zip(facts).collect(),
        link: None,
        closing: texts.closing.map(str::to_owned).to_vec(),
        tenant_name,
    };
    Some(Addressed { to, letter })
}

struct Texts {
    subject: String,
    lead: String,
    facts: [&'static str; 3],
    unknown: &'static str,
    closing: [&'static str; 2],
}

fn english(tenant: &str) -> Texts {
    Texts {
        subject: format!("New sign-in to your account at {tenant}"),
        lead: format!("somebody just signed in to your account at {tenant} from a browser that we haven't seen before."),
        facts: ["When", "Address", "Browser"],
        unknown: "unknown",
        closing: ["If this was you, there is nothing to do.", "If it wasn't, change your password and tell your administrator."],
    }
}

fn german(tenant: &str) -> Texts {
    Texts {
        subject: format!("Neue Anmeldung bei Ihrem Konto bei {tenant}"),
        lead: format!("soeben hat sich jemand mit einem uns unbekannten Browser bei Ihrem Konto bei {tenant} angemeldet."),
        facts: ["Wann", "Adresse", "Browser"],
        unknown: "unbekannt",
        closing: ["Wenn Sie das waren, ist nichts zu tun.", "Wenn nicht, ändern Sie Ihr Passwort und sagen Sie Ihrer Administration Bescheid."],
    }
}

#[cfg(test)]
mod tests {
    use domain::event::{Browser, Event, EventKind, Lookups, Subject};
    use domain::tenant::Issuer;
    use domain::user::{Email, Profile};
    use domain::{ClientId, EventId, SessionId, Slug, TenantId, UserId};

    use super::*;

    fn composed(locale: &str, email: Option<Email>) -> Option<Addressed> {
        let at = Timestamp::from_seconds(1_795_357_925);
        let issuer = Issuer::parse("https://demo.id.example.com").expect("an issuer");
        let tenant = Tenant::named(TenantId::from_random([1; 16]), Slug::parse("demo").expect("a slug"), "Demo", issuer, at);
        let user = User {
            email,
            profile: Profile { locale: Some(locale.to_owned()), given_name: Some("Ada".to_owned()), ..Profile::default() },
            ..User::new(UserId::from_random([2; 16]), at)
        };
        let kind = EventKind::SessionStarted {
            session_id: SessionId::from_random([3; 16]),
            client_id: ClientId::parse("app").expect("a client id"),
            browser: Browser::New,
            runs_out_at: None,
        };
        let event = Event {
            id: EventId::new(at, [4; 10]),
            tenant: tenant.id.clone(),
            subject: Subject::User(user.id.clone()),
            kind,
            personal: Personal::default(),
        };
        let personal = Personal { address: Some("192.0.2.7".to_owned()), user_agent: Some("Firefox".to_owned()), identifier: None };
        letter(&tenant, &user, &event.record(None, Lookups::default()), &personal)
    }

    fn address() -> Email {
        Email { address: "Ada@demo.example".to_owned(), verified: true }
    }

    #[test]
    fn the_mail_goes_to_the_address_as_entered_and_says_when_and_from_where() {
        let mail = composed("en", Some(address())).expect("a mail");
        assert_eq!(mail.to, "Ada@demo.example");
        assert_eq!(mail.letter.subject, "New sign-in to your account at Demo");
        for said in ["Hello Ada", "2026-11-22 14:32 UTC", "192.0.2.7", "Firefox"] {
            assert!(mail.letter.text().contains(said) && mail.letter.html().contains(said), "{said}");
        }
    }

    #[test]
    fn a_person_is_written_to_in_their_language() {
        assert_eq!(composed("de-AT", Some(address())).expect("a mail").letter.subject, "Neue Anmeldung bei Ihrem Konto bei Demo");
    }

    #[test]
    fn without_an_address_there_is_no_mail() {
        assert!(composed("en", None).is_none());
    }
}
