//! The refresh tokens of a family: one lineage, of which the newest counts, and the one before it for as long as its answer may have been lost.

use serde::{Deserialize, Serialize};

use crate::client::TokenLifetimes;
use crate::placement::Epoch;
use crate::policy;
use crate::secret::SealedBytes;
use crate::session::AuthenticationMethod;
use crate::timestamp::Timestamp;

/// Which refresh token of a family: as tokens say it of themselves, and as the family knows its newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    /// Counts the rotations; the first token has 0.
    #[serde(rename = "g")]
    pub number: u32,
    /// The epoch in which it was minted. The same number of another epoch is another lineage.
    #[serde(rename = "e")]
    pub epoch: Epoch,
}

/// What a family with offline access knows of its refresh tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offline {
    /// The newest refresh token.
    pub newest: Generation,
    /// When a refresh token was last used; the first counts as used when it was issued.
    pub used_at: Timestamp,
    /// Seconds without use after which it is over, where its app said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_seconds: Option<u64>,
    /// When the family is refreshed no more, used or not.
    pub ends_at: Timestamp,
    /// The newest refresh token, sealed, while the one before it may be retried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<SealedBytes>,
    /// When the person proved to be themself: `auth_time`, whatever became of the session.
    pub authenticated_at: Timestamp,
    /// How.
    pub methods: Vec<AuthenticationMethod>,
}

/// Whether the newest refresh token is replaced when it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// At each use.
    Required,
    /// Never: whoever holds it authenticates with something else as well.
    None,
}

/// What a refresh token is to its family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// The one that counts.
    Newest,
    /// The one before, and the newest wasn't used yet: its sealed text is the answer.
    Retried(&'a SealedBytes),
    /// One that was replaced.
    Reused,
    /// One of another lineage.
    Diverged,
    /// The family isn't refreshed any more.
    Ended,
}

impl Offline {
    /// The refresh tokens of a family that begins now, with the first one issued.
    pub fn begin(authenticated_at: Timestamp, methods: Vec<AuthenticationMethod>, epoch: Epoch, now: Timestamp) -> Self {
        Self {
            newest: Generation { number: 0, epoch },
            used_at: now,
            idle_seconds: None,
            ends_at: now.plus(policy::REFRESH_ABSOLUTE),
            successor: None,
            authenticated_at,
            methods,
        }
    }

    /// The same for an app that says how long its refresh tokens live, from `now` on.
    #[must_use]
    pub fn living(self, lifetimes: &TokenLifetimes, now: Timestamp) -> Self {
        let idle_seconds = lifetimes.refresh_idle_seconds;
        Self { idle_seconds, ends_at: now.plus(lifetimes.refresh_absolute()), ..self }
    }

    /// When the newest token is over, unless it is used.
    pub fn runs_out_at(&self) -> Timestamp {
        let lifetimes = TokenLifetimes { refresh_idle_seconds: self.idle_seconds, ..TokenLifetimes::default() };
        self.ends_at.min(self.used_at.plus(lifetimes.refresh_idle()))
    }

    /// What the token that says `presented` of itself is, in the epoch `current` of the tenant's placement.
    pub fn standing(&self, presented: Generation, current: Epoch, now: Timestamp) -> Standing<'_> {
        if now >= self.runs_out_at() {
            return Standing::Ended;
        }
        if presented == self.newest {
            return Standing::Newest;
        }
        if presented.number < self.newest.number {
            let before = presented.number + 1 == self.newest.number && presented.epoch <= self.newest.epoch;
            let in_time = now.since(self.used_at) < policy::REFRESH_RETRY;
            return self.successor.as_ref().filter(|_| before && in_time).map_or(Standing::Reused, Standing::Retried);
        }
        // A home that was lost took its last rotations with it. Its token goes on, unless the new home went on without it.
        let lost = presented.number > self.newest.number && presented.epoch >= self.newest.epoch && presented.epoch < current;
        if lost { Standing::Newest } else { Standing::Diverged }
    }

    /// After the token `used` was used, and its `successor` minted in the epoch `current`.
    #[must_use]
    pub fn rotated(&self, used: Generation, successor: SealedBytes, current: Epoch, now: Timestamp) -> Self {
        Self { newest: used.next(current), used_at: now, successor: Some(successor), ..self.clone() }
    }

    /// After the token `used` was used, and goes on.
    #[must_use]
    pub fn used(&self, used: Generation, now: Timestamp) -> Self {
        Self { newest: used, used_at: now, successor: None, ..self.clone() }
    }
}

impl Generation {
    /// The token that follows, minted in the epoch `current`.
    #[must_use]
    pub const fn next(self, current: Epoch) -> Self {
        Self { number: self.number.saturating_add(1), epoch: current }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const BEGAN: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const HERE: Epoch = Epoch(4);

    fn token(number: u32) -> Generation {
        Generation { number, epoch: HERE }
    }

    fn first() -> Offline {
        Offline::begin(BEGAN, vec![AuthenticationMethod::Password], HERE, BEGAN)
    }

    /// The family after its token 1 replaced its token 0, a minute after it began.
    fn rotated() -> Offline {
        first().rotated(token(0), SealedBytes::new(vec![1]), HERE, at(60))
    }

    fn at(seconds: u64) -> Timestamp {
        BEGAN.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn the_newest_token_counts_and_one_that_was_replaced_does_not() {
        assert_eq!(first().standing(token(0), HERE, at(1)), Standing::Newest);
        let after = rotated();
        assert_eq!(after.standing(token(1), HERE, at(61)), Standing::Newest);
        assert_eq!(after.standing(token(0), HERE, at(70)), Standing::Reused);
        let twice = after.rotated(token(1), SealedBytes::new(vec![2]), HERE, at(61));
        assert_eq!(twice.standing(token(0), HERE, at(61)), Standing::Reused, "its successor was used");
    }

    #[test]
    fn a_retry_within_ten_seconds_gets_the_same_successor_while_that_was_not_used() {
        let (after, sealed) = (rotated(), SealedBytes::new(vec![1]));
        assert_eq!(after.standing(token(0), HERE, at(60)), Standing::Retried(&sealed));
        assert_eq!(after.standing(token(0), HERE, Timestamp::from_millis(at(70).millis() - 1)), Standing::Retried(&sealed));
        assert_eq!(after.standing(token(0), HERE, at(70)), Standing::Reused);
        let used = after.used(token(1), at(61));
        assert_eq!(used.standing(token(0), HERE, at(62)), Standing::Reused);
        assert_eq!(used.standing(token(1), HERE, at(62)), Standing::Newest, "a token that isn't rotated goes on");
    }

    #[test]
    fn refresh_tokens_end_by_idling_and_by_age() {
        let idle = BEGAN.plus(policy::REFRESH_IDLE);
        assert_eq!(first().standing(token(0), HERE, Timestamp::from_millis(idle.millis() - 1)), Standing::Newest);
        assert_eq!(first().standing(token(0), HERE, idle), Standing::Ended);
        let end = BEGAN.plus(policy::REFRESH_ABSOLUTE);
        let busy = first().used(token(0), end.minus(Duration::from_secs(2)));
        assert_eq!(busy.standing(token(0), HERE, end.minus(Duration::from_secs(1))), Standing::Newest);
        assert_eq!(busy.standing(token(0), HERE, end), Standing::Ended);
    }

    #[test]
    fn an_app_says_how_long_refresh_tokens_live_and_never_longer_than_the_platform() {
        let said = |idle, absolute| TokenLifetimes { refresh_idle_seconds: idle, refresh_absolute_seconds: absolute, ..TokenLifetimes::default() };
        let short = first().living(&said(Some(600), Some(1000)), BEGAN);
        assert_eq!([short.standing(token(0), HERE, at(599)), short.standing(token(0), HERE, at(600))], [Standing::Newest, Standing::Ended]);
        let used = short.used(token(0), at(599));
        assert_eq!((used.runs_out_at(), used.standing(token(0), HERE, at(999))), (at(1000), Standing::Newest));
        assert_eq!(used.standing(token(0), HERE, at(1000)), Standing::Ended);
        let replaced = short.rotated(token(0), SealedBytes::new(vec![1]), HERE, at(1));
        assert_eq!(replaced.standing(token(1), HERE, at(601)), Standing::Ended, "a successor lives as long");
        assert_eq!(first().living(&said(None, None), BEGAN), first());
        let longest = first().living(&said(Some(u64::MAX), Some(u64::MAX)), BEGAN);
        assert_eq!((longest.ends_at, longest.runs_out_at()), (first().ends_at, first().runs_out_at()));
    }

    #[test]
    fn f36_a_rotation_that_was_lost_with_its_home_goes_on_unless_the_new_home_went_on_without_it() {
        let ahead = token(3);
        assert_eq!(rotated().standing(ahead, Epoch(5), at(61)), Standing::Newest);
        assert_eq!(rotated().standing(ahead, HERE, at(61)), Standing::Diverged, "nothing is lost within an epoch");
        let moved_on = rotated().rotated(token(1), SealedBytes::new(vec![2]), Epoch(5), at(61));
        assert_eq!(moved_on.standing(ahead, Epoch(5), at(62)), Standing::Diverged);
        assert_eq!(moved_on.standing(token(2), Epoch(5), at(62)), Standing::Diverged, "the same number of another lineage");
        assert_eq!(moved_on.standing(Generation { number: 2, epoch: Epoch(5) }, Epoch(5), at(62)), Standing::Newest);
    }
}
