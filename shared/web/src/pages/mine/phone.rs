//! The part of a page that is about the account's telephone number.

use super::Wrong;
use crate::texts::PhoneTexts;

/// Its forms post `state` and `phone`, `code` or `remove_phone`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhonePart<'a> {
    /// The number, and whether its owner has proved it.
    pub number: Option<(&'a str, bool)>,
    /// The one that a code was sent to, in this very session.
    pub waiting: Option<&'a str>,
}

/// The same as its template shows it.
pub(super) struct ShownPhone<'a> {
    pub(super) part: PhonePart<'a>,
    pub(super) texts: &'static PhoneTexts,
    wrong: Option<&'a Wrong>,
}

impl<'a> ShownPhone<'a> {
    pub(super) const fn new(part: PhonePart<'a>, texts: &'static PhoneTexts, wrong: Option<&'a Wrong>) -> Self {
        Self { part, texts, wrong }
    }

    pub(super) const fn number_is_wrong(&self) -> bool {
        matches!(self.wrong, Some(Wrong::Phone(_)))
    }

    pub(super) const fn code_is_wrong(&self) -> bool {
        matches!(self.wrong, Some(Wrong::Code))
    }
}
