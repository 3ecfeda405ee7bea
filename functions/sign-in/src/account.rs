//! The account that somebody names, whether or not it exists: the same keys, the same reads, the same events.

use crypto::derive;
use domain::attempt::{Source, window};
use domain::event::{EventKind, Personal, RecordedEvent, kept_identifier};
use domain::identifier::Canonical;
use domain::user::User;
use domain::{UserId, policy};
use runtime::{Failure, TenantContext};
use store::{Account, AccountKeys, Claim, FailureKey};

use crate::Deps;
use crate::sign_in::Attempt;

/// How an account was named, and from where.
pub(crate) struct Named {
    /// As typed.
    pub(crate) typed: String,
    /// Finds the owner; absent when no account can have such a name.
    pub(crate) claim: Option<Claim>,
    /// The name's keyed hash: the attempts' partition, and the pseudonym of an unknown account.
    pub(crate) lookup: String,
    /// Where the attempt comes from.
    pub(crate) source: Source,
    /// Stands in for the owner of a name that nobody has.
    pub(crate) nobody: UserId,
}

/// Names an account by what was typed.
pub(crate) fn name(attempt: &Attempt<'_>, typed: &str) -> Result<Named, Failure> {
    let canonical = Canonical::typed(typed).ok();
    let text = canonical.as_ref().map_or(typed, Canonical::as_str);
    let lookup = attempt.tenant.lookup("identifier", text)?;
    let claim = canonical.map(|canonical| attempt.tenant.claim(&canonical)).transpose()?;
    let source = match attempt.browser.device_for(&lookup) {
        Some(device) => Source::Device(device.to_owned()),
        None => Source::network(attempt.came.caller.address),
    };
    let mut bits = [0; 16];
    bits.copy_from_slice(&derive::sha256(format!("nobody|{lookup}").as_bytes())[..16]);
    Ok(Named { typed: typed.to_owned(), claim, lookup, source, nobody: UserId::from_random(bits) })
}

/// The lookups of every identifier that a person may type.
pub(crate) fn identifiers(tenant: &TenantContext, user: &User) -> Result<Vec<String>, Failure> {
    let email = user.email.as_ref().and_then(|email| Canonical::email(&email.address).ok());
    let username = user.username.as_ref().and_then(|username| Canonical::username(username).ok());
    let canonical = [username, email];
    canonical.iter().flatten().map(|canonical| tenant.lookup("identifier", canonical.as_str())).collect()
}

/// Reads person, credentials, failures and consent at once; for a name that nobody has, the same keys of nobody.
pub(crate) async fn read(attempt: &Attempt<'_>, named: &Named, owner: Option<&UserId>) -> Result<Account, Failure> {
    let user_id = owner.unwrap_or(&named.nobody).clone();
    let failures = failures(attempt, &user_id)?;
    let keys = AccountKeys { user_id, client_id: attempt.client.id.clone(), month: attempt.now.month(), failures };
    Ok(attempt.tenant.home(attempt.now)?.read_account(&keys).await?)
}

/// Where an account's failures are counted; nobody's account has a total, too.
pub(crate) fn failures(attempt: &Attempt<'_>, account: &UserId) -> Result<FailureKey, Failure> {
    let account = attempt.tenant.lookup("account failures", account.as_str())?;
    Ok(FailureKey { account, window: window(attempt.now, policy::ACCOUNT_WINDOW) })
}

/// An event about a person with an account.
pub(crate) fn event_of(deps: &Deps, attempt: &Attempt<'_>, account: &Account, kind: EventKind) -> Result<RecordedEvent, Failure> {
    let user = account.user.as_ref().ok_or_else(|| Failure::Broken("a sign-in of nobody".to_owned()))?;
    let person = (&user.id, account.user_key.as_ref());
    attempt.tenant.event_about(person, kind, attempt.came.personal(), (&*deps.random, attempt.now))
}

/// An event about whoever was named: the person, or a name that nobody has.
pub(crate) async fn event_about(
    deps: &Deps,
    attempt: &Attempt<'_>,
    (named, account): (&Named, &Account),
    kind: EventKind,
) -> Result<RecordedEvent, Failure> {
    let (tenant, drawn) = (attempt.tenant, (&*deps.random, attempt.now));
    let personal = Personal { identifier: Some(kept_identifier(&named.typed)), ..attempt.came.personal() };
    if let Some(user) = &account.user {
        return tenant.event_about((&user.id, account.user_key.as_ref()), kind, personal, drawn);
    }
    let month_key = tenant.month_key(account.month_key.as_ref(), drawn).await?;
    tenant.event_about_nobody((&named.lookup, &month_key), kind, personal, drawn)
}
