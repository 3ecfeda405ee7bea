//! Who may make an account of their own at a tenant, and what is asked of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identifier::{Canonical, InvalidIdentifier};
use crate::timestamp::Timestamp;

/// Who may sign up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "mode")]
pub enum Registration {
    /// Nobody: accounts are made by administrators alone.
    #[default]
    Closed,
    /// Whoever was invited.
    Invited,
    /// Everybody.
    Open,
    /// Whoever has an address of one of these domains.
    Domains {
        /// The domains, in the canonical form of addresses; not those below them.
        domains: BTreeSet<String>,
    },
}

/// Whether a name to sign in with is asked for beside the address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UsernameField {
    /// It isn't: people sign in by address.
    #[default]
    NotAsked,
    /// It is, and an account has one.
    Required,
}

/// What has to be agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Names this text; another text is another version.
    pub version: String,
    /// Where it stands.
    pub url: String,
}

/// What somebody agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedTerms {
    /// The version that they were shown.
    pub version: String,
    /// When.
    pub at: Timestamp,
}

/// How people get an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrationPolicy {
    /// Who may sign up.
    #[serde(default)]
    pub who: Registration,
    /// Whether a username is asked for.
    #[serde(default)]
    pub username: UsernameField,
    /// What has to be agreed to, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
}

impl Registration {
    /// Sign-up for addresses of `domains`.
    pub fn of_domains(domains: &[&str]) -> Result<Self, InvalidIdentifier> {
        let canonical = |domain: &&str| Canonical::email(&format!("x@{domain}")).map(|address| address.domain().to_owned());
        Ok(Self::Domains { domains: domains.iter().map(canonical).collect::<Result<_, _>>()? })
    }

    /// Whether a sign-up page is shown at all.
    pub const fn is_offered(&self) -> bool {
        matches!(self, Self::Open | Self::Domains { .. })
    }

    /// Whether the owner of `address` may sign up.
    pub fn admits(&self, address: &Canonical) -> bool {
        match self {
            Self::Closed | Self::Invited => false,
            Self::Open => true,
            Self::Domains { domains } => domains.contains(address.domain()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Canonical {
        Canonical::email(text).expect("an address")
    }

    #[test]
    fn an_open_tenant_admits_everybody_and_a_closed_one_nobody() {
        let ada = address("ada@example.com");
        assert!(Registration::Open.admits(&ada) && Registration::Open.is_offered());
        for closed in [Registration::Closed, Registration::Invited] {
            assert!(!closed.admits(&ada) && !closed.is_offered(), "{closed:?}");
        }
        assert_eq!(RegistrationPolicy::default().who, Registration::Closed);
    }

    #[test]
    fn a_domain_is_that_domain_however_it_is_written_and_not_one_below_it() {
        let bakery = Registration::of_domains(&["Bücher.example", "example.org"]).expect("domains");
        assert!(bakery.is_offered());
        for admitted in ["ada@bücher.example", "ada@xn--bcher-kva.example", "Ada@EXAMPLE.ORG"] {
            assert!(bakery.admits(&address(admitted)), "{admitted}");
        }
        for other in ["ada@example.com", "ada@mail.example.org", "ada@notexample.org", "ada@example.org.evil.example"] {
            assert!(!bakery.admits(&address(other)), "{other}");
        }
        assert_eq!(Registration::of_domains(&["a b"]), Err(InvalidIdentifier::Email));
    }

    #[test]
    fn a_policy_reads_back() {
        let terms = Some(Terms { version: "2026-11".to_owned(), url: "https://example.com/terms".to_owned() });
        let who = Registration::of_domains(&["example.org"]).expect("a domain");
        let policy = RegistrationPolicy { who, username: UsernameField::Required, terms };
        let json = serde_json::to_value(&policy).expect("JSON");
        assert_eq!(json["who"], serde_json::json!({ "mode": "domains", "domains": ["example.org"] }));
        assert_eq!(serde_json::from_value::<RegistrationPolicy>(json).expect("it reads back"), policy);
    }
}
