//! Which passwords a person may choose (NIST SP 800-63B-4 §3.1.1.2): a minimum length, none that is common, none made of what is known of its
//! owner, none that is easy to guess.
//!
//! Asked where a password is chosen, never where one is compared: a policy that grows stricter locks nobody out.

mod common;
mod context;
mod strength;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeSet;
use std::num::NonZeroU16;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::policy;
use crate::timestamp::Timestamp;

pub use context::{Context, Factors};
pub use strength::Strength;
pub use text::PasswordText;

/// What a tenant asks of a new password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PasswordPolicy {
    /// Characters of a password that stands alone; read by [`PasswordPolicy::minimum`].
    pub minimum_alone: u16,
    /// Characters of a password beside a second factor; read by [`PasswordPolicy::minimum`].
    pub minimum_with_factor: u16,
    /// Whether common passwords and those made of known words are refused.
    pub blocklist: Blocklist,
    /// How hard to guess a password has to be.
    pub strength: Strength,
    /// How many of a person's last passwords, the present one among them, may not come back; read by [`PasswordPolicy::history`].
    pub history: u8,
    /// Kinds of characters that have to be in it. Empty by default: NIST SP 800-63B-4 §3.1.1.2 wants no such rule.
    pub composition: BTreeSet<CharacterKind>,
    /// Days after which it has to be changed. Absent by default: NIST SP 800-63B-4 §3.1.1.2 wants no such rule.
    pub longest_days: Option<NonZeroU16>,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum_alone: policy::PASSWORD_MIN_ALONE,
            minimum_with_factor: policy::PASSWORD_MIN_WITH_FACTOR,
            blocklist: Blocklist::On,
            strength: Strength::Good,
            history: 0,
            composition: BTreeSet::new(),
            longest_days: None,
        }
    }
}

/// Whether a list of passwords that nobody may choose is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Blocklist {
    /// It is.
    On,
    /// It isn't.
    Off,
}

/// A kind of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CharacterKind {
    /// A lower-case letter of any script.
    Lower,
    /// An upper-case letter of any script.
    Upper,
    /// A digit of any script.
    Digit,
    /// Anything that is neither letter nor digit.
    Symbol,
}

/// Why a password can't be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// No character at all.
    #[error("no password")]
    Empty,
    /// More characters than anybody's password has.
    #[error("longer than {} characters", policy::PASSWORD_MAX_CHARACTERS)]
    TooLong,
    /// Fewer characters than the tenant asks for.
    #[error("shorter than {minimum} characters")]
    TooShort {
        /// How many it asks for.
        minimum: usize,
    },
    /// A kind of characters that the tenant asks for isn't in it.
    #[error("without a character of the kind {0:?}")]
    Lacks(CharacterKind),
    /// Many others chose it.
    #[error("a common password")]
    Common,
    /// At least half of it is what is known of its owner and of the tenant.
    #[error("made of known names")]
    Known,
    /// Guessed within fewer tries than the tenant asks for.
    #[error("easy to guess")]
    Guessable,
    /// One of the person's last passwords.
    #[error("used before")]
    Former,
}

impl PasswordPolicy {
    /// How many characters a password needs, within what makes sense whatever the tenant says: at least eight (NIST SP 800-63B-4 §3.1.1.2), and no more
    /// than every person can be asked for.
    pub fn minimum(&self, factors: Factors) -> usize {
        let asked = match factors {
            Factors::PasswordAlone => self.minimum_alone,
            Factors::PasswordAndAnother => self.minimum_with_factor,
        };
        usize::from(asked.clamp(policy::PASSWORD_MIN_WITH_FACTOR, policy::PASSWORD_MIN_LONGEST))
    }

    /// How many of a person's last passwords may not come back, each at the cost of one Argon2id: at most `policy::PASSWORD_HISTORY_MAX`.
    pub fn history(&self) -> usize {
        usize::from(self.history).min(policy::PASSWORD_HISTORY_MAX)
    }

    /// Whether a password last changed at `changed_at` has to be changed.
    pub fn is_outlived(&self, changed_at: Timestamp, now: Timestamp) -> bool {
        self.longest_days.is_some_and(|days| now >= changed_at.plus(Duration::from_hours(24 * u64::from(days.get()))))
    }
}

/// Whether a password may be chosen, but for the person's former ones: these take work, `crypto::password::is_one_of` does it.
///
/// The order is that in which a person can mend it: what they can count first.
pub fn check(policy: &PasswordPolicy, password: &PasswordText, context: &Context) -> Result<(), PasswordProblem> {
    length(policy, password, context.factors())?;
    composition(policy, password)?;
    if policy.blocklist == Blocklist::On {
        not_common(password)?;
        not_known(password, context)?;
    }
    strength::hard_to_guess(policy.strength, password, context)
}

fn length(policy: &PasswordPolicy, password: &PasswordText, factors: Factors) -> Result<(), PasswordProblem> {
    let minimum = policy.minimum(factors);
    if password.characters() < minimum { Err(PasswordProblem::TooShort { minimum }) } else { Ok(()) }
}

fn composition(policy: &PasswordPolicy, password: &PasswordText) -> Result<(), PasswordProblem> {
    let lacking = policy.composition.iter().find(|kind| !password.as_str().chars().any(|character| kind.has(character)));
    lacking.map_or(Ok(()), |kind| Err(PasswordProblem::Lacks(*kind)))
}

// The whole password in any case, not its parts (NIST SP 800-63B-4 §3.1.1.2); what is built around a common one is for the strength to find.
fn not_common(password: &PasswordText) -> Result<(), PasswordProblem> {
    if common::holds(&password.folded()) { Err(PasswordProblem::Common) } else { Ok(()) }
}

fn not_known(password: &PasswordText, context: &Context) -> Result<(), PasswordProblem> {
    let folded = password.folded();
    let known = context.characters_within(&folded);
    if known > 0 && known * 2 >= folded.chars().count() { Err(PasswordProblem::Known) } else { Ok(()) }
}

impl CharacterKind {
    fn has(self, character: char) -> bool {
        match self {
            Self::Lower => character.is_lowercase(),
            Self::Upper => character.is_uppercase(),
            Self::Digit => character.is_numeric(),
            Self::Symbol => !character.is_alphanumeric(),
        }
    }
}
