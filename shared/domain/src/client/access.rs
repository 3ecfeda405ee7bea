//! Whom an app is for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Client;
use crate::id::GroupId;
use crate::tenant::Tenant;
use crate::user::User;

/// Whom an app is for. Others sign in to the tenant and aren't let into the app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Everybody of the tenant.
    #[default]
    Everyone,
    /// Who is in one of these groups.
    Groups(BTreeSet<GroupId>),
}

impl Access {
    /// Whether it lets a person in. A group that is gone from the tenant lets nobody in.
    pub fn admits(&self, tenant: &Tenant, user: &User) -> bool {
        match self {
            Self::Everyone => true,
            Self::Groups(groups) => user.groups.intersection(groups).any(|group| tenant.roster.groups.contains_key(group)),
        }
    }
}

impl Client {
    /// Whom the app is for: what it says itself, or else the tenant's policy of all its apps.
    pub fn access<'a>(&'a self, tenant: &'a Tenant) -> &'a Access {
        self.access.as_ref().unwrap_or(&tenant.policies.access)
    }

    /// Whether the app is for this person.
    pub fn admits(&self, tenant: &Tenant, user: &User) -> bool {
        self.access(tenant).admits(tenant, user)
    }
}
