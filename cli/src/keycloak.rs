//! `keycloak`: a realm as Keycloak exports it, as a configuration, a file of people and a report of what has no counterpart.
//!
//! Everything but the files is a function of the realm. What is translated is written as the admin API takes it, judged by the rules of the domain.

mod addresses;
mod attributes;
mod clients;
mod coverage;
mod groups;
mod hashes;
mod mappers;
mod onto;
mod policies;
mod report;
mod roles;
mod users;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use domain::roster::RoleName;
use serde_json::{Map, Value, json};

use crate::arguments::RealmAsked;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::screen::Screen;

use attributes::Attributes;
use groups::Groups;
use report::Report;
use roles::Roles;
use users::Within;

/// Clients that every realm has for Keycloak itself.
const BUILT_IN_CLIENTS: [&str; 6] = ["account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"];

/// What a realm becomes.
struct Translated {
    configuration: Value,
    people: String,
    report: Report,
}

/// Translates a realm's file.
pub(crate) fn translate(asked: &RealmAsked, screen: &mut Screen) -> Result<Outcome, Failure> {
    let realm = read(&asked.realm)?;
    if !realm["realm"].is_string() {
        return Err(Failure::usage(format!("{} is no realm: Keycloak exports one as an object with the member `realm`.", asked.realm.display())));
    }
    let mut translated = translated(&realm);
    if let Some(file) = &asked.onto {
        translated.configuration = onto::onto(read(file)?, translated.configuration);
    } else {
        let advice =
            "What the tenant has beside it is taken away by `apply`, since a section is all of it: --onto with what `export` writes keeps it.";
        translated.report.changed("roles, groups, apps, attributes", "", advice);
    }
    let Translated { configuration, people, report } = translated;
    write(&asked.config, &in_form_of(&asked.config, &configuration, || yaml(&configuration))?)?;
    write(&asked.users, &people)?;
    write(&asked.report, &in_form_of(&asked.report, &report.as_json(), || Ok(report.as_markdown()))?)?;
    let (people, apps, lines) = (report.count("people"), report.count("apps"), report.lines());
    screen.out(&format!("{people} people, {apps} apps; {lines} things to look at in {}.\n", asked.report.display()));
    let (config, users) = (asked.config.display(), asked.users.display());
    screen.err(&format!("Next: countersign plan {config}, countersign apply {config}, countersign users import {users}\n"));
    Ok(Outcome::Fine)
}

fn translated(realm: &Value) -> Translated {
    let mut report = Report::default();
    if let Some(members) = realm.as_object() {
        coverage::look(coverage::REALM, members, ("", ""), &mut report);
    }
    let roles = Roles::of(realm, &mut report);
    let groups = Groups::of(realm, &roles, &mut report);
    let mut attributes = Attributes::of(realm, &mut report);
    let mut tenant = clients::tenant();
    tenant.roster.roles = roles.names().into_iter().filter_map(|name| RoleName::parse(name).ok()).collect();
    tenant.attributes = attributes.schema();
    let apps = clients::apps(realm, &mut attributes, &mut tenant, &mut report);
    clients::scopes(realm, &mut report);
    let people = users::rows(realm, &Within { roles: &roles, groups: &groups, attributes: &attributes }, &mut report);
    let configuration = json!({
        "version": 1,
        "attributes": attributes.as_json(),
        "roles": roles.names(),
        "groups": groups.as_json(),
        "apps": apps,
        "policies": policies::policies(realm, &mut report),
    });
    Translated { configuration, people, report }
}

/// The elements of a member that is a list.
fn items(value: &Value) -> std::slice::Iter<'_, Value> {
    value.as_array().map_or([].iter(), |all| all.iter())
}

/// A text that says something.
fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

// JSON is YAML as well.
fn read(file: &Path) -> Result<Value, Failure> {
    let content = fs::read_to_string(file).map_err(Failure::file(file))?;
    let read = if is_json(file) {
        serde_json::from_str(&content).ok()
    } else {
        serde_saphyr::from_str::<Map<String, Value>>(&content).ok().map(Value::Object)
    };
    // What a parser says of a text quotes it, and a realm holds secrets.
    read.ok_or_else(|| Failure::Said(format!("{} can't be read: it is {}.", file.display(), if is_json(file) { "no JSON" } else { "no YAML" })))
}

fn is_json(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

fn in_form_of(file: &Path, value: &Value, otherwise: impl FnOnce() -> Result<String, Failure>) -> Result<String, Failure> {
    if is_json(file) { Ok(format!("{value:#}\n")) } else { otherwise() }
}

fn yaml(value: &Value) -> Result<String, Failure> {
    serde_saphyr::to_string(value).map_err(|error| Failure::Said(format!("The configuration can't be written: {error}.")))
}

// SECURITY: hashes of passwords are among what is written, which is its owner's alone.
fn write(file: &Path, content: &str) -> Result<(), Failure> {
    let open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file);
    open.and_then(|mut open| open.write_all(content.as_bytes())).map_err(Failure::file(file))
}
