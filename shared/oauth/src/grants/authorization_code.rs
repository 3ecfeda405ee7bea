//! Redeeming an authorization code: once, by its client, with the right verifier, while its person still agrees (RFC 6749 §4.1.3).
//!
//! A second redemption by the code's own client is a replay and ends the family. Its own client is one that authenticated, or a public one
//! that has the right verifier; anybody else's second try changes nothing, so a stolen code can't be used to sign people out.

use domain::api::Api;
use domain::client::{Client, GrantType};
use domain::consent::{self, Asking, Consent};
use domain::family::{Family, FamilyState};
use domain::refresh::Offline;
use domain::session::Session;
use domain::tenant::Tenant;
use domain::user::User;
use domain::{Epoch, FamilyId, Timestamp, policy};

use super::CodeGrant;
use super::issuance::Issuance;
use crate::client_authentication::AuthenticatedClient;
use crate::code::AuthorizationCode;
use crate::error::reasons;
use crate::profile::{self, RedirectUriAtRedemption};
use crate::resource::{Granted, Unreachable};
use crate::{Sha256, pkce, resource, scope};

/// Who redeems what: the request's own part.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// Who asks, authenticated.
    pub client: &'a AuthenticatedClient,
    /// What was sent.
    pub grant: &'a CodeGrant,
    /// What the code says, opened for this client: it opens for no other.
    pub code: &'a AuthorizationCode,
    /// When it was issued.
    pub issued_at: Timestamp,
}

/// What the store knows about it, each read by its exact key.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The tenant, from memory.
    pub tenant: &'a Tenant,
    /// The code's person.
    pub user: Option<&'a User>,
    /// The code's session.
    pub session: Option<&'a Session>,
    /// What the person allows the client now.
    pub consent: Option<&'a Consent>,
    /// The API that the access token is to be for, from memory.
    pub api: Option<&'a Api>,
    /// The family that was made when the code was redeemed before.
    pub family: Option<&'a Family>,
}

/// What a new family is made with.
#[derive(Clone, Debug)]
pub struct NewFamily {
    /// Derived from the code's id.
    pub id: FamilyId,
    /// The epoch of the tenant's placement.
    pub epoch: Epoch,
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// Good: make the family, unless it exists by now, which is [`Outcome::Replayed`]; then the tokens.
    Redeemed(Box<Redemption<'a>>),
    /// Revoke the family, for [`domain::family::RevocationReason::CodeReplayed`]; answer [`Reason::Replayed`].
    Replayed,
    /// Answer the reason; nothing changes.
    Refused(Reason),
}

/// What tokens are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redemption<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// Who redeems.
    pub client: &'a Client,
    /// To be made, which is what redeems the code.
    pub family: Family,
    /// Whose tokens.
    pub user: &'a User,
    /// What was redeemed.
    pub code: &'a AuthorizationCode,
    /// For which API the access token is.
    pub api: Option<&'a Api>,
}

impl Redemption<'_> {
    /// What its tokens are made of.
    pub fn issuance(&self) -> Issuance<'_> {
        Issuance {
            tenant: self.tenant,
            client: self.client,
            family: &self.family,
            user: self.user,
            api: self.api,
            scopes: &self.family.scopes,
            authenticated_at: self.code.authenticated_at,
            methods: &self.code.methods,
            nonce: self.code.nonce.as_deref(),
        }
    }
}

reasons! {
    /// Why a code isn't redeemed. RFC 6749 §5.2 has one code for all that is wrong with the code itself.
    pub enum Reason {
        /// It doesn't open: forged, truncated, expired, another kind's, another tenant's or another client's.
        Unopened => InvalidGrant, "the code does not open";
        /// The tenant's home region moved since it was issued.
        EpochMoved => InvalidGrant, "the code was issued in another epoch";
        /// The client's profile demands PKCE by now.
        ChallengeMissing => InvalidGrant, "the code was issued without the code_challenge that the client needs";
        /// RFC 7636 §4.6.
        VerifierMissing => InvalidGrant, "code_verifier is missing";
        /// RFC 9700 §2.1.1.
        VerifierUnexpected => InvalidGrant, "code_verifier without a code_challenge";
        /// RFC 7636 §4.6.
        VerifierWrong => InvalidGrant, "code_verifier does not answer the code_challenge";
        /// RFC 6749 §4.1.3.
        RedirectUriMissing => InvalidGrant, "redirect_uri is missing";
        /// RFC 6749 §4.1.3.
        RedirectUriDiffers => InvalidGrant, "redirect_uri differs from the authorization request's";
        /// The person was deleted or disabled.
        UserNotActive => InvalidGrant, "the user may not act";
        /// The session ended since.
        SessionEnded => InvalidGrant, "the session has ended";
        /// The tenant or the client was cut off since.
        BeforeWatermark => InvalidGrant, "the code was issued before a watermark";
        /// The consent was withdrawn since.
        ConsentWithdrawn => InvalidGrant, "the user does not consent any more";
        /// The app is for other groups since.
        NotAdmitted => InvalidGrant, "the app is not for the user any more";
        /// RFC 8707 §2.2.
        ResourceNotGranted => InvalidTarget, "resource is another than the one that was granted";
        /// The API is gone since.
        ResourceUnknown => InvalidTarget, "no such API any more";
        /// RFC 9068 §3.
        ScopeElsewhere => InvalidScope, "nothing that was granted is of this resource";
        /// The person lost the roles since.
        ScopeNotGranted => InvalidScope, "the user's roles open no scope of this resource any more";
        /// RFC 6749 §4.1.2.
        Replayed => InvalidGrant, "the code was redeemed before";
    }
}

/// Decides a redemption.
pub fn redeem<'a>(attempt: &Attempt<'a>, found: &Found<'a>, new_family: NewFamily, sha256: Sha256, now: Timestamp) -> Outcome<'a> {
    let client = attempt.client.client();
    let proof = pkce::verify(client, attempt.code.code_challenge.as_ref(), attempt.grant.code_verifier.as_ref(), sha256);
    // RFC 6749 §4.1.2: whatever else is wrong with the second try.
    if found.family.is_some() && (client.is_confidential() || proof.is_ok()) {
        return Outcome::Replayed;
    }
    let checked = proof // RFC 7636 §4.6
        .and_then(|()| redirect_uri(attempt, sha256)) // RFC 6749 §4.1.3
        .and_then(|()| watermarks(attempt, found))
        .and_then(|()| person(attempt.code, found, now))
        .and_then(|person| admitted(client, found.tenant, person.0).map(|()| person))
        .and_then(|person| consented(attempt, found).map(|()| person))
        .and_then(|person| recipient(attempt, found, person.0).map(|api| (person, api))); // RFC 8707 §2.2
    match checked {
        Ok(((user, session), api)) => {
            let family = Family { domain: found.tenant.domain().cloned(), ..family((attempt.code, session), client, new_family, now) };
            Outcome::Redeemed(Box::new(Redemption { tenant: found.tenant, client, family, user, code: attempt.code, api }))
        }
        Err(reason) => Outcome::Refused(reason),
    }
}

fn redirect_uri(attempt: &Attempt<'_>, sha256: Sha256) -> Result<(), Reason> {
    match (attempt.grant.redirect_uri.as_deref(), profile::rules(attempt.client.client()).redirect_uri_at_redemption) {
        (Some(presented), _) if attempt.code.is_for_redirect_uri(presented, sha256) => Ok(()),
        (Some(_), _) => Err(Reason::RedirectUriDiffers),
        (None, RedirectUriAtRedemption::Required) => Err(Reason::RedirectUriMissing),
        (None, RedirectUriAtRedemption::Optional) => Ok(()),
    }
}

fn watermarks(attempt: &Attempt<'_>, found: &Found<'_>) -> Result<(), Reason> {
    let above = attempt.issued_at >= attempt.client.client().not_before && attempt.issued_at >= found.tenant.not_before;
    if above { Ok(()) } else { Err(Reason::BeforeWatermark) }
}

fn person<'a>(code: &AuthorizationCode, found: &Found<'a>, now: Timestamp) -> Result<(&'a User, &'a Session), Reason> {
    let user = found.user.filter(|user| user.is_active() && user.id == code.user_id).ok_or(Reason::UserNotActive)?;
    let same = |session: &&Session| session.id == code.session_id && session.user_id == user.id;
    let session = found.session.filter(same).ok_or(Reason::SessionEnded)?;
    session.live(found.tenant, user, now).map(|()| (user, session)).map_err(|_| Reason::SessionEnded)
}

fn admitted(client: &Client, tenant: &Tenant, user: &User) -> Result<(), Reason> {
    if client.admits(tenant, user) { Ok(()) } else { Err(Reason::NotAdmitted) }
}

fn consented(attempt: &Attempt<'_>, found: &Found<'_>) -> Result<(), Reason> {
    let code = attempt.code;
    let asked = scope::to_agree_to(&code.scopes, code.claims, code.audience.as_ref());
    match consent::asking(attempt.client.client(), found.consent, &asked) {
        Asking::NotNeeded => Ok(()),
        Asking::Needed => Err(Reason::ConsentWithdrawn),
    }
}

impl From<Unreachable> for Reason {
    fn from(why: Unreachable) -> Self {
        match why {
            Unreachable::NotGranted => Self::ResourceNotGranted,
            Unreachable::Unknown => Self::ResourceUnknown,
            Unreachable::BeforeWatermark => Self::BeforeWatermark,
        }
    }
}

fn recipient<'a>(attempt: &Attempt<'_>, found: &Found<'a>, user: &User) -> Result<Option<&'a Api>, Reason> {
    let granted = Granted { audience: attempt.code.audience.as_ref(), at: attempt.issued_at };
    let api = resource::recipient(granted, attempt.grant.resource.as_ref(), found.api, found.tenant.issuer())?;
    if scope::meant_for(&attempt.code.scopes, api).is_empty() {
        return Err(Reason::ScopeElsewhere);
    }
    if scope::granted(&attempt.code.scopes, api, &found.tenant.roster, user).is_empty() { Err(Reason::ScopeNotGranted) } else { Ok(api) }
}

fn family((code, session): (&AuthorizationCode, &Session), client: &Client, new: NewFamily, now: Timestamp) -> Family {
    // OpenID Connect Core §11: what was agreed to, and what the client can use.
    let is_offline = code.scopes.contains(scope::OFFLINE_ACCESS) && client.grant_types.contains(&GrantType::RefreshToken);
    let offline = is_offline.then(|| Offline::begin(code.authenticated_at, code.methods.clone(), new.epoch, now).living(&client.lifetimes, now));
    // An API may say by then that its tokens live longer than now.
    let longest = if code.audience.is_some() { policy::ACCESS_TOKEN_LONGEST } else { policy::ACCESS_TOKEN };
    let last_token_from = offline.as_ref().map_or(now, |offline| offline.ends_at);
    Family {
        id: new.id,
        user_id: code.user_id.clone(),
        client_id: client.id.clone(),
        session_id: session.id.clone(),
        scopes: code.scopes.clone(),
        claims: code.claims,
        audience: code.audience.clone(),
        state: FamilyState::Active,
        issued_at: now,
        ends_at: last_token_from.plus(longest).plus(policy::FAMILY_MARGIN),
        session_ends_at: session.ends_at,
        epoch: new.epoch,
        offline,
        domain: None,
    }
}

#[cfg(test)]
mod tests;
