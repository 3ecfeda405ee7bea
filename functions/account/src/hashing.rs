//! Passwords at rest: hashed and sealed, one at a time.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use crypto::password::{self, Verdict};
use domain::credential::PasswordCredential;
use domain::password_policy::PasswordText;
use domain::secret::SealedBytes;
use domain::user::User;
use domain::{Secret, UserId};
use runtime::Failure;

use crate::Deps;
use crate::visitor::Visitor;

/// The credential of a password that was chosen, for the account `user`.
pub(crate) fn credential(deps: &Deps, visitor: &Visitor<'_>, user: &UserId, chosen: &PasswordText) -> Result<PasswordCredential, Failure> {
    Ok(PasswordCredential::first(sealed(deps, visitor, user, chosen)?, visitor.now))
}

/// The hash of a password that was chosen, as it rests.
pub(crate) fn sealed(deps: &Deps, visitor: &Visitor<'_>, user: &UserId, chosen: &PasswordText) -> Result<SealedBytes, Failure> {
    let hash = password::hash(chosen.secret(), deps.random.bytes(), &mut deps.workspace.lock().unwrap_or_else(PoisonError::into_inner));
    visitor.tenant().seal_password_hash(user, &hash, deps.random.bytes())
}

/// Whether a password that was chosen is one of those that may not come back. Costs one hash for each.
pub(crate) fn is_former(
    deps: &Deps,
    visitor: &Visitor<'_>,
    (user, standing): (&User, &PasswordCredential),
    chosen: &PasswordText,
) -> Result<bool, Failure> {
    let tenant = visitor.tenant();
    let asked = tenant.record().passwords_in(&user.groups);
    let former = standing.may_not_come_back(&asked, visitor.now).map(|sealed| tenant.open_password_hash(&user.id, sealed));
    let former = former.collect::<Result<Vec<_>, _>>()?;
    let mut workspace = deps.workspace.lock().unwrap_or_else(PoisonError::into_inner);
    password::is_one_of(chosen.secret(), &former, &mut workspace).map_err(|error| Failure::Broken(error.to_string()))
}

/// Whether `typed` is the password of `credential`; where there is none, the same work and no.
pub(crate) fn is_password(
    deps: &Deps,
    visitor: &Visitor<'_>,
    (user, credential): (&UserId, Option<&PasswordCredential>),
    typed: &str,
) -> Result<bool, Failure> {
    let comparable = credential.and_then(PasswordCredential::comparable);
    let stored = comparable.map(|sealed_hash| visitor.tenant().open_password_hash(user, sealed_hash)).transpose()?;
    let stored = stored.as_ref().map(|hash| hash.expose().as_str());
    let mut workspace = deps.workspace.lock().unwrap_or_else(PoisonError::into_inner);
    // A sign-up's hash was made here: no other kind stands there, and none is worked off beside it.
    let verdict = password::compare(&Secret::new(typed.to_owned()), stored, &BTreeSet::new(), &mut workspace);
    let verdict = verdict.map_err(|error| Failure::Broken(error.to_string()))?;
    Ok(matches!(verdict, Verdict::Match | Verdict::MatchNeedsUpgrade))
}
