//! What pages say, as one struct per language: a text that a language lacks doesn't compile.

mod account;
mod english;
mod german;
mod mine;
mod phone;
mod photo;

use std::time::Duration;

use domain::attributes::{Attribute, Problems, Schema};
use domain::branding::LegalLink;
use domain::password_policy::PasswordProblem;

use crate::language::Language;
use crate::pages::ErrorReason;

pub(crate) use account::{AccountTexts, NoticeTexts};
pub(crate) use mine::MyAccountTexts;
pub(crate) use phone::PhoneTexts;
pub(crate) use photo::PhotoTexts;

/// A sentence around a name, which every language puts where its grammar wants it.
#[derive(Clone, Copy)]
pub(crate) struct Around {
    /// What stands before the name.
    pub(crate) before: &'static str,
    /// What stands after it.
    pub(crate) after: &'static str,
}

/// What a scope lets an app see.
#[derive(Clone, Copy)]
pub(crate) struct ScopeTexts {
    /// In a few words.
    pub(crate) title: &'static str,
    /// In a sentence.
    pub(crate) detail: &'static str,
}

/// What the error page says.
#[derive(Clone, Copy)]
pub(crate) struct ErrorTexts {
    /// What happened.
    pub(crate) title: &'static str,
    /// What it means.
    pub(crate) detail: &'static str,
    /// What to do.
    pub(crate) advice: &'static str,
}

/// Everything that pages say in one language.
pub(crate) struct Texts {
    /// Heading and button of the sign-in page.
    pub(crate) sign_in: &'static str,
    /// Under the heading, around the app's name.
    pub(crate) to_continue: Around,
    /// Label.
    pub(crate) username: &'static str,
    /// Label.
    pub(crate) password: &'static str,
    /// Before the title of a page that reports a problem.
    pub(crate) problem: &'static str,
    /// Known and unknown accounts read the same.
    pub(crate) wrong_credentials: &'static str,
    /// A field was empty.
    pub(crate) incomplete: &'static str,
    /// Too many attempts; how long to wait.
    pub(crate) throttled: fn(Duration) -> String,
    /// Nobody could say whether they match; known and unknown accounts read the same.
    pub(crate) unchecked: &'static str,
    /// The page had been open for too long.
    pub(crate) expired: &'static str,
    /// Title and heading of the page that asks who goes on.
    pub(crate) select_account: &'static str,
    /// Button: as another account.
    pub(crate) other_account: &'static str,
    /// Button: onwards.
    pub(crate) go_on: &'static str,
    /// Title of the page that takes an answer back to an app.
    pub(crate) returning: &'static str,
    /// Its heading, around the app's name.
    pub(crate) returning_to: Around,
    /// Its sentence, for who sees it.
    pub(crate) returning_detail: &'static str,
    /// The title of the consent page.
    pub(crate) consent_title: &'static str,
    /// The heading of the consent page, around the app's name.
    pub(crate) consent_heading: Around,
    /// Before the account.
    pub(crate) signed_in_as: &'static str,
    /// Before the list of scopes.
    pub(crate) consent_lead: &'static str,
    /// The scope `openid`.
    pub(crate) scope_openid: ScopeTexts,
    /// The scope `profile`.
    pub(crate) scope_profile: ScopeTexts,
    /// The scope `email`.
    pub(crate) scope_email: ScopeTexts,
    /// The scope `address`.
    pub(crate) scope_address: ScopeTexts,
    /// The scope `phone`.
    pub(crate) scope_phone: ScopeTexts,
    /// The scope `groups`.
    pub(crate) scope_groups: ScopeTexts,
    /// The scope `roles`.
    pub(crate) scope_roles: ScopeTexts,
    /// The scope `account`.
    pub(crate) scope_account: ScopeTexts,
    /// The scope `offline_access`.
    pub(crate) scope_offline_access: ScopeTexts,
    /// Under the name of an API's scope, around the API's.
    pub(crate) scope_of_api: Around,
    /// Where the answer goes, around the host.
    pub(crate) returns_to: Around,
    /// Button.
    pub(crate) allow: &'static str,
    /// Button.
    pub(crate) deny: &'static str,
    /// Heading of the page that asks whether to sign out.
    pub(crate) sign_out_question: &'static str,
    /// What signing out does.
    pub(crate) sign_out_means: &'static str,
    /// Title and button.
    pub(crate) sign_out: &'static str,
    /// Button.
    pub(crate) stay_signed_in: &'static str,
    /// Heading of the page after it.
    pub(crate) signed_out: &'static str,
    /// What to do then.
    pub(crate) signed_out_detail: &'static str,
    /// The same, where the app's return address isn't one that it has registered.
    pub(crate) signed_out_without_return: &'static str,
    /// Heading of the page after staying.
    pub(crate) stayed: &'static str,
    /// What to do then.
    pub(crate) stayed_detail: &'static str,
    /// The pages about accounts.
    pub(crate) account: &'static AccountTexts,
    /// The pages of a person's own account.
    pub(crate) mine: &'static MyAccountTexts,
    /// The error page, by reason.
    pub(crate) error: fn(ErrorReason) -> ErrorTexts,
    /// Why a password can't be chosen, and what to do.
    pub(crate) password_problem: fn(PasswordProblem) -> String,
    /// Before the incident id.
    pub(crate) incident: &'static str,
    /// At the foot of every page and mail: what a link leads to.
    pub(crate) legal: fn(LegalLink) -> &'static str,
    /// At the foot of every page, before the product's name.
    pub(crate) secured_by: &'static str,
}

impl Language {
    /// What a page says of a password that can't be chosen.
    pub fn password_problem(self, problem: PasswordProblem) -> String {
        (self.texts().password_problem)(problem)
    }

    /// What a page says of attributes that weren't taken, by their labels.
    pub fn attribute_problems(self, schema: &Schema, problems: &Problems) -> Vec<String> {
        let texts = self.texts().account;
        let label = |attribute: &Attribute| attribute.label.of(self.tag()).unwrap_or_default().to_owned();
        let of =
            schema.attributes.iter().filter_map(|attribute| Some((texts.attribute_problem)(&label(attribute), *problems.of.get(&attribute.name)?)));
        of.chain(problems.too_large.then(|| texts.attributes_too_large.to_owned())).collect()
    }

    pub(crate) const fn texts(self) -> &'static Texts {
        match self {
            Self::English => &english::TEXTS,
            Self::German => &german::TEXTS,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::password_policy::CharacterKind;

    use super::*;

    #[test]
    fn every_problem_of_a_password_is_told_in_every_language() {
        let kinds = [CharacterKind::Lower, CharacterKind::Upper, CharacterKind::Digit, CharacterKind::Symbol].map(PasswordProblem::Lacks);
        let others = [PasswordProblem::Empty, PasswordProblem::TooLong, PasswordProblem::Common, PasswordProblem::Known];
        let problems = [&kinds[..], &others, &[PasswordProblem::Guessable, PasswordProblem::Former]].concat();
        for language in [Language::English, Language::German] {
            let texts: std::collections::BTreeSet<_> = problems.iter().map(|problem| language.password_problem(*problem)).collect();
            assert_eq!(texts.len(), problems.len());
            assert!(texts.iter().all(|text| text.ends_with('.') && text.len() < 160), "{texts:?}");
            assert!(language.password_problem(PasswordProblem::TooShort { minimum: 15 }).contains("15"));
        }
    }
}
