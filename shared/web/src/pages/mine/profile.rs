//! What is known of a person, which they may change.

use askama::Template;
use domain::profile::ProfileField;

use super::{Head, Mine, Wrong, pages_of};
use crate::pages::{Frame, shown, style};

/// Shows the profile in a form that posts `state` and the fields by the names of their claims.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "mine_profile.html")]
pub struct ProfilePage<'a> {
    /// What stands on every page.
    pub head: Head<'a>,
    /// Each field with what is known, or was entered.
    pub fields: &'a [(ProfileField, String)],
}

pages_of!(ProfilePage => Profile);

/// A field of the form.
struct Field {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    value: String,
    is_wrong: bool,
    choices: Vec<Choice>,
}

struct Choice {
    value: &'static str,
    label: &'static str,
    is_chosen: bool,
}

impl ProfilePage<'_> {
    fn rows(&self) -> Vec<Field> {
        self.fields.iter().map(|(field, value)| self.row(*field, value)).collect()
    }

    fn row(&self, field: ProfileField, value: &str) -> Field {
        let is_wrong = matches!(self.wrong(), Some(Wrong::Fields(fields)) if fields.contains(&field));
        let (kind, autocomplete) = match field {
            ProfileField::Name => ("text", "name"),
            ProfileField::GivenName => ("text", "given-name"),
            ProfileField::FamilyName => ("text", "family-name"),
            ProfileField::Nickname => ("text", "nickname"),
            ProfileField::Website => ("url", "url"),
            ProfileField::Birthdate => ("date", "bday"),
            ProfileField::Zoneinfo => ("text", "off"),
            ProfileField::Locale => ("select", "language"),
        };
        let choice = |(tag, label): (&'static str, &'static str)| Choice { value: tag, label, is_chosen: tag == value };
        let choices = if kind == "select" { [("", "–"), ("en", "English"), ("de", "Deutsch")].map(choice).into() } else { Vec::new() };
        let (name, label) = (field.as_str(), (self.mine().field)(field));
        Field { name, label, kind, autocomplete, value: shown::typed(value), is_wrong, choices }
    }
}
