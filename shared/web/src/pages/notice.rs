//! A page that says one thing: what was done, or why it can't be.

use askama::Template;

use super::{Brand, Frame, Page, style};
use crate::language::Language;
use crate::texts::NoticeTexts;

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Nobody can make an account of their own here.
    SignUpClosed,
    /// The address is proved, and the account is there; where to go on is another browser.
    AddressVerified,
    /// Whoever was invited has an account.
    InvitationAccepted,
    /// The address that was invited has an account already.
    InvitedBefore,
    /// If there is an account, a link is on its way.
    ResetSent,
    /// Nobody sets a new password by themselves here.
    ResetOff,
    /// There is a new password.
    PasswordChanged,
    /// The person is signed out everywhere and the password is locked; a link for a new one is on its way.
    AlarmRaised,
    /// The same where nobody sets a new password by themselves.
    AlarmRaisedWithoutRecovery,
    /// The same, and the address before is the account's again.
    EmailGivenBack,
    /// The same where nobody sets a new password by themselves.
    EmailGivenBackWithoutRecovery,
    /// A link was replaced by a newer one, has expired, or never was one.
    LinkDead,
}

impl Notice {
    /// Every notice, for tests that show all pages.
    pub const ALL: [Self; 12] = [
        Self::SignUpClosed,
        Self::AddressVerified,
        Self::InvitationAccepted,
        Self::InvitedBefore,
        Self::ResetSent,
        Self::ResetOff,
        Self::PasswordChanged,
        Self::AlarmRaised,
        Self::AlarmRaisedWithoutRecovery,
        Self::EmailGivenBack,
        Self::EmailGivenBackWithoutRecovery,
        Self::LinkDead,
    ];
}

/// Says it.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "notice.html")]
pub struct NoticePage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page.
    pub brand: Brand<'a>,
    /// What is said.
    pub notice: Notice,
}

impl Page for NoticePage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand
    }
}

impl NoticePage<'_> {
    fn said(&self) -> NoticeTexts {
        (self.texts().account.notice)(self.notice)
    }
}
