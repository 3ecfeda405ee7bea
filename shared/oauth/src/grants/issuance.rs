//! What tokens are made of, whatever grant they come from.

use std::collections::BTreeSet;

use domain::Timestamp;
use domain::api::Api;
use domain::client::Client;
use domain::family::Family;
use domain::session::AuthenticationMethod;
use domain::tenant::Tenant;
use domain::user::User;

use crate::scope;

/// What the tokens of one answer are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issuance<'a> {
    /// The tenant, whose roster says what the person's roles open.
    pub tenant: &'a Tenant,
    /// Whose app, which says how long they live.
    pub client: &'a Client,
    /// The family they belong to.
    pub family: &'a Family,
    /// Whose tokens.
    pub user: &'a User,
    /// For which API the access token is; for the platform's own endpoints without one.
    pub api: Option<&'a Api>,
    /// What was asked for; part of what the family was granted.
    pub scopes: &'a BTreeSet<String>,
    /// When the person proved to be themself.
    pub authenticated_at: Timestamp,
    /// How.
    pub methods: &'a [AuthenticationMethod],
    /// What the authorization request wanted to see again in the ID token that answers it.
    pub nonce: Option<&'a str>,
}

impl Issuance<'_> {
    /// What the access token is good for: what its reader understands of what was asked for (RFC 9068 §2.2.3), and the person's roles open now.
    pub fn access_scopes(&self) -> BTreeSet<String> {
        scope::granted(self.scopes, self.api, &self.tenant.roster, self.user)
    }
}
