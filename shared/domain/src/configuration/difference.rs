//! How two configurations differ, thing by thing and field by field.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Configuration;
use super::flaw::Pointer;

/// What happens to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChangeAct)]
pub enum Happens {
    /// It is made.
    Create,
    /// It becomes another.
    Change,
    /// It is taken away.
    Remove,
}

/// What a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChangeKind)]
pub enum Sort {
    /// An attribute of people.
    Attribute,
    /// The order in which pages ask for attributes.
    AttributeOrder,
    /// A role.
    Role,
    /// A group.
    Group,
    /// An API.
    Api,
    /// An app.
    App,
    /// A policy.
    Policy,
}

impl Sort {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attribute => "attribute",
            Self::AttributeOrder => "attribute_order",
            Self::Role => "role",
            Self::Group => "group",
            Self::Api => "api",
            Self::App => "app",
            Self::Policy => "policy",
        }
    }
}

impl Happens {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Remove => "remove",
        }
    }
}

/// One thing that is different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ConfigurationChange)]
pub struct Difference {
    /// What happens to it.
    pub act: Happens,
    /// What it is.
    pub kind: Sort,
    /// What it is called in the document.
    pub name: String,
    /// What is said of it otherwise than before.
    pub fields: Vec<Field>,
}

/// One thing that is said otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ChangedField)]
pub struct Field {
    /// Where, as a JSON Pointer (RFC 6901) within what it is said of.
    pub at: String,
    /// What was said; `null` where nothing was.
    pub before: Value,
    /// What is said; `null` where nothing is.
    pub after: Value,
}

/// What `after` says otherwise than `before`, both with every section.
pub fn differences(before: &Configuration, after: &Configuration) -> Vec<Difference> {
    let mut all = Vec::new();
    for (kind, things) in SECTIONS {
        let (before, after) = (things(before), things(after));
        all.extend(of_things(*kind, &before, &after));
        all.extend(of_order(*kind, &before, &after));
    }
    all
}

type Things = Vec<(String, Value)>;

type Section = (Sort, fn(&Configuration) -> Things);

const SECTIONS: &[Section] = &[
    (Sort::Attribute, |all| all.attributes.iter().flatten().map(|attribute| (attribute.name.to_string(), told(attribute))).collect()),
    (Sort::Role, |all| all.roles.iter().flatten().map(|role| (role.to_string(), Value::Null)).collect()),
    (Sort::Group, |all| all.groups.iter().flatten().map(|(name, group)| (name.to_string(), told(group))).collect()),
    (Sort::Api, |all| all.apis.iter().flatten().map(|(audience, api)| (audience.to_string(), told(api))).collect()),
    (Sort::App, |all| all.apps.iter().flatten().map(|(id, app)| (id.to_string(), app.clone())).collect()),
    (Sort::Policy, |all| all.policies.iter().flatten().map(|(kind, says)| (kind.as_str().to_owned(), told(says))).collect()),
];

// What a configuration says are texts, numbers and lists of them, which are JSON.
fn told(says: &impl Serialize) -> Value {
    serde_json::to_value(says).unwrap_or_default()
}

fn of_things(kind: Sort, before: &Things, after: &Things) -> Vec<Difference> {
    let nothing = Value::Object(Map::new());
    let of = |things: &Things, name: &str| things.iter().find(|(other, _)| other == name).map(|(_, says)| says.clone());
    let difference = |act, name: &str, before: &Value, after: &Value| {
        let mut fields = Vec::new();
        compare(&Pointer::default(), before, after, &mut fields);
        Difference { act, kind, name: name.to_owned(), fields }
    };
    let gone = before.iter().filter(|(name, _)| of(after, name).is_none());
    let gone = gone.map(|(name, says)| difference(Happens::Remove, name, says, &nothing));
    let there = after.iter().filter_map(|(name, says)| match of(before, name) {
        None => Some(difference(Happens::Create, name, &nothing, says)),
        Some(said) if said != *says => Some(difference(Happens::Change, name, &said, says)),
        Some(_) => None,
    });
    gone.chain(there).collect()
}

// A name says all of a thing that has no members.
fn compare(at: &Pointer, before: &Value, after: &Value, fields: &mut Vec<Field>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
            for name in names {
                compare(&at.below(name), before.get(name).unwrap_or(&Value::Null), after.get(name).unwrap_or(&Value::Null), fields);
            }
        }
        _ if before == after || at.as_str().is_empty() => {}
        _ => fields.push(Field { at: at.as_str().to_owned(), before: before.clone(), after: after.clone() }),
    }
}

// New ones stand behind the others, unless they are said to stand elsewhere.
fn of_order(kind: Sort, before: &Things, after: &Things) -> Option<Difference> {
    let names = |things: &Things| things.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let (before, after) = (names(before), names(after));
    let kept = before.iter().filter(|name| after.contains(name));
    let expected: Vec<_> = kept.chain(after.iter().filter(|name| !before.contains(name))).cloned().collect();
    if kind != Sort::Attribute || expected == after {
        return None;
    }
    let field = Field { at: String::new(), before: before.into(), after: after.into() };
    Some(Difference { act: Happens::Change, kind: Sort::AttributeOrder, name: "attributes".to_owned(), fields: vec![field] })
}
