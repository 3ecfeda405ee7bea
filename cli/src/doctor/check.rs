//! What is looked at, and what was found.

use std::fmt;

use serde_json::{Value, json};

/// What is looked at, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    Issuer,
    Reachable,
    Discovery,
    Clock,
    Keys,
    Token,
    AdminApi,
    Administrator,
    Tenant,
    SigningKeys,
}

impl Check {
    const ALL: [Self; 10] = [
        Self::Issuer,
        Self::Reachable,
        Self::Discovery,
        Self::Clock,
        Self::Keys,
        Self::Token,
        Self::AdminApi,
        Self::Administrator,
        Self::Tenant,
        Self::SigningKeys,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Reachable => "reachable",
            Self::Discovery => "discovery",
            Self::Clock => "clock",
            Self::Keys => "published keys",
            Self::Token => "token",
            Self::AdminApi => "admin API",
            Self::Administrator => "administrator",
            Self::Tenant => "tenant",
            Self::SigningKeys => "signing keys",
        }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It is as it should be.
    Good(String),
    /// It isn't, and what to do.
    Bad { what: String, advice: String },
}

/// A check and what it found.
pub(super) type Noted = (Check, Found);

pub(super) fn good(check: Check, what: impl Into<String>) -> Noted {
    (check, Found::Good(what.into()))
}

pub(super) fn bad(check: Check, what: impl Into<String>, advice: impl Into<String>) -> Noted {
    (check, Found::Bad { what: what.into(), advice: advice.into() })
}

/// All that was found.
#[derive(Default)]
pub(super) struct Examination(Vec<Noted>);

impl Examination {
    pub(super) fn note(&mut self, noted: Noted) {
        self.0.push(noted);
    }

    fn found(&self, check: Check) -> Option<&Found> {
        self.0.iter().find(|(noted, _)| *noted == check).map(|(_, found)| found)
    }

    /// Whether a check found what it should.
    pub(super) fn reaches(&self, check: Check) -> bool {
        matches!(self.found(check), Some(Found::Good(_)))
    }

    /// Whether all of them did.
    pub(super) fn is_well(&self) -> bool {
        Check::ALL.into_iter().all(|check| self.reaches(check))
    }

    /// The same for programs.
    pub(super) fn as_json(&self) -> Value {
        let check = |check: Check| match self.found(check) {
            Some(Found::Good(what)) => json!({ "check": check.as_str(), "outcome": "good", "found": what }),
            Some(Found::Bad { what, advice }) => json!({ "check": check.as_str(), "outcome": "bad", "found": what, "advice": advice }),
            None => json!({ "check": check.as_str(), "outcome": "not_asked" }),
        };
        json!({ "well": self.is_well(), "checks": Check::ALL.map(check) })
    }
}

impl fmt::Display for Examination {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Check::ALL.into_iter().try_for_each(|check| {
            let name = check.as_str();
            match self.found(check) {
                Some(Found::Good(what)) => writeln!(formatter, "good       {name:<15} {what}"),
                Some(Found::Bad { what, advice }) => writeln!(formatter, "BAD        {name:<15} {what}\n           → {advice}"),
                None => writeln!(formatter, "not asked  {name}"),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_well_when_every_check_was_made_and_is_good() {
        let mut examination = Examination::default();
        for check in Check::ALL {
            assert!(!examination.is_well(), "{}", check.as_str());
            examination.note(good(check, "fine"));
        }
        assert!(examination.is_well());
    }

    #[test]
    fn what_is_bad_says_what_to_do_and_what_follows_is_not_asked() {
        let mut examination = Examination::default();
        examination.note(good(Check::Issuer, "https://a.example"));
        examination.note(bad(Check::Reachable, "nobody answers", "look"));
        let text = examination.to_string();
        let begins =
            "good       issuer          https://a.example\nBAD        reachable       nobody answers\n           → look\nnot asked  discovery\n";
        assert!(text.starts_with(begins), "{text}");
        assert_eq!(
            examination.as_json()["checks"][1],
            json!({ "check": "reachable", "outcome": "bad", "found": "nobody answers", "advice": "look" })
        );
    }
}
