//! How long the store waits before it asks again on its own: twice as long each time, spread by the key so that rivals drift apart.

use std::time::Duration;

use crate::shard::stable_hash;

/// How often a request is made before its caller is told that the database is unavailable.
pub(crate) const TRIES: u32 = 6;

const FIRST: Duration = Duration::from_millis(10);

/// Waits before try number `tried + 1`; `of` is what tells rivals apart.
pub(crate) async fn before_retry(tried: u32, of: &str) {
    tokio::time::sleep(length(tried, of)).await;
}

// Between half and all of a bound that doubles.
fn length(tried: u32, of: &str) -> Duration {
    let half = FIRST.saturating_mul(1 << tried.min(8)) / 2;
    let share = stable_hash(&format!("{of}#{tried}")) % 256;
    half + half.mul_f64(f64::from(u8::try_from(share).unwrap_or(0)) / 256.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rivals_wait_differently_within_a_doubling_bound() {
        assert_ne!(length(1, "a"), length(1, "b"));
        for (tried, bound) in [(0, 10), (1, 20), (5, 320)] {
            let wait = length(tried, "a").as_millis();
            assert!((bound / 2..=bound).contains(&wait), "{tried}: {wait}");
        }
    }
}
