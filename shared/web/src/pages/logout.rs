//! The pages of logout: one that asks (OpenID Connect RP-Initiated Logout §2), one that says what became of it.

use askama::Template;

use super::{Brand, Frame, Page, shown, style};
use crate::language::Language;

/// Asks whether a person wants to sign out. The form posts `confirmation` and `decision`, which is `confirm` or `cancel`.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "logout.html")]
pub struct LogoutPage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page.
    pub brand: Brand<'a>,
    /// The account that is signed in: its e-mail address or username.
    pub account: &'a str,
    /// Where the form posts: the issuer's path and `/logout`.
    pub action: &'a str,
    /// The sealed state of this page.
    pub confirmation: &'a str,
}

impl Page for LogoutPage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand
    }
}

impl LogoutPage<'_> {
    fn signed_in_account(&self) -> String {
        shown::account(self.account)
    }
}

/// What became of a logout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoutOutcome {
    /// The person is signed out, or was before.
    SignedOut,
    /// The same, and the app's return address wasn't one that it has registered.
    SignedOutWithoutReturn,
    /// The person chose to stay.
    Stayed,
}

/// Says what became of a logout.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "logged_out.html")]
pub struct LoggedOutPage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page.
    pub brand: Brand<'a>,
    /// What became of it.
    pub outcome: LogoutOutcome,
}

impl Page for LoggedOutPage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand
    }
}

impl LoggedOutPage<'_> {
    fn title(&self) -> &'static str {
        match self.outcome {
            LogoutOutcome::SignedOut | LogoutOutcome::SignedOutWithoutReturn => self.texts().signed_out,
            LogoutOutcome::Stayed => self.texts().stayed,
        }
    }

    fn detail(&self) -> &'static str {
        match self.outcome {
            LogoutOutcome::SignedOut => self.texts().signed_out_detail,
            LogoutOutcome::SignedOutWithoutReturn => self.texts().signed_out_without_return,
            LogoutOutcome::Stayed => self.texts().stayed_detail,
        }
    }
}
