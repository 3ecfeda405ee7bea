//! An app: where it sends people, how it redeems codes, what it reads at userinfo.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::client::ClientAuthenticationMethod;
use http::StatusCode;
use local::TestPlatform;
use serde_json::Value;
use testkit::endpoint::{Answer, Call};
use testkit::form::{Form, encoded, with};
use testkit::jwt::Shown;
use testkit::scene::{CHALLENGE, VERIFIER};

use super::visitor::answer;

/// An app of one tenant.
#[derive(Clone, Debug)]
pub(crate) struct RelyingParty {
    /// The tenant's issuer.
    pub(crate) issuer: String,
    /// Its identifier.
    pub(crate) client_id: String,
    /// Where it is answered.
    pub(crate) redirect_uri: String,
    /// What it asks for.
    pub(crate) scope: &'static str,
    // For which API it asks.
    resource: Option<String>,
    // With `client_secret_post`.
    secret: Option<String>,
}

impl RelyingParty {
    /// The demo's public app.
    pub(crate) fn public(platform: &TestPlatform) -> Self {
        Self::of(platform, ClientAuthenticationMethod::None)
    }

    /// The demo's app that sends its secret in the body.
    pub(crate) fn confidential(platform: &TestPlatform) -> Self {
        Self::of(platform, ClientAuthenticationMethod::ClientSecretPost)
    }

    fn of(platform: &TestPlatform, authentication: ClientAuthenticationMethod) -> Self {
        let app = platform.demo.app(authentication);
        Self {
            issuer: platform.demo.issuer().to_owned(),
            client_id: app.client_id.clone(),
            redirect_uri: app.redirect_uris.last().expect("an app has one").clone(),
            scope: "openid profile email",
            resource: None,
            secret: app.client_secret.clone(),
        }
    }

    /// The same app, asking for refresh tokens as well.
    pub(crate) fn offline(self) -> Self {
        Self { scope: "openid profile email offline_access", ..self }
    }

    /// The same app, asking to keep the accounts of those who sign in.
    pub(crate) fn keeping_accounts(self) -> Self {
        Self { scope: "openid account", ..self }
    }

    /// The same app, asking for an API's scopes.
    pub(crate) fn at_resource(&self, audience: &str, scope: &'static str) -> Self {
        Self { resource: Some(audience.to_owned()), scope, ..self.clone() }
    }

    /// The same app as another tenant registered it.
    pub(crate) fn at_issuer(&self, issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), ..self.clone() }
    }

    /// A public app of another id.
    pub(crate) fn called(&self, client_id: String) -> Self {
        Self { client_id, secret: None, ..self.clone() }
    }

    /// The URL of an endpoint of its tenant.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// What it asks for.
    fn asking(&self) -> Form<'_> {
        let mut form = vec![
            ("response_type", "code"),
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", &self.redirect_uri),
            ("scope", self.scope),
            ("state", "af0ifjsldkj"),
            ("nonce", "n-0S6_WzA2Mj"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        form.extend(self.resource.as_deref().map(|audience| ("resource", audience)));
        form
    }

    /// Where it sends a person.
    pub(crate) fn authorize_url(&self) -> String {
        format!("{}?{}", self.url("/authorize"), encoded(&self.asking()))
    }

    /// The request that pushes what it asks for.
    pub(crate) fn par_call(&self) -> Call {
        let mut form = self.asking();
        form.extend(self.secret.as_deref().map(|secret| ("client_secret", secret)));
        Call::form(path(&self.url("/par")), &form).from_address("203.0.113.9")
    }

    /// Pushes what it asks for.
    pub(crate) async fn push(&self, at: &TestPlatform) -> String {
        let pushed = answer(at, self.par_call()).await;
        assert_eq!(pushed.status, StatusCode::CREATED, "{}", pushed.outcome());
        pushed.text_of("request_uri")
    }

    /// Where it sends a person with a pushed request.
    pub(crate) fn pushed_url(&self, request_uri: &str) -> String {
        format!("{}?{}", self.url("/authorize"), encoded(&[("client_id", &self.client_id), ("request_uri", request_uri)]))
    }

    /// The form that redeems a code.
    pub(crate) fn grant<'a>(&'a self, code: &'a str) -> Form<'a> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("code", code),
            ("code_verifier", VERIFIER),
        ];
        form.extend(self.secret.as_deref().map(|secret| ("client_secret", secret)));
        form
    }

    /// Redeems a code.
    pub(crate) async fn redeem(&self, at: &TestPlatform, code: &str) -> Answer {
        self.redeem_by(at, &self.grant(code)).await
    }

    /// Redeems a code with one parameter changed.
    pub(crate) async fn redeem_with(&self, at: &TestPlatform, code: &str, (name, value): (&str, &str)) -> Answer {
        self.redeem_by(at, &with(&self.grant(code), name, value)).await
    }

    async fn redeem_by(&self, at: &TestPlatform, form: &[(&str, &str)]) -> Answer {
        answer(at, self.token_call(form)).await
    }

    /// The form that uses a refresh token.
    pub(crate) fn refresh<'a>(&'a self, refresh_token: &'a str) -> Form<'a> {
        let mut form = vec![("grant_type", "refresh_token"), ("client_id", self.client_id.as_str()), ("refresh_token", refresh_token)];
        form.extend(self.secret.as_deref().map(|secret| ("client_secret", secret)));
        form
    }

    /// Uses a refresh token.
    pub(crate) async fn refreshed(&self, at: &TestPlatform, refresh_token: &str) -> Answer {
        self.redeem_by(at, &self.refresh(refresh_token)).await
    }

    /// Redeems a code, and returns its refresh token.
    pub(crate) async fn refresh_token(&self, at: &TestPlatform, code: &str) -> String {
        let redeemed = self.redeem(at, code).await;
        let token = redeemed.text_of("refresh_token");
        assert!(redeemed.status == StatusCode::OK && !token.is_empty(), "{}", redeemed.outcome());
        token
    }

    /// The request about a token, at `/introspect` or `/revoke`.
    pub(crate) fn about(&self, endpoint: &str, token: &str) -> Call {
        let mut form = vec![("token", token), ("client_id", self.client_id.as_str())];
        form.extend(self.secret.as_deref().map(|secret| ("client_secret", secret)));
        Call::form(path(&self.url(endpoint)), &form).from_address("203.0.113.9")
    }

    /// The request that redeems a code.
    pub(crate) fn token_call(&self, form: &[(&str, &str)]) -> Call {
        Call::form(path(&self.url("/token")), form).from_address("203.0.113.9")
    }

    /// The request for what is known about a token's person.
    pub(crate) fn userinfo_call(&self, access_token: &str) -> Call {
        Call::get(path(&self.url("/userinfo"))).with("authorization", &format!("Bearer {access_token}")).from_address("203.0.113.9")
    }

    /// Asks who a token is about.
    pub(crate) async fn userinfo(&self, at: &TestPlatform, access_token: &str) -> Answer {
        answer(at, self.userinfo_call(access_token)).await
    }

    /// Redeems a code, and returns the access token and the ID token's claims.
    pub(crate) async fn tokens(&self, at: &TestPlatform, code: &str) -> (String, Value) {
        let redeemed = self.redeem(at, code).await;
        assert_eq!(redeemed.status, StatusCode::OK, "{}", redeemed.outcome());
        let id_token = Shown::read(&redeemed.text_of("id_token")).expect("an ID token");
        (redeemed.text_of("access_token"), id_token.claims)
    }
}

/// The request by which the demo's machine asks for a token for the demo's first API.
pub(crate) fn machine_call(platform: &TestPlatform) -> Call {
    machine_call_for(platform, &platform.demo.apis()[0].audience)
}

/// The same for another one.
pub(crate) fn machine_call_for(platform: &TestPlatform, audience: &str) -> Call {
    let machine = platform.demo.machine();
    let secret = machine.client_secret.as_deref().unwrap_or_default();
    let credentials = STANDARD.encode(format!("{}:{secret}", machine.client_id));
    let form = [("grant_type", "client_credentials"), ("resource", audience)];
    Call::form(path(&platform.demo.url("/token")), &form).with("authorization", &format!("Basic {credentials}")).from_address("203.0.113.9")
}

/// The path of an issuer's URL on this platform.
pub(crate) fn path(url: &str) -> String {
    let after_scheme = url.split_once("://").map_or(url, |(_, after)| after);
    after_scheme.find('/').map_or_else(|| "/".to_owned(), |at| after_scheme[at..].to_owned())
}

/// Whether an answer is OAuth's refusal of this name (RFC 6749 §5.2).
#[track_caller]
pub(crate) fn assert_refused(answer: &Answer, error: &str) {
    assert_eq!((answer.status, answer.text_of("error").as_str()), (StatusCode::BAD_REQUEST, error), "{}", answer.outcome());
}

/// Whether userinfo says that a token doesn't count (RFC 6750 §3.1).
#[track_caller]
pub(crate) fn assert_invalid_token(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.outcome());
    assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""), "{}", answer.header("www-authenticate"));
}
