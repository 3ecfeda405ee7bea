//! What an event causes to be sent, and what becomes of each sending: due, then done or parked in sight, never dropped.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::event::{Administered, Browser, EventKind};
use crate::id::{ClientId, EventId, TenantId};
use crate::policy;
use crate::timestamp::Timestamp;

/// What is sent. With the event's id it names one delivery.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Channel {
    /// The mail "new sign-in from a new browser".
    MailNewBrowser,
    /// The mail with the link that proves an address, or to its owner that somebody wanted an account of theirs.
    MailSignUp,
    /// The mail with the link of an invitation.
    MailInvitation,
    /// The mail with the link for a new password.
    MailPasswordReset,
    /// The mail that tells of a new password.
    MailPasswordChanged,
    /// The mail with the link that proves another address of an account, or to its owner that somebody wanted it for theirs.
    MailEmailChange,
    /// The mail to the address before that there is another one.
    MailEmailChanged,
    /// The text message with the code that proves a telephone number.
    SmsPhoneCode,
    /// The mail that tells of another telephone number, or of none.
    MailPhoneChanged,
    /// The text message to the number before that it is the account's no more.
    SmsPhoneChanged,
    /// The mail that tells when an account will be deleted.
    MailDeletion,
    /// A photo that no record points to is removed.
    DeletePhoto,
    /// The account is deleted, when its time has come.
    DeleteAccount,
    /// The tenant is erased, when its time has come.
    EraseTenant,
    /// The sessions that a person's "not before" ended are ended one by one, so that their apps are told.
    EndSessions,
    /// A session ended: one delivery for each app that is to be told (OpenID Connect Back-Channel Logout §2.3).
    BackchannelLogout,
    /// The logout token of one app.
    LogoutToken(ClientId),
}

/// A text names no channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a channel")]
pub struct InvalidChannel;

const MAIL_NEW_BROWSER: &str = "mail_new_browser";
const MAIL_SIGN_UP: &str = "mail_sign_up";
const MAIL_INVITATION: &str = "mail_invitation";
const MAIL_PASSWORD_RESET: &str = "mail_password_reset";
const MAIL_PASSWORD_CHANGED: &str = "mail_password_changed";
const MAIL_EMAIL_CHANGE: &str = "mail_email_change";
const MAIL_EMAIL_CHANGED: &str = "mail_email_changed";
const SMS_PHONE_CODE: &str = "sms_phone_code";
const MAIL_PHONE_CHANGED: &str = "mail_phone_changed";
const SMS_PHONE_CHANGED: &str = "sms_phone_changed";
const MAIL_DELETION: &str = "mail_deletion";
const DELETE_PHOTO: &str = "delete_photo";
const DELETE_ACCOUNT: &str = "delete_account";
const ERASE_TENANT: &str = "erase_tenant";
const END_SESSIONS: &str = "end_sessions";
const BACKCHANNEL_LOGOUT: &str = "backchannel_logout";
const LOGOUT_TOKEN: &str = "logout_token:";

/// The channel's name in keys and nudges.
impl fmt::Display for Channel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MailNewBrowser => formatter.write_str(MAIL_NEW_BROWSER),
            Self::MailSignUp => formatter.write_str(MAIL_SIGN_UP),
            Self::MailInvitation => formatter.write_str(MAIL_INVITATION),
            Self::MailPasswordReset => formatter.write_str(MAIL_PASSWORD_RESET),
            Self::MailPasswordChanged => formatter.write_str(MAIL_PASSWORD_CHANGED),
            Self::MailEmailChange => formatter.write_str(MAIL_EMAIL_CHANGE),
            Self::MailEmailChanged => formatter.write_str(MAIL_EMAIL_CHANGED),
            Self::SmsPhoneCode => formatter.write_str(SMS_PHONE_CODE),
            Self::MailPhoneChanged => formatter.write_str(MAIL_PHONE_CHANGED),
            Self::SmsPhoneChanged => formatter.write_str(SMS_PHONE_CHANGED),
            Self::MailDeletion => formatter.write_str(MAIL_DELETION),
            Self::DeletePhoto => formatter.write_str(DELETE_PHOTO),
            Self::DeleteAccount => formatter.write_str(DELETE_ACCOUNT),
            Self::EraseTenant => formatter.write_str(ERASE_TENANT),
            Self::EndSessions => formatter.write_str(END_SESSIONS),
            Self::BackchannelLogout => formatter.write_str(BACKCHANNEL_LOGOUT),
            Self::LogoutToken(client) => write!(formatter, "{LOGOUT_TOKEN}{}", client.as_str()),
        }
    }
}

impl TryFrom<String> for Channel {
    type Error = InvalidChannel;
    fn try_from(text: String) -> Result<Self, InvalidChannel> {
        match text.as_str() {
            MAIL_NEW_BROWSER => Ok(Self::MailNewBrowser),
            MAIL_SIGN_UP => Ok(Self::MailSignUp),
            MAIL_INVITATION => Ok(Self::MailInvitation),
            MAIL_PASSWORD_RESET => Ok(Self::MailPasswordReset),
            MAIL_PASSWORD_CHANGED => Ok(Self::MailPasswordChanged),
            MAIL_EMAIL_CHANGE => Ok(Self::MailEmailChange),
            MAIL_EMAIL_CHANGED => Ok(Self::MailEmailChanged),
            SMS_PHONE_CODE => Ok(Self::SmsPhoneCode),
            MAIL_PHONE_CHANGED => Ok(Self::MailPhoneChanged),
            SMS_PHONE_CHANGED => Ok(Self::SmsPhoneChanged),
            MAIL_DELETION => Ok(Self::MailDeletion),
            DELETE_PHOTO => Ok(Self::DeletePhoto),
            DELETE_ACCOUNT => Ok(Self::DeleteAccount),
            ERASE_TENANT => Ok(Self::EraseTenant),
            END_SESSIONS => Ok(Self::EndSessions),
            BACKCHANNEL_LOGOUT => Ok(Self::BackchannelLogout),
            other => {
                let client = other.strip_prefix(LOGOUT_TOKEN).ok_or(InvalidChannel)?;
                ClientId::parse(client).map(Self::LogoutToken).map_err(|_| InvalidChannel)
            }
        }
    }
}

impl From<Channel> for String {
    fn from(channel: Channel) -> Self {
        channel.to_string()
    }
}

static NEW_BROWSER: [Channel; 1] = [Channel::MailNewBrowser];
static SIGN_UP: [Channel; 1] = [Channel::MailSignUp];
static INVITATION: [Channel; 1] = [Channel::MailInvitation];
static PASSWORD_RESET: [Channel; 1] = [Channel::MailPasswordReset];
static ALARM: [Channel; 2] = [Channel::MailPasswordReset, Channel::EndSessions];
static PASSWORD_CHANGED: [Channel; 2] = [Channel::MailPasswordChanged, Channel::EndSessions];
static EMAIL_CHANGE: [Channel; 1] = [Channel::MailEmailChange];
static EMAIL_CHANGED: [Channel; 1] = [Channel::MailEmailChanged];
static PHONE_CHANGE: [Channel; 1] = [Channel::SmsPhoneCode];
static PHONE_CHANGED: [Channel; 2] = [Channel::MailPhoneChanged, Channel::SmsPhoneChanged];
static DELETION: [Channel; 2] = [Channel::MailDeletion, Channel::DeleteAccount];
static PHOTO: [Channel; 1] = [Channel::DeletePhoto];
static GONE: [Channel; 2] = [Channel::EndSessions, Channel::DeletePhoto];
static ERASURE: [Channel; 1] = [Channel::EraseTenant];
static SESSION_ENDED: [Channel; 1] = [Channel::BackchannelLogout];

/// What an event causes to be sent.
pub fn caused_by(kind: &EventKind) -> &'static [Channel] {
    match kind {
        EventKind::SessionStarted { browser: Browser::New, .. } => &NEW_BROWSER,
        EventKind::SignUpStarted { .. } | EventKind::SignUpLinkRequested { .. } => &SIGN_UP,
        EventKind::InvitationSent { .. } => &INVITATION,
        EventKind::PasswordResetRequested { .. } => &PASSWORD_RESET,
        EventKind::AlarmRaised { .. } | EventKind::EmailGivenBack { .. } => &ALARM,
        EventKind::PasswordChanged { .. } => &PASSWORD_CHANGED,
        EventKind::SessionEnded { .. } => &SESSION_ENDED,
        EventKind::EmailChangeRequested { .. } => &EMAIL_CHANGE,
        EventKind::EmailChanged { .. } => &EMAIL_CHANGED,
        EventKind::PhoneChangeRequested => &PHONE_CHANGE,
        EventKind::PhoneChanged { .. } | EventKind::PhoneRemoved { .. } => &PHONE_CHANGED,
        EventKind::DeletionRequested { .. } => &DELETION,
        EventKind::PhotoKept { .. } | EventKind::PhotoChanged { .. } => &PHOTO,
        EventKind::AccountDeleted { .. } => &GONE,
        EventKind::Administered(Administered::TenantDeletionRequested { .. }) => &ERASURE,
        EventKind::SessionStarted { browser: Browser::Known, .. }
        | EventKind::TenantCreated
        | EventKind::ClientCreated { .. }
        | EventKind::ApiCreated { .. }
        | EventKind::TenantErased
        | EventKind::Administered(_)
        | EventKind::UserCreated { .. }
        | EventKind::ProfileCompleted { .. }
        | EventKind::TermsAccepted { .. }
        | EventKind::FoundingLinkIssued { .. }
        | EventKind::InvitationRevoked { .. }
        | EventKind::PasswordResetRefused
        | EventKind::ProfileChanged { .. }
        | EventKind::ConsentWithdrawn { .. }
        | EventKind::DeletionCancelled
        | EventKind::SignInRefused { .. }
        | EventKind::SignInThrottled { .. }
        | EventKind::ConsentGranted { .. }
        | EventKind::GrantIssued { .. }
        | EventKind::GrantRevoked { .. }
        | EventKind::SigningKeysRotated { .. }
        | EventKind::SigningKeysReplaced { .. }
        | EventKind::ImportedHashesAccepted { .. }
        | EventKind::MigrationChanged { .. }
        | EventKind::RosterChanged { .. }
        | EventKind::AttributesChanged { .. }
        | EventKind::UserAssigned { .. } => &[],
    }
}

impl Channel {
    /// When what `kind` causes is due first; at once, but for what was put off.
    pub const fn first_due(&self, kind: &EventKind, now: Timestamp) -> Timestamp {
        match (self, kind) {
            (Self::DeletePhoto, EventKind::PhotoKept { .. }) => now.plus(policy::PHOTO_UNSHOWN),
            (Self::DeleteAccount, EventKind::DeletionRequested { due_at })
            | (Self::EraseTenant, EventKind::Administered(Administered::TenantDeletionRequested { due_at, .. })) => *due_at,
            _ => now,
        }
    }
}

/// Names one delivery: an event sent by one channel. A nudge is this, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DeliveryId {
    /// Whose.
    pub tenant: TenantId,
    /// Of which event.
    pub event: EventId,
    /// By which channel.
    pub channel: Channel,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum DeliveryState {
    /// To be sent at `due_at` or later.
    Due {
        /// When.
        due_at: Timestamp,
    },
    /// Sent.
    Done {
        /// When.
        at: Timestamp,
    },
    /// Given up, for an operator to look at.
    Parked {
        /// When.
        at: Timestamp,
    },
}

/// A delivery's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Which.
    #[serde(flatten)]
    pub id: DeliveryId,
    /// The UTC day of the event, part of the event's key.
    pub event_at: Timestamp,
    /// The event's subject shard, the other part of its key.
    pub event_shard: u8,
    /// How often it was tried.
    pub attempts: u32,
    /// What became of it.
    #[serde(flatten)]
    pub state: DeliveryState,
}

/// How a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Try {
    /// Accepted by the next hop.
    Sent,
    /// A part is done; the rest takes another turn, at once.
    Unfinished,
    /// May work later.
    FailedForNow,
    /// Will never work: the address is gone, or its owner is.
    FailedForGood,
}

/// What becomes of a delivery after a try; `jitter` is uniform over all 32-bit values (full jitter).
pub fn after(tried: Try, attempts: u32, jitter: u32, now: Timestamp) -> DeliveryState {
    match tried {
        Try::Sent => DeliveryState::Done { at: now },
        Try::FailedForGood => DeliveryState::Parked { at: now },
        Try::Unfinished => DeliveryState::Due { due_at: now },
        Try::FailedForNow if attempts >= policy::DELIVERY_ATTEMPTS => DeliveryState::Parked { at: now },
        Try::FailedForNow => DeliveryState::Due { due_at: now.plus(backoff(attempts, jitter)) },
    }
}

// Full jitter: uniform between zero and a bound that doubles with each attempt.
fn backoff(attempts: u32, jitter: u32) -> Duration {
    let bound = policy::DELIVERY_FIRST_BACKOFF.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(policy::DELIVERY_LONGEST_BACKOFF);
    bound.mul_f64(f64::from(jitter) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests;
