use super::*;
use crate::id::SessionId;
use crate::session::EndReason;

const NOW: Timestamp = Timestamp::from_seconds(1000);

#[test]
fn only_a_new_browser_is_worth_a_mail() {
    let started = |browser| EventKind::SessionStarted {
        session_id: SessionId::from_random([1; 16]),
        client_id: ClientId::parse("app").expect("a client id"),
        browser,
        credential_version: 1,
        runs_out_at: None,
    };
    assert_eq!(caused_by(&started(Browser::New)), [Channel::MailNewBrowser]);
    assert!(caused_by(&started(Browser::Known)).is_empty());
    assert!(caused_by(&EventKind::user_created()).is_empty());
}

#[test]
fn a_failed_delivery_waits_within_a_doubling_bound_and_is_parked_in_the_end() {
    assert_eq!(after(Try::Sent, 1, 0, NOW), DeliveryState::Done { at: NOW });
    assert_eq!(after(Try::FailedForGood, 1, 0, NOW), DeliveryState::Parked { at: NOW });
    assert_eq!(after(Try::FailedForNow, 1, u32::MAX, NOW), DeliveryState::Due { due_at: Timestamp::from_seconds(1030) });
    assert_eq!(after(Try::FailedForNow, 3, u32::MAX, NOW), DeliveryState::Due { due_at: Timestamp::from_seconds(1120) });
    assert_eq!(after(Try::FailedForNow, 29, u32::MAX, NOW), DeliveryState::Due { due_at: Timestamp::from_seconds(4600) });
    assert_eq!(after(Try::FailedForNow, 3, 0, NOW), DeliveryState::Due { due_at: NOW });
    assert_eq!(after(Try::Unfinished, policy::DELIVERY_ATTEMPTS, u32::MAX, NOW), DeliveryState::Due { due_at: NOW });
    assert_eq!(after(Try::FailedForNow, policy::DELIVERY_ATTEMPTS, 0, NOW), DeliveryState::Parked { at: NOW });
}

#[test]
fn a_channel_is_read_by_the_name_that_it_writes() {
    let app = ClientId::parse("app").expect("a client id");
    for (channel, name) in [
        (Channel::MailNewBrowser, "mail_new_browser"),
        (Channel::MailSignUp, "mail_sign_up"),
        (Channel::MailInvitation, "mail_invitation"),
        (Channel::EraseTenant, "erase_tenant"),
        (Channel::MailPasswordReset, "mail_password_reset"),
        (Channel::MailPasswordChanged, "mail_password_changed"),
        (Channel::SmsPhoneCode, "sms_phone_code"),
        (Channel::MailPhoneChanged, "mail_phone_changed"),
        (Channel::SmsPhoneChanged, "sms_phone_changed"),
        (Channel::DeletePhoto, "delete_photo"),
        (Channel::BackchannelLogout, "backchannel_logout"),
        (Channel::LogoutToken(app), "logout_token:app"),
    ] {
        assert_eq!(channel.to_string(), name);
        assert_eq!(Channel::try_from(name.to_owned()), Ok(channel));
    }
    for none in ["pigeon", "logout_token", "logout_token:", "logout_token:a#b"] {
        assert_eq!(Channel::try_from(none.to_owned()), Err(InvalidChannel), "{none}");
    }
}

#[test]
fn a_sign_up_sends_its_link_whenever_it_is_asked_for() {
    let sign_up = crate::UserId::from_random([1; 16]);
    let started = EventKind::SignUpStarted { sign_up: sign_up.clone(), client_id: None };
    assert_eq!(caused_by(&started), [Channel::MailSignUp]);
    assert_eq!(caused_by(&EventKind::SignUpLinkRequested { sign_up }), [Channel::MailSignUp]);
}

#[test]
fn an_invitation_sends_its_link_and_one_that_is_taken_back_nothing() {
    let invitation = crate::UserId::from_random([1; 16]);
    let sent = EventKind::InvitationSent { invitation: invitation.clone(), version: 2, invited_by: None };
    assert_eq!(caused_by(&sent), [Channel::MailInvitation]);
    assert!(caused_by(&EventKind::InvitationRevoked { invitation }).is_empty());
}

#[test]
fn a_forgotten_password_is_written_about_where_there_is_an_account_and_a_new_one_always() {
    assert_eq!(caused_by(&EventKind::PasswordResetRequested { credential_version: 1 }), [Channel::MailPasswordReset]);
    assert_eq!(caused_by(&EventKind::AlarmRaised { credential_version: 2 }), [Channel::MailPasswordReset, Channel::EndSessions]);
    assert!(caused_by(&EventKind::PasswordResetRefused).is_empty());
    let changed = EventKind::PasswordChanged { version: 2, by: crate::event::ChangedBy::Reset };
    assert_eq!(caused_by(&changed), [Channel::MailPasswordChanged, Channel::EndSessions]);
}

#[test]
fn a_number_is_sent_its_code_and_the_one_before_is_told() {
    assert_eq!(caused_by(&EventKind::PhoneChangeRequested), [Channel::SmsPhoneCode]);
    let (version, credential_version) = (2, 1);
    for kind in [EventKind::PhoneChanged { version, credential_version }, EventKind::PhoneRemoved { version, credential_version }] {
        assert_eq!(caused_by(&kind), [Channel::MailPhoneChanged, Channel::SmsPhoneChanged]);
    }
}

#[test]
fn a_deletion_is_told_at_once_and_done_when_it_is_due() {
    let (now, due_at) = (Timestamp::from_seconds(1), Timestamp::from_seconds(9));
    let asked = EventKind::DeletionRequested { due_at };
    let due: Vec<_> = caused_by(&asked).iter().map(|channel| (channel.clone(), channel.first_due(&asked, now))).collect();
    assert_eq!(due, [(Channel::MailDeletion, now), (Channel::DeleteAccount, due_at)]);
    assert_eq!(caused_by(&EventKind::AccountDeleted { photo: None }), [Channel::EndSessions, Channel::DeletePhoto]);
}

#[test]
fn a_photo_is_looked_for_when_its_record_has_long_been_written_and_one_before_goes_at_once() {
    let (now, photo) = (Timestamp::from_seconds(1), crate::PhotoId::from_random([1; 16]));
    let due = |kind: EventKind| caused_by(&kind).iter().map(|channel| channel.first_due(&kind, now)).collect::<Vec<_>>();
    assert_eq!(due(EventKind::PhotoKept { photo: photo.clone() }), [now.plus(policy::PHOTO_UNSHOWN)]);
    assert_eq!(due(EventKind::PhotoChanged { version: 2, former: Some(photo) }), [now]);
}

#[test]
fn the_end_of_a_session_is_told_whatever_ended_it() {
    for reason in [EndReason::SignedOut, EndReason::Expired, EndReason::Revoked, EndReason::NotBefore] {
        let ended = EventKind::SessionEnded { session_id: SessionId::from_random([1; 16]), reason };
        assert_eq!(caused_by(&ended), [Channel::BackchannelLogout]);
    }
}
