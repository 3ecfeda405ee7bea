//! The page that asks a person for what their account lacks, on the way to an app.

use askama::Template;
use domain::attributes::{Posted, Schema};
use domain::completion::{Lacking, Problems};
use domain::registration::Terms;

use super::{AttributeFields, Brand, Frame, Page, shown, style};
use crate::language::Language;

/// Asks for attributes, for agreement to terms, or for both. The form posts `state`, a field for each attribute, and `terms`.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "complete.html")]
pub struct CompletePage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page.
    pub brand: Brand<'a>,
    /// The app that the person is on their way to.
    pub client_name: &'a str,
    /// The account that is signed in: its e-mail address or username.
    pub account: &'a str,
    /// Where the form posts: the issuer's path and `/complete`.
    pub action: &'a str,
    /// The sealed state of this page.
    pub state: &'a str,
    /// The attributes that the tenant keeps.
    pub schema: &'a Schema,
    /// What is asked for.
    pub lacking: &'a Lacking<'a>,
    /// What was entered before.
    pub entered: &'a Posted<'a>,
    /// What was wrong with it.
    pub problems: &'a Problems,
}

impl Page for CompletePage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand
    }
}

impl CompletePage<'_> {
    fn client(&self) -> String {
        shown::name(self.client_name)
    }

    fn signed_in_account(&self) -> String {
        shown::account(self.account)
    }

    fn terms(&self) -> Option<&Terms> {
        self.lacking.terms
    }

    fn terms_alone(&self) -> bool {
        self.lacking.attributes.is_empty()
    }

    fn attribute_fields(&self) -> AttributeFields<'_> {
        let asked = self.lacking.attributes.clone();
        AttributeFields { language: self.language, asked, entered: self.entered, problems: &self.problems.attributes }
    }

    fn problem_texts(&self) -> Vec<String> {
        let terms = self.problems.terms.then(|| self.account_texts().complete_without_terms.to_owned());
        self.language.attribute_problems(self.schema, &self.problems.attributes).into_iter().chain(terms).collect()
    }
}
