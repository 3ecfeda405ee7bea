//! The account that somebody names, whether or not it exists: the same keys, the same reads, the same events.

use domain::attempt::{Source, window};
use domain::event::{EventKind, Personal, RecordedEvent, kept_identifier};
use domain::{UserId, policy};
use runtime::{Failure, TypedName};
use store::{Account, AccountKeys, FailureKey};

use crate::Deps;
use crate::sign_in::Attempt;

/// How an account was named, and from where.
pub(crate) struct Named {
    /// As typed.
    pub(crate) typed: String,
    /// What it is looked up by.
    pub(crate) name: TypedName,
    /// Where the attempt comes from.
    pub(crate) source: Source,
}

/// Names an account by what was typed.
pub(crate) fn name(attempt: &Attempt<'_>, typed: &str) -> Result<Named, Failure> {
    let name = attempt.tenant.name_typed(typed)?;
    let source = match attempt.browser.device_for(&name.lookup) {
        Some(device) => Source::Device(device.to_owned()),
        None => Source::network(attempt.came.caller.address),
    };
    Ok(Named { typed: typed.to_owned(), name, source })
}

/// Reads person, credentials, failures and consent at once; for a name that nobody has, the same keys of nobody.
pub(crate) async fn read(attempt: &Attempt<'_>, named: &Named, owner: Option<&UserId>) -> Result<Account, Failure> {
    let user_id = owner.unwrap_or(&named.name.nobody).clone();
    let failures = failures(attempt, &user_id)?;
    let keys = AccountKeys { user_id, client_id: attempt.client.id.clone(), month: attempt.now.month(), failures };
    Ok(attempt.tenant.home(attempt.now)?.read_account(&keys).await?)
}

/// Where an account's failures are counted; nobody's account has a total, too.
pub(crate) fn failures(attempt: &Attempt<'_>, account: &UserId) -> Result<FailureKey, Failure> {
    let account = attempt.tenant.failures_of(account)?;
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
    tenant.event_about_nobody((&named.name.lookup, &month_key), kind, personal, drawn)
}
