//! The mail "new sign-in from a new browser": who, when, from where, and what to do if it wasn't you.

use cloud::mail::Mail;
use domain::Timestamp;
use domain::delivery::Delivery;
use domain::event::{Personal, RecordedEvent, Subject};
use domain::tenant::Tenant;
use domain::user::User;
use runtime::Failure;
use runtime::people::{KeyOwner, open_event};

use crate::Deps;

/// Composes the mail; `None` when there is nobody to send it to any more.
pub(crate) async fn compose(deps: &Deps, delivery: &Delivery, now: Timestamp) -> Result<Option<Mail>, Failure> {
    let Some(tenant) = deps.tenant(delivery, now).await? else { return Ok(None) };
    let home = tenant.home(now)?;
    let event = home.find_event(delivery.event_at, delivery.event_shard, &delivery.id.event).await?;
    let Some((event, Subject::User(user_id))) = event.map(|event| (event.clone(), event.subject)) else { return Ok(None) };
    let person = home.read_person(&store::PersonKeys::of(user_id.clone()).with_user_key()).await?;
    let (Some(user), Some(user_key)) = (person.user, person.user_key) else { return Ok(None) };
    let key = tenant.open_personal_key(KeyOwner::User(&user_id), &user_key)?;
    let personal = open_event(&event, &key)?;
    Ok(mail(tenant.record(), &user, &event, &personal))
}

fn mail(tenant: &Tenant, user: &User, event: &RecordedEvent, personal: &Personal) -> Option<Mail> {
    let to = user.email.as_ref()?.address.clone();
    let language = user.profile.locale.as_deref().unwrap_or("en");
    let (subject, text) =
        if language == "de" || language.starts_with("de-") { german(tenant, user, event, personal) } else { english(tenant, user, event, personal) };
    Some(Mail { to, subject, text, html: None, dedupe: event.id.to_string() })
}

fn english(tenant: &Tenant, user: &User, event: &RecordedEvent, personal: &Personal) -> (String, String) {
    let text = format!(
        "Hello {name},\n\n\
         somebody just signed in to your account at {tenant} from a browser that we haven't seen before.\n\n\
         When:    {when}\n\
         Address: {address}\n\
         Browser: {browser}\n\n\
         If this was you, there is nothing to do.\n\
         If it wasn't, change your password and tell your administrator.\n\n\
         {tenant}\n",
        name = greeted(user),
        tenant = tenant.name,
        when = readable(event.at),
        address = personal.address.as_deref().unwrap_or("unknown"),
        browser = personal.user_agent.as_deref().unwrap_or("unknown"),
    );
    (format!("New sign-in to your account at {}", tenant.name), text)
}

fn german(tenant: &Tenant, user: &User, event: &RecordedEvent, personal: &Personal) -> (String, String) {
    let text = format!(
        "Guten Tag, {name},\n\n\
         soeben hat sich jemand mit einem uns unbekannten Browser bei Ihrem Konto bei {tenant} angemeldet.\n\n\
         Wann:    {when}\n\
         Adresse: {address}\n\
         Browser: {browser}\n\n\
         Wenn Sie das waren, ist nichts zu tun.\n\
         Wenn nicht, ändern Sie Ihr Passwort und sagen Sie Ihrer Administration Bescheid.\n\n\
         {tenant}\n",
        name = greeted(user),
        tenant = tenant.name,
        when = readable(event.at),
        address = personal.address.as_deref().unwrap_or("unbekannt"),
        browser = personal.user_agent.as_deref().unwrap_or("unbekannt"),
    );
    (format!("Neue Anmeldung bei Ihrem Konto bei {}", tenant.name), text)
}

fn greeted(user: &User) -> &str {
    user.profile.given_name.as_deref().or(user.profile.name.as_deref()).or(user.username.as_deref()).unwrap_or(&user.sub)
}

fn readable(at: Timestamp) -> String {
    let stamp = at.rfc3339();
    format!("{} {} UTC", &stamp[..10], &stamp[11..16])
}

#[cfg(test)]
mod tests {
    use domain::event::{Browser, Event, EventKind, Lookups};
    use domain::tenant::Issuer;
    use domain::user::{Email, Profile};
    use domain::{ClientId, EventId, SessionId, Slug, TenantId, UserId};

    use super::*;

    fn composed(locale: &str, email: Option<Email>) -> Option<Mail> {
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
        mail(&tenant, &user, &event.record(None, Lookups::default()), &personal)
    }

    fn address() -> Email {
        Email { address: "Ada@demo.example".to_owned(), verified: true }
    }

    #[test]
    fn the_mail_goes_to_the_address_as_entered_and_says_when_and_from_where() {
        let mail = composed("en", Some(address())).expect("a mail");
        assert_eq!(mail.to, "Ada@demo.example");
        assert_eq!(mail.subject, "New sign-in to your account at Demo");
        for said in ["Hello Ada", "2026-11-22 14:32 UTC", "192.0.2.7", "Firefox"] {
            assert!(mail.text.contains(said), "{said}");
        }
    }

    #[test]
    fn a_person_is_written_to_in_their_language() {
        assert_eq!(composed("de-AT", Some(address())).expect("a mail").subject, "Neue Anmeldung bei Ihrem Konto bei Demo");
    }

    #[test]
    fn without_an_address_there_is_no_mail() {
        assert_eq!(composed("en", None), None);
    }
}
