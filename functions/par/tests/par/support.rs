//! A stage with the function on it, and requests as the sample apps push them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::client::Client;
use par::Deps;
use testkit::builders::{CLIENT_SECRET, REDIRECT_URI};
use testkit::form::Form;
use testkit::scene::CHALLENGE;
use testkit::{Answer, Call, Endpoint, Scene, Stage};

pub(crate) const INVALID_REQUEST: &str = r#"400 {"error":"invalid_request","error_description":"A required parameter is missing, or a parameter is malformed, too long or not supported."}"#;

pub(crate) struct Place {
    pub(crate) stage: Stage,
    pub(crate) scene: Scene,
    pub(crate) endpoint: Endpoint,
}

pub(crate) async fn place() -> Place {
    let stage = Stage::new().await;
    let scene = stage.scene().await;
    let endpoint = Endpoint::new(&stage, par::router(Deps::new(&stage.platform)));
    Place { stage, scene, endpoint }
}

/// What an app asks for: the code flow with PKCE, `openid`, a state and a nonce.
pub(crate) fn asking(client: &Client) -> Form<'_> {
    vec![
        ("response_type", "code"),
        ("client_id", client.id.as_str()),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid"),
        ("state", "af0ifjsldkj"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

/// The value of an `Authorization` header.
pub(crate) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

impl Place {
    /// Pushes a request of a sample app, authenticated as it is registered.
    pub(crate) async fn push(&self, client: &Client, form: &Form<'_>) -> Answer {
        let call = Call::form("/par", form);
        let call = if client.is_confidential() { call.with("authorization", &basic(client.id.as_str(), CLIENT_SECRET)) } else { call };
        self.endpoint.send(call).await
    }
}
