//! A password as it is counted, judged, hashed and compared: NFKC, whole.

use std::fmt;

use caseless::default_case_fold_str;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::PasswordProblem;
use crate::policy;
use crate::secret::Secret;

/// A password of 1 to `policy::PASSWORD_MAX_CHARACTERS` code points after NFKC (NIST SP 800-63B-4 §3.1.1.2), with nothing cut off.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordText {
    text: Secret<String>,
    characters: usize,
}

impl PasswordText {
    /// Takes what a person typed, white space and all. Input without end costs no more than the longest password.
    pub fn typed(typed: &str) -> Result<Self, PasswordProblem> {
        let most = policy::PASSWORD_MAX_CHARACTERS;
        let text = Secret::new(typed.nfkc().take(most + 1).collect::<String>());
        match text.expose().chars().count() {
            0 => Err(PasswordProblem::Empty),
            characters if characters > most => Err(PasswordProblem::TooLong),
            characters => Ok(Self { text, characters }),
        }
    }

    /// How many code points it has.
    pub const fn characters(&self) -> usize {
        self.characters
    }

    /// The password, for what hashes it.
    pub const fn secret(&self) -> &Secret<String> {
        &self.text
    }

    pub(super) fn as_str(&self) -> &str {
        self.text.expose()
    }

    /// Without case, as lists and names are compared.
    pub(super) fn folded(&self) -> Zeroizing<String> {
        Zeroizing::new(fold(self.as_str()))
    }
}

impl fmt::Debug for PasswordText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(formatter)
    }
}

/// NFKC and full case folding.
pub(super) fn fold(text: &str) -> String {
    default_case_fold_str(&text.nfkc().collect::<String>()).nfkc().collect()
}
