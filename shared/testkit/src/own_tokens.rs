//! What the endpoints share at which apps ask about and give back tokens of their own: how an app authenticates there, and its tokens.

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::artefact::Kind;
use domain::ClientId;
use domain::client::{Client, ClientAuthenticationMethod, SecurityProfile};
use domain::family::Family;
use domain::refresh::{Generation, Offline};
use http::StatusCode;
use oauth::refresh_token::RefreshToken;
use runtime::{Clock, Platform};

use crate::assertion::{self, Signer, authenticated};
use crate::builders::{self, CLIENT_SECRET};
use crate::form::{Form, with};
use crate::{Answer, Call, Endpoint, Scene, Stage};

/// A stage with one such endpoint on it.
pub struct TokenPlace {
    /// What it stands on.
    pub stage: Stage,
    /// Its tenant.
    pub scene: Scene,
    /// The endpoint.
    pub endpoint: Endpoint,
    path: &'static str,
}

const METHODS: [ClientAuthenticationMethod; 4] = [
    ClientAuthenticationMethod::None,
    ClientAuthenticationMethod::ClientSecretBasic,
    ClientAuthenticationMethod::ClientSecretPost,
    ClientAuthenticationMethod::PrivateKeyJwt,
];

impl TokenPlace {
    /// The endpoint at `path`, which `router` makes.
    ///
    /// # Panics
    /// When the stage is broken, which fails the test that asked; so do all that follow.
    pub async fn new(path: &'static str, router: impl FnOnce(&Platform) -> Router) -> Self {
        let stage = Stage::new().await;
        let scene = stage.scene().await;
        let endpoint = Endpoint::new(&stage, router(&stage.platform));
        Self { stage, scene, endpoint, path }
    }

    /// The request of a sample app, authenticated as it is registered.
    pub fn call(&self, client: &Client, form: &Form<'_>) -> Call {
        let method = if client.is_confidential() { ClientAuthenticationMethod::ClientSecretBasic } else { ClientAuthenticationMethod::None };
        self.call_by(method, client, form, "unused")
    }

    /// Asks about, or gives back, a token.
    pub async fn ask(&self, client: &Client, token: &str) -> Answer {
        self.endpoint.send(self.call(client, &vec![("token", token)])).await
    }

    /// An access and a refresh token of a family with offline access.
    pub async fn offline(&self, client: &Client) -> (String, String, Family) {
        let (access_token, family) = self.scene.offline_access_token(client, &["openid", "offline_access"]).await;
        let refresh_token = self.refresh_token(client, &family, 0);
        (access_token, refresh_token, family)
    }

    /// The refresh token of that number.
    pub fn refresh_token(&self, client: &Client, family: &Family, number: u32) -> String {
        let epoch = self.scene.tenant.placement().epoch;
        let ends_at = family.offline.as_ref().map_or(family.ends_at, |offline: &Offline| offline.ends_at);
        self.scene.seal(Kind::RefreshToken, Some(client), ends_at, &RefreshToken::of(family, Generation { number, epoch }))
    }

    /// An app authenticates by its registered method, and by no other (OpenID Connect Core §9); `worked` tells an answer to one that did.
    pub async fn assert_registered_method_alone(&self, worked: fn(&Answer) -> bool) {
        let of = |method, id: &str| Client { id: ClientId::parse(id).expect("an id"), authentication: method, ..builders::confidential_client() };
        let apps = [
            assertion::client(SecurityProfile::OAuth21),
            of(ClientAuthenticationMethod::ClientSecretBasic, "by-basic"),
            of(ClientAuthenticationMethod::ClientSecretPost, "by-post"),
        ];
        for app in apps {
            self.scene.register(&app).await;
            let (token, _) = self.scene.access_token(&app, &["openid"]).await;
            for method in METHODS.into_iter().filter(|method| *method != app.authentication) {
                assert_unauthorized(&self.ask_by(method, &app, &token, "other").await);
            }
            let answer = self.ask_by(app.authentication, &app, &token, "own").await;
            assert!(worked(&answer), "{}: {}", app.id, answer.outcome());
        }
    }

    /// An assertion is used once, for whatever token (RFC 7523 §3).
    pub async fn assert_assertions_are_used_once(&self) {
        let app = assertion::client(SecurityProfile::OAuth21);
        self.scene.register(&app).await;
        let (token, _) = self.scene.access_token(&app, &["openid"]).await;
        let by_assertion = |token, jti| self.ask_by(ClientAuthenticationMethod::PrivateKeyJwt, &app, token, jti);
        assert_eq!(by_assertion(&token, "j").await.status, StatusCode::OK);
        assert_unauthorized(&by_assertion(&token, "j").await);
        // Also for a token that nobody knows.
        assert_unauthorized(&by_assertion("unknown", "j").await);
        assert_eq!(by_assertion("unknown", "k").await.status, StatusCode::OK);
    }

    async fn ask_by(&self, method: ClientAuthenticationMethod, app: &Client, token: &str, jti: &str) -> Answer {
        self.endpoint.send(self.call_by(method, app, &vec![("token", token)], jti)).await
    }

    fn call_by(&self, method: ClientAuthenticationMethod, app: &Client, form: &Form<'_>, jti: &str) -> Call {
        let (path, id) = (self.path, app.id.as_str());
        match method {
            ClientAuthenticationMethod::None => Call::form(path, &with(form, "client_id", id)),
            ClientAuthenticationMethod::ClientSecretBasic => {
                let credentials = STANDARD.encode(format!("{id}:{CLIENT_SECRET}"));
                Call::form(path, form).with("authorization", &format!("Basic {credentials}"))
            }
            ClientAuthenticationMethod::ClientSecretPost => Call::form(path, &with(&with(form, "client_id", id), "client_secret", CLIENT_SECRET)),
            ClientAuthenticationMethod::PrivateKeyJwt => {
                let claims = assertion::claims(app, self.scene.issuer().as_str(), jti, self.stage.clock.now());
                Call::form(path, &authenticated(form, &assertion::signed(Signer::Own, &claims)))
            }
        }
    }
}

#[track_caller]
fn assert_unauthorized(answer: &Answer) {
    assert_eq!((answer.status, answer.text_of("error").as_str()), (StatusCode::UNAUTHORIZED, "invalid_client"), "{}", answer.outcome());
}
