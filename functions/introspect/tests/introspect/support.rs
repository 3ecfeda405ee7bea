//! A stage with the function on it, and tokens of the sample apps.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::artefact::Kind;
use domain::client::Client;
use domain::family::Family;
use domain::refresh::{Generation, Offline};
use introspect::Deps;
use oauth::refresh_token::RefreshToken;
use testkit::builders::CLIENT_SECRET;
use testkit::form::{Form, with};
use testkit::{Answer, Call, Endpoint, Scene, Stage};

pub(crate) struct Place {
    pub(crate) stage: Stage,
    pub(crate) scene: Scene,
    pub(crate) endpoint: Endpoint,
}

pub(crate) async fn place() -> Place {
    let stage = Stage::new().await;
    let scene = stage.scene().await;
    let endpoint = Endpoint::new(&stage, introspect::router(Deps::new(&stage.platform)));
    Place { stage, scene, endpoint }
}

/// The request of a sample app, authenticated as it is registered.
pub(crate) fn call(client: &Client, form: &Form<'_>) -> Call {
    if client.is_confidential() {
        let credentials = STANDARD.encode(format!("{}:{CLIENT_SECRET}", client.id));
        Call::form("/introspect", form).with("authorization", &format!("Basic {credentials}"))
    } else {
        Call::form("/introspect", &with(form, "client_id", client.id.as_str()))
    }
}

impl Place {
    pub(crate) async fn ask(&self, client: &Client, token: &str) -> Answer {
        self.endpoint.send(call(client, &vec![("token", token)])).await
    }

    /// An access and a refresh token of a family with offline access.
    pub(crate) async fn offline(&self, client: &Client) -> (String, String, Family) {
        let (access_token, family) = self.scene.offline_access_token(client, &["openid", "offline_access"]).await;
        let refresh_token = self.refresh_token(client, &family, 0);
        (access_token, refresh_token, family)
    }

    /// The refresh token of that number.
    pub(crate) fn refresh_token(&self, client: &Client, family: &Family, number: u32) -> String {
        let epoch = self.scene.tenant.placement().epoch;
        let ends_at = family.offline.as_ref().map_or(family.ends_at, |offline: &Offline| offline.ends_at);
        self.scene.seal(Kind::RefreshToken, Some(client), ends_at, &RefreshToken::of(family, Generation { number, epoch }))
    }
}
