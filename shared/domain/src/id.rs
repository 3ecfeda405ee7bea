//! Identifiers as types of their own, so that one can't be handed in for another.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::timestamp::Timestamp;

/// A text isn't an identifier of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0}")]
pub struct InvalidId(pub &'static str);

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Makes the identifier from 128 random bits.
            pub fn from_random(bits: [u8; 16]) -> Self {
                Self(URL_SAFE_NO_PAD.encode(bits))
            }

            /// Reads an identifier: 22 characters of base64url that decode to 16 bytes.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                match URL_SAFE_NO_PAD.decode(text) {
                    Ok(bytes) if bytes.len() == 16 => Ok(Self(text.to_owned())),
                    _ => Err(InvalidId($what)),
                }
            }

            /// The identifier as it stands in keys and tokens.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({})", stringify!($name), self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

random_id!(
    /// A group of people.
    GroupId,
    "group id"
);
random_id!(
    /// A tenant; never its slug, which may change hands.
    TenantId, "tenant id"
);
random_id!(
    /// A user: 128 random bits. The `sub` of tokens is an attribute of its own.
    UserId, "user id"
);
random_id!(
    /// A photo that somebody gave their account; whoever knows it may see the photo.
    PhotoId,
    "photo id"
);
random_id!(
    /// A job that reads people from a file or writes them into one.
    JobId,
    "job id"
);
random_id!(
    /// A session of one browser, derived from the sign-in state that created it.
    SessionId, "session id"
);
random_id!(
    /// The tokens that descend from one authorization code, derived from that code's id.
    FamilyId, "family id"
);

/// A client's identifier as registered (RFC 6749 §2.2): 1 to 100 characters of `A–Z a–z 0–9 - . _ ~`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

impl ClientId {
    /// Reads a client id; anything that couldn't have been registered is refused before it reaches a key.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        if (1..=100).contains(&text.len()) && text.bytes().all(allowed) { Ok(Self(text.to_owned())) } else { Err(InvalidId("client id")) }
    }

    /// The identifier as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A tenant's name in its host: 1 to 63 characters of `a–z 0–9 -`, no hyphen at either end (RFC 1123 §2.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl Slug {
    /// Reads a slug; upper case is not folded, because a host name arrives folded already.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let hyphen_at_an_end = text.starts_with('-') || text.ends_with('-');
        if (1..=63).contains(&text.len()) && text.bytes().all(allowed) && !hyphen_at_an_end {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId("slug"))
        }
    }

    /// The slug of the tenants whose administrators are the platform's: each zone has one of its own.
    pub fn system() -> Self {
        Self("system".to_owned())
    }

    /// Whether it is that one.
    pub fn is_system(&self) -> bool {
        self.0 == "system"
    }

    /// Whether no tenant that an administrator makes may be called so: the platform's own names, and those that mail or browsers give a meaning (RFC 2142).
    pub fn is_reserved(&self) -> bool {
        const RESERVED: [&str; 24] = [
            "abuse",
            "account",
            "admin",
            "administrator",
            "api",
            "assets",
            "auth",
            "autoconfig",
            "autodiscover",
            "cdn",
            "console",
            "docs",
            "help",
            "hostmaster",
            "localhost",
            "mail",
            "postmaster",
            "root",
            "security",
            "static",
            "status",
            "support",
            "system",
            "www",
        ];
        RESERVED.contains(&self.as_str())
    }

    /// The slug as it stands in the host.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! text_id {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}
text_id!(ClientId);
text_id!(Slug);
text_id!(EventId);

/// An event's ULID: 48 bits of milliseconds and 80 random bits in 26 characters of Crockford's base32, so that ids sort by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventId(String);

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl EventId {
    /// Makes the id of an event that happened at `at`.
    pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
        let mut bits = u128::from(at.millis()) << 80;
        for (index, byte) in random.iter().enumerate() {
            bits |= u128::from(*byte) << (8 * (9 - index));
        }
        let digit = |place: u32| char::from(CROCKFORD[usize::try_from((bits >> (5 * place)) & 31).unwrap_or(0)]);
        Self((0..26).rev().map(digit).collect())
    }

    /// Reads a ULID in its canonical upper-case form.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let canonical = text.len() == 26 && text.bytes().all(|byte| CROCKFORD.contains(&byte));
        // 26 characters hold 130 bits; the first may only use three of its five.
        if canonical && text.as_bytes()[0] <= b'7' { Ok(Self(text.to_owned())) } else { Err(InvalidId("event id")) }
    }

    /// The id as it stands in keys and deliveries.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// When the event happened, to the millisecond.
    pub fn at(&self) -> Timestamp {
        let place = |byte: u8| CROCKFORD.iter().position(|digit| *digit == byte).unwrap_or(0) as u64;
        Timestamp::from_millis(self.0.bytes().take(10).fold(0, |millis, byte| (millis << 5) | place(byte)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_of_another_length_or_alphabet_is_refused() {
        assert!(UserId::parse(&"A".repeat(22)).is_ok());
        for wrong in ["", "A", &"A".repeat(23), "AAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAA#A", &"_".repeat(22)] {
            assert!(UserId::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_client_id_can_not_carry_the_separator_of_keys() {
        assert!(ClientId::parse("demo-app_1.~").is_ok());
        for wrong in ["", "a#b", "a b", "ä", &"a".repeat(101)] {
            assert!(ClientId::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_slug_is_a_host_label() {
        assert!(Slug::parse("demo-2").is_ok());
        assert!(["system", "admin", "www"].iter().all(|name| Slug::parse(name).is_ok_and(|slug| slug.is_reserved())));
        assert!(!Slug::parse("demo").is_ok_and(|slug| slug.is_reserved()) && Slug::system().is_system());
        for wrong in ["", "Demo", "-demo", "demo-", "de.mo", "de_mo", &"a".repeat(64)] {
            assert!(Slug::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn an_event_id_remembers_its_millisecond_and_sorts_by_it(early in 0_u64..1 << 47, gap in 1_u64..1 << 40, random: [u8; 10]) {
            let first = EventId::new(Timestamp::from_millis(early), [255; 10]);
            let second = EventId::new(Timestamp::from_millis(early + gap), random);
            prop_assert_eq!(second.at().millis(), early + gap);
            prop_assert!(first < second);
            prop_assert_eq!(EventId::parse(second.as_str()), Ok(second.clone()));
        }
    }
}
