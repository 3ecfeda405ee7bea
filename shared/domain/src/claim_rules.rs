//! What an app is told of a person beyond the standards: rules that an administrator writes, each from something that is known of the person to a claim.
//!
//! A rule is the organisation's word about its own app, so that what it tells needs no scope and no consent, and the consent page doesn't name it. It tells
//! attributes that are for apps and none else, never what a protocol says by a claim of that name, and together no more than tokens carry.

mod check;
mod known;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::attributes;
use crate::id::GroupId;
use crate::policy;
use crate::roster::RoleName;
use crate::tenant::Tenant;
use crate::user::User;

pub use check::{InvalidRule, check};

/// Where a claim is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClaimPlace {
    /// In ID tokens.
    IdToken,
    /// In access tokens for APIs. One for the platform's own endpoints is read by nobody else, so it tells nothing (RFC 9068 §6: no more than is needed).
    AccessToken,
    /// At the userinfo endpoint.
    Userinfo,
}

/// A claim that an app is told of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimRule {
    /// The claim. Of rules for the same claim in the same place, the first counts that applies and has something to tell.
    #[schema(min_length = 1, max_length = 100)]
    pub claim: String,
    /// What it says.
    pub from: ClaimSource,
    /// Of whom; of everybody, if it isn't said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Where.
    #[serde(rename = "in")]
    #[schema(min_items = 1)]
    pub places: BTreeSet<ClaimPlace>,
}

/// What a claim says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClaimSource {
    /// What is known of the person under this name: a standard claim, or an attribute of the tenant that is for apps.
    Attribute {
        /// The name.
        name: String,
    },
    /// The names of the person's groups.
    Groups {
        /// How those begin that are told; all of them, if it isn't said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prefix: Option<String>,
    },
    /// The person's roles, those of their groups as well.
    Roles {
        /// How those begin that are told; all of them, if it isn't said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prefix: Option<String>,
    },
    /// The same of everybody.
    Constant {
        /// What.
        value: Constant,
    },
}

/// A value that a rule states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Constant {
    /// `true` or `false`.
    Boolean(bool),
    /// An integer that every JSON reader takes for the same (RFC 7493 §2.2).
    Integer(i64),
    /// A text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
}

/// Of whom a claim is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// Of who has a role, by themself or by a group.
    Role {
        /// Which.
        #[schema(value_type = String)]
        role: RoleName,
    },
    /// Of who is in a group.
    Group {
        /// Its id.
        group: GroupId,
    },
    /// Of whom something is known.
    Attribute {
        /// Under this name, as for a claim.
        name: String,
        /// And it is this.
        equals: attributes::Value,
    },
}

/// What the `rules` of an app tell of `user` in `place`, by claim.
///
/// Rules are taken in their order. What is unknown is left out, never null. A claim that would make all of them more than `policy::CLAIMS_BYTES_MAX` is left
/// out as a whole: part of a list would be another list.
pub fn told(rules: &[ClaimRule], place: ClaimPlace, tenant: &Tenant, user: &User) -> BTreeMap<String, serde_json::Value> {
    let (mut claims, mut decided) = (BTreeMap::new(), BTreeSet::new());
    let mut room = policy::CLAIMS_BYTES_MAX;
    // SECURITY: asked again here: a row may have been written before a name was a protocol's.
    for rule in rules.iter().filter(|rule| rule.places.contains(&place) && check::may_say(rule)) {
        if decided.contains(&rule.claim) || !rule.when.as_ref().is_none_or(|condition| condition.holds(tenant, user)) {
            continue;
        }
        let Some(value) = rule.from.value(tenant, user) else { continue };
        decided.insert(&rule.claim);
        let bytes = rule.claim.len() + value.to_string().len();
        if bytes <= room {
            room -= bytes;
            claims.insert(rule.claim.clone(), value);
        }
    }
    claims
}

impl Condition {
    fn holds(&self, tenant: &Tenant, user: &User) -> bool {
        match self {
            Self::Role { role } => tenant.roster.roles_of(user).contains(role.as_str()),
            Self::Group { group } => user.groups.contains(group) && tenant.roster.groups.contains_key(group),
            Self::Attribute { name, equals } => {
                let equals = serde_json::to_value(equals).ok();
                equals.is_some() && known::under(name, tenant, user) == equals
            }
        }
    }
}

impl ClaimSource {
    // What there is nothing of is unknown: an empty list is no list.
    fn value(&self, tenant: &Tenant, user: &User) -> Option<serde_json::Value> {
        let beginning = |names: BTreeSet<&str>, prefix: &Option<String>| {
            let prefix = prefix.as_deref().unwrap_or_default();
            let some: Vec<&str> = names.into_iter().filter(|name| name.starts_with(prefix)).collect();
            (!some.is_empty()).then(|| some.into())
        };
        match self {
            Self::Attribute { name } => known::under(name, tenant, user),
            Self::Groups { prefix } => beginning(tenant.roster.groups_of(user), prefix),
            Self::Roles { prefix } => beginning(tenant.roster.roles_of(user), prefix),
            Self::Constant { value } => serde_json::to_value(value).ok(),
        }
    }
}

#[cfg(test)]
mod tests;
