//! A token that an app shows about itself, to ask for or to give back: one of its own, or nothing.

use crypto::artefact::Kind;
use crypto::jws;
use domain::{ClientId, FamilyId, Timestamp, UserId, policy};
use oauth::access_token::{self, AccessToken, Reference};
use oauth::refresh_token::RefreshToken;
use store::PersonKeys;

use crate::failure::Failure;
use crate::tenant_context::TenantContext;

/// A token that this tenant issued to the app that shows it, and that hasn't expired. Whether it still counts is for the store to tell.
pub enum OwnToken {
    /// One of a person's.
    Family(FamilyToken),
    /// An access token that the app got for itself (RFC 6749 §4.4).
    Client(AccessToken),
}

/// A token of a family.
pub enum FamilyToken {
    /// An access token, and the keys that it seals.
    Access(AccessToken, Reference),
    /// A refresh token.
    Refresh(RefreshToken),
}

impl OwnToken {
    /// Reads a token that `client` shows; `None` for anything else, whatever is wrong with it.
    pub fn read(tenant: &TenantContext, client: &ClientId, text: &str, now: Timestamp) -> Result<Option<Self>, Failure> {
        // A JWS has dots, an artefact hasn't.
        if !text.contains('.') {
            if text.len() > policy::REFRESH_TOKEN_MAX {
                return Ok(None);
            }
            let opened = tenant.open(Kind::RefreshToken, Some(client), text, now)?;
            return Ok(opened.ok().map(|token| Self::Family(FamilyToken::Refresh(token))));
        }
        let Ok(claims) = jws::verify_with_set(tenant.verifying_keys(), access_token::TYP, text) else { return Ok(None) };
        let Ok(token) = access_token::read(claims, tenant.record(), now) else { return Ok(None) };
        if token.client_id() != client {
            return Ok(None);
        }
        let Some(reference) = token.reference() else { return Ok(Some(Self::Client(token))) };
        let reference = tenant.open::<Reference>(Kind::AccessReference, Some(client), reference, now)?;
        Ok(reference.ok().map(|reference| Self::Family(FamilyToken::Access(token, reference))))
    }
}

impl FamilyToken {
    /// Whose family it is of, and which.
    pub const fn family(&self) -> (&UserId, &FamilyId) {
        match self {
            Self::Access(_, reference) => (&reference.user_id, &reference.family_id),
            Self::Refresh(token) => (&token.user_id, &token.family_id),
        }
    }

    /// What tells whether it counts.
    pub fn keys(&self) -> PersonKeys {
        let (user, family) = self.family();
        let keys = PersonKeys::of(user.clone()).with_family(family.clone());
        match self {
            Self::Access(_, reference) => keys.with_session_if(reference.session_id.clone()),
            Self::Refresh(_) => keys,
        }
    }
}
