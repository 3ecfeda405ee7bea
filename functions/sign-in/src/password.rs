//! Compares a password: the same work for every account of a tenant, existing or not.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use crypto::password::{self, Verdict};
use domain::credential::PasswordCredential;
use domain::secret::SealedBytes;
use domain::sign_in::PasswordVerdict;
use domain::{Secret, UserId};
use runtime::{Failure, TenantContext};
use store::{Account, PasswordUpgrade};

use crate::Deps;
use crate::sign_in::Attempt;

/// What comparing yielded, and the stronger hash to store when the old one is of the past.
pub(crate) struct Compared {
    pub(crate) verdict: PasswordVerdict,
    pub(crate) upgrade: Option<PasswordUpgrade>,
}

impl Compared {
    /// Of a password that was hashed a moment ago.
    pub(crate) const fn matching() -> Self {
        Self { verdict: PasswordVerdict::Match, upgrade: None }
    }
}

/// The hash of a password as it rests.
pub(crate) fn seal(deps: &Deps, tenant: &TenantContext, user: &UserId, password: &Secret<String>) -> Result<SealedBytes, Failure> {
    let hash = password::hash(password, deps.random.bytes(), &mut deps.workspace.lock().unwrap_or_else(PoisonError::into_inner));
    tenant.seal_password_hash(user, &hash, deps.random.bytes())
}

/// Compares `typed` with the account's password, or with a decoy of the same cost.
pub(crate) fn compare(deps: &Deps, attempt: &Attempt<'_>, account: &Account, typed: &str) -> Result<Compared, Failure> {
    let typed = Secret::new(typed.to_owned());
    let kinds = &attempt.tenant.record().imported_hashes;
    let stored = account.user.as_ref().zip(account.password.as_ref());
    let comparable = stored.and_then(|(user, credential)| Some((user, credential, credential.comparable()?)));
    let Some((user, credential, sealed_hash)) = comparable else {
        verify(deps, &typed, None, kinds)?;
        return Ok(Compared { verdict: PasswordVerdict::Mismatch, upgrade: None });
    };
    let hash = attempt.tenant.open_password_hash(&user.id, sealed_hash)?;
    match verify(deps, &typed, Some(hash.expose()), kinds)? {
        Verdict::Match => Ok(Compared::matching()),
        Verdict::Mismatch => Ok(Compared { verdict: PasswordVerdict::Mismatch, upgrade: None }),
        Verdict::MatchNeedsUpgrade => {
            let sealed_hash = seal(deps, attempt.tenant, &user.id, &typed)?;
            let stronger = PasswordCredential { sealed_hash, ..credential.clone() };
            let upgrade = PasswordUpgrade { credential: stronger, expected_version: credential.version };
            Ok(Compared { verdict: PasswordVerdict::MatchNeedsUpgrade, upgrade: Some(upgrade) })
        }
    }
}

fn verify(deps: &Deps, typed: &Secret<String>, stored: Option<&str>, kinds: &BTreeSet<String>) -> Result<Verdict, Failure> {
    let mut workspace = deps.workspace.lock().unwrap_or_else(PoisonError::into_inner);
    password::compare(typed, stored, kinds, &mut workspace).map_err(|error| Failure::Broken(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crypto::password::{MEMORY_KIB, Runs};
    use domain::user::Profile;
    use oauth::authorization_request::AuthorizationRequest;
    use runtime::provision::{NewPassword, NewUser, Provisioner};
    use testkit::rows::Value;
    use testkit::{Call, Endpoint, LocalEgress, Stage, builders, scene};

    use super::*;

    /// What the function's one workspace holds after a process's first sign-in under `name`: Argon2 asks for its memory when it first runs.
    async fn memory_after(name: &str) -> String {
        let stage = Stage::new().await;
        let request: AuthorizationRequest = scene::request(&builders::client());
        let (state, browser) = stage.scene().await.sign_in_state(request);
        let deps = Deps::new(&stage.platform, Arc::new(LocalEgress::default()));
        let form = [("state", state.as_str()), ("username", name), ("password", "wrong")];
        let answer = Endpoint::new(&stage, crate::router(deps.clone())).send(Call::form("/sign-in", &form).with_cookies(&browser)).await;
        assert_eq!(answer.status, 403);
        format!("{:?}", deps.workspace.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether everybody's password is locked.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Lock {
        On,
        Off,
    }

    /// What a process has computed after one refused sign-in under `name`, with a person among the tenant's who came with another hash.
    async fn runs_of(name: &str, password: &str, lock: Lock) -> Runs {
        let stage = Stage::new().await;
        let hash = "$2b$05$abcdefghijklmnopqrstuuNKTrdYIyJepeBe0WMJS4ZyMwX4aEJLK".to_owned();
        let (username, email) = ("grace".to_owned(), "grace@example.com".to_owned());
        let new = NewUser { username, email, password: NewPassword::Imported(Secret::new(hash)), profile: Profile::default() };
        let scene = stage.scene().await;
        Provisioner::new(&stage.platform).create_user(&scene.tenant.record().id, &new).await.expect("a person");
        if lock == Lock::On {
            scene.change_row(&stage, "CRED#", "locked_at", Value::N("1".to_owned())).await;
        }
        let (state, browser) = scene.sign_in_state(scene::request(&builders::client()));
        let deps = Deps::new(&stage.platform, Arc::new(LocalEgress::default()));
        let form = [("state", state.as_str()), ("username", name), ("password", password)];
        let answer = Endpoint::new(&stage, crate::router(deps.clone())).send(Call::form("/sign-in", &form).with_cookies(&browser)).await;
        assert_eq!(answer.status, 403);
        deps.workspace.lock().unwrap_or_else(PoisonError::into_inner).runs()
    }

    #[tokio::test]
    async fn known_unknown_and_imported_accounts_cost_the_same_hashes() {
        for name in ["ada", "grace", "nobody", "not a name"] {
            assert_eq!(runs_of(name, "wrong", Lock::Off).await, Runs { ours: 1, imported: 1 }, "{name}");
        }
    }

    #[tokio::test]
    async fn a_locked_password_costs_the_same_hashes_right_or_wrong() {
        for (name, password) in [("ada", builders::PASSWORD), ("ada", "wrong"), ("grace", "wrong")] {
            assert_eq!(runs_of(name, password, Lock::On).await, Runs { ours: 1, imported: 1 }, "{name} {password}");
        }
    }

    #[tokio::test]
    async fn a_name_that_nobody_has_costs_the_hash_that_a_known_one_does() {
        assert_eq!(memory_after("ada").await, format!("Workspace({MEMORY_KIB} KiB)"));
        for nobody in ["grace", "grace@example.com", "not a name"] {
            assert_eq!(memory_after(nobody).await, memory_after("ada").await, "{nobody}");
        }
    }
}
