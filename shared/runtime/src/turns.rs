//! Requests that hash a password take turns: so many are under way in a process; whoever comes then is asked to come again, before anything is read
//! or counted.
//!
//! On Lambda a process has one request at a time. On a host that runs many in one process they hash one after another, over one block of memory: without
//! a bound a flood would pile up before it.

use std::sync::Arc;

use axum::response::Response;
use domain::policy;
use tokio::sync::{Semaphore, SemaphorePermit};
use web::ErrorReason;

use crate::refused::Refused;

/// The turns of a process.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(policy::PASSWORD_TURNS)))
    }
}

impl Turns {
    /// A turn, until it is dropped; `None` when there is none left.
    pub fn one(&self) -> Option<SemaphorePermit<'_>> {
        self.0.try_acquire().ok()
    }

    /// Answers a request that came whole, if there is a turn for it. Of one that gets none, nothing is looked at.
    // SECURITY: whoever sends a body slowly has no turn yet.
    pub async fn take(&self, answer: impl Future<Output = Result<Response, Refused>>) -> Result<Response, Refused> {
        let Some(_turn) = self.one() else { return Err(ErrorReason::Busy.into()) };
        answer.await
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::task::yield_now;

    use super::*;

    fn fine() -> impl Future<Output = Result<Response, Refused>> {
        std::future::ready(Ok(Response::default()))
    }

    #[tokio::test]
    async fn as_many_as_there_are_turns_are_under_way_and_each_gives_its_turn_back() {
        let turns = Turns::default();
        let waits = |turns: Turns| tokio::spawn(async move { turns.take(pending()).await.is_ok() });
        let waiting: Vec<_> = (0..policy::PASSWORD_TURNS).map(|_| waits(turns.clone())).collect();
        yield_now().await;
        let refused = turns.take(async { panic!("nothing is looked at") }).await;
        assert!(matches!(refused, Err(Refused::Reason(ErrorReason::Busy))));
        // A browser that goes away gives its turn back as well.
        waiting[0].abort();
        yield_now().await;
        for _ in 0..3 {
            assert!(turns.take(fine()).await.is_ok());
        }
        assert!(matches!(turns.take(async { Err(ErrorReason::CrossSite.into()) }).await, Err(Refused::Reason(ErrorReason::CrossSite))));
        assert!(turns.take(fine()).await.is_ok());
    }
}
