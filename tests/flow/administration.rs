//! The admin API, by the tokens that the platform issues: of a person, and of an app that administers for itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::policy;
use http::{Method, StatusCode};
use local::TestPlatform;
use runtime::Provisioner;
use serde_json::{Value, json};
use store::AdministratorsChange;
use testkit::endpoint::{Answer, Call};

use super::relying_party::{RelyingParty, assert_refused, path};
use super::visitor::{Visitor, answer};

const AUDIENCE: &str = "http://localhost:8080/admin/v1";

/// Ada, who owns the demo tenant, at its admin API.
pub(crate) struct Owner<'p> {
    pub(crate) platform: &'p TestPlatform,
    pub(crate) token: String,
}

impl<'p> Owner<'p> {
    /// Makes her the owner, and signs her in.
    pub(crate) async fn of(platform: &'p TestPlatform) -> Self {
        let made = Provisioner::new(platform.platform()).make_owner(&platform.demo.tenant, &platform.demo.person().username).await;
        assert!(matches!(made, Ok(AdministratorsChange::Changed)), "{made:?}");
        Self::signed_in(platform, 1).await
    }

    /// Signs her in, at a network of its own.
    pub(crate) async fn signed_in(platform: &'p TestPlatform, network: u16) -> Self {
        let app = RelyingParty::public(platform).at_resource(AUDIENCE, "openid admin");
        let code = Visitor::ada(platform, network).arrive(platform, &app).await;
        Self { platform, token: app.redeem(platform, &code).await.text_of("access_token") }
    }

    /// The same by a token that she has.
    pub(crate) const fn with(platform: &'p TestPlatform, token: String) -> Self {
        Self { platform, token }
    }

    /// Her token.
    pub(crate) fn into_token(self) -> String {
        self.token
    }

    /// Sends what has a body, about a version.
    pub(crate) async fn send(&self, method: Method, below: &str, version: &str, body: Option<&Value>) -> Answer {
        let call = Call::new(method, at(below)).with("if-match", version);
        let call = if let Some(body) = body { call.with_body("application/json", body.to_string()) } else { call };
        asked(self.platform, &self.token, call).await
    }

    /// Sends any request.
    pub(crate) async fn ask(&self, call: Call) -> Answer {
        asked(self.platform, &self.token, call).await
    }

    /// A path below the tenant.
    pub(crate) fn at(below: &str) -> String {
        at(below)
    }

    /// What stands, and its version.
    pub(crate) async fn see(&self, below: &str) -> (Value, String) {
        let shown = asked(self.platform, &self.token, Call::get(at(below)).with("accept", "application/json")).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
        (shown.json(), shown.header("etag").to_owned())
    }
}

fn at(below: &str) -> String {
    format!("/admin/v1/tenants/demo{below}")
}

async fn asked(platform: &TestPlatform, token: &str, call: Call) -> Answer {
    answer(platform, call.with("authorization", &format!("Bearer {token}")).from_address("203.0.113.9")).await
}

fn outcome(answer: &Answer) -> (StatusCode, String) {
    (answer.status, answer.json()["type"].as_str().unwrap_or_default().replace("urn:countersign:problem:", ""))
}

#[tokio::test]
async fn an_app_administers_by_its_own_token_as_long_as_it_is_assigned_and_there() {
    let platform = TestPlatform::start().await;
    let owner = Owner::of(&platform).await;
    let settings = json!({ "name": "Robot", "type": "machine", "apis": { AUDIENCE: ["admin"] } });
    let made = owner.send(Method::POST, "/apps", "", Some(&json!({ "client_id": "robot", "settings": settings }))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let credentials = STANDARD.encode(format!("robot:{}", made.text_of("client_secret")));
    let granted = async |form: &[(&str, &str)]| {
        let call = Call::form(path(&platform.demo.url("/token")), form).with("authorization", &format!("Basic {credentials}"));
        answer(&platform, call.from_address("203.0.113.9")).await
    };
    let asking = [("grant_type", "client_credentials"), ("resource", AUDIENCE)];
    assert_refused(&granted(&[asking[0], asking[1], ("scope", "openid")]).await, "invalid_scope");
    let token = granted(&asking).await;
    assert_eq!((token.status, token.text_of("scope").as_str()), (StatusCode::OK, "admin"), "{}", token.outcome());
    let token = token.text_of("access_token");
    let people = || asked(&platform, &token, Call::get(at("/users")));

    assert_eq!(outcome(&people().await), (StatusCode::FORBIDDEN, "forbidden".to_owned()), "nobody made it an administrator");
    let (_, version) = owner.see("/administrators").await;
    let assigned = owner.send(Method::PUT, "/administrators/apps/robot", &version, Some(&json!({ "roles": ["auditor"] }))).await;
    assert_eq!(assigned.status, StatusCode::OK, "{}", assigned.body);
    let listed = people().await;
    assert_eq!((listed.status, &listed.json()["items"][0]["username"]), (StatusCode::OK, &json!("ada")), "{}", listed.body);
    let more = Call::new(Method::POST, at("/users")).with_body("application/json", r#"{"username":"grace"}"#);
    assert_eq!(outcome(&asked(&platform, &token, more).await), (StatusCode::FORBIDDEN, "forbidden".to_owned()), "an auditor changes nothing");

    let (_, version) = owner.see("/apps/robot").await;
    assert_eq!(outcome(&owner.send(Method::DELETE, "/apps/robot", &version, None).await), (StatusCode::CONFLICT, "administers".to_owned()));
    let removed = owner.send(Method::DELETE, "/administrators/apps/robot", assigned.header("etag"), None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.body);
    assert_eq!(outcome(&people().await), (StatusCode::FORBIDDEN, "forbidden".to_owned()), "it is none any more");

    let (_, version) = owner.see("/apps/robot").await;
    assert_eq!(owner.send(Method::DELETE, "/apps/robot", &version, None).await.status, StatusCode::NO_CONTENT);
    platform.clock.advance(policy::CACHE_USABLE);
    assert_eq!(outcome(&people().await), (StatusCode::UNAUTHORIZED, "token".to_owned()), "its token is nobody's");
}

#[tokio::test]
async fn what_is_shown_of_every_app_of_the_demo_is_what_may_be_said_of_it() {
    let platform = TestPlatform::start().await;
    let owner = Owner::of(&platform).await;
    let (listed, _) = owner.see("/apps").await;
    let apps = listed["items"].as_array().expect("apps");
    assert_eq!(apps.len(), local::seed::APPS.len());
    for app in apps {
        let below = format!("/apps/{}", app["client_id"].as_str().expect("an id"));
        let (shown, version) = owner.see(&below).await;
        let again = owner.send(Method::PUT, &below, &version, Some(&shown["settings"])).await;
        assert_eq!((again.status, &again.json()["settings"]), (StatusCode::OK, &shown["settings"]), "{}", again.body);
    }
}
