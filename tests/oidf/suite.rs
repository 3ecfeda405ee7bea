//! What the Foundation's suite brings: two apps of the profile `oidc`, a person at a browser, and what discovery says.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::client::{BackchannelLogout, Client, ClientAuthenticationMethod, GrantType, RedirectUri, SecretHash, SecurityProfile};
use domain::{ClientId, Timestamp};
use http::StatusCode;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation};
use local::TestPlatform;
use runtime::{Clock, Provisioner};
use serde_json::Value;
use testkit::endpoint::{Answer, Call};
use testkit::form::{Form, encoded, with};

use super::browser::Browser;
use super::person;
use super::returned::{ResponseMode, Returned};
use super::wire::Wire;

/// Where the apps are answered.
pub(crate) const REDIRECT_URI: &str = "https://suite.example/callback";
/// Where the second app is answered: what it registered has a query.
pub(crate) const SECOND_REDIRECT_URI: &str = "https://suite.example/callback?dummy1=lorem&dummy2=ipsum";
/// Where people are sent after a logout.
pub(crate) const POST_LOGOUT_REDIRECT_URI: &str = "https://suite.example/signed-out";

/// An app of the suite.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) client_id: String,
    pub(crate) secret: String,
    pub(crate) authentication: ClientAuthenticationMethod,
    pub(crate) redirect_uri: &'static str,
}

/// What a code was redeemed for.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    pub(crate) id_token: String,
    /// The ID token's claims, after it was verified.
    pub(crate) claims: Value,
}

/// One run of a module.
pub(crate) struct Suite {
    pub(crate) platform: TestPlatform,
    /// The discovery document.
    pub(crate) metadata: Value,
    /// The person's browser.
    pub(crate) browser: Browser,
    /// The app that authenticates by `client_secret_basic`.
    pub(crate) app: App,
    pub(crate) mode: ResponseMode,
    wire: Wire,
}

impl Suite {
    /// A provider with the suite's apps, and a browser that nobody used yet.
    pub(crate) async fn start(mode: ResponseMode) -> Self {
        Self::told_at(mode, None).await
    }

    /// The same, with apps that are told of logouts at `backchannel_logout_uri`.
    pub(crate) async fn told_at(mode: ResponseMode, backchannel_logout_uri: Option<&str>) -> Self {
        let platform = TestPlatform::served().await;
        let issuer = platform.demo.issuer().to_owned();
        let wire = Wire::to(&issuer);
        let metadata = wire.send(&format!("{issuer}/.well-known/openid-configuration"), Call::get).await.json();
        assert_eq!(metadata["issuer"], issuer.as_str());
        let app = app("suite-basic", ClientAuthenticationMethod::ClientSecretBasic, REDIRECT_URI);
        register(&platform, &app, backchannel_logout_uri).await;
        person::sign_up(&platform).await;
        let browser = Browser::new(&wire, &issuer, (person::USERNAME, person::PASSWORD));
        Self { platform, metadata, browser, app, mode, wire }
    }

    /// Registers the app that authenticates in the body; it is answered at a redirect URI with a query.
    pub(crate) async fn second_app(&self) -> App {
        let app = app("suite-post", ClientAuthenticationMethod::ClientSecretPost, SECOND_REDIRECT_URI);
        register(&self.platform, &app, None).await;
        app
    }

    /// An address that discovery names.
    pub(crate) fn endpoint(&self, name: &str) -> String {
        self.metadata[name].as_str().unwrap_or_else(|| panic!("discovery has no {name}")).to_owned()
    }

    /// An authorization request of an app, as every module begins with.
    pub(crate) fn request_of<'a>(&self, app: &'a App) -> Form<'a> {
        let mut request = vec![
            ("response_type", "code"),
            ("client_id", app.client_id.as_str()),
            ("redirect_uri", app.redirect_uri),
            ("scope", "openid"),
            ("state", "8sJ2hGqV0k"),
            ("nonce", "Vb7cY1pTzE"),
        ];
        if self.mode == ResponseMode::FormPost {
            request.push(("response_mode", "form_post"));
        }
        request
    }

    /// The address that a request sends a browser to.
    pub(crate) fn authorize_url(&self, request: &Form<'_>) -> String {
        format!("{}?{}", self.endpoint("authorization_endpoint"), encoded(request))
    }

    /// Sends the browser off with a request; the first page or answer.
    pub(crate) async fn ask(&mut self, request: &Form<'_>) -> Answer {
        let url = self.authorize_url(request);
        self.browser.open(&url).await
    }

    /// Reads what an app got.
    #[track_caller]
    pub(crate) fn returned(&self, answer: &Answer) -> Returned {
        Returned::read(answer, self.mode).unwrap_or_else(|| panic!("the app got nothing: {}", answer.outcome()))
    }

    /// Sends the browser off, has the person do what is asked, and reads what the app got.
    pub(crate) async fn authorize(&mut self, request: &Form<'_>) -> Returned {
        let first = self.ask(request).await;
        let last = self.browser.go_on(first).await;
        self.returned(&last)
    }

    /// The same for an answer that holds a code: everything that came with it is checked.
    pub(crate) async fn code(&mut self, request: &Form<'_>) -> String {
        let returned = self.authorize(request).await;
        let sent = |name: &str| request.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| *value).to_owned();
        assert!(sent("redirect_uri").starts_with(&returned.redirect_uri), "{returned:?}");
        assert_eq!(returned.get("state"), sent("state"), "{returned:?}");
        assert_eq!(returned.get("iss"), self.metadata["issuer"], "RFC 9207 §2");
        assert!(!returned.get("code").is_empty(), "{returned:?}");
        returned.get("code").to_owned()
    }

    /// Sends a form to the token endpoint as an app authenticates.
    pub(crate) async fn token(&self, app: &App, form: &Form<'_>) -> Answer {
        self.wire.send(&self.endpoint("token_endpoint"), |path| authenticated(app, path, form)).await
    }

    /// Redeems a code.
    pub(crate) async fn redeem(&self, app: &App, code: &str) -> Answer {
        self.token(app, &vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", app.redirect_uri)]).await
    }

    /// The whole code flow of an app.
    pub(crate) async fn tokens_of(&mut self, app: &App, request: &Form<'_>) -> Tokens {
        let code = self.code(request).await;
        let answer = self.redeem(app, &code).await;
        let tokens = self.read_tokens(app, &answer).await;
        let nonce = request.iter().find(|(name, _)| *name == "nonce").map(|(_, value)| Value::from(*value));
        assert_eq!(tokens.claims.get("nonce"), nonce.as_ref());
        tokens
    }

    /// The whole code flow of the usual app, with further parameters.
    pub(crate) async fn tokens(&mut self, further: &[(&str, &str)]) -> Tokens {
        let app = self.app.clone();
        let request = further.iter().fold(self.request_of(&app), |request, (name, value)| with(&request, name, value));
        self.tokens_of(&app, &request).await
    }

    /// Reads a token response and verifies the ID token in it (OpenID Connect Core §3.1.3.3, §3.1.3.7).
    pub(crate) async fn read_tokens(&self, app: &App, answer: &Answer) -> Tokens {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.outcome());
        assert_eq!((answer.header("cache-control"), answer.header("content-type")), ("no-store", "application/json"));
        assert_eq!(answer.text_of("token_type"), "Bearer");
        assert!(answer.json()["expires_in"].is_u64());
        let id_token = answer.text_of("id_token");
        let claims = self.verified(app, &id_token).await;
        Tokens { access_token: answer.text_of("access_token"), refresh_token: answer.text_of("refresh_token"), id_token, claims }
    }

    /// Verifies an ID token with the published key that it names.
    pub(crate) async fn verified(&self, app: &App, id_token: &str) -> Value {
        let header = jsonwebtoken::decode_header(id_token).expect("a header");
        let keys: JwkSet = serde_json::from_value(self.keys().await).expect("a JWK set");
        let key = keys.find(header.kid.as_deref().expect("a kid")).expect("a published key");
        let mut validation = Validation::new(header.alg);
        validation.validate_exp = false;
        validation.set_audience(&[&app.client_id]);
        validation.set_issuer(&[self.metadata["issuer"].as_str().expect("an issuer")]);
        validation.set_required_spec_claims(&["iss", "sub", "aud", "exp", "iat"]);
        let claims =
            jsonwebtoken::decode::<Value>(id_token, &DecodingKey::from_jwk(key).expect("a key"), &validation).expect("a good ID token").claims;
        let now = self.now().seconds();
        assert!(claims["exp"].as_u64() > Some(now) && claims["iat"].as_u64() <= Some(now), "{claims}");
        claims
    }

    /// The published keys.
    pub(crate) async fn keys(&self) -> Value {
        self.get(&self.endpoint("jwks_uri")).await.json()
    }

    /// Asks for a document.
    pub(crate) async fn get(&self, url: &str) -> Answer {
        self.wire.send(url, Call::get).await
    }

    /// Sends any request to an endpoint.
    pub(crate) async fn send(&self, endpoint: &str, call: impl FnOnce(String) -> Call) -> Answer {
        self.wire.send(&self.endpoint(endpoint), call).await
    }

    /// Asks userinfo about a token by header.
    pub(crate) async fn userinfo(&self, access_token: &str) -> Answer {
        self.send("userinfo_endpoint", |path| Call::get(path).with("authorization", &format!("Bearer {access_token}"))).await
    }

    /// The platform's time.
    pub(crate) fn now(&self) -> Timestamp {
        self.platform.clock.now()
    }
}

fn app(client_id: &str, authentication: ClientAuthenticationMethod, redirect_uri: &'static str) -> App {
    App { client_id: client_id.to_owned(), secret: format!("{client_id}-secret-of-more-than-32-bytes"), authentication, redirect_uri }
}

async fn register(platform: &TestPlatform, app: &App, backchannel_logout_uri: Option<&str>) {
    let now = platform.clock.now();
    let uri = |text: &str| RedirectUri::parse(text).expect("a URI that can be registered");
    let sha256 = crypto::base64url::encode(crypto::derive::sha256(app.secret.as_bytes()));
    let client = Client {
        authentication: app.authentication,
        secrets: vec![SecretHash { sha256, created_at: now }],
        redirect_uris: vec![uri(app.redirect_uri)],
        post_logout_redirect_uris: vec![uri(POST_LOGOUT_REDIRECT_URI)],
        backchannel_logout: backchannel_logout_uri.map(|text| BackchannelLogout { uri: uri(text), session_required: true }),
        grant_types: BTreeSet::from([GrantType::AuthorizationCode, GrantType::RefreshToken]),
        security_profile: SecurityProfile::Oidc,
        ..Client::named(ClientId::parse(&app.client_id).expect("a client id"), "The suite", now)
    };
    Provisioner::new(platform.platform()).create_client(&platform.demo.tenant, &client).await.expect("an app");
}

fn authenticated(app: &App, path: String, form: &Form<'_>) -> Call {
    match app.authentication {
        ClientAuthenticationMethod::ClientSecretBasic => {
            let credentials = STANDARD.encode(format!("{}:{}", app.client_id, app.secret));
            Call::form(path, form).with("authorization", &format!("Basic {credentials}"))
        }
        _ => Call::form(path, &with(&with(form, "client_id", &app.client_id), "client_secret", &app.secret)),
    }
}
