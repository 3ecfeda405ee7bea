//! The account that somebody names, whether or not anybody has the name: as much is looked up and read for both.

use crypto::derive;
use domain::UserId;
use domain::identifier::{CANONICAL_VERSION, Canonical, IdentifierKind};
use domain::user::User;
use store::Claim;

use crate::failure::Failure;
use crate::tenant_context::TenantContext;

/// A name as somebody typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedName {
    /// Its keyed hash: the partition of its attempts, and the pseudonym of an account that doesn't exist.
    pub lookup: String,
    /// Finds the owner; nobody has it where no account can have such a name.
    pub claim: Claim,
    /// Stands in for the owner of a name that nobody has.
    pub nobody: UserId,
}

impl TenantContext {
    /// What a name that somebody typed is looked up by.
    pub fn name_typed(&self, typed: &str) -> Result<TypedName, Failure> {
        let canonical = Canonical::typed(typed).ok();
        let lookup = self.lookup("identifier", canonical.as_ref().map_or(typed, Canonical::as_str))?;
        let claim = match &canonical {
            Some(canonical) => self.claim(canonical)?,
            None => claim_of_nobody(&lookup),
        };
        let mut bits = [0; 16];
        bits.copy_from_slice(&derive::sha256(format!("nobody|{lookup}").as_bytes())[..16]);
        Ok(TypedName { lookup, claim, nobody: UserId::from_random(bits) })
    }

    /// The keyed hash under which failures of an account are counted.
    pub fn failures_of(&self, account: &UserId) -> Result<String, Failure> {
        self.lookup("account failures", account.as_str())
    }

    /// The lookups of every name that a person may type.
    pub fn lookups_of(&self, user: &User) -> Result<Vec<String>, Failure> {
        let email = user.email.as_ref().and_then(|email| Canonical::email(&email.address).ok());
        let username = user.username.as_ref().and_then(|username| Canonical::username(username).ok());
        [username, email].iter().flatten().map(|canonical| self.lookup("identifier", canonical.as_str())).collect()
    }
}

// A claim that nobody has: looked up for a text that no identifier can be, so that it costs what a name costs.
fn claim_of_nobody(lookup: &str) -> Claim {
    Claim { kind: IdentifierKind::Username, version: CANONICAL_VERSION, hmac: format!("nobody-{lookup}") }
}
