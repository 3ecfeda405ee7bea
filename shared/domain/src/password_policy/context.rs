//! What whoever guesses a person's password tries first: the names of the person and of the tenant.

use super::text::fold;
use crate::policy;
use crate::tenant::Tenant;
use crate::user::User;

/// What else a person signs in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factors {
    /// Nothing else.
    PasswordAlone,
    /// A second factor, always.
    PasswordAndAnother,
}

/// A name shorter than this is in too many words to tell anything.
const SHORTEST_WORD: usize = 3;

/// For whom a password is chosen: `Context::of_tenant(…).with_email(…)` at sign-up, `Context::of_user(…)` afterwards.
#[derive(Clone, Debug)]
pub struct Context {
    factors: Factors,
    words: Vec<String>,
}

impl Context {
    /// A person of whom nothing is known yet but the tenant, with a password alone.
    pub fn of_tenant(tenant: &Tenant) -> Self {
        let bare = Self { factors: Factors::PasswordAlone, words: Vec::new() };
        bare.with_name(&tenant.name).with_name(tenant.slug.as_str())
    }

    /// A person of the tenant, with a password alone.
    pub fn of_user(tenant: &Tenant, user: &User) -> Self {
        let profile = &user.profile;
        let names = [&user.username, &profile.given_name, &profile.family_name, &profile.name, &profile.nickname];
        let named = names.into_iter().flatten().fold(Self::of_tenant(tenant), |context, name| context.with_name(name));
        user.email.iter().fold(named, |context, email| context.with_email(&email.address))
    }

    /// The same with the parts of an e-mail address, but for its top-level domain.
    #[must_use]
    pub fn with_email(self, address: &str) -> Self {
        let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        self.with_name(local).with_name(domain.rsplit_once('.').map_or(domain, |(name, _)| name))
    }

    /// The same with a username or another name, whole and by its parts.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        // Cut before it is folded, so that a name without end costs nothing.
        let cut: String = name.chars().take(policy::PASSWORD_WORD_CHARACTERS).collect();
        let folded = fold(&cut);
        let together: String = folded.split_whitespace().collect();
        self.add(together);
        for part in folded.split(|character: char| !character.is_alphanumeric()) {
            self.add(part.to_owned());
        }
        self
    }

    /// The same for a person who signs in with these factors.
    #[must_use]
    pub fn with_factors(self, factors: Factors) -> Self {
        Self { factors, ..self }
    }

    /// What the person signs in with.
    pub const fn factors(&self) -> Factors {
        self.factors
    }

    /// The names without case, at most `policy::PASSWORD_WORDS`.
    pub(super) fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    /// How many characters of a folded password are parts of names.
    pub(super) fn characters_within(&self, folded: &str) -> usize {
        let mut known = vec![false; folded.len()];
        for word in &self.words {
            for (at, found) in folded.match_indices(word.as_str()) {
                known[at..at + found.len()].fill(true);
            }
        }
        folded.char_indices().filter(|(at, _)| known[*at]).count()
    }

    fn add(&mut self, word: String) {
        let telling = word.chars().count() >= SHORTEST_WORD;
        if telling && self.words.len() < policy::PASSWORD_WORDS && !self.words.contains(&word) {
            self.words.push(word);
        }
    }
}
