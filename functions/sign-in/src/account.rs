//! The account that somebody names, whether or not it exists: the same keys, the same reads, the same events.

use crypto::{SymmetricKey, derive};
use domain::attempt::{Source, window};
use domain::event::{Event, EventKind, Personal, RecordedEvent, Subject, kept_identifier, kept_user_agent};
use domain::identifier::Canonical;
use domain::user::User;
use domain::{UserId, policy};
use http::header::USER_AGENT;
use runtime::people::KeyOwner;
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
        None => Source::network(attempt.posted.caller.address),
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
    let (Some(user), Some(wrapped)) = (&account.user, &account.user_key) else {
        return Err(Failure::Broken("an account without a key".to_owned()));
    };
    let key = attempt.tenant.open_personal_key(KeyOwner::User(&user.id), wrapped)?;
    let event = event(deps, attempt, Subject::User(user.id.clone()), kind, None);
    attempt.tenant.record_event(event, &key, deps.random.bytes())
}

/// An event about whoever was named: the person, or a name that nobody has.
pub(crate) async fn event_about(
    deps: &Deps,
    attempt: &Attempt<'_>,
    (named, account): (&Named, &Account),
    kind: EventKind,
) -> Result<RecordedEvent, Failure> {
    let (subject, key) = if let (Some(user), Some(wrapped)) = (&account.user, &account.user_key) {
        (Subject::User(user.id.clone()), attempt.tenant.open_personal_key(KeyOwner::User(&user.id), wrapped)?)
    } else {
        (Subject::Unknown(named.lookup.clone()), month_key(deps, attempt, account).await?)
    };
    let event = event(deps, attempt, subject, kind, Some(kept_identifier(&named.typed)));
    attempt.tenant.record_event(event, &key, deps.random.bytes())
}

// What is personal about nobody is sealed under the tenant's key of the month; the first such event of a month makes it.
async fn month_key(deps: &Deps, attempt: &Attempt<'_>, account: &Account) -> Result<SymmetricKey, Failure> {
    let month = attempt.now.month();
    let owner = KeyOwner::Month(&month);
    if let Some(standing) = &account.month_key {
        return attempt.tenant.open_personal_key(owner, standing);
    }
    let (_, made) = attempt.tenant.make_personal_key(owner, &*deps.random, attempt.now)?;
    let standing = attempt.tenant.home(attempt.now)?.put_month_key(&month, &made).await?;
    attempt.tenant.open_personal_key(owner, &standing)
}

fn event(deps: &Deps, attempt: &Attempt<'_>, subject: Subject, kind: EventKind, identifier: Option<String>) -> Event {
    let user_agent = attempt.posted.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).map(kept_user_agent);
    let address = attempt.posted.caller.address.map(|address| address.to_string());
    Event {
        id: deps.random.event_id(attempt.now),
        tenant: attempt.tenant.record().id.clone(),
        subject,
        kind,
        personal: Personal { address, user_agent, identifier },
    }
}
