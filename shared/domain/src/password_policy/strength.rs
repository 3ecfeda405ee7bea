//! How many guesses a password takes, by `zxcvbn`, on input of a bounded size.
//!
//! The estimate depends on one thing beside its arguments: the present year, from which the crate judges how likely a year in a password is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zxcvbn::Score;

use super::{Context, Factors, PasswordProblem, PasswordText};
use crate::policy;

/// How hard to guess a password has to be that stands alone. Beside a second factor, `Strong` asks for what `Good` means and `Good` for `Fair`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// No matter.
    Off,
    /// More than 10⁶ guesses.
    Fair,
    /// More than 10⁸ guesses.
    Good,
    /// More than 10¹⁰ guesses.
    Strong,
}

impl Strength {
    // Eight random characters are 10⁸ guesses, and beside a second factor they are enough (NIST SP 800-63B-4 §3.1.1.2).
    const fn beside(self, factors: Factors) -> Self {
        match (factors, self) {
            (Factors::PasswordAndAnother, Self::Strong) => Self::Good,
            (Factors::PasswordAndAnother, Self::Good) => Self::Fair,
            (_, asked) => asked,
        }
    }
}

/// Refuses what takes fewer guesses than `asked`, with the names of the context among the first guesses.
pub(super) fn hard_to_guess(asked: Strength, password: &PasswordText, context: &Context) -> Result<(), PasswordProblem> {
    let least = match asked.beside(context.factors()) {
        Strength::Off => return Ok(()),
        Strength::Fair => Score::Two,
        Strength::Good => Score::Three,
        Strength::Strong => Score::Four,
    };
    let score = zxcvbn::zxcvbn(judged(password.as_str()), &context.words()).score();
    if score < least { Err(PasswordProblem::Guessable) } else { Ok(()) }
}

// SECURITY: the crate's work grows with the square of what it sees, times the ways in which symbols stand for letters. A longer password is judged by
// its beginning, which was to be hard to guess all the same.
fn judged(password: &str) -> &str {
    password.char_indices().nth(policy::PASSWORD_JUDGED_CHARACTERS).map_or(password, |(end, _)| &password[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_more_of_a_password_is_judged_than_its_beginning(password in "\\PC{0,400}") {
            let judged = judged(&password);
            prop_assert!(password.starts_with(judged));
            prop_assert_eq!(judged.chars().count(), password.chars().count().min(policy::PASSWORD_JUDGED_CHARACTERS));
        }
    }
}
