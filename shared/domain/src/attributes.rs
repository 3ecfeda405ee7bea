//! Attributes that a tenant keeps of its people beside the standard claims: which there are (the schema, in the tenant's record), and what each person's are.

mod reading;
mod schema;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::policy;

pub(crate) use schema::is_of_a_protocol;
pub use schema::{Attribute, AttributeName, Choice, InvalidAttributeName, InvalidSchema, Kind, Reader, Schema, Translated, Writer};
pub use settings::{AttributeSettings, ChoiceSettings, KindSettings};

/// What a person's attribute is. A date is text, `YYYY-MM-DD`; one of a list is the text of that one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = AttributeValue)]
pub enum Value {
    /// `true` or `false`.
    Boolean(bool),
    /// An integer that every JSON reader takes for the same (RFC 7493 §2.2).
    Integer(i64),
    /// Text in NFC, without invisible characters.
    Text(String),
}

impl Value {
    /// The value as a form holds it; read again, it is the same value.
    pub fn as_entered(&self) -> String {
        match self {
            Self::Boolean(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Text(value) => value.clone(),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Boolean(_) => 1,
            Self::Integer(_) => 8,
            Self::Text(text) => text.len(),
        }
    }
}

/// A person's attributes.
pub type Values = BTreeMap<AttributeName, Value>;

/// What was entered, by the attribute's name: empty text takes the value away, and what isn't named stays as it is.
pub type Posted<'a> = BTreeMap<&'a str, &'a str>;

/// What is wrong with one attribute that was entered; a page says so beside the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// It is required.
    Missing,
    /// It holds what no text does.
    Invisible,
    /// It has more characters than the attribute may.
    TooLong {
        /// How many that is.
        maximum: u16,
    },
    /// It isn't written as the attribute is.
    Pattern,
    /// It is no integer of at most 53 bits.
    Integer,
    /// It is neither `true` nor `false`.
    Boolean,
    /// It is no date `YYYY-MM-DD`.
    Date,
    /// It is none of the list.
    Choice,
    /// Who entered it may not write it.
    ReadOnly,
}

/// Why attributes that were entered aren't stored, all that is wrong at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// Of single attributes.
    pub of: BTreeMap<AttributeName, Problem>,
    /// Names that no attribute of the tenant has.
    pub unknown: BTreeSet<String>,
    /// Together they would be more than a person's record holds.
    pub too_large: bool,
}

impl Problems {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A person's attributes after `writer` entered `posted`; a value whose attribute the tenant keeps no more is dropped.
///
/// A required attribute is missed when it is entered as empty: who changes one isn't kept by another that was never asked.
pub fn change(schema: &Schema, current: &Values, posted: &Posted<'_>, writer: Writer) -> Result<Values, Problems> {
    let mut problems = Problems::default();
    let mut values: Values = current.iter().filter(|(name, _)| schema.find(name.as_str()).is_some()).map(|(n, v)| (n.clone(), v.clone())).collect();
    for (name, entered) in posted {
        let Some(attribute) = schema.find(name) else {
            problems.unknown.insert((*name).to_owned());
            continue;
        };
        match read(attribute, entered, writer) {
            Ok(Some(value)) => _ = values.insert(attribute.name.clone(), value),
            Ok(None) => _ = values.remove(&attribute.name),
            Err(problem) => _ = problems.of.insert(attribute.name.clone(), problem),
        }
    }
    problems.too_large = values.iter().map(|(name, value)| name.as_str().len() + value.bytes()).sum::<usize>() > policy::ATTRIBUTES_BYTES_MAX;
    if problems.is_empty() { Ok(values) } else { Err(problems) }
}

// SECURITY: who may write is asked before anything else, so that an attribute of the administrators tells a person nothing.
fn read(attribute: &Attribute, entered: &str, writer: Writer) -> Result<Option<Value>, Problem> {
    if writer < attribute.writer {
        return Err(Problem::ReadOnly);
    }
    match attribute.kind.read(entered)? {
        None if attribute.required => Err(Problem::Missing),
        value => Ok(value),
    }
}

/// What a form asked `writer`: each attribute that they may write, empty where nothing was entered. What else was posted isn't looked at.
pub fn entered<'a>(schema: &'a Schema, writer: Writer, field: impl Fn(&str) -> Option<&'a str>) -> Posted<'a> {
    answers(schema.written_by(writer), field)
}

/// What a form that asked for these attributes says of each, empty where nothing was entered.
pub fn answers<'a>(asked: impl Iterator<Item = &'a Attribute>, field: impl Fn(&str) -> Option<&'a str>) -> Posted<'a> {
    asked.map(|attribute| (attribute.name.as_str(), field(&attribute.field()).unwrap_or_default())).collect()
}

/// The attributes that a person has to have, may write, and hasn't, or not in the form that the tenant wants by now.
pub fn missing<'a>(schema: &'a Schema, values: &Values) -> impl Iterator<Item = &'a Attribute> {
    schema.written_by(Writer::Person).filter(|attribute| attribute.required && !stands(attribute, values))
}

/// What a person is told of themselves and may not write, in the order of the schema.
pub fn told<'a>(schema: &'a Schema, values: &'a Values) -> impl Iterator<Item = (&'a Attribute, &'a Value)> {
    let told = |attribute: &&Attribute| attribute.writer > Writer::Person && attribute.readers.contains(&Reader::Person);
    let value = |attribute: &'a Attribute| Some((attribute, values.get(&attribute.name).filter(|value| attribute.kind.is_of(value))?));
    schema.attributes.iter().filter(told).filter_map(value)
}

/// What `reader` sees of a person's attributes; a value of another type than its attribute has by now is left out.
pub fn shown<'a>(schema: &'a Schema, values: &'a Values, reader: Reader) -> BTreeMap<&'a str, &'a Value> {
    let readable = schema.attributes.iter().filter(|attribute| attribute.readers.contains(&reader));
    let known = |attribute: &'a Attribute| Some((attribute.name.as_str(), values.get(&attribute.name).filter(|value| attribute.kind.is_of(value))?));
    readable.filter_map(known).collect()
}

// Whether it would be taken if it were entered now.
fn stands(attribute: &Attribute, values: &Values) -> bool {
    let Some(value) = values.get(&attribute.name) else { return false };
    attribute.kind.read(&value.as_entered()).is_ok_and(|read| read.as_ref() == Some(value))
}
