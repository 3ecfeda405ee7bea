//! Sealed artefacts: authorization codes, states, cookies and references that are texts, not rows, and cost no write to issue.
//!
//! Form, before base64url: version `1`, key version (4 bytes), epoch (4), expiry in ms (8), length of the region's name (1), the
//! region's name, salt (16); then the JSON payload under AES-256-GCM with its tag. Everything before the payload is readable and
//! authenticated. Kind, tenant, client and domain aren't written: they are part of the derivation of the key, so that an artefact opens only as what it is.

use domain::custom_domain::DomainName;
use domain::placement::AcrossEpochs;
use domain::{ClientId, Epoch, Region, TenantId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::aead::{MessageKey, SALT};
use crate::base64url;
use crate::key::{DataKeys, SymmetricKey};

const VERSION: u8 = 1;
const LABEL: &[u8] = b"countersign artefact";

/// No artefact is longer, in characters; what is longer isn't looked at. Callers hold tighter caps of their own.
pub const LONGEST: usize = 16 * 1024;

/// What an artefact is. One kind can't stand in for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An authorization code (RFC 6749 §4.1.2).
    AuthorizationCode,
    /// The state of a half-finished sign-in, a hidden field of its page.
    SignInState,
    /// The state of a consent page.
    ConsentState,
    /// The state of a page that asks whether to sign out.
    LogoutState,
    /// A logout that an app asked for by POST, on its way to the browser's session.
    LogoutRequest,
    /// The session cookie.
    Session,
    /// The cookie of a browser that signed in before.
    Device,
    /// The claim of an access token that carries internal keys.
    AccessReference,
    /// An authorization request on its way to a page (RFC 9126 §2.2).
    AuthorizationRequest,
    /// A refresh token (RFC 6749 §1.5).
    RefreshToken,
    /// The state of a sign-up page.
    SignUpState,
    /// The link that proves an address.
    VerificationLink,
    /// The state of a page that asks whose password is forgotten.
    ResetState,
    /// The link for a new password.
    ResetLink,
    /// The state of a page that asks for what an account lacks.
    CompletionState,
    /// The link "this wasn't me" of a notice.
    NotMeLink,
    /// The link of an invitation.
    InvitationLink,
    /// The state of a form on a person's own account pages.
    AccountState,
    /// The link that proves another address of an account.
    EmailLink,
    /// The link "this wasn't me" of the mail about another address.
    FormerEmailLink,
    /// The state of a page that asks for another password in the place of one that is too old.
    OutlivedState,
    /// Where a page of a list of the admin API ended.
    Cursor,
}

impl Kind {
    /// The name under which it is sealed.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::SignInState => "sign_in_state",
            Self::ConsentState => "consent_state",
            Self::LogoutState => "logout_state",
            Self::LogoutRequest => "logout_request",
            Self::Cursor => "cursor",
            Self::Session => "session",
            Self::Device => "device",
            Self::AccessReference => "access_reference",
            Self::AuthorizationRequest => "authorization_request",
            Self::RefreshToken => "refresh_token",
            Self::SignUpState => "sign_up_state",
            Self::VerificationLink => "verification_link",
            Self::ResetState => "reset_state",
            Self::ResetLink => "reset_link",
            Self::CompletionState => "completion_state",
            Self::NotMeLink => "not_me_link",
            Self::InvitationLink => "invitation_link",
            Self::AccountState => "account_state",
            Self::EmailLink => "email_link",
            Self::FormerEmailLink => "former_email_link",
            Self::OutlivedState => "outlived_state",
        }
    }

    // INVARIANT: a number is never given to another kind; live artefacts of the old one would become the new one.
    const fn tag(self) -> u8 {
        match self {
            Self::AuthorizationCode => 1,
            Self::SignInState => 2,
            Self::ConsentState => 3,
            Self::Session => 4,
            Self::Device => 5,
            Self::AccessReference => 6,
            Self::AuthorizationRequest => 7,
            Self::RefreshToken => 10,
            Self::LogoutState => 20,
            Self::LogoutRequest => 21,
            Self::SignUpState => 22,
            Self::VerificationLink => 23,
            Self::ResetState => 24,
            Self::ResetLink => 25,
            Self::CompletionState => 30,
            Self::NotMeLink => 26,
            Self::InvitationLink => 31,
            Self::AccountState => 32,
            Self::EmailLink => 33,
            Self::FormerEmailLink => 36,
            Self::OutlivedState => 34,
            Self::Cursor => 40,
        }
    }

    /// Whether it opens only at the issuer of the tenant at which it was made (docs/decisions/0025): whatever a browser or an app brings back to where
    /// it was given. Tokens are accepted at every issuer, and links lead to one by themselves.
    pub const fn stays_at_its_issuer(self) -> bool {
        match self {
            Self::AuthorizationCode
            | Self::AuthorizationRequest
            | Self::SignInState
            | Self::ConsentState
            | Self::CompletionState
            | Self::OutlivedState
            | Self::LogoutState
            | Self::LogoutRequest
            | Self::SignUpState
            | Self::ResetState
            | Self::AccountState
            | Self::Session
            | Self::Device => true,
            Self::AccessReference
            | Self::RefreshToken
            | Self::Cursor
            | Self::VerificationLink
            | Self::ResetLink
            | Self::NotMeLink
            | Self::InvitationLink
            | Self::EmailLink
            | Self::FormerEmailLink => false,
        }
    }

    /// Whether it outlives the epoch that minted it.
    pub const fn across_epochs(self) -> AcrossEpochs {
        match self {
            Self::AuthorizationCode
            | Self::SignInState
            | Self::ConsentState
            | Self::AuthorizationRequest
            | Self::LogoutState
            | Self::LogoutRequest
            | Self::SignUpState
            | Self::ResetState
            | Self::CompletionState
            | Self::OutlivedState
            | Self::AccountState => AcrossEpochs::Dies,
            Self::Session
            | Self::Device
            | Self::AccessReference
            | Self::RefreshToken
            | Self::Cursor
            | Self::VerificationLink
            | Self::ResetLink
            | Self::NotMeLink
            | Self::InvitationLink
            | Self::EmailLink
            | Self::FormerEmailLink => AcrossEpochs::Survives,
        }
    }
}

/// What is written on an artefact when it is sealed.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// What it is.
    pub kind: Kind,
    /// Whose it is.
    pub tenant: &'a TenantId,
    /// The client it was issued to, if to one.
    pub client: Option<&'a ClientId>,
    /// The domain of the tenant's own at which it was made, if at one; it counts for the kinds of [`Kind::stays_at_its_issuer`].
    pub domain: Option<&'a DomainName>,
    /// The region that minted it.
    pub region: &'a Region,
    /// The epoch in which it did.
    pub epoch: Epoch,
    /// The first moment at which it no longer opens.
    pub expires_at: Timestamp,
}

/// What a reader expects an artefact to be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// What it must be.
    pub kind: Kind,
    /// Whose it must be: the tenant of the route, never one from the request.
    pub tenant: &'a TenantId,
    /// The client it must have been issued to; `None` only for kinds that belong to no client.
    pub client: Option<&'a ClientId>,
    /// The domain of the tenant's own at which the request arrived, if at one.
    pub domain: Option<&'a DomainName>,
}

/// An artefact that was ours, and is still good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened<T> {
    /// What it carries.
    pub payload: T,
    /// The region that minted it.
    pub region: Region,
    /// The epoch in which it did.
    pub epoch: Epoch,
    /// The first moment at which it no longer opens.
    pub expires_at: Timestamp,
}

/// Why an artefact wasn't sealed. Input has its limits before it comes here, so both are defects of the caller.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The payload has no JSON form.
    #[error("the payload of an artefact can't be written")]
    Payload(#[from] serde_json::Error),
    /// It would be longer than [`LONGEST`], or its region's name longer than 255 bytes.
    #[error("an artefact of {0} characters")]
    TooLong(usize),
}

/// Why an artefact doesn't open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It isn't an artefact of a form that this release reads.
    #[error("not an artefact")]
    Malformed,
    /// The version of the data key that sealed it is gone.
    #[error("sealed under an unknown key version")]
    UnknownKey,
    /// It was changed, or is another kind, another tenant's or another client's.
    #[error("not sealed as this kind for this tenant and client")]
    Forged,
    /// It was good until its expiry.
    #[error("expired")]
    Expired,
}

/// Seals `payload` under the current version of the tenant's `sealing` key. `salt` is random.
pub fn seal(keys: &DataKeys, stamp: &Stamp<'_>, salt: [u8; SALT], payload: &impl Serialize) -> Result<String, SealError> {
    let (key_id, key) = keys.current();
    let plain = Zeroizing::new(serde_json::to_vec(payload)?);
    let region = stamp.region.as_str().as_bytes();
    let region_length = u8::try_from(region.len()).map_err(|_| SealError::TooLong(region.len()))?;

    let mut header = Vec::with_capacity(18 + region.len() + SALT);
    header.push(VERSION);
    header.extend_from_slice(&key_id.to_be_bytes());
    header.extend_from_slice(&stamp.epoch.0.to_be_bytes());
    header.extend_from_slice(&stamp.expires_at.millis().to_be_bytes());
    header.push(region_length);
    header.extend_from_slice(region);
    header.extend_from_slice(&salt);

    let belongs = Expected { kind: stamp.kind, tenant: stamp.tenant, client: stamp.client, domain: stamp.domain };
    let text = base64url::encode(message_key(key, &salt, &belongs).seal(header, &plain));
    if text.len() > LONGEST { Err(SealError::TooLong(text.len())) } else { Ok(text) }
}

/// Opens an artefact that is what the reader expects and hasn't expired at `now`.
///
/// Whether its epoch is still honoured is the placement's decision: [`domain::Placement::honours`] with [`Kind::across_epochs`].
pub fn open<T: DeserializeOwned>(keys: &DataKeys, expected: &Expected<'_>, text: &str, now: Timestamp) -> Result<Opened<T>, Refusal> {
    if text.len() > LONGEST {
        return Err(Refusal::Malformed);
    }
    let bytes = base64url::decode(text).map_err(|_| Refusal::Malformed)?;
    let header = Header::parse(&bytes).ok_or(Refusal::Malformed)?;
    let key = keys.find(header.key_id).ok_or(Refusal::UnknownKey)?;
    let plain = message_key(key, header.salt, expected).open(header.bytes, header.sealed).ok_or(Refusal::Forged)?;
    // SECURITY: nothing of the header is believed above this line.
    if now >= header.expires_at {
        return Err(Refusal::Expired);
    }
    let payload = serde_json::from_slice(&plain).map_err(|_| Refusal::Malformed)?;
    Ok(Opened { payload, region: Region::new(header.region), epoch: header.epoch, expires_at: header.expires_at })
}

/// What stands in clear in front of the payload.
struct Header<'a> {
    bytes: &'a [u8],
    key_id: u32,
    epoch: Epoch,
    expires_at: Timestamp,
    region: &'a str,
    salt: &'a [u8; SALT],
    sealed: &'a [u8],
}

impl<'a> Header<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        if *version != VERSION {
            return None;
        }
        let (key_id, rest) = rest.split_first_chunk()?;
        let (epoch, rest) = rest.split_first_chunk()?;
        let (expires_at, rest) = rest.split_first_chunk()?;
        let (region_length, rest) = rest.split_first()?;
        let (region, rest) = rest.split_at_checked(usize::from(*region_length))?;
        let (salt, sealed) = rest.split_first_chunk()?;
        Some(Self {
            bytes: &bytes[..bytes.len() - sealed.len()],
            key_id: u32::from_be_bytes(*key_id),
            epoch: Epoch(u32::from_be_bytes(*epoch)),
            expires_at: Timestamp::from_millis(u64::from_be_bytes(*expires_at)),
            region: std::str::from_utf8(region).ok()?,
            salt,
            sealed,
        })
    }
}

fn message_key(key: &SymmetricKey, salt: &[u8; SALT], belongs: &Expected<'_>) -> MessageKey {
    let client = belongs.client.map_or(&[][..], |client| client.as_str().as_bytes());
    // A client id has at least one character, so an empty part means no client.
    let tag = [belongs.kind.tag()];
    let parts = [LABEL, &tag, belongs.kind.label().as_bytes(), belongs.tenant.as_str().as_bytes(), client];
    match belongs.domain.filter(|_| belongs.kind.stays_at_its_issuer()) {
        Some(domain) => MessageKey::derive(key, salt, &[&parts[..], &[domain.as_str().as_bytes()]].concat()),
        // As at the tenant's first issuer ever since.
        None => MessageKey::derive(key, salt, &parts),
    }
}
