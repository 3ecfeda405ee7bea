//! A token that an app shows about itself, to ask for or to give back: one of its own, or nothing.

use crypto::artefact::Kind;
use crypto::jws;
use domain::{ClientId, Timestamp, policy};
use oauth::access_token::{self, AccessToken, Reference};
use oauth::refresh_token::RefreshToken;
use store::PersonKeys;

use crate::failure::Failure;
use crate::tenant_context::TenantContext;

/// A token that this tenant issued to the app that shows it, and that hasn't expired. Whether it still counts is for the store to tell.
pub enum OwnToken {
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
            let fits = text.len() <= policy::REFRESH_TOKEN_MAX;
            return if fits { Ok(tenant.open(Kind::RefreshToken, Some(client), text, now)?.ok().map(Self::Refresh)) } else { Ok(None) };
        }
        let Ok(claims) = jws::verify_with_set(tenant.verifying_keys(), access_token::TYP, text) else { return Ok(None) };
        let Ok(token) = access_token::check(claims, &tenant.record().issuer, now) else { return Ok(None) };
        if token.client_id() != client {
            return Ok(None);
        }
        let reference = tenant.open::<Reference>(Kind::AccessReference, Some(client), token.reference(), now)?;
        Ok(reference.ok().map(|reference| Self::Access(token, reference)))
    }

    /// What tells whether it counts.
    pub fn keys(&self) -> PersonKeys {
        match self {
            Self::Access(_, reference) => {
                PersonKeys::of(reference.user_id.clone()).with_family(reference.family_id.clone()).with_session_if(reference.session_id.clone())
            }
            Self::Refresh(token) => PersonKeys::of(token.user_id.clone()).with_family(token.family_id.clone()),
        }
    }
}
