//! The page that the link "this wasn't me" of a notice leads to.

use askama::Template;
use domain::tenant::Recovery;

use super::{Brand, Frame, Page, style};
use crate::language::Language;

/// What is undone beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undone {
    /// The account keeps its address.
    Nothing,
    /// It gets the one before back.
    EmailChange,
}

/// Asks whether somebody else uses the account. A program that follows the link changes nothing by it: the form posts `link`.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "not_me.html")]
pub struct NotMePage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page.
    pub brand: Brand<'a>,
    /// Where the form posts: the issuer's path and `/not-me`.
    pub action: &'a str,
    /// The link, as it came.
    pub link: &'a str,
    /// What the button undoes.
    pub undone: Undone,
    /// How the person gets a new password.
    pub recovery: Recovery,
}

impl Page for NotMePage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand
    }
}

impl NotMePage<'_> {
    fn detail(&self) -> &'static str {
        match self.undone {
            Undone::Nothing => self.account_texts().not_me_detail,
            Undone::EmailChange => self.account_texts().not_me_email,
        }
    }

    fn afterwards(&self) -> &'static str {
        match self.recovery {
            Recovery::ByMail => self.account_texts().not_me_by_mail,
            Recovery::Off => self.account_texts().not_me_by_administrator,
        }
    }
}
