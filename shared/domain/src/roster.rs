//! Groups and roles of a tenant, and what they open: claims about a person, and scopes of APIs that not everybody is granted.
//!
//! All of it stands in the tenant's record, which every function keeps in memory; a person's record names their groups and roles.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{ApiScope, Audience};
use crate::id::GroupId;
use crate::identifier::is_control_or_format;
use crate::policy;
use crate::user::User;

/// A text is no name of a role or group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to {} characters, none of them invisible, and no white space around it", policy::ROSTER_NAME_MAX)]
pub struct InvalidName;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads a name.
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                let fits = (1..=policy::ROSTER_NAME_MAX).contains(&text.chars().count()) && text.trim() == text;
                if fits && !text.chars().any(is_control_or_format) { Ok(Self(text.to_owned())) } else { Err(InvalidName) }
            }

            /// The name as claims state it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;
            fn try_from(text: String) -> Result<Self, InvalidName> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}
name!(
    /// A role: what somebody may do. Apps know it by its name, so that never changes.
    RoleName
);
name!(
    /// How a group is called; it may be renamed.
    GroupName
);

/// Some people of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// How it is called.
    pub name: GroupName,
    /// The roles that each of them has.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub roles: BTreeSet<RoleName>,
}

/// A tenant's groups and roles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// Counts its changes.
    pub version: u64,
    /// The roles that there are.
    #[serde(default)]
    pub roles: BTreeSet<RoleName>,
    /// The groups that there are.
    #[serde(default)]
    pub groups: BTreeMap<GroupId, Group>,
    /// Scopes that are granted only to who has one of these roles, by their API; all others are granted to everybody.
    #[serde(default)]
    pub scopes: BTreeMap<Audience, BTreeMap<ApiScope, BTreeSet<RoleName>>>,
}

/// Why a roster can't be so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRoster {
    /// The tenant's record has to hold it.
    #[error("more than {} groups, {} roles or {} bound scopes", policy::GROUPS_MAX, policy::ROLES_MAX, policy::BOUND_SCOPES_MAX)]
    TooLarge,
    /// Two groups of one name would be one in claims.
    #[error("two groups are called {0}")]
    SameName(GroupName),
    /// A group or scope names a role that there isn't.
    #[error("no role {0}")]
    UnknownRole(RoleName),
}

impl Roster {
    /// Whether there is nothing in it and never was.
    pub fn is_untouched(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it may be the tenant's.
    pub fn check(&self) -> Result<(), InvalidRoster> {
        let bound = self.scopes.values().map(BTreeMap::len).sum::<usize>();
        if self.groups.len() > policy::GROUPS_MAX || self.roles.len() > policy::ROLES_MAX || bound > policy::BOUND_SCOPES_MAX {
            return Err(InvalidRoster::TooLarge);
        }
        let mut names = BTreeSet::new();
        if let Some(twice) = self.groups.values().find(|group| !names.insert(&group.name)) {
            return Err(InvalidRoster::SameName(twice.name.clone()));
        }
        let of_groups = self.groups.values().flat_map(|group| &group.roles);
        let of_scopes = self.scopes.values().flat_map(BTreeMap::values).flatten();
        let unknown = of_groups.chain(of_scopes).find(|role| !self.roles.contains(*role));
        unknown.map_or(Ok(()), |role| Err(InvalidRoster::UnknownRole(role.clone())))
    }

    /// What it is once an API is gone, whose scopes are bound to no role then; `None` where none was.
    pub fn without_api(&self, audience: &Audience) -> Option<Self> {
        let mut left = self.clone();
        left.scopes.remove(audience)?;
        left.version += 1;
        Some(left)
    }

    /// The names of a person's groups; one that is gone is left out.
    pub fn groups_of<'a>(&'a self, user: &User) -> BTreeSet<&'a str> {
        self.standing(user).map(|group| group.name.as_str()).collect()
    }

    /// A person's roles, their own and those of their groups; one that is gone is left out.
    pub fn roles_of<'a>(&'a self, user: &'a User) -> BTreeSet<&'a str> {
        let all = user.roles.iter().chain(self.standing(user).flat_map(|group| &group.roles));
        all.filter(|role| self.roles.contains(*role)).map(RoleName::as_str).collect()
    }

    /// Whether a person is granted a scope of an API.
    pub fn grants(&self, user: &User, audience: &Audience, scope: &str) -> bool {
        let bound = self.scopes.get(audience).and_then(|scopes| scopes.iter().find(|(name, _)| name.as_str() == scope));
        bound.is_none_or(|(_, roles)| {
            let has = self.roles_of(user);
            roles.iter().any(|role| has.contains(role.as_str()))
        })
    }

    fn standing<'a>(&'a self, user: &User) -> impl Iterator<Item = &'a Group> {
        user.groups.iter().filter_map(|id| self.groups.get(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::UserId;
    use crate::timestamp::Timestamp;

    const API: &str = "https://api.example";

    fn role(name: &str) -> RoleName {
        RoleName::parse(name).expect("a name")
    }

    fn id(number: u8) -> GroupId {
        GroupId::from_random([number; 16])
    }

    fn group(name: &str, roles: &[&str]) -> Group {
        Group { name: GroupName::parse(name).expect("a name"), roles: roles.iter().copied().map(role).collect() }
    }

    /// Editors may write and publish; `delete` is for administrators, `read` for everybody.
    fn roster() -> Roster {
        let scope = |name: &str, roles: &[&str]| (ApiScope::parse(name).expect("a scope"), roles.iter().copied().map(role).collect());
        Roster {
            version: 1,
            roles: ["editor", "admin", "guest"].map(role).into(),
            groups: [(id(1), group("Writers", &["editor"])), (id(2), group("Readers", &[]))].into(),
            scopes: [(
                Audience::parse(API).expect("an audience"),
                [scope("write", &["editor", "admin"]), scope("delete", &["admin"]), scope("nobody", &[])].into(),
            )]
            .into(),
        }
    }

    fn user(groups: &[u8], roles: &[&str]) -> User {
        User {
            groups: groups.iter().copied().map(id).collect(),
            roles: roles.iter().copied().map(role).collect(),
            ..User::new(UserId::from_random([7; 16]), Timestamp::from_seconds(0))
        }
    }

    #[test]
    fn a_person_has_their_own_roles_and_those_of_their_groups() {
        let roster = roster();
        for (person, groups, roles) in [
            (user(&[], &[]), vec![], vec![]),
            (user(&[1, 2], &["guest"]), vec!["Readers", "Writers"], vec!["editor", "guest"]),
            (user(&[1], &["editor"]), vec!["Writers"], vec!["editor"]),
            // What is gone from the roster is gone from everybody.
            (user(&[2, 9], &["gone"]), vec!["Readers"], vec![]),
        ] {
            assert_eq!(roster.groups_of(&person).into_iter().collect::<Vec<_>>(), groups);
            assert_eq!(roster.roles_of(&person).into_iter().collect::<Vec<_>>(), roles);
        }
    }

    #[test]
    fn a_bound_scope_is_granted_to_who_has_one_of_its_roles_and_any_other_to_everybody() {
        let (roster, api) = (roster(), Audience::parse(API).expect("an audience"));
        let granted = |person: &User| ["read", "write", "delete", "nobody"].map(|scope| roster.grants(person, &api, scope));
        assert_eq!(granted(&user(&[2], &["guest"])), [true, false, false, false]);
        assert_eq!(granted(&user(&[1], &[])), [true, true, false, false]);
        assert_eq!(granted(&user(&[], &["admin"])), [true, true, true, false]);
        let other = Audience::parse("https://other.example").expect("an audience");
        assert!(roster.grants(&user(&[], &[]), &other, "delete"), "another API's scope of that name");
    }

    #[test]
    fn a_roster_names_its_roles_and_calls_no_two_groups_the_same() {
        assert_eq!(roster().check(), Ok(()));
        for role in ["editor", "admin"].map(role) {
            let roles = roster().roles.into_iter().filter(|standing| *standing != role).collect();
            assert_eq!(Roster { roles, ..roster() }.check(), Err(InvalidRoster::UnknownRole(role)));
        }
        let mut twice = roster();
        twice.groups.insert(id(3), group("Writers", &[]));
        assert_eq!(twice.check(), Err(InvalidRoster::SameName(GroupName::parse("Writers").expect("a name"))));
        let full: BTreeMap<_, _> = (0..=policy::GROUPS_MAX)
            .map(|number| (GroupId::from_random(u128::try_from(number).unwrap_or_default().to_be_bytes()), group(&number.to_string(), &[])))
            .collect();
        assert_eq!(Roster { groups: full.clone(), ..roster() }.check(), Err(InvalidRoster::TooLarge));
        let fitting = full.into_iter().skip(1).collect();
        assert_eq!(Roster { groups: fitting, ..roster() }.check(), Ok(()));
    }

    #[test]
    fn a_name_is_what_it_looks_like() {
        for fine in ["admin", "Ärzte & Pflege", "a:b/c", &"x".repeat(64)] {
            assert!(RoleName::parse(fine).is_ok(), "{fine}");
        }
        for wrong in ["", " a", "a ", "a\0", "a\u{202e}b", "a\u{200b}", &"x".repeat(65)] {
            assert_eq!(RoleName::parse(wrong), Err(InvalidName), "{wrong:?}");
        }
    }
}
