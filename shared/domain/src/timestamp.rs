//! A moment in milliseconds since 1970-01-01T00:00:00Z, always handed in, never asked for.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The moment `millis` milliseconds after the Unix epoch.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// The moment `seconds` seconds after the Unix epoch.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the Unix epoch.
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, as `NumericDate` of RFC 7519 §2 wants them.
    pub const fn seconds(self) -> u64 {
        self.0 / 1000
    }

    /// The moment `duration` later; stops at the end of time instead of wrapping.
    #[must_use]
    pub const fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(whole_millis(duration)))
    }

    /// The moment `duration` earlier; stops at the Unix epoch instead of wrapping.
    #[must_use]
    pub const fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(whole_millis(duration)))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// The UTC calendar day, `2026-11-22`.
    pub fn day(self) -> String {
        let date = self.utc();
        format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
    }

    /// The UTC calendar month, `2026-11`.
    pub fn month(self) -> String {
        let mut day = self.day();
        day.truncate(7);
        day
    }

    /// As people read it: `2026-11-22 14:32 UTC`.
    pub fn to_minute(self) -> String {
        let stamp = self.rfc3339();
        format!("{} {} UTC", &stamp[..10], &stamp[11..16])
    }

    /// RFC 3339 in UTC with whole seconds, `2026-11-22T14:32:05Z`.
    pub fn rfc3339(self) -> String {
        let at = self.utc();
        format!("{}T{:02}:{:02}:{:02}Z", self.day(), at.hour(), at.minute(), at.second())
    }

    fn utc(self) -> OffsetDateTime {
        let seconds = i64::try_from(self.seconds()).unwrap_or(i64::MAX);
        // Past the year 9999 the calendar ends; such a moment is shown as the Unix epoch.
        OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "durations of the platform are far below 584 million years")]
const fn whole_millis(duration: Duration) -> u64 {
    duration.as_millis() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_utc_calendar_day() {
        assert_eq!(Timestamp::from_seconds(1_795_357_925).rfc3339(), "2026-11-22T14:32:05Z");
        assert_eq!(Timestamp::from_seconds(1_795_357_925).month(), "2026-11");
    }

    #[test]
    fn arithmetic_stops_at_the_ends_instead_of_wrapping() {
        assert_eq!(Timestamp::from_millis(5).minus(Duration::from_secs(1)), Timestamp::from_millis(0));
        assert_eq!(Timestamp::from_millis(u64::MAX).plus(Duration::from_secs(1)).millis(), u64::MAX);
    }
}
