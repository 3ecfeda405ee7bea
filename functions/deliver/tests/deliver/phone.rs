//! Text messages about telephone numbers, and the mail that goes with them.

use std::time::Duration;

use cloud::sms::{Sms, SmsError};
use domain::delivery::{Channel, DeliveryId, DeliveryState};
use domain::event::{EventKind, Personal, RecordedEvent};
use domain::phone::{PhoneCode, PhoneNumber};
use domain::policy;
use runtime::Clock;
use testkit::rows::value;

use crate::support::{Place, place};

const NUMBER: &str = "+4915123456789";

impl Place {
    /// A code that Ada asked for, and the delivery that sends it.
    async fn code_asked(&self) -> (RecordedEvent, DeliveryId) {
        let event = self.scene.personal_event(EventKind::PhoneChangeRequested).await;
        let (number, now) = (PhoneNumber::parse(NUMBER).expect("a number"), self.stage.clock.now());
        let code = PhoneCode::sent(number, event.id.clone(), domain::SessionId::from_random([1; 16]), now);
        self.scene.home().send_phone_code(&self.scene.person.id, &code, &event).await.expect("a code");
        let id = self.due_by(Channel::SmsPhoneCode, &event).await;
        (event, id)
    }

    async fn speaks(&self, locale: &str) {
        let profile = domain::user::Profile { locale: Some(locale.to_owned()), ..self.scene.person.profile.clone() };
        self.scene.change_person(&self.stage, "profile", value(&profile)).await;
    }

    async fn is_done(&self, id: &DeliveryId) -> bool {
        self.state(id).await == DeliveryState::Done { at: self.stage.clock.now() }
    }
}

#[tokio::test]
async fn a_code_goes_to_the_number_that_it_proves_and_is_the_same_however_often_it_is_sent() {
    for (locale, said) in [("en", "is your code for Demo. Don't give it to anybody."), ("de", "ist Ihr Code für Demo. Geben Sie ihn niemandem.")] {
        let place = place().await;
        place.speaks(locale).await;
        let (event, id) = place.code_asked().await;
        let code = place.scene.tenant.code_of(&event.id).expect("keys").expose().clone();
        assert!(!format!("{event:?}").contains(&code));
        place.handset.fail(Some(SmsError::ForNow("an outage".to_owned())));
        place.nudge(&id).await;
        place.handset.fail(None);
        place.stage.clock.advance(policy::DELIVERY_FIRST_BACKOFF);
        place.nudge(&id).await;
        let text = format!("{code} {said}\n\n@demo.id.example.com #{code}");
        assert_eq!(place.handset.messages(), [Sms { to: NUMBER.to_owned(), text }]);
        assert_eq!((place.handset.tries(), place.is_done(&id).await), (2, true));
        assert!(place.inbox.mails().is_empty());
    }
}

#[tokio::test]
async fn no_code_is_sent_that_was_superseded_or_used_or_has_run_out() {
    let place = place().await;
    let (_, older) = place.code_asked().await;
    let (newer, id) = place.code_asked().await;
    place.nudge(&older).await;
    assert!(place.handset.messages().is_empty() && place.is_done(&older).await);
    let number = PhoneNumber::parse(NUMBER).expect("a number");
    let next = place.scene.person.with_proved_phone(&number, place.stage.clock.now());
    let changed = place.scene.event(EventKind::PhoneChanged { version: next.version, credential_version: 1 });
    assert_eq!(place.scene.home().prove_phone(&next, &newer.id, &changed).await, Ok(store::UserChange::Changed));
    place.nudge(&id).await;
    assert!(place.handset.messages().is_empty() && place.is_done(&id).await);
    let (_, late) = place.code_asked().await;
    place.stage.clock.advance(policy::PHONE_CODE);
    place.nudge(&late).await;
    assert!(place.handset.messages().is_empty() && place.is_done(&late).await);
}

#[tokio::test]
async fn f28_while_text_messages_are_down_mails_go_and_a_code_that_is_over_is_not_sent_afterwards() {
    let place = place().await;
    let (_, id) = place.code_asked().await;
    place.handset.fail(Some(SmsError::ForNow("an outage".to_owned())));
    let mail = place.due().await;
    let end = testkit::FixedClock::USUAL.plus(policy::PHONE_CODE);
    while place.stage.clock.now() < end {
        for due in place.swept().await {
            place.nudge(&due).await;
        }
        place.stage.clock.advance(Duration::from_secs(15));
    }
    assert!(matches!(place.state(&mail).await, DeliveryState::Done { .. }) && place.inbox.mails().len() == 1);
    assert!((3..=20).contains(&place.handset.tries()), "{}", place.handset.tries());
    place.handset.fail(None);
    place.stage.clock.advance(policy::DELIVERY_LONGEST_BACKOFF);
    place.nudge(&id).await;
    assert!(place.handset.messages().is_empty() && place.is_done(&id).await);
}

#[tokio::test]
async fn a_number_that_no_message_can_reach_is_not_tried_again() {
    let place = place().await;
    let (_, id) = place.code_asked().await;
    place.handset.fail(Some(SmsError::ForGood("no such number".to_owned())));
    place.nudge(&id).await;
    place.handset.fail(None);
    place.stage.clock.advance(Duration::from_secs(60));
    place.nudge(&id).await;
    assert_eq!((place.handset.tries(), place.handset.messages().len()), (1, 0));
    assert!(matches!(place.state(&id).await, DeliveryState::Parked { .. }));
}

#[tokio::test]
async fn the_number_before_and_the_address_are_told_of_another_number_and_of_none() {
    let kinds = [
        (EventKind::PhoneChanged { version: 2, credential_version: 1 }, "Your telephone number at Demo was changed"),
        (EventKind::PhoneRemoved { version: 2, credential_version: 1 }, "Your telephone number at Demo was removed"),
    ];
    for (kind, subject) in kinds {
        let place = place().await;
        let personal = Personal { former_phone: Some("+447700900123".to_owned()), ..Personal::default() };
        let event = place.scene.personal_event_with(kind, personal).await;
        place.scene.home().record_event(&event).await.expect("an event");
        for channel in [Channel::SmsPhoneChanged, Channel::MailPhoneChanged] {
            let id = place.due_by(channel, &event).await;
            place.nudge(&id).await;
            assert!(place.is_done(&id).await);
        }
        let text = "This is no longer the telephone number of your account at Demo. If that wasn't you, tell your administrator at once.";
        assert_eq!(place.handset.messages(), [Sms { to: "+447700900123".to_owned(), text: text.to_owned() }]);
        let [mail] = &place.inbox.mails()[..] else { panic!("one mail") };
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("ada@example.com", subject));
        assert!(mail.text.contains("https://demo.id.example.com/not-me?link="), "{}", mail.text);
    }
}

#[tokio::test]
async fn where_there_was_no_number_before_no_message_is_sent() {
    let place = place().await;
    let id = place.due_about_ada(EventKind::PhoneChanged { version: 2, credential_version: 1 }, Channel::SmsPhoneChanged).await;
    place.nudge(&id).await;
    assert!(place.handset.messages().is_empty() && place.is_done(&id).await);
}
