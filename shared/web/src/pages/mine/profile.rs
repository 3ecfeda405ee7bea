//! What is known of a person, which they may change.

use std::borrow::Cow;

use askama::Template;
use domain::attributes::{Attribute, Posted, Values, Writer};
use domain::profile::{Problems, ProfileField};

use super::{Head, Mine, Wrong, pages_of};
use crate::pages::attributes::{AttributeFields, readable};
use crate::pages::{Frame, shown, style};

/// Shows the profile in a form that posts `state` and the fields by the names of their claims.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "mine_profile.html")]
pub struct ProfilePage<'a> {
    /// What stands on every page.
    pub head: Head<'a>,
    /// Each field with what is known, or was entered.
    pub fields: &'a [(ProfileField, &'a str)],
    /// The tenant's attributes that the person writes, as they are known or were entered.
    pub attributes: &'a Posted<'a>,
    /// What the tenant keeps of the person.
    pub values: &'a Values,
    /// The photo.
    pub photo: PhotoPart<'a>,
}

/// The part of the page that is about the photo. Its forms post `state` and the file `photo`, as an upload to `/account/photo`; or `remove_photo`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhotoPart<'a> {
    /// Whether there is a picture, wherever it is kept.
    pub is_there: bool,
    /// Where it is shown, if it is kept here.
    pub address: Option<&'a str>,
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
    value: String,
    label: String,
    is_chosen: bool,
}

impl ProfilePage<'_> {
    fn photo_is_wrong(&self) -> bool {
        matches!(self.wrong(), Some(Wrong::Photo(_)))
    }

    fn wrong_entries(&self) -> Cow<'_, Problems> {
        match self.wrong() {
            Some(Wrong::Profile(problems)) => Cow::Borrowed(problems),
            _ => Cow::default(),
        }
    }

    fn attribute_fields(&self) -> String {
        let (language, problems) = (self.head.language, self.wrong_entries());
        let asked = self.head.schema.written_by(Writer::Person).collect();
        // The fields are escaped where they are made; writing to a text can't fail.
        AttributeFields { language, asked, entered: self.attributes, problems: &problems.attributes }.render().unwrap_or_default()
    }

    /// What administrators keep of the person, by its label.
    fn told(&self) -> Vec<(String, String)> {
        let language = self.head.language;
        let label = |attribute: &Attribute| shown::account(attribute.label.of(language.tag()).unwrap_or(attribute.name.as_str()));
        let told = domain::attributes::told(self.head.schema, self.values);
        told.map(|(attribute, value)| (label(attribute), readable(language, attribute, value))).collect()
    }

    fn rows(&self) -> Vec<Field> {
        self.fields.iter().map(|(field, value)| self.row(*field, value)).collect()
    }

    fn row(&self, field: ProfileField, value: &str) -> Field {
        let is_wrong = self.wrong_entries().fields.contains(&field);
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
        let choices = if kind == "select" { languages(value) } else { Vec::new() };
        let (name, label) = (field.as_str(), (self.mine().field)(field));
        Field { name, label, kind, autocomplete, value: shown::typed(value), is_wrong, choices }
    }
}

/// The languages that pages speak, and the one that is known where it is another: saving the rest of the form doesn't take it away.
fn languages(known: &str) -> Vec<Choice> {
    let spoken = [("", "–"), ("en", "English"), ("de", "Deutsch")];
    let other = Some((known, known)).filter(|_| spoken.iter().all(|(tag, _)| *tag != known));
    let choice = |(tag, label): (&str, &str)| Choice { value: tag.to_owned(), label: shown::account(label), is_chosen: tag == known };
    spoken.into_iter().chain(other).map(choice).collect()
}
