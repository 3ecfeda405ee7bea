//! Who administers a tenant, and as what. One record names them all, so that whether the last owner may go is decided where it is written.

mod edit;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event::Administered;
use crate::id::{ClientId, UserId};
use crate::policy;
use crate::timestamp::Timestamp;
use crate::user::{User, UserStatus};

pub use edit::{Edit, InvalidEdit};

/// What an administrator may be; what each may do is said by the policies of the admin API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdminRole {
    /// Everything, and alone who else is an owner.
    Owner,
    /// Everything but what concerns owners.
    Admin,
    /// People, their groups and roles.
    UserManager,
    /// Helps people who can't get in.
    HelpDesk,
    /// Policies, keys and secrets.
    Security,
    /// Sees all, changes nothing.
    Auditor,
    /// The apps that are named beside it.
    AppDeveloper,
}

impl AdminRole {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Owner, Self::Admin, Self::UserManager, Self::HelpDesk, Self::Security, Self::Auditor, Self::AppDeveloper];

    /// Its name in the API and in policies.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::UserManager => "user_manager",
            Self::HelpDesk => "help_desk",
            Self::Security => "security",
            Self::Auditor => "auditor",
            Self::AppDeveloper => "app_developer",
        }
    }
}

/// What one administrator is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// As what.
    pub roles: BTreeSet<AdminRole>,
    /// The apps that a developer of apps may change.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub apps: BTreeSet<ClientId>,
}

impl Assignment {
    /// Somebody of one role, of no app.
    pub fn of(role: AdminRole) -> Self {
        Self { roles: [role].into(), apps: BTreeSet::new() }
    }

    /// Whether they own the tenant.
    pub fn owns(&self) -> bool {
        self.roles.contains(&AdminRole::Owner)
    }
}

/// A tenant's administrators: people, and apps that act for themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Administrators {
    /// Counts its changes.
    pub version: u64,
    /// People, by their id.
    #[serde(default)]
    pub people: BTreeMap<UserId, Assignment>,
    /// Apps that act for themselves (RFC 6749 §4.4), by theirs.
    #[serde(default)]
    pub machines: BTreeMap<ClientId, Assignment>,
}

/// Why administrators can't be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAdministrators {
    /// Nobody could ever make an owner again.
    #[error("the last owner stays")]
    NoOwner,
    /// One record holds them.
    #[error("a tenant has at most {} administrators", policy::ADMINISTRATORS_MAX)]
    TooMany,
    /// What an app does, nobody answers for.
    #[error("an app is no owner")]
    OwningMachine,
    /// Apps are named for who develops them, and for nobody else.
    #[error("a developer of apps has 1 to {} apps, and nobody else has any", policy::DEVELOPED_APPS_MAX)]
    Apps,
    /// An assignment without a role assigns nothing.
    #[error("an administrator has a role")]
    NoRole,
}

impl Administrators {
    /// What somebody is, if anything.
    pub fn person(&self, user: &UserId) -> Option<&Assignment> {
        self.people.get(user)
    }

    /// What an app is, if anything.
    pub fn machine(&self, client: &ClientId) -> Option<&Assignment> {
        self.machines.get(client)
    }

    /// Whether somebody owns the tenant.
    pub fn has_owner(&self) -> bool {
        self.people.values().any(Assignment::owns)
    }

    /// The same with somebody as `assignment` says, or as nothing.
    #[must_use]
    pub fn with_person(mut self, user: &UserId, assignment: Option<Assignment>) -> Self {
        match assignment {
            Some(assignment) => drop(self.people.insert(user.clone(), assignment)),
            None => drop(self.people.remove(user)),
        }
        self.version += 1;
        self
    }

    /// The same with an app as `assignment` says, or as nothing.
    #[must_use]
    pub fn with_app(mut self, client: &ClientId, assignment: Option<Assignment>) -> Self {
        match assignment {
            Some(assignment) => drop(self.machines.insert(client.clone(), assignment)),
            None => drop(self.machines.remove(client)),
        }
        self.version += 1;
        self
    }

    /// Whether they may be a tenant's administrators.
    pub fn check(&self) -> Result<(), InvalidAdministrators> {
        let mut all = self.people.values().chain(self.machines.values());
        if self.people.len() + self.machines.len() > policy::ADMINISTRATORS_MAX {
            Err(InvalidAdministrators::TooMany)
        } else if all.clone().any(|assignment| assignment.roles.is_empty()) {
            Err(InvalidAdministrators::NoRole)
        } else if !all.all(names_apps_as_it_should) {
            Err(InvalidAdministrators::Apps)
        } else if self.machines.values().any(Assignment::owns) {
            Err(InvalidAdministrators::OwningMachine)
        } else if !self.has_owner() {
            Err(InvalidAdministrators::NoOwner)
        } else {
            Ok(())
        }
    }
}

fn names_apps_as_it_should(assignment: &Assignment) -> bool {
    let develops = assignment.roles.contains(&AdminRole::AppDeveloper);
    if develops { (1..=policy::DEVELOPED_APPS_MAX).contains(&assignment.apps.len()) } else { assignment.apps.is_empty() }
}

/// What an administrator does to an account as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intervention {
    /// Lock it, which signs it out everywhere.
    Disable,
    /// Open it again.
    Enable,
    /// Sign it out everywhere.
    SignOut,
}

/// An owner is made something else before their account is locked, so that the last one stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an owner isn't locked out")]
pub struct Owns;

impl Intervention {
    /// The person's record afterwards; `None` where it is so already.
    pub fn of(self, user: &User, assignment: Option<&Assignment>, now: Timestamp) -> Result<Option<User>, Owns> {
        let changed = |status, not_before: Timestamp| User {
            status,
            not_before: not_before.max(user.not_before),
            version: user.version + 1,
            updated_at: now,
            ..user.clone()
        };
        Ok(match (self, user.status) {
            (Self::Disable, _) if assignment.is_some_and(Assignment::owns) => return Err(Owns),
            (Self::Disable, UserStatus::Disabled) | (Self::Enable, UserStatus::Active) => None,
            (Self::Disable, UserStatus::Active) => Some(changed(UserStatus::Disabled, now)),
            // Nothing of before the lock comes back.
            (Self::Enable, UserStatus::Disabled) => Some(changed(UserStatus::Active, now)),
            (Self::SignOut, status) => Some(changed(status, now)),
        })
    }

    /// What is told of it.
    pub const fn event(self, version: u64) -> Administered {
        match self {
            Self::Disable => Administered::UserDisabled { version },
            Self::Enable => Administered::UserEnabled { version },
            Self::SignOut => Administered::UserSignedOut { version },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(number: u8) -> UserId {
        UserId::from_random([number; 16])
    }

    fn client(number: usize) -> ClientId {
        ClientId::parse(&format!("app-{number}")).expect("a client id")
    }

    fn owned() -> Administrators {
        Administrators::default().with_person(&user(1), Some(Assignment::of(AdminRole::Owner)))
    }

    #[test]
    fn the_last_owner_stays() {
        assert_eq!(owned().check(), Ok(()));
        assert_eq!(owned().with_person(&user(1), None).check(), Err(InvalidAdministrators::NoOwner));
        assert_eq!(owned().with_person(&user(1), Some(Assignment::of(AdminRole::Admin))).check(), Err(InvalidAdministrators::NoOwner));
        let two = owned().with_person(&user(2), Some(Assignment::of(AdminRole::Owner)));
        assert_eq!(two.with_person(&user(1), None).check(), Ok(()));
    }

    #[test]
    fn an_app_administers_but_owns_nothing() {
        let with = |role| owned().with_app(&client(1), Some(Assignment::of(role)));
        assert_eq!((with(AdminRole::Admin).check(), with(AdminRole::Admin).version), (Ok(()), owned().version + 1));
        assert_eq!(with(AdminRole::Admin).with_app(&client(1), None).machine(&client(1)), None);
        assert_eq!(with(AdminRole::Owner).check(), Err(InvalidAdministrators::OwningMachine));
    }

    #[test]
    fn a_developer_of_apps_names_them_and_nobody_else_does() {
        let with = |roles: &[AdminRole], apps: usize| {
            let assignment = Assignment { roles: roles.iter().copied().collect(), apps: (0..apps).map(client).collect() };
            owned().with_person(&user(2), Some(assignment)).check()
        };
        let full = policy::DEVELOPED_APPS_MAX;
        assert_eq!([with(&[AdminRole::AppDeveloper], 1), with(&[AdminRole::AppDeveloper], full)], [Ok(()), Ok(())]);
        for (roles, apps) in [(&[AdminRole::AppDeveloper], 0), (&[AdminRole::AppDeveloper], full + 1), (&[AdminRole::Auditor], 1)] {
            assert_eq!(with(roles, apps), Err(InvalidAdministrators::Apps), "{roles:?} with {apps}");
        }
        assert_eq!(with(&[], 0), Err(InvalidAdministrators::NoRole));
    }

    #[test]
    fn one_record_holds_them() {
        let many = |count: usize| {
            let people = (1..count).map(|number| {
                let id = UserId::from_random(u128::try_from(number).unwrap_or_default().to_be_bytes());
                (id, Assignment::of(AdminRole::Auditor))
            });
            let mut all = owned();
            all.people.extend(people);
            all.check()
        };
        assert_eq!([many(policy::ADMINISTRATORS_MAX), many(policy::ADMINISTRATORS_MAX + 1)], [Ok(()), Err(InvalidAdministrators::TooMany)]);
    }

    #[test]
    fn a_locked_account_is_signed_out_and_comes_back_with_nothing_of_before() {
        let (before, now, later) = (Timestamp::from_seconds(1000), Timestamp::from_seconds(2000), Timestamp::from_seconds(3000));
        let ada = User::new(user(1), before);
        let locked = Intervention::Disable.of(&ada, None, now).expect("no owner").expect("a change");
        assert_eq!((locked.status, locked.not_before, locked.version), (UserStatus::Disabled, now, ada.version + 1));
        assert_eq!(Intervention::Disable.of(&locked, None, later), Ok(None));
        let open = Intervention::Enable.of(&locked, None, later).expect("no owner").expect("a change");
        assert_eq!((open.status, open.not_before, open.version), (UserStatus::Active, later, locked.version + 1));
        assert_eq!(Intervention::Enable.of(&open, None, later), Ok(None));
        let out = Intervention::SignOut.of(&open, None, now).expect("no owner").expect("a change");
        assert_eq!((out.status, out.not_before), (UserStatus::Active, later), "a watermark only grows");
    }

    #[test]
    fn an_owner_is_signed_out_and_not_locked_out() {
        let (ada, owner) = (User::new(user(1), Timestamp::from_seconds(1)), Assignment::of(AdminRole::Owner));
        let now = Timestamp::from_seconds(2);
        assert_eq!(Intervention::Disable.of(&ada, Some(&owner), now), Err(Owns));
        assert!(Intervention::Disable.of(&ada, Some(&Assignment::of(AdminRole::Admin)), now).is_ok());
        assert!(Intervention::SignOut.of(&ada, Some(&owner), now).is_ok());
    }

    #[test]
    fn a_role_is_written_as_it_is_called() {
        for role in AdminRole::ALL {
            assert_eq!(serde_json::to_value(role).expect("a text"), role.as_str());
        }
    }
}
