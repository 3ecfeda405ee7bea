//! The sign-in page.

use std::time::Duration;

use askama::Template;
use domain::policy::IDENTIFIER_MAX_CHARACTERS;

use super::{Brand, Frame, Page, shown, style};
use crate::language::Language;

/// What the page says about the attempt before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInProblem {
    /// Name and password don't belong together; known and unknown accounts read the same.
    WrongCredentials,
    /// One of the two was empty.
    Incomplete,
    /// Too many attempts; nothing was tried.
    Throttled {
        /// When the next attempt counts.
        retry_after: Duration,
    },
    /// What would have to say whether they belong together doesn't answer; known and unknown accounts read the same.
    Unavailable,
    /// The page was open for too long; this one is fresh.
    Expired,
}

/// Asks for a name and a password. The form posts `username`, `password`, `state` and, where it is offered, `keep`.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page.
    pub brand: Brand<'a>,
    /// The app that asked.
    pub client_name: &'a str,
    /// Where the form posts: the issuer's path and `/sign-in`.
    pub action: &'a str,
    /// The sealed state of this sign-in.
    pub state: &'a str,
    /// What was typed as the name, or is known of it (`login_hint`); empty at first.
    pub identifier: &'a str,
    /// Whether a person may say that their browser keeps them signed in; the form posts `keep`.
    pub may_keep: bool,
    /// Where an account is made, if people make their own here.
    pub sign_up: Option<&'a str>,
    /// Where a new password is set, if people can do that by themselves.
    pub reset: Option<&'a str>,
    /// What went wrong before.
    pub problem: Option<SignInProblem>,
}

impl Page for SignInPage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand
    }
}

impl SignInPage<'_> {
    fn client(&self) -> String {
        shown::name(self.client_name)
    }

    /// As typed, so that it can be corrected; cut where no account's name is that long.
    fn typed(&self) -> &str {
        let end = self.identifier.char_indices().nth(IDENTIFIER_MAX_CHARACTERS).map_or(self.identifier.len(), |(at, _)| at);
        &self.identifier[..end]
    }

    fn problem_text(&self) -> Option<String> {
        let texts = self.texts();
        self.problem.map(|problem| match problem {
            SignInProblem::WrongCredentials => texts.wrong_credentials.to_owned(),
            SignInProblem::Incomplete => texts.incomplete.to_owned(),
            SignInProblem::Throttled { retry_after } => (texts.throttled)(retry_after),
            SignInProblem::Unavailable => texts.unchecked.to_owned(),
            SignInProblem::Expired => texts.expired.to_owned(),
        })
    }

    /// Whether what stands in the fields is what was wrong.
    fn fields_are_wrong(&self) -> bool {
        matches!(self.problem, Some(SignInProblem::WrongCredentials | SignInProblem::Incomplete))
    }

    /// The cursor starts where something is missing.
    fn starts_at_password(&self) -> bool {
        !self.identifier.is_empty()
    }
}
