//! How long the store waits before it asks again on its own: twice as long each time, spread by what it asks for so that rivals drift apart.

use std::time::Duration;

use crate::error::{Cause, StoreError};
use domain::placement::spread;

/// How often a request is made before its caller is told that the database is unavailable.
const TRIES: u32 = 6;

const FIRST: Duration = Duration::from_millis(10);

/// What is left of one request's patience. The SDK has retried before this begins.
pub(crate) struct Patience<'a> {
    of: &'a str,
    tried: u32,
}

impl<'a> Patience<'a> {
    /// Patience of a request; `of` tells it from its rivals.
    pub(crate) const fn of(of: &'a str) -> Self {
        Self { of, tried: 0 }
    }

    /// Waits before the next try after one that met a rival; any other error is the request's answer.
    pub(crate) async fn with(&mut self, error: StoreError) -> Result<(), StoreError> {
        match error {
            StoreError::Unavailable { cause: Cause::Conflict, .. } => self.after(error).await,
            _ => Err(error),
        }
    }

    /// Waits before the next try; when there is none left, `error` is the request's answer.
    pub(crate) async fn after(&mut self, error: StoreError) -> Result<(), StoreError> {
        self.tried += 1;
        if self.tried == TRIES {
            return Err(error);
        }
        tokio::time::sleep(length(self.tried, self.of)).await;
        Ok(())
    }
}

// Between half and all of a bound that doubles.
fn length(tried: u32, of: &str) -> Duration {
    let half = FIRST.saturating_mul(1 << tried.min(8)) / 4;
    let share = spread(&format!("{of}#{tried}")) >> 56;
    half + half.mul_f64(f64::from(u8::try_from(share).unwrap_or(0)) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rivals_wait_differently_within_a_doubling_bound() {
        assert_ne!(length(1, "a"), length(1, "b"));
        for (tried, bound) in [(1, 10), (2, 20), (5, 160)] {
            let wait = length(tried, "a").as_millis();
            assert!((bound / 2..=bound).contains(&wait), "{tried}: {wait}");
        }
    }

    #[tokio::test]
    async fn patience_with_rivals_ends_and_with_anything_else_never_begins() {
        let rival = StoreError::unavailable(Cause::Conflict, "a rival");
        let mut patience = Patience::of("a");
        for _ in 1..TRIES {
            assert_eq!(patience.with(rival.clone()).await, Ok(()));
        }
        assert_eq!(patience.with(rival.clone()).await, Err(rival));
        let outage = StoreError::unavailable(Cause::Failed, "an outage");
        assert_eq!(Patience::of("a").with(outage.clone()).await, Err(outage));
    }
}
