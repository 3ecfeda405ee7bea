//! What a realm keeps of its people beside the standard claims, as attributes of the tenant: lines of text, which an administrator writes.

use std::collections::{BTreeMap, BTreeSet};

use domain::attributes::{Attribute, AttributeName, Kind, Reader, Schema, Translated, Writer};
use domain::policy;
use serde_json::{Value, json};

use super::report::Report;
use super::{items, text};

/// Attributes that are columns of an import, by what Keycloak calls them.
const COLUMNS: [&str; 4] = ["locale", "nickname", "website", "zoneinfo"];

/// The realm's attributes.
#[derive(Default)]
pub(super) struct Attributes {
    /// What each is called here.
    called: BTreeMap<String, String>,
    for_apps: BTreeSet<String>,
}

/// Where a value goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Goes<'a> {
    /// Into a column of its own.
    Column(&'a str),
    /// Into an attribute.
    Attribute(&'a str),
    /// Nowhere: it was reported.
    Nowhere,
}

impl Attributes {
    pub(super) fn of(realm: &Value, report: &mut Report) -> Self {
        let mut attributes = Self::default();
        let people = items(&realm["users"]).filter(|person| text(&person["serviceAccountClientId"]).is_none());
        let names: BTreeSet<&String> =
            people.flat_map(|person| person["attributes"].as_object().into_iter().flatten()).map(|(name, _)| name).collect();
        for name in names.into_iter().filter(|name| !COLUMNS.contains(&name.as_str())) {
            attributes.take(name, report);
        }
        report.carried("attributes", attributes.called.len());
        attributes
    }

    fn take(&mut self, name: &str, report: &mut Report) {
        let called = renamed(name);
        let schema = Schema { version: 0, attributes: attribute(&called, false).into_iter().collect() };
        if schema.attributes.is_empty() || schema.check().is_err() {
            report.left("users/*/attributes", name, "No attribute may be called so, which is a claim of a standard: people say it on their account's page, or it is renamed in Keycloak first.");
        } else if self.called.values().any(|taken| *taken == called) {
            report.left("users/*/attributes", name, "Another attribute has the same name here: rename it in Keycloak first.");
        } else if self.called.len() == policy::ATTRIBUTES_MAX {
            report.left("users/*/attributes", name, "A tenant has at most 30.");
        } else {
            if called != name {
                report.changed("users/*/attributes", &format!("{name} → {called}"), "Names have small letters, digits and underscores.");
            }
            self.called.insert(name.to_owned(), called);
        }
    }

    /// Where a value of that name goes.
    pub(super) fn goes(&self, name: &str) -> Goes<'_> {
        match COLUMNS.into_iter().find(|column| *column == name) {
            Some(column) => Goes::Column(column),
            None => self.called.get(name).map_or(Goes::Nowhere, |called| Goes::Attribute(called)),
        }
    }

    /// Apps are told it.
    pub(super) fn is_for_apps(&mut self, called: &str) {
        self.for_apps.insert(called.to_owned());
    }

    /// As a tenant has them.
    pub(super) fn schema(&self) -> Schema {
        let attributes = self.called.values().filter_map(|called| attribute(called, self.for_apps.contains(called)));
        Schema { version: 1, attributes: attributes.collect() }
    }

    /// As a configuration says them.
    pub(super) fn as_json(&self) -> Value {
        json!(self.schema().attributes)
    }
}

fn attribute(called: &str, for_apps: bool) -> Option<Attribute> {
    let name = AttributeName::parse(called).ok()?;
    let (label, hint) = (Translated::everywhere(called), Translated::default());
    let readers = if for_apps { [Reader::Apps, Reader::Person].into() } else { [Reader::Person].into() };
    let kind = Kind::Text { maximum: policy::ATTRIBUTE_TEXT_MAX, pattern: None };
    Some(Attribute { name, label, hint, kind, required: false, readers, writer: Writer::Administrator })
}

// `costCenter` as `cost_center`.
fn renamed(name: &str) -> String {
    let mut called = String::new();
    let mut before = '_';
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            called.push('_');
        }
        called.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' });
        before = letter;
    }
    called
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_called_as_they_may_be_and_the_others_are_reported() {
        let of = |names: &[&str]| -> Value { names.iter().map(|name| ((*name).to_owned(), json!(["x"]))).collect::<serde_json::Map<_, _>>().into() };
        let realm = json!({ "users": [
            { "username": "a", "attributes": of(&["costCenter", "cost_center", "locale", "sub", "phone_number", "1st", "team"]) },
            { "username": "service-account-x", "serviceAccountClientId": "x", "attributes": of(&["robot"]) },
        ] });
        let mut report = Report::default();
        let mut attributes = Attributes::of(&realm, &mut report);
        assert_eq!(attributes.goes("costCenter"), Goes::Attribute("cost_center"));
        assert_eq!(
            (attributes.goes("locale"), attributes.goes("sub"), attributes.goes("robot")),
            (Goes::Column("locale"), Goes::Nowhere, Goes::Nowhere)
        );
        for name in ["cost_center", "sub", "phone_number", "1st", "costCenter → cost_center"] {
            assert!(report.says("users/*/attributes", name), "{name}");
        }
        attributes.is_for_apps("team");
        let said = attributes.as_json();
        assert_eq!(
            (&said[1]["name"], &said[1]["readers"], &said[1]["kind"]),
            (&json!("team"), &json!(["person", "apps"]), &json!({ "type": "text", "maximum": 250 }))
        );
        assert_eq!(attributes.schema().check(), Ok(()));
    }
}
