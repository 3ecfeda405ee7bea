//! APIs, and the tokens that apps get for them.

use domain::api::Api;
use domain::client::Client;
use domain::family::Family;
use domain::session::Session;
use oauth::access_token;
use oauth::grants::client_credentials::OwnIssuance;
use runtime::provision::Provisioner;

use super::{Scene, scopes};

impl Scene {
    /// Registers an API.
    ///
    /// # Panics
    /// When it can't be registered.
    pub async fn register_api(&self, api: &Api) {
        Provisioner::new(&self.platform).create_api(&self.tenant.record().id, api).await.expect("an API");
    }

    /// A token of the person's for the admin API, in a session that began now.
    ///
    /// # Panics
    /// When it can't be made.
    pub async fn admin_token(&self, client: &Client, names: &[&str]) -> (String, Family) {
        let api = Api::of_administration(self.tenant.record()).expect("a tenant beside the admin API");
        self.access_token_for(client, &api, names).await
    }

    /// An access token for `api` of a family that was made now, and the family.
    ///
    /// # Panics
    /// When it can't be made.
    pub async fn access_token_for(&self, client: &Client, api: &Api, names: &[&str]) -> (String, Family) {
        self.access_token_for_in(&self.session().await, client, api, names).await
    }

    /// The same in a session that is there.
    ///
    /// # Panics
    /// When it can't be made.
    pub async fn access_token_for_in(&self, session: &Session, client: &Client, api: &Api, names: &[&str]) -> (String, Family) {
        let family = Family { audience: Some(api.audience.clone()), ..self.family(client, session, names) };
        self.access_token_of(client, session, (family, Some(api))).await
    }

    /// A token that `client` got for itself, now.
    ///
    /// # Panics
    /// When it can't be signed.
    pub fn own_token(&self, client: &Client, api: &Api, names: &[&str]) -> String {
        let issuance = OwnIssuance { client, api, scopes: scopes(names) };
        let claims = access_token::own_claims(self.issuer(), &issuance, self.random.bytes(), self.now());
        self.tenant.sign(access_token::algorithm(Some(api)), access_token::TYP, &claims).expect("a token")
    }
}
