//! Who may do what: decided by the policies in `policies/`, which are checked against their schema by a test.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use cedar_policy::{Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request, RestrictedExpression};
use domain::administration::Assignment;
use domain::{ClientId, TenantId, UserId};
use runtime::Failure;

const POLICIES: [&str; 2] = [include_str!("../policies/roles.cedar"), include_str!("../policies/bounds.cedar")];

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What somebody asks to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Act {
            $($(#[$doc])* $name,)*
        }

        impl Act {
            /// All of them.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];

            /// Its name in the policies.
            pub(crate) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }
        }
    };
}
acts! {
    /// See what the tenant is called and where it is.
    ReadTenant,
    /// Call it otherwise.
    ChangeTenant,
    /// See the zone's tenants in a list.
    ListTenants,
    /// Make another one.
    CreateTenant,
    /// Let nobody in, or everybody again.
    SuspendTenant,
    /// Have it erased, or not after all.
    DeleteTenant,
    /// See the domains of its own.
    ReadDomains,
    /// Want another one, or take one away.
    ChangeDomains,
    /// Have the DNS asked whether one is the tenant's.
    VerifyDomain,
    /// See who administers it.
    ReadAdministrators,
    /// See its people in lists.
    ListPeople,
    /// Make an account, or invite somebody.
    CreatePerson,
    /// Make accounts of a file.
    ImportPeople,
    /// Have people written into a file.
    ExportPeople,
    /// The same with the hashes of their passwords.
    ExportHashes,
    /// See an account.
    ReadPerson,
    /// Change what is known of somebody, their names, groups or roles.
    ChangePerson,
    /// Let somebody in who was slowed, or make them choose another password.
    HelpPerson,
    /// Lock an account, or open it again.
    DisablePerson,
    /// End what an account is signed in to, or what apps hold of it.
    EndSessions,
    /// Delete an account.
    DeletePerson,
    /// Make somebody an administrator, another one, or none.
    AssignAdministrator,
    /// See the tenant's apps in a list.
    ListApps,
    /// Register an app.
    CreateApp,
    /// See all that is said of an app.
    ReadApp,
    /// Say something else of it, or give it another secret.
    ChangeApp,
    /// Trust an app with what no person is asked for.
    TrustApp,
    /// Take an app away.
    DeleteApp,
    /// See the tenant's APIs.
    ReadApis,
    /// Register, change and take away APIs.
    ChangeApis,
    /// See the tenant's signing keys.
    ReadKeys,
    /// Ask for other signing keys, or for one to go.
    ChangeKeys,
    /// See the tenant's groups and roles.
    ReadRoster,
    /// Make, change and take away groups and roles, and say what roles open.
    ChangeRoster,
    /// See which attributes the tenant keeps of its people.
    ReadAttributes,
    /// Keep others.
    ChangeAttributes,
    /// See what the tenant's policies say, and said.
    ReadPolicies,
    /// Have them say something else.
    ChangePolicies,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Actor<'a> {
    /// Somebody, who signed in just now or before.
    Person {
        /// Which person.
        id: &'a UserId,
        /// Whether it was just now.
        fresh: bool,
    },
    /// An app that acts for itself.
    Machine(&'a ClientId),
}

/// Who asks, and as what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Administrator<'a> {
    /// Who.
    pub(crate) actor: Actor<'a>,
    /// The tenant that issued the token.
    pub(crate) of: &'a TenantId,
    /// Whether that is the system tenant, whose administrators are the platform's.
    pub(crate) platform: bool,
    /// As what.
    pub(crate) assignment: &'a Assignment,
}

/// What an act is about, in the tenant that the request names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Thing<'a> {
    /// The tenant itself.
    Tenant,
    /// An app.
    App {
        /// Which.
        id: &'a ClientId,
        /// Whether it administers the tenant for itself.
        administers: bool,
    },
    /// An account.
    Person {
        /// Whose.
        id: &'a UserId,
        /// What they administer, if anything.
        assignment: Option<&'a Assignment>,
        /// What they are to be.
        becomes: Option<&'a Assignment>,
    },
}

// The policies are the same in every process, so a test knows before anybody else that they can decide.
fn undecided(error: impl std::fmt::Display) -> Failure {
    Failure::Broken(format!("the policies can't decide: {error}"))
}

/// The policies, read.
pub(crate) struct Policies {
    set: PolicySet,
    authorizer: Authorizer,
}

impl Policies {
    /// Reads them. A policy that can't be read would leave everything refused.
    pub(crate) fn read() -> Self {
        let set = PolicySet::from_str(&POLICIES.concat()).unwrap_or_else(|error| {
            tracing::error!(%error, "the policies can't be read");
            PolicySet::new()
        });
        Self { set, authorizer: Authorizer::new() }
    }

    /// Whether `who` may do `act` to `thing` of `tenant`. An error in a policy is a refusal.
    pub(crate) fn permit(&self, who: &Administrator<'_>, act: Act, tenant: &TenantId, thing: Thing<'_>) -> Result<bool, Failure> {
        let (request, entities) = question(who, act, tenant, thing)?;
        let answer = self.authorizer.is_authorized(&request, &self.set, &entities);
        match answer.diagnostics().errors().next() {
            Some(error) => Err(undecided(error)),
            None => Ok(answer.decision() == Decision::Allow),
        }
    }
}

fn question(who: &Administrator<'_>, act: Act, tenant: &TenantId, thing: Thing<'_>) -> Result<(Request, Entities), Failure> {
    let principal = administrator(who)?;
    let home = uid("Tenant", tenant.as_str())?;
    let resource = match thing {
        Thing::Tenant => Entity::new_no_attrs(home.clone(), HashSet::new()),
        Thing::App { id, administers } => {
            let attributes = HashMap::from([("administers".to_owned(), RestrictedExpression::new_bool(administers))]);
            Entity::new(uid("App", id.as_str())?, attributes, [home].into()).map_err(undecided)?
        }
        Thing::Person { id, assignment, .. } => {
            let attributes = [("administers", assignment.is_some()), ("owns", assignment.is_some_and(Assignment::owns))];
            let attributes = attributes.map(|(name, value)| (name.to_owned(), RestrictedExpression::new_bool(value)));
            Entity::new(uid("Person", id.as_str())?, attributes.into(), [home].into()).map_err(undecided)?
        }
    };
    let makes_owner = matches!(thing, Thing::Person { becomes: Some(assignment), .. } if assignment.owns());
    let fresh = matches!(who.actor, Actor::Person { fresh: true, .. });
    let circumstances = [("fresh", fresh), ("makesOwner", makes_owner)];
    let circumstances = circumstances.map(|(name, value)| (name.to_owned(), RestrictedExpression::new_bool(value)));
    let context = Context::from_pairs(circumstances).map_err(undecided)?;
    let request = Request::new(principal.uid(), uid("Action", act.as_str())?, resource.uid(), context, None).map_err(undecided)?;
    Ok((request, Entities::from_entities([principal, resource], None).map_err(undecided)?))
}

fn administrator(who: &Administrator<'_>) -> Result<Entity, Failure> {
    let id = match who.actor {
        Actor::Person { id, .. } => uid("Administrator", id.as_str())?,
        Actor::Machine(id) => uid("Machine", id.as_str())?,
    };
    let apps = who.assignment.apps.iter().map(|app| Ok(RestrictedExpression::new_entity_uid(uid("App", app.as_str())?)));
    let attributes = HashMap::from([
        ("tenant".to_owned(), RestrictedExpression::new_entity_uid(uid("Tenant", who.of.as_str())?)),
        ("platform".to_owned(), RestrictedExpression::new_bool(who.platform)),
        ("apps".to_owned(), RestrictedExpression::new_set(apps.collect::<Result<Vec<_>, Failure>>()?)),
    ]);
    let roles = who.assignment.roles.iter().map(|role| uid("Role", role.as_str())).collect::<Result<_, _>>()?;
    Entity::new(id, attributes, roles).map_err(undecided)
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, Failure> {
    Ok(EntityUid::from_type_name_and_id(EntityTypeName::from_str(kind).map_err(undecided)?, EntityId::new(id)))
}

#[cfg(test)]
mod tests;
