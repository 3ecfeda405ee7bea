//! What a person signs in with: password and address; and their telephone number.

use askama::Template;

use super::phone::ShownPhone;
use super::{Head, Mine, PhonePart, Wrong, pages_of};
use crate::pages::{Frame, shown, style};

/// Forms: one posts `state`, `current_password` and `new_password`; the other `state` and `email`, or `forget`; those of the telephone number are [`PhonePart`]'s.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "mine_security.html")]
pub struct SecurityPage<'a> {
    /// What stands on every page.
    pub head: Head<'a>,
    /// How many characters a new password needs.
    pub password_minimum: usize,
    /// The address, if there is one.
    pub email: Option<&'a str>,
    /// The one that waits to be proved.
    pub pending_email: Option<&'a str>,
    /// The telephone number.
    pub phone: PhonePart<'a>,
}

pages_of!(SecurityPage => Security);

impl SecurityPage<'_> {
    fn password_hint(&self) -> String {
        (self.account_texts().password_hint)(self.password_minimum)
    }

    fn email_text(&self) -> Option<String> {
        self.email.map(shown::account)
    }

    fn pending_text(&self) -> Option<String> {
        self.pending_email.map(shown::account)
    }

    fn current_is_wrong(&self) -> bool {
        matches!(self.wrong(), Some(Wrong::CurrentPassword | Wrong::Throttled { .. }))
    }

    fn new_is_wrong(&self) -> bool {
        matches!(self.wrong(), Some(Wrong::NewPassword(_)))
    }

    fn shown_phone(&self) -> ShownPhone<'_> {
        ShownPhone::new(self.phone, self.mine().phone, self.wrong())
    }

    fn email_is_wrong(&self) -> bool {
        matches!(self.wrong(), Some(Wrong::Email(_)))
    }
}
