//! A stage with the function on it, and requests as the sample apps make them.

use authorize::Deps;
use domain::client::Client;
use testkit::builders::REDIRECT_URI;
use testkit::form::{Form, encoded};
use testkit::scene::CHALLENGE;
use testkit::{Answer, Call, CookieJar, Endpoint, Scene, Stage};

pub(crate) struct Place {
    pub(crate) stage: Stage,
    pub(crate) scene: Scene,
    pub(crate) endpoint: Endpoint,
}

pub(crate) async fn place() -> Place {
    let stage = Stage::new().await;
    let scene = stage.scene().await;
    let endpoint = endpoint(&stage);
    Place { stage, scene, endpoint }
}

/// A fresh process of the function.
pub(crate) fn endpoint(stage: &Stage) -> Endpoint {
    Endpoint::new(stage, authorize::router(Deps::new(&stage.platform)))
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

pub(crate) fn link(form: &Form<'_>) -> String {
    format!("/authorize?{}", encoded(form))
}

impl Place {
    /// The request in a browser that has nothing yet.
    pub(crate) async fn ask(&self, form: &Form<'_>) -> Answer {
        self.ask_in(&CookieJar::default(), form).await
    }

    pub(crate) async fn ask_in(&self, browser: &CookieJar, form: &Form<'_>) -> Answer {
        self.endpoint.send(Call::get(link(form)).with_cookies(browser)).await
    }

    /// A browser in which Ada is signed in, and has allowed the app what it asks for.
    pub(crate) async fn browser(&self, client: &Client) -> CookieJar {
        self.scene.allow(client, &["openid"]).await;
        self.scene.cookies(&self.scene.session().await)
    }
}
