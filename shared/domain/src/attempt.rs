//! Who may guess how often: attempts are reserved before a password is looked at, so that parallel guesses count too.
//!
//! Each identifier has a counter per source, a device that signed in before or a network prefix. A total per account counts failures from
//! anywhere; beyond it only unknown sources wait, so that nobody locks the owner out.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::policy;
use crate::timestamp::Timestamp;

/// Where an attempt comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A browser that signed in to this account before, by its device id.
    Device(String),
    /// A network: /24 of IPv4, /56 of IPv6, the size that one subscriber or office gets.
    Network(String),
}

impl Source {
    /// The network of an address; one shared network when the address is unknown.
    pub fn network(address: Option<IpAddr>) -> Self {
        match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(v4)) => {
                let [a, b, c, _] = v4.octets();
                Self::Network(format!("{a}.{b}.{c}.0/24"))
            }
            Some(IpAddr::V6(v6)) => {
                let [a, b, c, d, ..] = v6.segments();
                Self::Network(format!("{a:x}:{b:x}:{c:x}:{:x}::/56", d & 0xff00))
            }
            None => Self::Network("unknown".to_owned()),
        }
    }

    /// The text whose HMAC is the source's key.
    pub fn as_text(&self) -> String {
        match self {
            Self::Device(id) => format!("device|{id}"),
            Self::Network(prefix) => format!("network|{prefix}"),
        }
    }

    /// Whether the source has proved itself by an earlier sign-in.
    pub const fn is_known_device(&self) -> bool {
        matches!(self, Self::Device(_))
    }
}

/// A fixed window of time in which attempts are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Which window since 1970; part of the counter's key.
    pub number: u64,
    /// When it ends, and with it every wait that it caused.
    pub ends_at: Timestamp,
}

/// The window of `length` that `now` lies in.
pub fn window(now: Timestamp, length: Duration) -> Window {
    let seconds = length.as_secs().max(1);
    let number = now.seconds() / seconds;
    Window { number, ends_at: Timestamp::from_seconds((number + 1) * seconds) }
}

/// What the store made of a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// The attempt is counted and may go on.
    Granted,
    /// The source has used up its window.
    Exhausted,
}

/// Failures of one account from anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFailures {
    /// How many in this window.
    pub count: u32,
    /// When the last one happened.
    pub last_at: Timestamp,
}

/// Until when an unknown source must wait because an account has failed too often; `None` when it need not.
pub fn account_wait(failures: Option<AccountFailures>, source: &Source, now: Timestamp) -> Option<Timestamp> {
    let failures = failures.filter(|failures| failures.count >= policy::ACCOUNT_FAILURES)?;
    if source.is_known_device() {
        return None;
    }
    let doublings = (failures.count - policy::ACCOUNT_FAILURES) / 10;
    let wait = policy::ACCOUNT_FIRST_WAIT.saturating_mul(1 << doublings.min(16)).min(policy::ACCOUNT_LONGEST_WAIT);
    let until = failures.last_at.plus(wait);
    (now < until).then_some(until)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network() -> Source {
        Source::network("192.0.2.7".parse().ok())
    }

    #[test]
    fn one_network_is_one_source() {
        assert_eq!(network(), Source::network("192.0.2.200".parse().ok()));
        assert_eq!(network(), Source::network("::ffff:192.0.2.9".parse().ok()));
        assert_ne!(network(), Source::network("192.0.3.7".parse().ok()));
        assert_eq!(Source::network("2001:db8:1:ab01::1".parse().ok()), Source::network("2001:db8:1:abff::2".parse().ok()));
        assert_ne!(Source::network("2001:db8:1:ab01::1".parse().ok()), Source::network("2001:db8:1:ac01::1".parse().ok()));
    }

    #[test]
    fn a_window_holds_its_length_and_then_the_next_begins() {
        let first = window(Timestamp::from_seconds(899), Duration::from_mins(15));
        assert_eq!((first.number, first.ends_at.seconds()), (0, 900));
        assert_eq!(window(Timestamp::from_seconds(900), Duration::from_mins(15)).number, 1);
    }

    #[test]
    fn beyond_the_total_a_stranger_waits_longer_and_longer_and_the_owner_never() {
        let at = Timestamp::from_seconds(1000);
        let failures = |count| Some(AccountFailures { count, last_at: at });
        assert_eq!(account_wait(failures(49), &network(), at), None);
        assert_eq!(account_wait(failures(50), &network(), at), Some(Timestamp::from_seconds(1030)));
        assert_eq!(account_wait(failures(60), &network(), at), Some(Timestamp::from_seconds(1060)));
        assert_eq!(account_wait(failures(10_000), &network(), at), Some(Timestamp::from_seconds(4600)));
        assert_eq!(account_wait(failures(50), &network(), Timestamp::from_seconds(1030)), None);
        assert_eq!(account_wait(failures(10_000), &Source::Device("d".to_owned()), at), None);
        assert_eq!(account_wait(None, &network(), at), None);
    }
}
