//! Where the link leads that proves another address.

use askama::Template;

use super::{Head, Mine, pages_of};
use crate::pages::{Frame, shown, style};

/// Asks to confirm. A program that follows the link changes nothing by it: the form posts `state` and `link`.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "mine_email.html")]
pub struct ConfirmEmailPage<'a> {
    /// What stands on every page.
    pub head: Head<'a>,
    /// The address that is to be the account's.
    pub address: &'a str,
    /// The link, as it came.
    pub link: &'a str,
}

pages_of!(ConfirmEmailPage => Security);

impl ConfirmEmailPage<'_> {
    fn address_text(&self) -> String {
        shown::account(self.address)
    }
}
