//! The demo tenant of a test, by what a test asks for.

use domain::TenantId;
use domain::client::ClientAuthenticationMethod;

use crate::seed::{Api, App, Document, Person, TENANT, TenantDocument};

const MACHINE: &str = "demo-machine";
const ADMINISTRATION: &str = "demo-admin";

/// The demo tenant.
#[derive(Clone, Debug)]
pub struct Demo {
    /// Its identifier.
    pub tenant: TenantId,
    document: Document,
}

impl Demo {
    pub(super) fn new(tenant: TenantId, document: Document) -> Self {
        Self { tenant, document }
    }

    /// Its issuer.
    pub fn issuer(&self) -> &str {
        &self.described().issuer
    }

    /// The URL of one of its endpoints; `path` begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer())
    }

    /// Its person.
    pub fn person(&self) -> &Person {
        &self.described().users[0]
    }

    /// Its app that authenticates so.
    ///
    /// # Panics
    /// Never: there is one for each method.
    pub fn app(&self, authentication: ClientAuthenticationMethod) -> &App {
        let mut apps = self.described().clients.iter();
        apps.find(|app| app.token_endpoint_auth_method == authentication.as_str()).expect("an app for each method")
    }

    /// Its app that asks as itself.
    ///
    /// # Panics
    /// Never: there is one.
    pub fn machine(&self) -> &App {
        self.described().clients.iter().find(|app| app.client_id == MACHINE).expect("an app that asks as itself")
    }

    /// Its app that administers it, where somebody lets it.
    ///
    /// # Panics
    /// Never: there is one.
    pub fn administration(&self) -> &App {
        self.described().clients.iter().find(|app| app.client_id == ADMINISTRATION).expect("an app that administers")
    }

    /// Its APIs.
    pub fn apis(&self) -> &[Api] {
        &self.described().apis
    }

    fn described(&self) -> &TenantDocument {
        &self.document.tenants[TENANT]
    }
}
