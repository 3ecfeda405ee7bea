//! A tenant at a domain of its own: from the record in the DNS to tokens of another issuer with the same subjects.

mod bound;
mod gone;

use std::collections::BTreeMap;

use domain::administration::{AdminRole, Assignment};
use domain::client::{Client, GrantType};
use domain::event::Administered;
use domain::user::User;
use domain::{ClientId, policy};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::endpoint::{Answer, Call, CookieJar, Endpoint};
use testkit::form::encoded;
use testkit::jwt::Shown;
use testkit::scene::{CHALLENGE, Scene, VERIFIER};
use testkit::{Stage, builders};

const DOMAIN: &str = "login.acme.example";
const SLUG_HOST: &str = "demo.id.example.com";
const ADMINISTRATION: &str = "admin.id.example.com";

/// Every function with routes behind one front, reached at whichever host, as API Gateway hands requests over.
struct Hosts {
    stage: Stage,
    scene: Scene,
    functions: BTreeMap<&'static str, Endpoint>,
}

const FUNCTIONS: [&str; 11] = ["account", "admin", "authorize", "discovery", "introspect", "logout", "par", "revoke", "sign-in", "token", "userinfo"];

fn function_of(path: &str) -> &'static str {
    let first = path.trim_start_matches('/').split(['/', '?']).next().unwrap_or_default();
    match first {
        "consent" => "sign-in",
        ".well-known" | "jwks" => "discovery",
        first => FUNCTIONS.into_iter().find(|function| *function == first).unwrap_or_else(|| panic!("no function for {path}")),
    }
}

impl Hosts {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let scene = stage.scene().await;
        let function = |folder| local::functions::answering(folder, &stage.platform).expect("it is compiled in");
        let functions = FUNCTIONS.map(|folder| (folder, Endpoint::behind_its_front(function(folder), SLUG_HOST))).into();
        let hosts = Self { stage, scene, functions };
        hosts.own(&hosts.scene).await;
        hosts.scene.register(&app()).await;
        hosts
    }

    /// The tenant `demo` at its domain.
    async fn with_a_domain() -> Self {
        let hosts = Self::new().await;
        hosts.prove(&hosts.scene, DOMAIN).await;
        hosts
    }

    /// Makes the person of a scene its tenant's owner.
    async fn own(&self, scene: &Scene) {
        let all = scene.home().read_administrators().await.expect("an answer");
        let all = all.with_person(&scene.person.id, Some(Assignment::of(AdminRole::Owner)));
        let kind = Administered::AdministratorAssigned { version: all.version, roles: [AdminRole::Owner].into() };
        let person = User { version: scene.person.version + 1, ..scene.person.clone() };
        scene.home().assign_administrators(&all, &person, &scene.event(kind.into())).await.expect("an answer");
    }

    async fn send(&self, host: &str, call: Call) -> Answer {
        self.functions[function_of(call.path())].at(host).send(call.from_address("192.0.2.7")).await
    }

    async fn get(&self, host: &str, path: &str) -> Answer {
        self.send(host, Call::get(path)).await
    }

    async fn administer(&self, scene: &Scene, method: Method, below: &str, more: impl FnOnce(Call) -> Call) -> Answer {
        let (token, _) = scene.admin_token(&builders::client(), &["admin"]).await;
        let call = Call::new(method, format!("/admin/v1/tenants/{}/domains{below}", scene.tenant.record().slug));
        self.send(ADMINISTRATION, more(call.with("authorization", &format!("Bearer {token}")))).await
    }

    /// Has a tenant want a domain; the version of its domains, and the record.
    async fn want(&self, scene: &Scene, domain: &str) -> (String, String) {
        let version = self.administer(scene, Method::GET, "", |call| call).await.header("etag").to_owned();
        let body = json!({ "domain": domain }).to_string();
        let added = self.administer(scene, Method::POST, "", |call| call.with("if-match", &version).with_body("application/json", body)).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
        (added.header("etag").to_owned(), added.json()["record"]["value"].as_str().expect("a value").to_owned())
    }

    async fn verify(&self, scene: &Scene, domain: &str) -> Answer {
        self.administer(scene, Method::POST, &format!("/{domain}/verify"), |call| call).await
    }

    /// Has a tenant want a domain and prove it.
    async fn prove(&self, scene: &Scene, domain: &str) {
        let (_, value) = self.want(scene, domain).await;
        self.stage.dns.set(&format!("_countersign.{domain}"), &[&value]);
        let verified = self.verify(scene, domain).await;
        assert_eq!(verified.status, StatusCode::OK, "{}", verified.body);
    }

    /// Takes a tenant's domain away.
    async fn remove(&self, scene: &Scene, domain: &str) {
        let below = format!("/{domain}");
        let version = self.administer(scene, Method::GET, &below, |call| call).await.header("etag").to_owned();
        let gone = self.administer(scene, Method::DELETE, &below, |call| call.with("if-match", &version)).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.body);
    }

    async fn redeem(&self, host: &str, code: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "app"),
            ("redirect_uri", builders::REDIRECT_URI),
            ("code", code),
            ("code_verifier", VERIFIER),
        ];
        self.send(host, Call::form("/token", &form)).await
    }

    async fn refresh(&self, host: &str, token: &str) -> Answer {
        let form = [("grant_type", "refresh_token"), ("client_id", "app"), ("refresh_token", token)];
        self.send(host, Call::form("/token", &form)).await
    }

    async fn userinfo(&self, host: &str, token: &str) -> Answer {
        self.send(host, Call::get("/userinfo").with("authorization", &format!("Bearer {token}"))).await
    }

    /// A browser that signed in for the app at `host`, and the app's code.
    async fn arrive(&self, host: &str) -> (Browser<'_>, String) {
        let mut browser = Browser { hosts: self, host: host.to_owned(), cookies: CookieJar::default() };
        let code = browser.arrive().await.returned("code");
        assert!(!code.is_empty(), "no code at {host}");
        (browser, code)
    }

    /// Tokens of a sign-in at `host`.
    async fn tokens(&self, host: &str) -> Answer {
        let (_, code) = self.arrive(host).await;
        let tokens = self.redeem(host, &code).await;
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
        tokens
    }
}

/// A public app that keeps people signed in.
fn app() -> Client {
    Client {
        id: ClientId::parse("app").expect("an id"),
        grant_types: [GrantType::AuthorizationCode, GrantType::RefreshToken].into(),
        ..builders::client()
    }
}

/// Where the app sends a person, below an issuer.
fn asking(more: &[(&str, &str)]) -> String {
    let mut form = vec![
        ("response_type", "code"),
        ("client_id", "app"),
        ("redirect_uri", builders::REDIRECT_URI),
        ("scope", "openid email offline_access"),
        ("state", "af0ifjsldkj"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    form.extend_from_slice(more);
    format!("/authorize?{}", encoded(&form))
}

struct Browser<'a> {
    hosts: &'a Hosts,
    host: String,
    cookies: CookieJar,
}

impl Browser<'_> {
    async fn send(&mut self, call: Call) -> Answer {
        let answer = self.hosts.send(&self.host, call.with_cookies(&self.cookies)).await;
        self.cookies.keep(&answer);
        answer
    }

    /// Does whatever stands between the person and the app, and returns the answer that leads there.
    async fn arrive(&mut self) -> Answer {
        let mut answer = self.send(Call::get(asking(&[]))).await;
        for _ in 0..6 {
            if answer.body.contains("id=\"sign-in\"") {
                let state = answer.field("state").to_owned();
                let form = [("state", state.as_str()), ("username", "ada"), ("password", builders::PASSWORD)];
                let origin = format!("https://{}", self.host);
                answer = self.send(Call::form("/sign-in", &form).with("origin", &origin)).await;
            } else if answer.body.contains("id=\"consent-allow\"") {
                let state = answer.field("state").to_owned();
                answer = self.send(Call::form("/consent", &[("state", &state), ("decision", "allow")])).await;
            } else if let Some(path) = answer.header("location").strip_prefix(&format!("https://{}", self.host)).map(str::to_owned) {
                answer = self.send(Call::get(path)).await;
            } else {
                return answer;
            }
        }
        panic!("the redirects go in a circle: {}", answer.outcome());
    }
}

fn claims(answer: &Answer, token: &str) -> Value {
    Shown::read(&answer.text_of(token)).expect("a token").claims
}

#[tokio::test]
async fn a_person_is_the_same_to_apps_at_both_issuers_and_each_states_itself() {
    let hosts = Hosts::with_a_domain().await;
    let mut subjects = Vec::new();
    for host in [SLUG_HOST, DOMAIN] {
        let issuer = format!("https://{host}");
        let document = hosts.get(host, "/.well-known/openid-configuration").await;
        assert_eq!((document.text_of("issuer"), document.text_of("token_endpoint")), (issuer.clone(), format!("{issuer}/token")));
        let mut browser = Browser { hosts: &hosts, host: host.to_owned(), cookies: CookieJar::default() };
        let arrived = browser.arrive().await;
        assert_eq!(arrived.returned("iss"), issuer, "RFC 9207");
        assert!(!browser.cookies.get("__Host-cs-session").is_empty(), "{:?}", browser.cookies);
        let tokens = hosts.redeem(host, &arrived.returned("code")).await;
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
        let (id, access) = (claims(&tokens, "id_token"), claims(&tokens, "access_token"));
        assert_eq!((&id["iss"], &access["iss"], &access["aud"]), (&json!(issuer), &json!(issuer), &json!(issuer)));
        subjects.push(id["sub"].clone());
    }
    assert_eq!(subjects[0], subjects[1]);
    let keys = [SLUG_HOST, DOMAIN].map(|host| hosts.get(host, "/jwks"));
    let [here, there] = keys;
    assert_eq!(here.await.json(), there.await.json());
}

#[tokio::test]
async fn a_token_of_either_issuer_is_accepted_at_both() {
    let hosts = Hosts::with_a_domain().await;
    let (mut seen, secret) = (Vec::new(), builders::CLIENT_SECRET);
    for issued_at in [SLUG_HOST, DOMAIN] {
        let token = hosts.tokens(issued_at).await.text_of("access_token");
        let client = builders::confidential_client();
        let (of_the_asking, _) = hosts.scene.access_token(&client, &["openid"]).await;
        for host in [SLUG_HOST, DOMAIN] {
            let told = hosts.userinfo(host, &token).await;
            assert_eq!(told.status, StatusCode::OK, "{issued_at} at {host}: {}", told.body);
            seen.push(told.text_of("sub"));
            let form = [("token", of_the_asking.as_str())];
            let basic = crypto_basic(client.id.as_str(), secret);
            let told = hosts.send(host, Call::form("/introspect", &form).with("authorization", &basic)).await;
            assert_eq!((&told.json()["active"], told.text_of("iss")), (&json!(true), format!("https://{SLUG_HOST}")), "{}", told.body);
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 1);
}

fn crypto_basic(id: &str, secret: &str) -> String {
    use base64::Engine;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}")))
}

#[tokio::test]
async fn the_admin_api_takes_tokens_of_a_tenants_domain() {
    let hosts = Hosts::with_a_domain().await;
    let scopes = ["openid", "admin"];
    hosts.scene.allow(&app(), &scopes).await;
    let audience = "https://admin.id.example.com/admin/v1";
    let mut browser = Browser { hosts: &hosts, host: DOMAIN.to_owned(), cookies: CookieJar::default() };
    browser.arrive().await;
    let more = [("resource", audience)];
    let asked = asking(&more).replace("openid+email+offline_access", "openid+admin");
    let mut answer = browser.send(Call::get(asked)).await;
    if answer.body.contains("id=\"consent-allow\"") {
        let state = answer.field("state").to_owned();
        answer = browser.send(Call::form("/consent", &[("state", &state), ("decision", "allow")])).await;
    }
    let tokens = hosts.redeem(DOMAIN, &answer.returned("code")).await;
    assert_eq!(claims(&tokens, "access_token")["iss"], format!("https://{DOMAIN}"), "{}", tokens.body);
    // The function knew the tenant from before it had the domain.
    hosts.stage.clock.advance(policy::CACHE_USABLE);
    let call = Call::get("/admin/v1/tenants/demo").with("authorization", &format!("Bearer {}", tokens.text_of("access_token")));
    let shown = hosts.send(ADMINISTRATION, call).await;
    assert_eq!((shown.status, shown.text_of("issuer")), (StatusCode::OK, format!("https://{SLUG_HOST}")), "{}", shown.body);
}

#[tokio::test]
async fn a_host_that_nobody_proved_is_not_found_and_costs_one_read_in_a_while() {
    let hosts = Hosts::new().await;
    let (_, value) = hosts.want(&hosts.scene, DOMAIN).await;
    for host in [DOMAIN, "strange.example"] {
        hosts.stage.counting.reset();
        for _ in 0..5 {
            let answer = hosts.get(host, "/.well-known/openid-configuration").await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{host}");
        }
        assert_eq!(hosts.stage.counting.report().requests(), 1, "{host}");
        hosts.stage.clock.advance(policy::CACHE_FRESH);
        hosts.get(host, "/jwks").await;
        assert_eq!(hosts.stage.counting.report().requests(), 2, "{host}: it is looked for again");
    }
    for host in ["id.example.com", "a.demo.id.example.com", "192.0.2.1", "localhost"] {
        hosts.stage.counting.reset();
        assert_eq!(hosts.get(host, "/jwks").await.status, StatusCode::NOT_FOUND, "{host}");
        assert_eq!(hosts.stage.counting.report().requests(), 0, "{host}");
    }
    // A record that is wrong leads nowhere; the right one leads there once a stranger's memory is over.
    hosts.stage.dns.set(&format!("_countersign.{DOMAIN}"), &["countersign=other"]);
    assert_eq!(hosts.verify(&hosts.scene, DOMAIN).await.status, StatusCode::CONFLICT);
    hosts.stage.clock.advance(policy::CACHE_FRESH);
    assert_eq!(hosts.get(DOMAIN, "/jwks").await.status, StatusCode::NOT_FOUND);
    hosts.stage.dns.set(&format!("_countersign.{DOMAIN}"), &[&value]);
    assert_eq!(hosts.verify(&hosts.scene, DOMAIN).await.status, StatusCode::OK);
    hosts.stage.clock.advance(policy::CACHE_FRESH);
    assert_eq!(hosts.get(DOMAIN, "/jwks").await.status, StatusCode::OK);
    hosts.stage.counting.reset();
    assert_eq!(hosts.get(DOMAIN, "/jwks").await.status, StatusCode::OK);
    assert_eq!(hosts.stage.counting.report().requests(), 0, "a warm domain reads nothing");
}
