//! The pages of a forgotten password: whose it is, and the new one.

use std::time::Duration;

use askama::Template;
use domain::password_policy::PasswordProblem;

use super::{Brand, Frame, Page, shown, style};
use crate::language::Language;

/// What the page says about the attempt before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetProblem {
    /// Nothing was entered.
    Incomplete,
    /// Too many links were asked for; nothing was tried.
    Throttled {
        /// When the next one is sent.
        retry_after: Duration,
    },
}

/// Asks whose password is forgotten. The form posts `state` and `username`.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "reset.html")]
pub struct ResetPage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page.
    pub brand: Brand<'a>,
    /// Where the form posts: the issuer's path and `/reset`.
    pub action: &'a str,
    /// The sealed state of this page.
    pub state: &'a str,
    /// What was typed before.
    pub identifier: &'a str,
    /// What was wrong with it.
    pub problem: Option<ResetProblem>,
}

impl Page for ResetPage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand
    }
}

impl ResetPage<'_> {
    fn typed(&self) -> String {
        shown::typed(self.identifier)
    }

    fn problem_text(&self) -> Option<String> {
        self.problem.map(|problem| match problem {
            ResetProblem::Incomplete => self.account_texts().reset_incomplete.to_owned(),
            ResetProblem::Throttled { retry_after } => (self.texts().throttled)(retry_after),
        })
    }
}

/// Asks for a new password. A program that follows the link changes nothing by it: the form posts `link` and `password`.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "new_password.html")]
pub struct NewPasswordPage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page.
    pub brand: Brand<'a>,
    /// Where the form posts: the issuer's path and `/reset`.
    pub action: &'a str,
    /// The link, as it came.
    pub link: &'a str,
    /// How many characters a password needs.
    pub password_minimum: usize,
    /// Why the one before can't be chosen.
    pub problem: Option<PasswordProblem>,
}

impl Page for NewPasswordPage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand
    }
}

impl NewPasswordPage<'_> {
    fn password_hint(&self) -> String {
        (self.account_texts().password_hint)(self.password_minimum)
    }

    fn problem_text(&self) -> Option<String> {
        self.problem.map(|problem| self.language.password_problem(problem))
    }
}

/// Asks somebody who is signing in for another password, since theirs is too old. The form posts `state` and `password`.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "outlived.html")]
pub struct OutlivedPage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page.
    pub brand: Brand<'a>,
    /// The app that they are on their way to.
    pub client_name: &'a str,
    /// Who is asked.
    pub account: &'a str,
    /// Where the form posts: the issuer's path and `/new-password`.
    pub action: &'a str,
    /// The sealed state of this step.
    pub state: &'a str,
    /// How many characters a password needs.
    pub password_minimum: usize,
    /// Why the one before can't be chosen.
    pub problem: Option<PasswordProblem>,
}

impl Page for OutlivedPage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand
    }
}

impl OutlivedPage<'_> {
    fn client(&self) -> String {
        shown::name(self.client_name)
    }

    fn password_hint(&self) -> String {
        (self.account_texts().password_hint)(self.password_minimum)
    }

    fn problem_text(&self) -> Option<String> {
        self.problem.map(|problem| self.language.password_problem(problem))
    }
}
