//! A clock that stands still until a test moves it.

use std::sync::Mutex;
use std::time::Duration;

use domain::Timestamp;
use runtime::Clock;

/// Tells the time that it was set to. Share it by `Arc`.
#[derive(Debug)]
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// When tests happen unless they say otherwise: 2026-11-22T14:32:05Z.
    pub const USUAL: Timestamp = Timestamp::from_seconds(1_795_357_925);

    /// A clock that says `now`.
    pub const fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Sets the clock, forwards or backwards.
    pub fn set(&self, now: Timestamp) {
        *crate::lock(&self.0) = now;
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        let mut now = crate::lock(&self.0);
        *now = now.plus(by);
    }
}

impl Default for FixedClock {
    fn default() -> Self {
        Self::at(Self::USUAL)
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *crate::lock(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stands_still_until_it_is_moved() {
        let clock = FixedClock::default();
        assert_eq!(clock.now().rfc3339(), "2026-11-22T14:32:05Z");
        clock.advance(Duration::from_secs(5));
        assert_eq!(clock.now().rfc3339(), "2026-11-22T14:32:10Z");
        clock.set(Timestamp::from_seconds(7));
        assert_eq!(clock.now(), Timestamp::from_seconds(7));
    }
}
