//! A tenant's configuration as one document, which can be kept beside other code, compared with what stands, and applied to this tenant or another.
//!
//! What is drawn for one tenant alone isn't in it: groups are named as people call them, never by their ids. Nor is what is secret or somebody's: people,
//! administrators, invitations, secrets, keys that sign.

mod change;
mod difference;
mod flaw;
mod names;
mod policies;
mod reading;
mod roster;
mod shown;
#[cfg(test)]
mod tests;
mod things;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::{Api, ApiScope, Audience};
use crate::attributes::AttributeSettings;
use crate::client::{Client, Settings};
use crate::id::ClientId;
use crate::key_ring::Algorithm;
use crate::policies::{
    AccessSettings, BrandingSettings, Lifetimes, PasswordRules, PasswordSettings, PolicyKind, RegistrationSettings, RetentionSettings,
    SessionSettings,
};
use crate::policy;
use crate::roster::{GroupName, RoleName};
use crate::tenant::Tenant;

pub use change::{Change, Given, Step};
pub use difference::{Difference, Field, Happens, Sort, differences};
pub use flaw::{Flaw, Why};

/// What a tenant is, as far as a configuration says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Its record.
    pub tenant: Tenant,
    /// Its apps, all of them.
    pub clients: BTreeMap<ClientId, Client>,
    /// Its APIs, all of them.
    pub apis: BTreeMap<Audience, Api>,
}

/// The form of the document; there is one so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Form;

impl TryFrom<u64> for Form {
    type Error = &'static str;
    fn try_from(number: u64) -> Result<Self, Self::Error> {
        if number == 1 { Ok(Self) } else { Err("the form of a configuration is 1") }
    }
}

impl From<Form> for u64 {
    fn from(_: Form) -> Self {
        1
    }
}

/// A tenant's configuration. A section that is absent leaves what it is about as it is; one that is there is all of it: what it doesn't name is taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// The form of the document: 1.
    #[schema(value_type = u64, minimum = 1, maximum = 1)]
    pub version: Form,
    /// What the tenant keeps of its people beside the standard claims, in the order in which pages ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 30)]
    pub attributes: Option<Vec<AttributeSettings>>,
    /// The roles that there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeSet<String>>, max_items = 200)]
    pub roles: Option<BTreeSet<RoleName>>,
    /// The groups that there are, by name. One that is called otherwise is another one, which nobody is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, GroupSaid>>)]
    pub groups: Option<BTreeMap<GroupName, GroupSaid>>,
    /// The APIs, by their audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, ApiSaid>>)]
    pub apis: Option<BTreeMap<Audience, ApiSaid>>,
    /// The apps, by their `client_id`; groups are called by their names in `access` and `claims`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Settings>>)]
    pub apps: Option<BTreeMap<ClientId, Value>>,
    /// What policies say; one that isn't named stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PoliciesTold>)]
    pub policies: Option<BTreeMap<PolicyKind, PolicySaid>>,
}

/// What is said of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConfiguredGroup)]
pub struct GroupSaid {
    /// The roles that each of its people has.
    #[serde(default)]
    #[schema(value_type = BTreeSet<String>)]
    pub roles: BTreeSet<RoleName>,
}

/// What is said of an API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConfiguredApi)]
pub struct ApiSaid {
    /// The name that administrators see.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// The scopes that it knows.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub scopes: BTreeSet<ApiScope>,
    /// What signs its access tokens.
    #[serde(default = "es256")]
    pub access_token_signed_response_alg: Algorithm,
    /// How many seconds its access tokens live.
    #[serde(default = "ten_minutes")]
    #[schema(minimum = 60, maximum = 86400)]
    pub access_token_seconds: u64,
    /// The scopes that are granted only to who has one of these roles; any other is granted to everybody.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, BTreeSet<String>>)]
    pub scope_roles: BTreeMap<ApiScope, BTreeSet<RoleName>>,
}

const fn es256() -> Algorithm {
    Algorithm::Es256
}

const fn ten_minutes() -> u64 {
    policy::ACCESS_TOKEN.as_secs()
}

/// What a policy says: of everybody, and of the people of groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicySaid {
    /// Of everybody.
    pub settings: Value,
    /// Of the people of groups, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<GroupName, Value>,
}

/// What policies say, by their kind, as the schema tells it; [`PolicySaid`] is what is read.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConfiguredPolicies)]
pub struct PoliciesTold {
    /// Which passwords people may choose, and what they can do who forgot theirs.
    pub password: Option<PasswordsTold>,
    /// Who may make an account of their own, and what is asked of them.
    pub registration: Option<RegistrationTold>,
    /// How long sessions live.
    pub session: Option<SessionsTold>,
    /// Who may use the apps that don't say it themselves; groups by their names.
    pub access: Option<AccessTold>,
    /// What makes pages and mails the tenant's own.
    pub branding: Option<BrandingTold>,
    /// How long events are kept.
    pub retention: Option<RetentionTold>,
}

macro_rules! told {
    ($($(#[$doc:meta])* $name:ident as $called:ident: $settings:ty $(, of groups: $of_group:ty)?;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Serialize, ToSchema)]
            #[serde(deny_unknown_fields)]
            #[schema(as = $called)]
            pub struct $name {
                /// Of everybody.
                pub settings: $settings,
                $(
                    /// Of the people of groups instead, by their names.
                    #[serde(skip_serializing_if = "Option::is_none")]
                    pub groups: Option<BTreeMap<String, $of_group>>,
                )?
            }
        )*
    };
}
told! {
    /// What the policy `password` says.
    PasswordsTold as ConfiguredPasswords: PasswordSettings, of groups: PasswordRules;
    /// What the policy `registration` says.
    RegistrationTold as ConfiguredRegistration: RegistrationSettings;
    /// What the policy `session` says.
    SessionsTold as ConfiguredSessions: SessionSettings, of groups: Lifetimes;
    /// What the policy `access` says.
    AccessTold as ConfiguredAccess: AccessSettings;
    /// What the policy `branding` says.
    BrandingTold as ConfiguredBranding: BrandingSettings;
    /// What the policy `retention` says.
    RetentionTold as ConfiguredRetention: RetentionSettings;
}
