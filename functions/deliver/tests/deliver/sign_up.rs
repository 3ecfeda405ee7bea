//! The mail of a sign-up: a link for a new address, a word to the owner of one that has an account, and nothing once it is over.

use crypto::artefact::Kind;
use domain::credential::PasswordCredential;
use domain::delivery::{Channel, DeliveryId, DeliveryState};
use domain::event::{Event, EventKind, Lookups, Personal, RecordedEvent, Subject};
use domain::identifier::Canonical;
use domain::secret::SealedBytes;
use domain::sign_up::{Entered, PendingSignUp};
use domain::{UserId, policy};
use runtime::Clock;
use runtime::interaction::VerificationLink;
use store::{NewSignUp, SignUpRow};

use crate::support::{Place, place};

impl Place {
    /// A sign-up, and the event that tells of it.
    async fn signed_up(&self, number: u8, email: &str, locale: &str) -> RecordedEvent {
        let (id, now) = (UserId::from_random([number; 16]), self.stage.clock.now());
        let address = self.address(email);
        let entered = Entered { email, given_name: Some("Grace"), ..Entered::default() };
        let pending = PendingSignUp::begin(id.clone(), &entered, "b".repeat(43), locale, now);
        let password = PasswordCredential::first(SealedBytes::new(vec![8; 150]), now);
        let event = self.about(email, EventKind::SignUpStarted { sign_up: id, client_id: None });
        let new = NewSignUp { address, row: SignUpRow { pending, request: None }, password };
        self.scene.home().begin_sign_up(&new, &event).await.expect("a sign-up");
        event
    }

    fn about(&self, email: &str, kind: EventKind) -> RecordedEvent {
        let id = self.stage.platform.random.event_id(self.stage.clock.now());
        let subject = Subject::Unknown(self.address(email));
        let event = Event { id, tenant: self.stage.tenant.clone(), subject, kind, personal: Personal::default() };
        event.record(None, Lookups::default())
    }

    fn address(&self, email: &str) -> String {
        let canonical = Canonical::email(email).expect("an address");
        self.scene.tenant.lookup("identifier", canonical.as_str()).expect("a lookup")
    }

    async fn mail(&self, event: &RecordedEvent) -> DeliveryId {
        let id = self.due_by(Channel::MailSignUp, event).await;
        self.nudge(&id).await;
        id
    }

    fn mailed_links(&self) -> Vec<String> {
        let mails = self.inbox.mails();
        mails.iter().flat_map(|mail| mail.text.lines()).filter(|line| line.contains("?link=")).map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn a_new_address_gets_a_link_that_opens_as_its_sign_up_and_is_no_longer_than_links_may_be() {
    let place = place().await;
    let event = place.signed_up(7, "Grace@Example.org", "en").await;
    let id = place.mail(&event).await;
    let mail = &place.inbox.mails()[0];
    assert_eq!(mail.to, "Grace@Example.org");
    let link = place.mailed_links().pop().expect("a link");
    let sealed = link.strip_prefix("https://demo.id.example.com/verify?link=").expect("the tenant's address").to_owned();
    insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text.replace(&sealed, "<sealed>")), @"
    Confirm your email address for Demo

    Hello Grace,

    somebody, probably you, is creating an account at Demo with this email address.

    Confirm email address:
    https://demo.id.example.com/verify?link=<sealed>

    The link is good for 24 hours.

    If it wasn't you, ignore this mail: without a confirmation there is no account.

    Demo
    ");
    assert!(sealed.len() <= policy::LINK_MAX, "{}", sealed.len());
    let opened = place.scene.tenant.open::<VerificationLink>(Kind::VerificationLink, None, &sealed, place.stage.clock.now());
    let expected = VerificationLink { address: place.address("grace@example.org"), sign_up: UserId::from_random([7; 16]), browser: "b".repeat(43) };
    assert_eq!(opened.expect("keys"), Ok(expected));
    assert!(mail.html.as_deref().is_some_and(|html| html.contains(&sealed)));
    assert_eq!(place.state(&id).await, DeliveryState::Done { at: place.stage.clock.now() });
}

#[tokio::test]
async fn it_is_written_in_the_language_of_the_sign_up() {
    let place = place().await;
    place.mail(&place.signed_up(7, "grace@example.org", "de").await).await;
    let mail = &place.inbox.mails()[0];
    let sealed = place.mailed_links()[0].split_once("?link=").expect("a link").1.to_owned();
    insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text.replace(&sealed, "<sealed>")), @"
    Bestätigen Sie Ihre E-Mail-Adresse für Demo

    Guten Tag, Grace,

    jemand, vermutlich Sie, legt mit dieser E-Mail-Adresse ein Konto bei Demo an.

    E-Mail-Adresse bestätigen:
    https://demo.id.example.com/verify?link=<sealed>

    Der Link gilt 24 Stunden.

    Waren Sie das nicht, beachten Sie diese E-Mail nicht: Ohne Bestätigung entsteht kein Konto.

    Demo
    ");
}

#[tokio::test]
async fn an_event_gives_the_same_link_whenever_it_is_sent_and_asking_again_gives_another_that_is_as_good() {
    let place = place().await;
    let event = place.signed_up(7, "grace@example.org", "en").await;
    place.mail(&event).await;
    for row in place.stage.rows("work").await {
        place.stage.remove("work", &row).await;
    }
    place.mail(&event).await;
    let again = place.about("grace@example.org", EventKind::SignUpLinkRequested { sign_up: UserId::from_random([7; 16]) });
    place.scene.home().record_event(&again).await.expect("an event");
    place.mail(&again).await;
    let links = place.mailed_links();
    assert_eq!(links.len(), 3);
    assert_eq!(links[0], links[1]);
    assert_ne!(links[1], links[2]);
}

#[tokio::test]
async fn the_owner_of_an_address_is_told_that_somebody_wanted_an_account_under_it() {
    let place = place().await;
    place.mail(&place.signed_up(7, "ADA@example.com", "de").await).await;
    let mails = place.inbox.mails();
    assert_eq!((mails.len(), mails[0].to.as_str()), (1, "ada@example.com"), "as the owner entered it");
    insta::assert_snapshot!(format!("{}\n\n{}", mails[0].subject, mails[0].text), @"
    You already have an account at Demo

    Hello Ada,

    somebody, probably you, tried to create an account at Demo with this email address. You have one already.

    If it was you, sign in with the account that you have.

    If it wasn't, there is nothing to do: nothing was changed.

    Demo
    ");
}

#[tokio::test]
async fn a_sign_up_that_is_over_sends_nothing() {
    let place = place().await;
    let replaced = place.signed_up(7, "grace@example.org", "en").await;
    place.signed_up(8, "grace@example.org", "en").await;
    let id = place.mail(&replaced).await;
    assert_eq!(place.state(&id).await, DeliveryState::Done { at: place.stage.clock.now() });
    let late = place.signed_up(9, "late@example.org", "en").await;
    place.stage.clock.advance(policy::SIGN_UP_PENDING);
    place.mail(&late).await;
    assert!(place.inbox.mails().is_empty());
}
