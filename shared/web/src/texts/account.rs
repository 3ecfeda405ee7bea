//! What the pages about accounts say.

use domain::attributes;
use domain::sign_up::Problem;

use super::Around;
use crate::pages::Notice;

/// A page that says one thing.
#[derive(Clone, Copy)]
pub(crate) struct NoticeTexts {
    /// What it is.
    pub(crate) title: &'static str,
    /// What it means, and what to do.
    pub(crate) detail: &'static str,
}

/// Everything that these pages say in one language.
pub(crate) struct AccountTexts {
    /// Heading and button of the sign-up page.
    pub(crate) sign_up: &'static str,
    /// Link to it on the sign-in page, after a question.
    pub(crate) no_account: &'static str,
    /// Label.
    pub(crate) email: &'static str,
    /// Label.
    pub(crate) username: &'static str,
    /// Label.
    pub(crate) given_name: &'static str,
    /// Label.
    pub(crate) family_name: &'static str,
    /// Under the password: how many characters it needs.
    pub(crate) password_hint: fn(usize) -> String,
    /// Beside the box, around the name of the terms.
    pub(crate) terms: Around,
    /// Their name, which leads to them.
    pub(crate) terms_name: &'static str,
    /// What is wrong with what was entered.
    pub(crate) sign_up_problem: fn(Problem) -> &'static str,
    /// Heading of the page that an invitation leads to.
    pub(crate) invitation: &'static str,
    /// Its sentence.
    pub(crate) invitation_detail: &'static str,
    /// After the label of a field that may stay empty.
    pub(crate) optional: &'static str,
    /// The first line of a list in which nothing is chosen.
    pub(crate) choose: &'static str,
    /// A value.
    pub(crate) yes: &'static str,
    /// A value.
    pub(crate) no: &'static str,
    /// What is wrong with an attribute, by its label.
    pub(crate) attribute_problem: fn(&str, attributes::Problem) -> String,
    /// Attributes are too much together.
    pub(crate) attributes_too_large: &'static str,
    /// Heading of the page that asks for what an account lacks.
    pub(crate) complete: &'static str,
    /// Its sentence, when attributes are asked for.
    pub(crate) complete_attributes: &'static str,
    /// Its sentence, when only terms are.
    pub(crate) complete_terms: &'static str,
    /// The terms weren't agreed to.
    pub(crate) complete_without_terms: &'static str,
    /// After its sentence, around the app's name.
    pub(crate) complete_then: Around,
    /// Its button.
    pub(crate) go_on: &'static str,
    /// Box on the sign-in page.
    pub(crate) keep_signed_in: &'static str,
    /// Link on the sign-in page.
    pub(crate) forgotten: &'static str,
    /// Heading of the page that it leads to.
    pub(crate) reset: &'static str,
    /// Its sentence.
    pub(crate) reset_detail: &'static str,
    /// Its button.
    pub(crate) reset_send: &'static str,
    /// Nothing was entered.
    pub(crate) reset_incomplete: &'static str,
    /// Heading and button of the page that a link leads to.
    pub(crate) new_password: &'static str,
    /// Its sentence.
    pub(crate) new_password_detail: &'static str,
    /// Heading of the page that asks for another password on the way to an app.
    pub(crate) outlived: &'static str,
    /// Its sentence; where they go on to stands behind it.
    pub(crate) outlived_detail: &'static str,
    /// Label.
    pub(crate) outlived_password: &'static str,
    /// Its button.
    pub(crate) outlived_set: &'static str,
    /// Heading of the page after it.
    pub(crate) check_mail: &'static str,
    /// Its sentence, around the address.
    pub(crate) mail_sent: Around,
    /// Button.
    pub(crate) send_again: &'static str,
    /// After it was pressed.
    pub(crate) sent_again: &'static str,
    /// Heading and button of the page that a link leads to.
    pub(crate) verify: &'static str,
    /// Its sentence in the browser of the sign-up.
    pub(crate) verify_detail: &'static str,
    /// Its sentence in any other.
    pub(crate) verify_by_password: &'static str,
    /// The password wasn't that of the sign-up.
    pub(crate) verify_wrong_password: &'static str,
    /// Heading of the page that the link of a notice leads to.
    pub(crate) not_me: &'static str,
    /// Its sentence.
    pub(crate) not_me_detail: &'static str,
    /// The same where another address is undone.
    pub(crate) not_me_email: &'static str,
    /// What comes then, where a link for a new password is mailed.
    pub(crate) not_me_by_mail: &'static str,
    /// And where none is.
    pub(crate) not_me_by_administrator: &'static str,
    /// Its button.
    pub(crate) not_me_lock: &'static str,
    /// The notices.
    pub(crate) notice: fn(Notice) -> NoticeTexts,
}
