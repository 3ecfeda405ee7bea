//! What the account's pages say about its telephone number.

use domain::phone::PhoneProblem;

use super::Around;

/// Everything that is said about it in one language.
pub(crate) struct PhoneTexts {
    /// Heading.
    pub(crate) phone: &'static str,
    /// In the place of a number.
    pub(crate) none: &'static str,
    /// A number that nobody proved.
    pub(crate) unproved: &'static str,
    /// Label.
    pub(crate) new_number: &'static str,
    /// What form a number has.
    pub(crate) hint: &'static str,
    /// Button.
    pub(crate) send_code: &'static str,
    /// Around the number that a code was sent to.
    pub(crate) sent: Around,
    /// Label.
    pub(crate) code: &'static str,
    /// Button.
    pub(crate) confirm: &'static str,
    /// Button.
    pub(crate) remove: &'static str,
    /// Why a number can't be asked for.
    pub(crate) problem: fn(PhoneProblem) -> &'static str,
    /// What was typed isn't the code.
    pub(crate) code_wrong: &'static str,
    /// No code is waited for any more.
    pub(crate) code_over: &'static str,
}
