//! What people are shown of what happened to their account.

use serde::Serialize;

use crate::event::{Browser, EventKind};
use crate::id::ClientId;

/// Something that happened, as its person understands it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// The account was made.
    AccountCreated,
    /// They signed in from a browser that had signed in before.
    SignedIn,
    /// From one that hadn't.
    SignedInFromNewBrowser,
    /// A session ended.
    SessionEnded,
    /// Somebody didn't get in.
    SignInRefused,
    /// A link for a new password was asked for.
    PasswordResetRequested,
    /// There is a new password.
    PasswordChanged,
    /// Another address was asked for.
    EmailChangeRequested,
    /// There is another address.
    EmailChanged,
    /// A code for a telephone number was asked for.
    PhoneChangeRequested,
    /// There is another telephone number.
    PhoneChanged,
    /// There is none any more.
    PhoneRemoved,
    /// What is known of them changed.
    ProfileChanged,
    /// They allowed an app something.
    AppAllowed,
    /// They took it back.
    AppRemoved,
    /// They agreed to terms.
    TermsAccepted,
    /// They said that it wasn't they who did something.
    AlarmRaised,
    /// They said so of another address, and have theirs back.
    EmailGivenBack,
    /// They want the account to be deleted.
    DeletionRequested,
    /// They don't any more.
    DeletionCancelled,
}

impl Happening {
    /// What an event about a person is to them; nothing where it is a matter between programs.
    pub const fn of(kind: &EventKind) -> Option<Self> {
        Some(match kind {
            EventKind::UserCreated { .. } => Self::AccountCreated,
            EventKind::SessionStarted { browser: Browser::Known, .. } => Self::SignedIn,
            EventKind::SessionStarted { browser: Browser::New, .. } => Self::SignedInFromNewBrowser,
            EventKind::SessionEnded { .. } => Self::SessionEnded,
            EventKind::SignInRefused { .. } => Self::SignInRefused,
            EventKind::PasswordResetRequested { .. } => Self::PasswordResetRequested,
            EventKind::PasswordChanged { .. } => Self::PasswordChanged,
            EventKind::EmailChangeRequested { .. } => Self::EmailChangeRequested,
            EventKind::EmailChanged { .. } => Self::EmailChanged,
            EventKind::PhoneChangeRequested => Self::PhoneChangeRequested,
            EventKind::PhoneChanged { .. } => Self::PhoneChanged,
            EventKind::PhoneRemoved { .. } => Self::PhoneRemoved,
            EventKind::ProfileChanged { .. } | EventKind::PhotoChanged { .. } | EventKind::ProfileCompleted { .. } => Self::ProfileChanged,
            EventKind::TermsAccepted { .. } => Self::TermsAccepted,
            EventKind::AlarmRaised { .. } => Self::AlarmRaised,
            EventKind::EmailGivenBack { .. } => Self::EmailGivenBack,
            EventKind::ConsentGranted { .. } => Self::AppAllowed,
            EventKind::ConsentWithdrawn { .. } => Self::AppRemoved,
            EventKind::DeletionRequested { .. } => Self::DeletionRequested,
            EventKind::DeletionCancelled => Self::DeletionCancelled,
            EventKind::TenantCreated
            | EventKind::ClientCreated { .. }
            | EventKind::ApiCreated { .. }
            | EventKind::TenantErased
            | EventKind::Administered(_)
            | EventKind::SignUpStarted { .. }
            | EventKind::SignUpLinkRequested { .. }
            | EventKind::PasswordResetRefused
            | EventKind::SignInThrottled { .. }
            | EventKind::GrantIssued { .. }
            | EventKind::GrantRevoked { .. }
            | EventKind::SigningKeysRotated { .. }
            | EventKind::SigningKeysReplaced { .. }
            | EventKind::ImportedHashesAccepted { .. }
            | EventKind::RosterChanged { .. }
            | EventKind::UserAssigned { .. }
            | EventKind::InvitationSent { .. }
            | EventKind::FoundingLinkIssued { .. }
            | EventKind::InvitationRevoked { .. }
            | EventKind::AttributesChanged { .. }
            | EventKind::MigrationChanged { .. }
            | EventKind::PhotoKept { .. }
            | EventKind::AccountDeleted { .. } => return None,
        })
    }

    /// Whether it deserves a second look: somebody else may have done it.
    pub const fn is_alert(self) -> bool {
        matches!(
            self,
            Self::SignedInFromNewBrowser
                | Self::SignInRefused
                | Self::PasswordResetRequested
                | Self::PasswordChanged
                | Self::EmailChangeRequested
                | Self::EmailChanged
                | Self::PhoneChangeRequested
                | Self::PhoneChanged
                | Self::PhoneRemoved
                | Self::AlarmRaised
                | Self::EmailGivenBack
                | Self::DeletionRequested
        )
    }
}

/// The app that an event is about, if it is.
pub const fn app_of(kind: &EventKind) -> Option<&ClientId> {
    match kind {
        EventKind::SessionStarted { client_id, .. }
        | EventKind::SignInRefused { client_id, .. }
        | EventKind::ConsentGranted { client_id, .. }
        | EventKind::ConsentWithdrawn { client_id } => Some(client_id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SessionId;
    use crate::timestamp::Timestamp;

    #[test]
    fn a_new_browser_is_an_alert_and_a_known_one_is_not() {
        let started = |browser| EventKind::SessionStarted {
            session_id: SessionId::from_random([1; 16]),
            client_id: ClientId::parse("app").expect("a client id"),
            browser,
            credential_version: 1,
            runs_out_at: Some(Timestamp::from_seconds(1)),
        };
        let shown = [Browser::Known, Browser::New].map(|browser| Happening::of(&started(browser)).map(Happening::is_alert));
        assert_eq!(shown, [Some(false), Some(true)]);
        assert_eq!(app_of(&started(Browser::New)).map(ClientId::as_str), Some("app"));
    }

    #[test]
    fn what_programs_do_among_themselves_is_not_shown() {
        assert_eq!(Happening::of(&EventKind::AccountDeleted { photo: None }), None);
        assert_eq!((Happening::of(&EventKind::DeletionCancelled), app_of(&EventKind::DeletionCancelled)), (Some(Happening::DeletionCancelled), None));
    }
}
