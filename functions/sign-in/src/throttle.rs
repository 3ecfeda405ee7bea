//! Attempts are reserved before a password is looked at, so that parallel guesses count, and a saved state saves nobody a count.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::attempt::{Reservation, account_wait as decide_wait, window};
use domain::event::EventKind;
use domain::{Timestamp, UserId, policy};
use runtime::Failure;
use store::{Account, AttemptKey};

use crate::Deps;
use crate::account::{self, Named};
use crate::sign_in::Attempt;

/// Whether an attempt may go on.
pub(crate) enum Admission {
    /// It is counted; here is the owner of the name, if it has one.
    Admitted(Option<UserId>),
    /// Its source waits this long.
    Wait(Duration),
}

/// Reserves the attempt beside the lookup of the name.
pub(crate) async fn admit(deps: &Deps, attempt: &Attempt<'_>, named: &Named) -> Result<Admission, Failure> {
    let home = attempt.tenant.home(attempt.now)?;
    let window = window(attempt.now, policy::ATTEMPT_WINDOW);
    let source = attempt.tenant.lookup("attempt source", &named.source.as_text())?;
    let key = AttemptKey { identifier: named.name.lookup.clone(), source, window };
    let (owner, reservation) = tokio::try_join!(home.find_identifier(&named.name.claim), home.reserve_attempt(&key, policy::ATTEMPTS_PER_WINDOW))?;
    match reservation {
        Reservation::Granted => Ok(Admission::Admitted(owner)),
        Reservation::Exhausted => {
            if deps.reported.is_first(&key.source, attempt.now) {
                let account = account::read(attempt, named, owner.as_ref()).await?;
                report(deps, attempt, named, &account).await?;
            }
            Ok(Admission::Wait(window.ends_at.since(attempt.now)))
        }
    }
}

/// Until when an unknown source waits because the account failed too often from anywhere.
pub(crate) fn account_wait(attempt: &Attempt<'_>, named: &Named, account: &Account) -> Option<Timestamp> {
    decide_wait(account.failures, &named.source, attempt.now)
}

/// Leaves an event about a slowed source: one per minute and source, which is its key.
pub(crate) async fn report(deps: &Deps, attempt: &Attempt<'_>, named: &Named, account: &Account) -> Result<(), Failure> {
    let source = attempt.tenant.lookup("attempt source", &named.source.as_text())?;
    let kind = EventKind::SignInThrottled { client_id: attempt.client.id.clone() };
    let event = account::event_about(deps, attempt, (named, account), kind).await?;
    attempt.tenant.home(attempt.now)?.record_throttled(&event, &source).await?;
    Ok(())
}

/// The sources that this process reported, so that a flood costs one failed reservation each and no more.
#[derive(Default)]
pub(crate) struct Reported(Mutex<HashMap<String, u64>>);

impl Reported {
    fn is_first(&self, source: &str, now: Timestamp) -> bool {
        let minute = now.seconds() / 60;
        let mut reported = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reported.retain(|_, reported_at| *reported_at == minute);
        reported.insert(source.to_owned(), minute).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_reported_once_a_minute() {
        let reported = Reported::default();
        assert!(reported.is_first("a", Timestamp::from_seconds(60)));
        assert!(!reported.is_first("a", Timestamp::from_seconds(119)));
        assert!(reported.is_first("b", Timestamp::from_seconds(119)));
        assert!(reported.is_first("a", Timestamp::from_seconds(120)));
    }
}
