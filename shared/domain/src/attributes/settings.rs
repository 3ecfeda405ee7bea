//! An attribute as administrators write and read it. A record may know more of it by a later release; what is written says nothing that isn't known.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::schema::is_untranslated;
use super::{Attribute, AttributeName, Choice, Kind, Reader, Schema, Translated, Writer};

/// An attribute that a tenant keeps of its people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Attribute)]
pub struct AttributeSettings {
    /// What apps call it.
    #[schema(value_type = String, pattern = "^[a-z][a-z0-9_]*$", max_length = 32)]
    pub name: AttributeName,
    /// What pages call it, by language (`en`, `de`).
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub label: Translated,
    /// What pages say below the field, by language.
    #[serde(default, skip_serializing_if = "is_untranslated")]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub hint: Translated,
    /// What its values are.
    pub kind: KindSettings,
    /// Whether everybody has to have it.
    #[serde(default)]
    pub required: bool,
    /// Who reads it beside the administrators.
    #[serde(default)]
    pub readers: BTreeSet<Reader>,
    /// Who writes it.
    #[serde(default)]
    pub writer: Writer,
}

/// What an attribute's values are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "type", deny_unknown_fields)]
#[schema(as = AttributeKind)]
pub enum KindSettings {
    /// One line of text.
    Text {
        /// The most characters that it has.
        #[schema(minimum = 1, maximum = 250)]
        maximum: u16,
        /// A regular expression that the whole text matches.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// An integer.
    Integer {},
    /// Yes or no.
    Boolean {},
    /// A day of the calendar.
    Date {},
    /// One of a list.
    Choice {
        /// The list, in the order in which pages show it.
        #[schema(min_items = 1, max_items = 50)]
        of: Vec<ChoiceSettings>,
    },
}

/// One of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AttributeChoice)]
pub struct ChoiceSettings {
    /// What is stored, and told to apps.
    pub value: String,
    /// What pages show, by language; the value itself without one.
    #[serde(default, skip_serializing_if = "is_untranslated")]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub label: Translated,
}

impl From<&Attribute> for AttributeSettings {
    fn from(attribute: &Attribute) -> Self {
        let Attribute { name, label, hint, kind, required, readers, writer } = attribute.clone();
        let choice = |Choice { value, label }| ChoiceSettings { value, label };
        let kind = match kind {
            Kind::Text { maximum, pattern } => KindSettings::Text { maximum, pattern },
            Kind::Integer => KindSettings::Integer {},
            Kind::Boolean => KindSettings::Boolean {},
            Kind::Date => KindSettings::Date {},
            Kind::Choice { of } => KindSettings::Choice { of: of.into_iter().map(choice).collect() },
        };
        Self { name, label, hint, kind, required, readers, writer }
    }
}

impl From<AttributeSettings> for Attribute {
    fn from(settings: AttributeSettings) -> Self {
        let AttributeSettings { name, label, hint, kind, required, readers, writer } = settings;
        let choice = |ChoiceSettings { value, label }| Choice { value, label };
        let kind = match kind {
            KindSettings::Text { maximum, pattern } => Kind::Text { maximum, pattern },
            KindSettings::Integer {} => Kind::Integer,
            KindSettings::Boolean {} => Kind::Boolean,
            KindSettings::Date {} => Kind::Date,
            KindSettings::Choice { of } => Kind::Choice { of: of.into_iter().map(choice).collect() },
        };
        Self { name, label, hint, kind, required, readers, writer }
    }
}

impl Schema {
    /// What it says, in the order in which pages ask.
    pub fn settings(&self) -> Vec<AttributeSettings> {
        self.attributes.iter().map(AttributeSettings::from).collect()
    }

    /// The schema as it is said to be from now on, one version on.
    #[must_use]
    pub fn changed(&self, settings: Vec<AttributeSettings>) -> Self {
        Self { version: self.version + 1, attributes: settings.into_iter().map(Attribute::from).collect() }
    }
}
