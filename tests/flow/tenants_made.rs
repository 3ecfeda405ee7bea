//! Tenants that the platform's administrators make: from the request to their owner's first token, suspended, resumed, and in another zone.

use domain::policy;
use http::{Method, StatusCode};
use local::TestPlatform;
use serde_json::{Value, json};
use testkit::endpoint::{Answer, Call};

use super::founding::{administer, another_token, asked, platform_token};
use super::ledger::rows;
use super::relying_party::RelyingParty;
use super::sign_up::{PASSWORD, mailed_link_to, sealed};
use super::visitor::Visitor;

const TENANTS: &str = "/admin/v1/tenants";
const OWNER: &str = "alan@example.org";

fn acme(zone: Option<&str>) -> Value {
    let mut body = json!({ "slug": "acme", "name": "Acme", "preset": "workforce", "owner_email": OWNER });
    if let Some(zone) = zone {
        body["zone"] = json!(zone);
    }
    body
}

async fn make(at: &TestPlatform, token: &str, body: &Value) -> Answer {
    administer(at, token, Call::new(Method::POST, TENANTS).with_body("application/json", body.to_string())).await
}

async fn post(at: &TestPlatform, token: &str, below: &str, version: u64) -> Answer {
    let call = Call::new(Method::POST, format!("{TENANTS}/{below}")).with("if-match", &format!("\"{version}\""));
    administer(at, token, call).await
}

fn issuer_of(at: &TestPlatform, slug: &str) -> String {
    at.demo.issuer().replace("/t/demo", &format!("/t/{slug}"))
}

/// The demo's app, as the platform's owner registers it at another tenant.
async fn registered(at: &TestPlatform, token: &str, slug: &str) -> RelyingParty {
    let app = RelyingParty::public(at).called("acme-app".to_owned()).at_issuer(&issuer_of(at, slug));
    let settings = json!({ "name": "App", "type": "native", "redirect_uris": [app.redirect_uri] });
    let body = json!({ "client_id": app.client_id, "settings": settings }).to_string();
    let call = Call::new(Method::POST, format!("{TENANTS}/{slug}/apps")).with_body("application/json", body);
    let made = administer(at, token, call).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    app
}

#[tokio::test]
async fn its_owner_is_invited_by_mail_and_administers_it() {
    let at = TestPlatform::start().await;
    let token = platform_token(&at).await;
    let made = make(&at, &token, &acme(None)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let app = registered(&at, &token, "acme").await;
    let link = mailed_link_to(&at, OWNER, "/invitation").await;
    let mut alan = Visitor::ada(&at, 7).typing(OWNER, PASSWORD);
    let welcome = alan.post(&at, &app.url("/invitation"), &[("link", sealed(&link)), ("password", PASSWORD)]).await;
    assert_eq!(welcome.outcome(), "200 Welcome, your account is ready · Acme");
    let asking = app.at_resource("http://localhost:8080/admin/v1", "openid admin");
    let code = alan.arrive(&at, &asking).await;
    let owner = asking.redeem(&at, &code).await.text_of("access_token");
    let shown = administer(&at, &owner, Call::get(format!("{TENANTS}/acme"))).await;
    assert_eq!((shown.status, shown.text_of("preset")), (StatusCode::OK, "workforce".to_owned()));
    let others = administer(&at, &owner, Call::get(TENANTS)).await;
    assert_eq!(others.status, StatusCode::UNAUTHORIZED, "the platform is none of theirs");
}

#[tokio::test]
async fn a_suspended_tenant_lets_nobody_in_and_goes_on_where_it_was() {
    let at = TestPlatform::start().await;
    let token = platform_token(&at).await;
    let app = RelyingParty::public(&at);
    let mut ada = Visitor::ada(&at, 1);
    let code = ada.arrive(&at, &app).await;
    let (access_token, _) = app.tokens(&at, &code).await;
    assert_eq!(post(&at, &token, "demo/suspend", 0).await.status, StatusCode::OK);
    at.clock.advance(policy::CACHE_USABLE);
    assert_eq!(ada.ask(&at, &app).await.outcome(), "403 This is closed for now · Countersign");
    for page in ["/sign-up", "/reset", "/account"] {
        assert_eq!(ada.get(&at, &app.url(page)).await.status, StatusCode::FORBIDDEN, "{page}");
    }
    let refused = |answer: &Answer| (answer.status, answer.text_of("error"));
    let closed = (StatusCode::FORBIDDEN, "access_denied".to_owned());
    assert_eq!(refused(&app.redeem(&at, "x").await), closed);
    assert_eq!(refused(&app.userinfo(&at, &access_token).await), closed);
    for open in ["/jwks", "/.well-known/openid-configuration"] {
        assert_eq!(ada.get(&at, &app.url(open)).await.status, StatusCode::OK, "{open}");
    }
    assert_eq!(post(&at, &token, "demo/resume", 1).await.status, StatusCode::OK);
    at.clock.advance(policy::CACHE_USABLE);
    assert_eq!(app.userinfo(&at, &access_token).await.status, StatusCode::OK, "nothing of before is lost");
    let again = ada.arrive(&at, &app).await;
    assert_eq!(app.redeem(&at, &again).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_tenant_of_another_zone_is_claimed_here_and_made_there() {
    let zones = TestPlatform::two_zones().await;
    let [here, there] = &zones.zones;
    let token = platform_token(here).await;
    let claimed = make(here, &token, &acme(Some("second"))).await;
    assert_eq!((claimed.status, claimed.json()), (StatusCode::ACCEPTED, json!({ "slug": "acme", "zone": "second" })));
    let again = make(here, &token, &acme(Some("second"))).await;
    assert_eq!(again.status, StatusCode::ACCEPTED, "it is claimed already");
    assert_eq!(make(here, &token, &acme(None)).await.status, StatusCode::CONFLICT, "it is the other zone's");
    let nowhere = administer(here, &token, Call::get(format!("{TENANTS}/acme"))).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    assert!(!format!("{:?}", rows(here, "directory").await).contains("alan"), "nothing personal spans the zones");
    there.first_administrator(&asked()).await.expect("a link of the other zone's own system tenant");
    zones.replicate().await;

    let theirs = platform_token(there).await;
    let made = make(there, &theirs, &acme(None)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    zones.replicate().await;
    let shown = administer(there, &theirs, Call::get(format!("{TENANTS}/acme"))).await;
    assert_eq!((shown.status, shown.text_of("name")), (StatusCode::OK, "Acme".to_owned()));
    assert_eq!(administer(here, &token, Call::get(format!("{TENANTS}/acme"))).await.status, StatusCode::NOT_FOUND, "it isn't here");
    for (at, token, zone) in [(here, &token, Some("second")), (here, &token, None), (there, &theirs, None), (there, &theirs, Some("test"))] {
        let taken = make(at, token, &acme(zone)).await;
        assert_eq!(taken.status, StatusCode::CONFLICT, "{zone:?} {}", taken.body);
    }
    let foreign = administer(there, &token, Call::get(TENANTS)).await;
    assert_eq!(foreign.status, StatusCode::UNAUTHORIZED, "who administers one zone is nobody in another");
}

async fn delete(at: &TestPlatform, token: &str, slug: &str, version: u64) -> Answer {
    let call = Call::new(Method::DELETE, format!("{TENANTS}/{slug}")).with("if-match", &format!("\"{version}\""));
    administer(at, token, call).await
}

/// What is left of the demo tenant in a table, by the kind of its rows.
async fn left(at: &TestPlatform, table: &str) -> Vec<String> {
    let tenant = at.demo.tenant.as_str();
    let kinds = rows(at, table).await.into_iter().filter_map(|row| {
        let (kind, rest) = row["pk"].as_str()?.split_once('#')?;
        rest.starts_with(tenant).then(|| kind.to_owned())
    });
    let mut kinds: Vec<_> = kinds.collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

async fn has_domain(at: &TestPlatform) -> bool {
    rows(at, "directory").await.iter().any(|row| row["pk"] == "DOMAIN#login.acme.example")
}

/// The demo tenant gets a domain of its own.
async fn prove_domain(at: &TestPlatform, token: &str) {
    let call = Call::new(Method::POST, format!("{TENANTS}/demo/domains")).with("if-match", "\"0\"");
    let added = administer(at, token, call.with_body("application/json", json!({ "domain": "login.acme.example" }).to_string())).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    at.dns.set("_countersign.login.acme.example", &[added.json()["record"]["value"].as_str().expect("a value")]);
    let verified = administer(at, token, Call::new(Method::POST, format!("{TENANTS}/demo/domains/login.acme.example/verify"))).await;
    assert_eq!(verified.status, StatusCode::OK, "{}", verified.body);
}

#[tokio::test]
async fn a_tenant_is_erased_after_thirty_days_unless_it_is_restored() {
    let at = TestPlatform::start().await;
    let token = platform_token(&at).await;
    let app = RelyingParty::public(&at);
    let mut ada = Visitor::ada(&at, 1);
    ada.arrive(&at, &app).await;
    assert_eq!(delete(&at, &token, "system", 0).await.status, StatusCode::CONFLICT);
    prove_domain(&at, &token).await;
    assert!(has_domain(&at).await);
    let ending = delete(&at, &token, "demo", 0).await;
    let due_at = runtime::Clock::now(&*at.clock).plus(policy::TENANT_GRACE);
    assert_eq!((ending.status, ending.text_of("status"), ending.text_of("ends_at")), (StatusCode::OK, "ending".to_owned(), due_at.rfc3339()));
    at.clock.advance(policy::CACHE_USABLE);
    assert_eq!(ada.ask(&at, &app).await.status, StatusCode::FORBIDDEN);
    let restored = post(&at, &token, "demo/restore", 1).await;
    assert_eq!((restored.status, restored.text_of("status")), (StatusCode::OK, "active".to_owned()));
    at.clock.advance(policy::CACHE_USABLE);
    ada.arrive(&at, &app).await;
    at.clock.advance(policy::TENANT_GRACE);
    at.sweep().await;
    at.pump().await;
    let token = another_token(&at).await;
    assert_eq!(administer(&at, &token, Call::get(format!("{TENANTS}/demo"))).await.status, StatusCode::OK, "the older wish erases nothing");

    assert_eq!(delete(&at, &token, "demo", 2).await.status, StatusCode::OK);
    at.pump().await;
    at.clock.advance(policy::TENANT_GRACE);
    let late = post(&at, &another_token(&at).await, "demo/restore", 3).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "its time has come");
    at.sweep().await;
    at.pump().await;
    let token = another_token(&at).await;
    assert_eq!(administer(&at, &token, Call::get(format!("{TENANTS}/demo"))).await.status, StatusCode::NOT_FOUND);
    assert_eq!(Visitor::ada(&at, 2).ask(&at, &app).await.status, StatusCode::NOT_FOUND);
    let keys = left(&at, "keys").await;
    assert!(!keys.iter().any(|kind| ["DATAKEYS", "SIGNKEYS", "USERKEY"].contains(&kind.as_str())), "{keys:?}");
    let identity = left(&at, "identity").await;
    let gone = ["TENANT", "ADMIN", "CLIENT", "API", "USER", "CRED", "INVITE"];
    assert!(!identity.iter().any(|kind| gone.contains(&kind.as_str())), "{identity:?}");
    assert!(!has_domain(&at).await, "its domain leads nowhere");
    let body = json!({ "slug": "demo", "name": "Demo", "owner_email": OWNER });
    assert_eq!(make(&at, &token, &body).await.status, StatusCode::CONFLICT, "its slug is nobody's again");
    at.pump().await;
    assert_eq!((at.parked.list().len(), at.dead_letters.list().len()), (0, 0));
}
