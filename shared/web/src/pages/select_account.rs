//! The page on which a person goes on as who is signed in, or as somebody else (OpenID Connect Core §3.1.2.1, `prompt=select_account`).

use askama::Template;

use super::{Brand, Frame, Page, shown, style};
use crate::language::Language;

/// Asks who goes on. Both buttons send a sealed request to the authorization endpoint by GET, so nothing happens that a link couldn't do.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "select_account.html")]
pub struct SelectAccountPage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page.
    pub brand: Brand<'a>,
    /// The app that asks.
    pub client_name: &'a str,
    /// The account that is signed in: its e-mail address or username.
    pub account: &'a str,
    /// Where the form goes: the issuer's path and `/authorize`.
    pub action: &'a str,
    /// The app's identifier.
    pub client_id: &'a str,
    /// The `request_uri` that goes on as this account.
    pub same: &'a str,
    /// The `request_uri` that goes on as another one.
    pub other: &'a str,
}

impl Page for SelectAccountPage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand
    }
}

impl SelectAccountPage<'_> {
    fn client(&self) -> String {
        shown::name(self.client_name)
    }

    fn signed_in_account(&self) -> String {
        shown::account(self.account)
    }
}
