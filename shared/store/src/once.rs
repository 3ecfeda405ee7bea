//! One-time use: the first claim of a thing wins, in the tenant's home region, whatever happens to the answer.

use domain::Timestamp;
use serde::Serialize;

use crate::attempt::AttemptId;
use crate::error::StoreError;
use crate::keys::{self, Key};
use crate::region::TenantStore;
use crate::row::{self, Ends, Item};
use crate::write::{self, Write};

/// Names a thing that may be used once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnceKey {
    /// What kind of thing, without `#`; a word that never changes.
    pub kind: &'static str,
    /// Whose namespace its id is from.
    pub issuer_or_client: String,
    /// SHA-256 of its id, in base64url: 43 characters.
    pub id_hash: String,
}

/// Who used a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claiming {
    /// This attempt.
    First,
    /// Another one, before.
    Replay,
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
