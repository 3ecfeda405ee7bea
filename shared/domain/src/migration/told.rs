//! What the hook is asked, what it answers, and whether there can be an account of that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attributes::{self, Value, Values, Writer};
use crate::id::UserId;
use crate::identifier::{Canonical, InvalidIdentifier};
use crate::policy;
use crate::sign_up::{self, Entered, is_name};
use crate::tenant::Tenant;
use crate::timestamp::Timestamp;
use crate::user::{Email, Profile, User};

/// What the hook is asked, as JSON.
#[derive(Clone, Copy, Serialize)]
pub struct Question<'a> {
    /// The name, as typed.
    pub identifier: &'a str,
    /// The password, as typed.
    pub password: &'a str,
}

/// What the status of an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Name and password belong together; the body says whose they are.
    Right,
    /// They don't, or nobody has the name.
    Wrong,
    /// The hook doesn't know, now.
    Unavailable,
}

/// Reads the status of an answer.
pub const fn reply(status: u16) -> Reply {
    match status {
        200 => Reply::Right,
        401 | 403 | 404 => Reply::Wrong,
        _ => Reply::Unavailable,
    }
}

/// Who the hook says that somebody is. What else it says isn't looked at: groups and roles are given here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Told {
    /// Address.
    pub email: String,
    /// Whether its owner has proved it.
    #[serde(default)]
    pub email_verified: bool,
    /// Name to sign in with, where they have one.
    #[serde(default)]
    pub username: Option<String>,
    /// Full name for display; the two below together where it isn't said.
    #[serde(default)]
    pub name: Option<String>,
    /// Given name.
    #[serde(default)]
    pub given_name: Option<String>,
    /// Family name.
    #[serde(default)]
    pub family_name: Option<String>,
    /// Attributes that the tenant keeps of its people, by name.
    #[serde(default)]
    pub attributes: BTreeMap<String, Option<Value>>,
}

/// Why there is no account of what the hook says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It isn't what an answer is.
    #[error("no answer in JSON: {0}")]
    Malformed(String),
    /// Address or username is none.
    #[error("address or username: {0}")]
    Identifier(#[from] InvalidIdentifier),
    /// It is about somebody else than was asked about.
    #[error("neither address nor username is the name that was asked about")]
    SomebodyElse,
    /// A name is too long, or holds what no name does.
    #[error("not a person's name")]
    Name,
    /// Attributes aren't those that the tenant keeps.
    #[error("not the tenant's attributes: {0:?}")]
    Attributes(attributes::Problems),
}

/// Somebody of whom there can be an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    told: Told,
    attributes: Values,
    email: Canonical,
    username: Option<Canonical>,
}

impl Told {
    /// Reads the body of an answer.
    pub fn read(body: &[u8]) -> Result<Self, Unusable> {
        serde_json::from_slice(body).map_err(|error| Unusable::Malformed(error.to_string()))
    }

    /// Checks it for the tenant that asked about whoever is called `typed`.
    pub fn accept(self, tenant: &Tenant, typed: &str) -> Result<Accepted, Unusable> {
        let email = Canonical::email(&self.email)?;
        if self.email.trim().len() > policy::EMAIL_MAX {
            return Err(InvalidIdentifier::TooLong.into());
        }
        let username = self.username.as_deref().map(Canonical::username).transpose()?;
        // SECURITY: whoever knows one password brings over one account, their own.
        let asked = Canonical::typed(typed)?;
        if asked != email && username.as_ref() != Some(&asked) {
            return Err(Unusable::SomebodyElse);
        }
        if [&self.name, &self.given_name, &self.family_name].into_iter().flatten().any(|name| !is_name(name)) {
            return Err(Unusable::Name);
        }
        let entered: BTreeMap<&str, String> =
            self.attributes.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_ref()?.as_entered()))).collect();
        let posted = entered.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let attributes = attributes::change(&tenant.attributes, &Values::new(), &posted, Writer::Administrator).map_err(Unusable::Attributes)?;
        Ok(Accepted { told: self, attributes, email, username })
    }
}

impl Accepted {
    /// The address, by which the account's id is found.
    pub const fn email(&self) -> &Canonical {
        &self.email
    }

    /// What becomes this person's alone, beside the `sub`.
    pub fn identifiers(&self) -> impl Iterator<Item = &Canonical> {
        std::iter::once(&self.email).chain(&self.username)
    }

    /// The person.
    pub fn become_person(&self, id: UserId, now: Timestamp) -> User {
        let told = &self.told;
        let entered = Entered { given_name: told.given_name.as_deref(), family_name: told.family_name.as_deref(), ..Entered::default() };
        let names = sign_up::names(&entered);
        let name = told.name.as_ref().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        User {
            username: told.username.as_ref().map(|username| username.trim().to_owned()),
            email: Some(Email::first(told.email.trim(), told.email_verified)),
            profile: Profile { name: name.or(names.name), ..names },
            attributes: self.attributes.clone(),
            ..User::new(id, now)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::attributes::{Attribute, AttributeName, Kind, Problem, Schema, Translated};
    use crate::id::{Slug, TenantId};
    use crate::tenant::Issuer;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    /// A tenant that keeps a floor, which administrators give.
    fn tenant() -> Tenant {
        let issuer = Issuer::parse("https://demo.id.example").expect("an issuer");
        let mut tenant = Tenant::named(TenantId::from_random([1; 16]), Slug::parse("demo").expect("a slug"), "Demo", issuer, NOW);
        let name = AttributeName::parse("floor").expect("a name");
        let (label, hint, readers) = (Translated::everywhere("Floor"), Translated::default(), [].into());
        let floor = Attribute { name, label, hint, kind: Kind::Integer, required: true, readers, writer: Writer::Administrator };
        tenant.attributes = Schema { version: 1, attributes: vec![floor] };
        tenant
    }

    fn told(answer: &serde_json::Value, typed: &str) -> Result<Accepted, Unusable> {
        Told::read(answer.to_string().as_bytes())?.accept(&tenant(), typed)
    }

    #[test]
    fn a_status_says_right_wrong_or_nothing() {
        assert_eq!(reply(200), Reply::Right);
        assert_eq!([401, 403, 404].map(reply), [Reply::Wrong; 3]);
        for other in [100, 201, 204, 301, 302, 307, 400, 402, 405, 429, 500, 503] {
            assert_eq!(reply(other), Reply::Unavailable, "{other}");
        }
    }

    #[test]
    fn an_account_is_made_of_what_is_told() {
        let answer = json!({
            "email": " Grace@Example.org ", "email_verified": true, "username": "Grace", "given_name": "Grace", "family_name": "Hopper",
            "attributes": { "floor": 3 }, "groups": ["admins"], "roles": ["owner"], "status": "disabled",
        });
        for typed in ["grace@example.org", "GRACE@EXAMPLE.ORG", "grace", " Grace "] {
            let accepted = told(&answer, typed).expect("somebody");
            let person = accepted.become_person(UserId::from_random([4; 16]), NOW);
            assert_eq!(person.email, Some(Email::first("Grace@Example.org", true)));
            assert_eq!((person.username.as_deref(), person.profile.name.as_deref()), (Some("Grace"), Some("Grace Hopper")));
            assert_eq!(person.attributes, [(AttributeName::parse("floor").expect("a name"), Value::Integer(3))].into());
            assert!(person.is_active() && person.groups.is_empty() && person.roles.is_empty());
            assert_eq!(accepted.identifiers().map(Canonical::as_str).collect::<Vec<_>>(), ["grace@example.org", "grace"]);
        }
    }

    #[test]
    fn an_address_is_enough_and_proved_only_where_that_is_said() {
        let person = told(&json!({ "email": "grace@example.org", "attributes": { "floor": null } }), "grace@example.org").expect("somebody");
        let person = person.become_person(UserId::from_random([4; 16]), NOW);
        assert_eq!(person.email, Some(Email::first("grace@example.org", false)));
        assert_eq!((person.username, person.profile, person.attributes), (None, Profile::default(), Values::new()));
        let named = json!({ "email": "grace@example.org", "name": "Rear Admiral Hopper", "given_name": "Grace" });
        let named = told(&named, "grace@example.org").expect("somebody").become_person(UserId::from_random([4; 16]), NOW);
        assert_eq!((named.profile.name.as_deref(), named.profile.given_name.as_deref()), (Some("Rear Admiral Hopper"), Some("Grace")));
    }

    #[test]
    fn somebody_else_is_nobody() {
        for typed in ["ada", "ada@example.org", "grace@example.com", "hopper"] {
            let answer = json!({ "email": "grace@example.org", "username": "grace" });
            assert_eq!(told(&answer, typed), Err(Unusable::SomebodyElse), "{typed}");
        }
        assert_eq!(told(&json!({ "email": "grace@example.org" }), "grace"), Err(Unusable::SomebodyElse));
    }

    #[test]
    fn what_can_be_no_account_is_refused() {
        let long = format!("{}@example.org", "a".repeat(policy::EMAIL_MAX - 11));
        for (answer, typed) in [
            (json!({ "email": "grace" }), "grace"),
            (json!({ "email": long }), long.as_str()),
            (json!({ "email": "grace@example.org", "username": "grace@example.org" }), "grace@example.org"),
            (json!({ "email": "grace@example.org", "username": "gra\u{202e}ce" }), "grace@example.org"),
            (json!({ "email": "grace@example.org", "username": "" }), "grace@example.org"),
        ] {
            assert!(matches!(told(&answer, typed), Err(Unusable::Identifier(_))), "{answer}");
        }
        let with = |field: &str, value: serde_json::Value| {
            let mut answer = json!({ "email": "grace@example.org" });
            answer[field] = value;
            told(&answer, "grace@example.org")
        };
        for field in ["name", "given_name", "family_name"] {
            assert_eq!(with(field, json!("a\u{0}")), Err(Unusable::Name), "{field}");
            assert!(matches!(with(field, json!(7)), Err(Unusable::Malformed(_))), "{field}");
        }
        let problem = with("attributes", json!({ "floor": "third", "badge": "gold" })).expect_err("a problem");
        let Unusable::Attributes(problems) = problem else { panic!("{problem}") };
        assert_eq!(problems.of.into_values().collect::<Vec<_>>(), [Problem::Integer]);
        assert_eq!(problems.unknown, ["badge".to_owned()].into());
        for body in ["", "null", "[]", "\"grace\"", "{}", "{\"email\":null}", "<html>"] {
            assert!(matches!(Told::read(body.as_bytes()), Err(Unusable::Malformed(_))), "{body}");
        }
    }
}
