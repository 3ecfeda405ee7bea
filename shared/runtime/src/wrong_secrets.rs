//! Wrong secrets of an app are counted per network, and past a limit its network waits. A right one costs nothing: only failures are counted in
//! the store, and what the store said is remembered here until its window ends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::attempt::{Reservation, Source, Window, window};
use domain::{ClientId, Timestamp, policy};
use store::ClientAttemptKey;

use crate::failure::Failure;
use crate::tenant_context::TenantContext;

/// More entries than this are dropped before one more is kept; the store still counts.
const MOST: usize = 10_000;

/// The networks that this process has seen waiting, and until when.
#[derive(Clone, Default)]
pub(crate) struct WrongSecrets {
    waiting: Arc<Mutex<HashMap<String, Timestamp>>>,
}

/// One network's guesses at one client.
pub(crate) struct Guesses {
    key: ClientAttemptKey,
    remembered_as: String,
    known: WrongSecrets,
}

impl WrongSecrets {
    /// The guesses of a network at a client.
    pub(crate) fn of(&self, tenant: &TenantContext, client: &ClientId, source: &Source, now: Timestamp) -> Result<Guesses, Failure> {
        let window: Window = window(now, policy::WRONG_SECRETS_WINDOW);
        let key = ClientAttemptKey { client: client.clone(), source: tenant.sealed_lookup("client attempt source", &source.as_text())?, window };
        let remembered_as = format!("{}#{client}#{}", tenant.record().id, key.source);
        Ok(Guesses { key, remembered_as, known: self.clone() })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Timestamp>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guesses {
    /// How long the network has to wait, as far as this process knows.
    pub(crate) fn wait(&self, now: Timestamp) -> Option<Duration> {
        self.known.lock().get(&self.remembered_as).filter(|until| now < **until).map(|until| until.since(now))
    }

    /// Counts a wrong secret; the wait when it was one too many.
    pub(crate) async fn count(&self, tenant: &TenantContext, now: Timestamp) -> Result<Option<Duration>, Failure> {
        match tenant.home(now)?.count_wrong_secret(&self.key, policy::WRONG_SECRETS_PER_WINDOW).await? {
            Reservation::Granted => Ok(None),
            Reservation::Exhausted => {
                let until = self.key.window.ends_at;
                let mut waiting = self.known.lock();
                waiting.retain(|_, until| now < *until);
                if waiting.len() >= MOST {
                    waiting.clear();
                }
                waiting.insert(self.remembered_as.clone(), until);
                Ok(Some(until.since(now)))
            }
        }
    }
}
