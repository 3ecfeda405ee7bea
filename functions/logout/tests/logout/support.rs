//! A stage with the function on it, an app that registered where to go after logout, and its ID tokens.

use domain::client::{Client, RedirectUri};
use domain::key_ring::Algorithm;
use domain::session::Session;
use domain::{ClientId, Timestamp};
use logout::Deps;
use oauth::{id_token, sid};
use runtime::Clock;
use serde_json::{Value, json};
use store::PersonKeys;
use testkit::form::{Form, encoded};
use testkit::{Answer, Call, CookieJar, Endpoint, Scene, Stage, builders};

/// Where the app wants its people to end.
pub(crate) const BYE: &str = "https://app.example/bye";
pub(crate) const ASKS: &str = "200 Sign out · Demo";
pub(crate) const SIGNED_OUT: &str = "200 You’re signed out · Demo";
pub(crate) const OURS: &str = "https://demo.id.example.com";

pub(crate) struct Place {
    pub(crate) stage: Stage,
    pub(crate) scene: Scene,
    pub(crate) endpoint: Endpoint,
    pub(crate) app: Client,
}

pub(crate) async fn place() -> Place {
    let stage = Stage::new().await;
    let scene = stage.scene().await;
    let app = app("leaving");
    scene.register(&app).await;
    let endpoint = endpoint(&stage);
    Place { stage, scene, endpoint, app }
}

/// A fresh process of the function.
pub(crate) fn endpoint(stage: &Stage) -> Endpoint {
    Endpoint::new(stage, logout::router(Deps::new(&stage.platform)))
}

pub(crate) fn app(id: &str) -> Client {
    Client {
        id: ClientId::parse(id).expect("an id"),
        post_logout_redirect_uris: vec![RedirectUri::parse(BYE).expect("an address")],
        ..builders::client()
    }
}

pub(crate) fn link(form: &Form<'_>) -> String {
    format!("/logout?{}", encoded(form))
}

impl Place {
    /// Ada's session, and the browser that it lives in.
    pub(crate) async fn signed_in(&self) -> (Session, CookieJar) {
        let session = self.scene.session().await;
        let browser = self.scene.cookies(&session);
        (session, browser)
    }

    /// The ID token that the app got in this session, with `changes`; null takes a claim away.
    pub(crate) fn id_token(&self, session: &Session, changes: &[(&str, Value)]) -> String {
        let now = self.stage.clock.now();
        let mut claims = json!({
            "iss": self.scene.issuer(),
            "sub": self.scene.person.sub,
            "aud": self.app.id,
            "exp": Timestamp::from_seconds(now.seconds() + 300).seconds(),
            "iat": now.seconds(),
            "sid": sid::of(&session.id, crypto::derive::sha256),
        });
        for (name, value) in changes {
            claims[*name] = value.clone();
        }
        self.scene.tenant.sign(Algorithm::Es256, id_token::TYP, &claims).expect("a token")
    }

    pub(crate) async fn ask(&self, browser: &CookieJar, form: &Form<'_>) -> Answer {
        self.endpoint.send(Call::get(link(form)).with_cookies(browser)).await
    }

    /// Whether the session was ended, and how often that was told.
    pub(crate) async fn ended(&self, session: &Session) -> (bool, usize) {
        let keys = PersonKeys::of(session.user_id.clone()).with_session(session.id.clone());
        let standing = self.scene.home().read_person(&keys).await.expect("a read").session.expect("the row stays");
        let told = self.stage.event_types().await.into_iter().filter(|name| name == "session.ended").count();
        (standing.ended.is_some(), told)
    }
}
