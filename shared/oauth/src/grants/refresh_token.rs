//! Refreshing (RFC 6749 §6): by the family's client, while its person still agrees; a token that was replaced ends the family (RFC 9700 §4.14.2).

use std::collections::BTreeSet;

use domain::api::Api;
use domain::client::Client;
use domain::consent::{self, Asking, Consent};
use domain::family::{self, Dead, Evidence, Family, RevocationReason};
use domain::refresh::{Offline, Rotation, Standing};
use domain::secret::SealedBytes;
use domain::tenant::Tenant;
use domain::user::User;
use domain::{Epoch, Timestamp};

use super::RefreshGrant;
use super::issuance::Issuance;
use crate::client_authentication::AuthenticatedClient;
use crate::error::reasons;
use crate::refresh_token::RefreshToken;
use crate::resource::{Granted, Unreachable};
use crate::{profile, resource, scope};

/// Who refreshes what: the request's own part.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// Who asks, authenticated.
    pub client: &'a AuthenticatedClient,
    /// What was sent.
    pub grant: &'a RefreshGrant,
    /// What the refresh token says, opened for this client: it opens for no other.
    pub token: &'a RefreshToken,
}

/// What is known about it: rows read by their exact keys, tenant and app from memory.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// Whether the token's family counts.
    pub evidence: Evidence<'a>,
    /// What the person allows the client now.
    pub consent: Option<&'a Consent>,
    /// The API that the access token is to be for, from memory.
    pub api: Option<&'a Api>,
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// Good: write that the token was used, then the tokens.
    Refreshed(Refresh<'a>),
    /// The retry of a refresh whose answer was lost: the same successor, and nothing to write.
    Repeated(Refresh<'a>, &'a SealedBytes),
    /// Revoke the family, then answer the reason.
    Reused(RevocationReason, Reason),
    /// Answer the reason; nothing changes.
    Refused(Reason),
}

/// What tokens are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refresh<'a> {
    /// Tokens of this.
    pub issuance: Issuance<'a>,
    /// The family's refresh tokens, as they were read.
    pub offline: &'a Offline,
    /// Whether the presented token is replaced.
    pub rotation: Rotation,
}

reasons! {
    /// Why a refresh token isn't honoured.
    pub enum Reason {
        /// It doesn't open: forged, truncated, expired, another kind's, another tenant's or another client's.
        Unopened => InvalidGrant, "the refresh token does not open";
        /// The family is swept, another client's, or has no refresh tokens.
        FamilyUnknown => InvalidGrant, "the refresh token has no family";
        /// OpenID Connect Core §12.2: a refreshed ID token has the `iss` of the first.
        OtherIssuer => InvalidGrant, "the refresh token is of another issuer of the tenant";
        /// Revoked, or below a watermark; or its person may not act.
        Dead => InvalidGrant, "the refresh token's family is dead";
        /// RFC 9700 §4.14.2: idle for too long, or too old.
        Ended => InvalidGrant, "the refresh token was not used for too long, or its family is too old";
        /// RFC 9700 §4.14.2.
        Reused => InvalidGrant, "the refresh token was replaced";
        /// A home that was lost and its successor both went on.
        Diverged => InvalidGrant, "the refresh token is of another lineage";
        /// The consent was withdrawn since.
        ConsentWithdrawn => InvalidGrant, "the user does not consent any more";
        /// The app is for other groups since.
        NotAdmitted => InvalidGrant, "the app is not for the user any more";
        /// RFC 6749 §6.
        ScopeWider => InvalidScope, "scope is wider than what was granted";
        /// RFC 8707 §2.2.
        ResourceNotGranted => InvalidTarget, "resource is another than the one that was granted";
        /// The API is gone since.
        ResourceUnknown => InvalidTarget, "no such API any more";
        /// RFC 9068 §3.
        ScopeElsewhere => InvalidScope, "nothing that was asked for is of this resource";
        /// The person lost the roles since.
        ScopeNotGranted => InvalidScope, "the user's roles open no scope of this resource any more";
    }
}

/// Decides a refresh in the epoch `current` of the tenant's placement.
pub fn refresh<'a>(attempt: &Attempt<'a>, found: &Found<'a>, current: Epoch, now: Timestamp) -> Outcome<'a> {
    let client = attempt.client.client();
    let (user, family, offline) = match standing_family(attempt, found, now) {
        Ok(found) => found,
        Err(reason) => return Outcome::Refused(reason),
    };
    let standing = offline.standing(attempt.token.generation, current, now);
    match standing {
        Standing::Reused => return Outcome::Reused(RevocationReason::RefreshTokenReused, Reason::Reused),
        Standing::Diverged => return Outcome::Reused(RevocationReason::LineagesDiverged, Reason::Diverged),
        Standing::Ended => return Outcome::Refused(Reason::Ended),
        Standing::Newest | Standing::Retried(_) => {}
    }
    let checked = consented(client, found.consent, family)
        .and_then(|()| recipient(attempt, found, family)) // RFC 8707 §2.2
        .and_then(|api| scopes((attempt.grant, family), api, (found.evidence.tenant, user)).map(|scopes| (api, scopes))); // RFC 6749 §6
    let refresh = match checked {
        Ok((api, scopes)) => Refresh {
            // OpenID Connect Core §12.2: `auth_time` is that of the sign-in, and there is no nonce.
            issuance: Issuance {
                tenant: found.evidence.tenant,
                client,
                family,
                user,
                api,
                scopes,
                authenticated_at: offline.authenticated_at,
                methods: &offline.methods,
                nonce: None,
            },
            offline,
            rotation: profile::rules(client).refresh_rotation,
        },
        Err(reason) => return Outcome::Refused(reason),
    };
    match standing {
        Standing::Retried(successor) => Outcome::Repeated(refresh, successor),
        _ => Outcome::Refreshed(refresh),
    }
}

fn standing_family<'a>(attempt: &Attempt<'a>, found: &Found<'a>, now: Timestamp) -> Result<(&'a User, &'a Family, &'a Offline), Reason> {
    let client = attempt.client.client();
    let own = |family: &&Family| family.id == attempt.token.family_id && family.user_id == attempt.token.user_id && family.client_id == client.id;
    let offline = found.evidence.family.filter(own).and_then(|family| family.offline.as_ref()).ok_or(Reason::FamilyUnknown)?;
    let (family, user) = family::live(&found.evidence, now)?;
    if family.domain.as_ref() == found.evidence.tenant.domain() { Ok((user, family, offline)) } else { Err(Reason::OtherIssuer) }
}

impl From<Dead> for Reason {
    fn from(dead: Dead) -> Self {
        if dead == Dead::NotAdmitted { Self::NotAdmitted } else { Self::Dead }
    }
}

fn consented(client: &Client, consent: Option<&Consent>, family: &Family) -> Result<(), Reason> {
    match consent::asking(client, consent, &scope::to_agree_to(&family.scopes, family.claims, family.audience.as_ref())) {
        Asking::NotNeeded => Ok(()),
        Asking::Needed => Err(Reason::ConsentWithdrawn),
    }
}

impl From<Unreachable> for Reason {
    fn from(why: Unreachable) -> Self {
        match why {
            Unreachable::NotGranted => Self::ResourceNotGranted,
            Unreachable::Unknown => Self::ResourceUnknown,
            Unreachable::BeforeWatermark => Self::Dead,
        }
    }
}

fn recipient<'a>(attempt: &Attempt<'_>, found: &Found<'a>, family: &Family) -> Result<Option<&'a Api>, Reason> {
    let granted = Granted { audience: family.audience.as_ref(), at: family.issued_at };
    Ok(resource::recipient(granted, attempt.grant.resource.as_ref(), found.api, found.evidence.tenant.issuer())?)
}

// RFC 6749 §6: what is asked for must have been granted; the refresh token keeps what it was granted.
fn scopes<'a>(
    (grant, family): (&'a RefreshGrant, &'a Family),
    api: Option<&Api>,
    (tenant, user): (&Tenant, &User),
) -> Result<&'a BTreeSet<String>, Reason> {
    let asked = match &grant.scopes {
        None => &family.scopes,
        Some(narrower) if narrower.is_subset(&family.scopes) => narrower,
        Some(_) => return Err(Reason::ScopeWider),
    };
    if scope::meant_for(asked, api).is_empty() {
        return Err(Reason::ScopeElsewhere);
    }
    if scope::granted(asked, api, &tenant.roster, user).is_empty() { Err(Reason::ScopeNotGranted) } else { Ok(asked) }
}

#[cfg(test)]
mod tests;
