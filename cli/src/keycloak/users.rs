//! People as rows of an import: who they were, with the `sub` that apps know them by and the password that they have.

use std::collections::BTreeSet;

use domain::identifier::{Canonical, is_control_or_format};
use domain::policy;
use serde_json::{Map, Value, json};

use super::attributes::{Attributes, Goes};
use super::coverage::{self, PERSON};
use super::groups::Groups;
use super::hashes::{self, NoHash};
use super::report::Report;
use super::roles::Roles;
use super::{items, text};

/// What people are in.
pub(super) struct Within<'a> {
    pub(super) roles: &'a Roles,
    pub(super) groups: &'a Groups,
    pub(super) attributes: &'a Attributes,
}

/// The realm's people, a line each.
pub(super) fn rows(realm: &Value, within: &Within<'_>, report: &mut Report) -> String {
    let (mut lines, mut kinds, mut count) = (String::new(), BTreeSet::new(), 0);
    for person in items(&realm["users"]) {
        if let Some(row) = row(person, within, &mut kinds, report) {
            lines.push_str(&row.to_string());
            lines.push('\n');
            count += 1;
        }
    }
    if kinds.len() > policy::IMPORTED_HASHES_MAX {
        let told = kinds.iter().cloned().collect::<Vec<_>>().join(", ");
        report.left("users/*/credentials", &told, "A tenant takes three kinds of hashes: people with another make no account. Take those hashes out of the file, and they ask for a password by mail.");
    }
    report.carried("people", count);
    lines
}

fn row(person: &Value, within: &Within<'_>, kinds: &mut BTreeSet<String>, report: &mut Report) -> Option<Value> {
    let whose = text(&person["username"]).or(text(&person["id"])).unwrap_or_default();
    if text(&person["serviceAccountClientId"]).is_some() {
        report.left(
            "users/*/serviceAccountClientId",
            whose,
            "An app that acts for itself is no person: its roles are scopes of the API that it calls.",
        );
        return None;
    }
    coverage::look(PERSON, person.as_object()?, ("users/*", whose), report);
    let mut row = Map::new();
    names(person, whose, &mut row, report);
    if !row.contains_key("username") && !row.contains_key("email") {
        report.left("users", whose, "Nobody signs in without a username or an address: give them one in Keycloak first.");
        return None;
    }
    known(person, &mut row);
    memberships(person, whose, within, &mut row, report);
    attributes(person, whose, within.attributes, &mut row, report);
    for action in items(&person["requiredActions"]).filter_map(text) {
        report.left(&format!("users/*/requiredActions/{action}"), whose, advice_about(action));
    }
    if let Some(hash) = password(person, whose, kinds, report) {
        row.insert("password_hash".to_owned(), hash);
    }
    Some(Value::Object(row))
}

fn names(person: &Value, whose: &str, row: &mut Map<String, Value>, report: &mut Report) {
    // Apps know people by it.
    if let Some(id) = text(&person["id"]).filter(|id| Canonical::subject(id).is_ok()) {
        row.insert("sub".to_owned(), json!(id));
    }
    match text(&person["email"]) {
        Some(email) if Canonical::email(email).is_ok() => {
            row.insert("email".to_owned(), json!(email));
            row.insert("email_verified".to_owned(), json!(person["emailVerified"] == true));
        }
        Some(_) => report.left("users/*/email", whose, "It is no address that mail can be sent to."),
        None => {}
    }
    let username = text(&person["username"]).unwrap_or_default();
    let fits = Canonical::username(username).is_ok() && username.chars().count() <= policy::USERNAME_MAX;
    // Whoever signed in by their address goes on so.
    let is_address = text(&person["email"]).is_some_and(|email| email.eq_ignore_ascii_case(username));
    if fits {
        row.insert("username".to_owned(), json!(username));
    } else if !is_address && !username.is_empty() {
        report.left("users/*/username", whose, "A username has at most 64 characters, no white space and no @: they sign in by their address.");
    }
}

fn known(person: &Value, row: &mut Map<String, Value>) {
    let name = |of: &str| {
        text(&person[of])
            .map(|name| name.chars().filter(|letter| !is_control_or_format(*letter)).take(policy::NAME_MAX_CHARACTERS).collect::<String>())
    };
    let (given, family) = (name("firstName"), name("lastName"));
    let full = [given.as_deref(), family.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    for (column, value) in
        [("given_name", given), ("family_name", family), ("name", Some(full).filter(|full| full.chars().count() <= policy::NAME_MAX_CHARACTERS))]
    {
        if let Some(value) = value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()) {
            row.insert(column.to_owned(), json!(value));
        }
    }
    row.insert("status".to_owned(), json!(if person["enabled"] == false { "disabled" } else { "active" }));
}

fn memberships(person: &Value, whose: &str, within: &Within<'_>, row: &mut Map<String, Value>, report: &mut Report) {
    let mut groups = BTreeSet::new();
    for path in items(&person["groups"]).filter_map(text) {
        match within.groups.called(path) {
            Some(called) => drop(groups.insert(called)),
            None => report.left("users/*/groups", &format!("{whose} in {path}"), "The group isn't carried over."),
        }
    }
    let roles = within.roles.had_by(person);
    for (column, count) in [("groups", groups.len()), ("roles", roles.len())] {
        if count > policy::MEMBERSHIPS_MAX {
            report.left(
                &format!("users/*/{column}"),
                whose,
                "A person is in at most 50 groups and has at most 50 roles: the row makes no account until there are fewer.",
            );
        }
    }
    row.insert("groups".to_owned(), json!(groups));
    row.insert("roles".to_owned(), json!(roles));
}

fn attributes(person: &Value, whose: &str, known: &Attributes, row: &mut Map<String, Value>, report: &mut Report) {
    let mut of_tenant = Map::new();
    for (name, values) in person["attributes"].as_object().into_iter().flatten() {
        let mut all = items(values).filter_map(text);
        // Before it was a list it was a text.
        let Some(value) = all.next().or(text(values)) else { continue };
        if all.next().is_some() {
            report.left(&format!("users/*/attributes/{name}"), whose, "An attribute has one value: the first is carried over.");
        }
        let fits = value.chars().count() <= usize::from(policy::ATTRIBUTE_TEXT_MAX) && !value.contains(is_control_or_format) && value.trim() == value;
        match known.goes(name) {
            Goes::Column(column) if fits && fits_column(column, value) => drop(row.insert(column.to_owned(), json!(value))),
            Goes::Attribute(called) if fits => drop(of_tenant.insert(called.to_owned(), json!(value))),
            Goes::Nowhere => {}
            Goes::Column(_) | Goes::Attribute(_) => {
                report.left(
                    &format!("users/*/attributes/{name}"),
                    whose,
                    "The value is longer than 250 characters, has invisible ones, or isn't what it is called.",
                );
            }
        }
    }
    if !of_tenant.is_empty() {
        row.insert("attributes".to_owned(), Value::Object(of_tenant));
    }
}

fn fits_column(column: &str, value: &str) -> bool {
    match column {
        "locale" => {
            value.len() <= 35 && value.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        }
        "website" => url::Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "https" | "http")),
        "zoneinfo" => value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte)),
        _ => value.chars().count() <= policy::NAME_MAX_CHARACTERS,
    }
}

fn password(person: &Value, whose: &str, kinds: &mut BTreeSet<String>, report: &mut Report) -> Option<Value> {
    let mut hash = None;
    for credential in items(&person["credentials"]) {
        match credential["type"].as_str().unwrap_or_default() {
            "password" if hash.is_none() => {
                if credential["temporary"] == true {
                    report.left(
                        "users/*/credentials/temporary",
                        whose,
                        "Ask them for another one after the import: POST users/{user}/require-password-change.",
                    );
                }
                hash = match hashes::hash(credential) {
                    Ok(found) => Some(found),
                    Err(why) => {
                        report.left("users/*/credentials/password", whose, advice_without(why));
                        None
                    }
                };
            }
            other => report.left(&format!("users/*/credentials/{other}"), whose, "One password is carried over; there are no second factors yet."),
        }
    }
    let hash = hash?;
    kinds.insert(hash.kind);
    // SECURITY: the file of people is where it belongs, and nothing else says it.
    Some(json!(hash.text.expose()))
}

const fn advice_without(why: NoHash) -> &'static str {
    match why {
        NoHash::Form => "It isn't written as Keycloak writes a hash, or it was left out of the export: they ask for a password by mail.",
        NoHash::Algorithm => "No import takes its algorithm: they ask for a password by mail.",
    }
}

fn advice_about(action: &str) -> &'static str {
    match action {
        "UPDATE_PASSWORD" => "Ask them for another one after the import: POST users/{user}/require-password-change.",
        "VERIFY_EMAIL" => "Their address is imported as one that isn't proved; they prove it on their account's page.",
        "CONFIGURE_TOTP" | "webauthn-register" | "webauthn-register-passwordless" => "There are no second factors yet.",
        "TERMS_AND_CONDITIONS" | "terms_and_conditions" => "Say terms by the policy `registration`: everybody is asked who hasn't agreed.",
        "UPDATE_PROFILE" | "VERIFY_PROFILE" => "Make an attribute required: who lacks it is asked at the next sign-in.",
        _ => "Nothing asks for it at the next sign-in.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(person: &Value) -> (Option<Value>, Report) {
        let realm = json!({ "users": [person], "groups": [{ "name": "Sales" }], "roles": { "realm": [{ "name": "member" }] } });
        let mut report = Report::default();
        let (roles, attributes) = (Roles::of(&realm, &mut report), Attributes::of(&realm, &mut report));
        let groups = Groups::of(&realm, &roles, &mut report);
        let rows = rows(&realm, &Within { roles: &roles, groups: &groups, attributes: &attributes }, &mut report);
        (serde_json::from_str(&rows).ok(), report)
    }

    #[test]
    fn a_person_keeps_their_subject_names_groups_roles_and_attributes() {
        let (row, report) = translated(&json!({
            "id": "5f0c8a52-9d4f-4c7e-8a3a-2f1f5b9a8f11", "username": "grace", "email": "grace@example.org", "emailVerified": true, "enabled": false,
            "firstName": "Grace", "lastName": "Hopper", "createdTimestamp": 1, "attributes": { "locale": ["en"], "costCenter": ["42"], "tags": ["a", "b"] },
            "groups": ["/Sales", "/Gone"], "realmRoles": ["member", "offline_access"], "requiredActions": ["UPDATE_PASSWORD"],
        }));
        let expected = json!({
            "sub": "5f0c8a52-9d4f-4c7e-8a3a-2f1f5b9a8f11", "username": "grace", "email": "grace@example.org", "email_verified": true, "status": "disabled",
            "name": "Grace Hopper", "given_name": "Grace", "family_name": "Hopper", "locale": "en", "groups": ["Sales"], "roles": ["member"],
            "attributes": { "cost_center": "42", "tags": "a" },
        });
        assert_eq!(row, Some(expected));
        assert!(report.says("users/*/groups", "/Gone") && report.says("users/*/attributes/tags", "grace"));
        assert!(report.says("users/*/requiredActions/UPDATE_PASSWORD", "grace"));
    }

    #[test]
    fn who_signs_in_by_their_address_goes_on_so() {
        let (row, _) = translated(&json!({ "username": "Ada@example.org", "email": "ada@example.org" }));
        let row = row.expect("a row");
        assert_eq!((&row["username"], &row["email"]), (&Value::Null, &json!("ada@example.org")));
        let (row, report) = translated(&json!({ "username": "no name", "enabled": true }));
        assert!(row.is_none() && report.says("users", "no name"));
    }

    #[test]
    fn service_accounts_and_second_factors_are_reported() {
        let (row, report) = translated(&json!({ "username": "service-account-x", "serviceAccountClientId": "x" }));
        assert!(row.is_none() && report.says("users/*/serviceAccountClientId", "service-account-x"));
        let (row, report) =
            translated(&json!({ "username": "alan", "totp": true, "credentials": [{ "type": "otp" }, { "type": "password", "value": "clear" }] }));
        assert_eq!(row.expect("a row").get("password_hash"), None);
        assert!(
            report.says("users/*/totp", "alan")
                && report.says("users/*/credentials/otp", "alan")
                && report.says("users/*/credentials/password", "alan")
        );
        assert!(!report.as_markdown().contains("clear |"), "a password is nowhere");
    }
}
