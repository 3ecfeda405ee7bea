//! One-time use: the first claim of a thing wins, in the tenant's home region, whatever happens to the answer.

use crypto::{base64url, derive};
use domain::Timestamp;
use serde::Serialize;

use crate::attempt::AttemptId;
use crate::error::StoreError;
use crate::keys::{self, Key};
use crate::region::TenantStore;
use crate::row::{self, Ends, Item};
use crate::transaction::{Refusal, Transaction};
use crate::write::{self, Write};

/// What may be used once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// A client assertion, by its `jti` (RFC 7523 §3).
    ClientAssertion,
    /// A pushed request, by its id (RFC 9126 §4).
    PushedRequest,
    /// A request that makes something, by the key that its sender gave it (`Idempotency-Key`).
    MakingRequest,
}

impl Thing {
    /// The name in keys, without `#`; it never changes.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ClientAssertion => "client_assertion",
            Self::PushedRequest => "pushed_request",
            Self::MakingRequest => "making_request",
        }
    }
}

/// Names a thing that may be used once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnceKey {
    pub(crate) thing: Thing,
    pub(crate) issuer_or_client: String,
    // SHA-256 in base64url, so that whatever the id holds, it has 43 characters and no `#`.
    pub(crate) id_hash: String,
}

impl OnceKey {
    /// The thing that is called `id` in the namespace of an issuer or a client.
    pub fn new(thing: Thing, issuer_or_client: &str, id: &str) -> Self {
        Self { thing, issuer_or_client: issuer_or_client.to_owned(), id_hash: base64url::encode(derive::sha256(id.as_bytes())) }
    }
}

/// Who used a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claiming {
    /// This attempt.
    First,
    /// Another one, before.
    Replay,
}

/// A request that makes something once, however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MakingRequest {
    /// Who sent it, and the key that they gave it.
    pub key: OnceKey,
    /// Its body, hashed: the same key with another body is another request.
    pub body: AttemptId,
    /// Until when the key is remembered.
    pub ends_at: Timestamp,
}

/// What became of such a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made<T> {
    /// What the act says.
    Now(T),
    /// It was made before, by this very request.
    Before,
    /// The key was another request's.
    OtherRequest,
}

impl MakingRequest {
    /// The transaction with the claim of the key as its last part.
    pub(crate) fn part_of<'t>(&self, store: &TenantStore, transaction: Transaction<'t>) -> Result<Transaction<'t>, StoreError> {
        let (key, item) = part(store, &self.key, self.ends_at, self.body)?;
        Ok(transaction.put_new(&key, item))
    }

    /// Who had the key before, where the claim at `index` was refused.
    pub(crate) fn before<T>(&self, refusal: &mut Refusal, index: usize) -> Option<Made<T>> {
        let standing = refusal.take(index)?;
        Some(if self.body.signed(&standing) { Made::Before } else { Made::OtherRequest })
    }
}

#[derive(Serialize)]
struct Used {
    ends_at: Timestamp,
}

/// Claims `key` for `attempt`. `expires_at` is when the thing ends, after which the claim may be swept; until it is, it holds.
///
/// Costs 1 request, 1 write unit.
pub async fn claim(store: &TenantStore, key: &OnceKey, expires_at: Timestamp, attempt: AttemptId) -> Result<Claiming, StoreError> {
    let (key, item) = part(store, key, expires_at, attempt)?;
    match write::put_new(&store.database, &key, item).await? {
        Write::Done => Ok(Claiming::First),
        Write::Refused(standing) if attempt.signed(&standing) => Ok(Claiming::First),
        Write::Refused(_) => Ok(Claiming::Replay),
    }
}

/// The claim as a row, to be put where none stands, alone or in an act's transaction.
pub(crate) fn part(store: &TenantStore, key: &OnceKey, expires_at: Timestamp, attempt: AttemptId) -> Result<(Key, Item), StoreError> {
    let key = keys::once(&store.tenant, key);
    let mut item = row::write(&key, &Used { ends_at: expires_at }, Ends::At(expires_at))?;
    attempt.sign(&mut item);
    Ok((key, item))
}
