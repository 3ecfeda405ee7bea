//! The pages of making an account of one's own: the form, what to do next, and the confirmation that a link leads to.

use std::collections::BTreeSet;
use std::time::Duration;

use askama::Template;
use domain::attributes::{self, Posted, Schema};
use domain::password_policy::PasswordProblem;
use domain::registration::{RegistrationPolicy, Terms, UsernameField};
use domain::sign_up::{Entered, Problem};

use super::{AttributeFields, Brand, Frame, Page, shown, style};
use crate::language::Language;

/// What the page says about the attempt before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignUpProblems {
    /// What is wrong with what was entered.
    pub entered: BTreeSet<Problem>,
    /// What is wrong with the tenant's own attributes.
    pub attributes: attributes::Problems,
    /// What is wrong with the password.
    pub password: Option<PasswordProblem>,
    /// How long to wait, when too many mails were asked for; nothing was tried.
    pub retry_after: Option<Duration>,
}

/// Where somebody who makes an account comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUpFrom<'a> {
    /// From a sign-in page, or from anywhere: the sealed state of this page.
    Page(&'a str),
    /// From a mail: its link, as it came. Their address is known, and is what the link proves.
    Invitation(&'a str),
}

/// Asks for what an account is made of. The form posts `state` or `link`, `email`, `given_name`, `family_name`, `password`, a field for each
/// attribute, and where they are asked for `username` and `terms`.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "sign_up.html")]
pub struct SignUpPage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page.
    pub brand: Brand<'a>,
    /// The app that the person came from.
    pub client_name: Option<&'a str>,
    /// Where the form posts: the issuer's path and `/sign-up` or `/invitation`.
    pub action: &'a str,
    /// Where the person comes from.
    pub from: SignUpFrom<'a>,
    /// What is asked.
    pub policy: &'a RegistrationPolicy,
    /// The attributes that the tenant keeps, of which it asks for some.
    pub schema: &'a Schema,
    /// How many characters a password needs.
    pub password_minimum: usize,
    /// What was entered before, so that it can be corrected; never the password.
    pub entered: Entered<'a>,
    /// The same of attributes.
    pub attributes: &'a Posted<'a>,
    /// What was wrong with it.
    pub problems: &'a SignUpProblems,
}

impl Page for SignUpPage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand
    }
}

impl SignUpPage<'_> {
    fn is_invited(&self) -> bool {
        matches!(self.from, SignUpFrom::Invitation(_))
    }

    fn heading(&self) -> &'static str {
        if self.is_invited() { self.account_texts().invitation } else { self.account_texts().sign_up }
    }

    fn client(&self) -> Option<String> {
        self.client_name.map(shown::name)
    }

    fn problem_texts(&self) -> Vec<String> {
        let texts = self.account_texts();
        let entered = self.problems.entered.iter().map(|problem| (texts.sign_up_problem)(*problem).to_owned());
        let password = self.problems.password.map(|problem| self.language.password_problem(problem));
        let throttled = self.problems.retry_after.map(self.texts().throttled);
        let attributes = self.language.attribute_problems(self.schema, &self.problems.attributes);
        entered.chain(attributes).chain(password).chain(throttled).collect()
    }

    fn is_wrong(&self, problems: &[Problem]) -> bool {
        problems.iter().any(|problem| self.problems.entered.contains(problem))
    }

    fn email_is_wrong(&self) -> bool {
        self.is_wrong(&[Problem::Email, Problem::EmailDomain])
    }

    fn username_is_wrong(&self) -> bool {
        self.is_wrong(&[Problem::Username, Problem::UsernameTaken])
    }

    fn names_are_wrong(&self) -> bool {
        self.is_wrong(&[Problem::Name])
    }

    /// The cursor starts where something is to be mended.
    fn starts_at_password(&self) -> bool {
        let alone = self.problems.entered.is_empty() && self.problems.attributes.is_empty();
        alone && (self.is_invited() || self.problems.password.is_some())
    }

    fn attribute_fields(&self) -> AttributeFields<'_> {
        let asked = self.schema.asked_at_sign_up().collect();
        AttributeFields { language: self.language, asked, entered: self.attributes, problems: &self.problems.attributes }
    }

    fn asks_username(&self) -> bool {
        self.policy.username == UsernameField::Required
    }

    fn terms(&self) -> Option<&Terms> {
        self.policy.terms.as_ref()
    }

    fn password_hint(&self) -> String {
        (self.account_texts().password_hint)(self.password_minimum)
    }

    fn email(&self) -> String {
        shown::typed(self.entered.email)
    }

    fn username(&self) -> String {
        shown::typed(self.entered.username.unwrap_or_default())
    }

    fn given_name(&self) -> String {
        shown::typed(self.entered.given_name.unwrap_or_default())
    }

    fn family_name(&self) -> String {
        shown::typed(self.entered.family_name.unwrap_or_default())
    }
}

/// Whether the link was asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It wasn't.
    No,
    /// It was, and it is on its way.
    Sent,
    /// It was, too often; nothing was sent.
    Throttled {
        /// When the next one is sent.
        retry_after: Duration,
    },
}

/// Says where a link went. It reads the same whether or not the address has an account. The form posts `state` and `again`.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "check_mail.html")]
pub struct CheckMailPage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page.
    pub brand: Brand<'a>,
    /// The address, as entered.
    pub email: &'a str,
    /// Where the form posts.
    pub action: &'a str,
    /// The sealed state of this page.
    pub state: &'a str,
    /// Whether the link was asked for again.
    pub again: Again,
}

impl Page for CheckMailPage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand
    }
}

impl CheckMailPage<'_> {
    fn address(&self) -> String {
        shown::account(self.email)
    }

    fn problem_text(&self) -> Option<String> {
        match self.again {
            Again::Throttled { retry_after } => Some((self.texts().throttled)(retry_after)),
            Again::No | Again::Sent => None,
        }
    }

    fn is_sent_again(&self) -> bool {
        self.again == Again::Sent
    }
}

/// How whoever follows a link proves that the sign-up was theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofAsked {
    /// They are in the browser that it came from.
    Nothing,
    /// By the password that was chosen.
    Password,
    /// The same, after a wrong one.
    PasswordAgain,
    /// The same, after too many.
    PasswordLater {
        /// When the next one counts.
        retry_after: Duration,
    },
}

/// Asks to confirm an address. A program that follows every link in a mail changes nothing by it: the form posts `link`, and `password` where asked.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "verify.html")]
pub struct VerifyPage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page.
    pub brand: Brand<'a>,
    /// Where the form posts: the issuer's path and `/verify`.
    pub action: &'a str,
    /// The link, as it came.
    pub link: &'a str,
    /// What is asked.
    pub asked: ProofAsked,
}

impl Page for VerifyPage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand
    }
}

impl VerifyPage<'_> {
    fn asks_password(&self) -> bool {
        self.asked != ProofAsked::Nothing
    }

    fn password_is_wrong(&self) -> bool {
        self.asked == ProofAsked::PasswordAgain
    }

    fn problem_text(&self) -> Option<String> {
        match self.asked {
            ProofAsked::Nothing | ProofAsked::Password => None,
            ProofAsked::PasswordAgain => Some(self.account_texts().verify_wrong_password.to_owned()),
            ProofAsked::PasswordLater { retry_after } => Some((self.texts().throttled)(retry_after)),
        }
    }
}
