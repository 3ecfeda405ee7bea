//! Which attributes a tenant keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reading;
use crate::claims::StandardClaim;
use crate::identifier::is_control_or_format;
use crate::policy;

/// Claims of tokens and of userinfo that say something else: RFC 7519 §4.1, OpenID Connect Core §2 and §3.1.3.6, RFC 9068 §2.2, RFC 8417, RFC 8693, RFC 7800,
/// Front- and Back-Channel Logout. Standard claims about a person are beside these.
const REGISTERED: [&str; 30] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "nonce",
    "auth_time",
    "at_hash",
    "c_hash",
    "s_hash",
    "acr",
    "amr",
    "azp",
    "sid",
    "scope",
    "client_id",
    "entitlements",
    "events",
    "cnf",
    "act",
    "may_act",
    "ref",
    "active",
    "token_type",
    "username",
    "sub_jwk",
    "sub_id",
    "txn",
];

/// Whether a claim of that name says something else than what is known of a person. Standard claims are beside these.
pub(crate) fn is_of_a_protocol(name: &str) -> bool {
    REGISTERED.contains(&name)
}

/// A text is no name of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an attribute's name has 1 to {} small letters, digits and underscores, and begins with a letter", policy::ATTRIBUTE_NAME_MAX)]
pub struct InvalidAttributeName;

/// What an attribute is called by apps and in records: `[a-z][a-z0-9_]*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AttributeName(String);

impl AttributeName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, InvalidAttributeName> {
        let fits = text.len() <= policy::ATTRIBUTE_NAME_MAX && text.starts_with(|first: char| first.is_ascii_lowercase());
        let letters = text.bytes().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_');
        if fits && letters { Ok(Self(text.to_owned())) } else { Err(InvalidAttributeName) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AttributeName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for AttributeName {
    type Error = InvalidAttributeName;
    fn try_from(text: String) -> Result<Self, InvalidAttributeName> {
        Self::parse(&text)
    }
}

impl From<AttributeName> for String {
    fn from(name: AttributeName) -> Self {
        name.0
    }
}

/// A text by language, each named by its primary subtag (`en`, `de`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Translated(pub BTreeMap<String, String>);

impl Translated {
    /// The same text in every language.
    pub fn everywhere(text: &str) -> Self {
        Self(BTreeMap::from([("en".to_owned(), text.to_owned())]))
    }

    /// The text of a language; else the English one, else any.
    pub fn of(&self, language: &str) -> Option<&str> {
        self.0.get(language).or_else(|| self.0.get("en")).or_else(|| self.0.values().next()).map(String::as_str)
    }

    fn fits(&self) -> bool {
        let language = |tag: &String| (2..=3).contains(&tag.len()) && tag.bytes().all(|letter| letter.is_ascii_lowercase());
        self.0.len() <= policy::ATTRIBUTE_LANGUAGES_MAX && self.0.iter().all(|(tag, text)| language(tag) && is_label(text))
    }
}

/// One of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What is stored, and told to apps.
    pub value: String,
    /// What pages show; the value itself without one.
    #[serde(default, skip_serializing_if = "is_untranslated")]
    pub label: Translated,
}

pub(super) fn is_untranslated(label: &Translated) -> bool {
    label.0.is_empty()
}

/// What an attribute's values are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Kind {
    /// One line of text.
    Text {
        /// The most characters that it has.
        maximum: u16,
        /// A regular expression that the whole text matches.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// An integer.
    Integer,
    /// Yes or no.
    Boolean,
    /// A day of the calendar.
    Date,
    /// One of a list.
    Choice {
        /// The list, in the order in which pages show it.
        of: Vec<Choice>,
    },
}

/// Who reads an attribute, beside the administrators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AttributeReader)]
pub enum Reader {
    /// Whose it is.
    Person,
    /// Apps that were granted the scope `profile`, as a claim of the attribute's name.
    Apps,
}

/// Who writes an attribute; whoever comes later in this list writes what those before do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AttributeWriter)]
pub enum Writer {
    /// Whose it is, and administrators.
    Person,
    /// Administrators alone.
    #[default]
    Administrator,
}

/// An attribute that a tenant keeps of its people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// What apps call it.
    pub name: AttributeName,
    /// What pages call it.
    pub label: Translated,
    /// What pages say below the field.
    #[serde(default, skip_serializing_if = "is_untranslated")]
    pub hint: Translated,
    /// What its values are.
    pub kind: Kind,
    /// Whether everybody has to have it.
    #[serde(default)]
    pub required: bool,
    /// Who reads it beside the administrators.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub readers: BTreeSet<Reader>,
    /// Who writes it.
    #[serde(default)]
    pub writer: Writer,
}

impl Attribute {
    /// The name of its field in a form, and the field's id.
    pub fn field(&self) -> String {
        format!("attribute-{}", self.name)
    }
}

/// The attributes that a tenant keeps, in the order in which pages ask for them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Counts its changes.
    pub version: u64,
    /// The attributes.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
}

/// Why a schema can't be so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSchema {
    /// The tenant's record has to hold it.
    #[error("more than {} attributes", policy::ATTRIBUTES_MAX)]
    TooMany,
    /// Two attributes of one name would be one.
    #[error("two attributes are called {0}")]
    SameName(AttributeName),
    /// Apps know something else by that name.
    #[error("{0} is a registered claim")]
    Registered(AttributeName),
    /// A label, hint or list is missing, too long, or shows what can't be seen.
    #[error("what pages say of {0} is empty, too long, invisible, or in no language")]
    Label(AttributeName),
    /// A list is empty, too long, or says something twice.
    #[error("the list of {0} has 1 to {most} different texts", most = policy::ATTRIBUTE_CHOICES_MAX)]
    Choices(AttributeName),
    /// Longer texts would leave no room.
    #[error("{0} has 1 to {most} characters", most = policy::ATTRIBUTE_TEXT_MAX)]
    Length(AttributeName),
    /// The pattern is none, or more than is matched in a moment.
    #[error("the pattern of {0} isn't one of at most {most} characters", most = policy::ATTRIBUTE_PATTERN_MAX)]
    Pattern(AttributeName),
    /// Nobody enters what they can't see.
    #[error("a person writes {0} and doesn't read it")]
    WrittenUnread(AttributeName),
}

impl Schema {
    /// Whether there is nothing in it and never was.
    pub fn is_untouched(&self) -> bool {
        *self == Self::default()
    }

    /// The attribute of that name.
    pub fn find(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name.as_str() == name)
    }

    /// The attributes that `writer` may write.
    pub fn written_by(&self, writer: Writer) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(move |attribute| writer >= attribute.writer)
    }

    /// The attributes that a new account is asked for: what its owner has to say themselves.
    pub fn asked_at_sign_up(&self) -> impl Iterator<Item = &Attribute> {
        self.written_by(Writer::Person).filter(|attribute| attribute.required)
    }

    /// Whether it may be the tenant's.
    pub fn check(&self) -> Result<(), InvalidSchema> {
        if self.attributes.len() > policy::ATTRIBUTES_MAX {
            return Err(InvalidSchema::TooMany);
        }
        let mut names = BTreeSet::new();
        self.attributes.iter().try_for_each(|attribute| {
            if names.insert(&attribute.name) { attribute.check() } else { Err(InvalidSchema::SameName(attribute.name.clone())) }
        })
    }
}

impl Attribute {
    fn check(&self) -> Result<(), InvalidSchema> {
        let name = || self.name.clone();
        if StandardClaim::parse(self.name.as_str()).is_some() || is_of_a_protocol(self.name.as_str()) {
            return Err(InvalidSchema::Registered(name()));
        }
        if self.label.0.is_empty() || !self.label.fits() || !self.hint.fits() {
            return Err(InvalidSchema::Label(name()));
        }
        if self.writer == Writer::Person && !self.readers.contains(&Reader::Person) {
            return Err(InvalidSchema::WrittenUnread(name()));
        }
        match &self.kind {
            Kind::Text { maximum, .. } if !(1..=policy::ATTRIBUTE_TEXT_MAX).contains(maximum) => Err(InvalidSchema::Length(name())),
            Kind::Text { pattern: Some(pattern), .. } if !is_pattern(pattern) => Err(InvalidSchema::Pattern(name())),
            Kind::Choice { of } if !of.iter().all(|choice| choice.label.fits()) => Err(InvalidSchema::Label(name())),
            Kind::Choice { of } if !are_choices(of) => Err(InvalidSchema::Choices(name())),
            _ => Ok(()),
        }
    }
}

fn is_pattern(pattern: &str) -> bool {
    pattern.chars().nth(policy::ATTRIBUTE_PATTERN_MAX).is_none() && reading::whole(pattern).is_ok()
}

fn are_choices(of: &[Choice]) -> bool {
    let different: BTreeSet<_> = of.iter().map(|choice| &choice.value).collect();
    // Each reads back as itself: in NFC, without white space around it.
    let read = |choice: &Choice| Kind::Choice { of: of.to_vec() }.read(&choice.value).is_ok_and(|read| read.is_some());
    (1..=policy::ATTRIBUTE_CHOICES_MAX).contains(&of.len())
        && different.len() == of.len()
        && of.iter().all(|choice| is_label(&choice.value) && read(choice))
}

fn is_label(text: &str) -> bool {
    let length = text.chars().count();
    (1..=policy::ATTRIBUTE_LABEL_MAX).contains(&length) && !text.trim().is_empty() && !text.chars().any(is_control_or_format)
}
