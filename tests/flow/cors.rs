//! Which scripts may read which endpoint: those of registered origins, where code in a browser has something to ask, and nowhere else.

use domain::client::{Client, WebOrigin};
use domain::{ClientId, Slug};
use http::{Method, StatusCode};
use local::TestPlatform;
use runtime::Provisioner;
use testkit::builders;
use testkit::endpoint::{Answer, Call};

use super::relying_party::{RelyingParty, path};
use super::tenants::second_tenant;
use super::visitor::answer;

const REGISTERED: &str = "https://spa.example";
/// What no header is for: other sites, opaque origins, and texts that only look like the registered one.
const FOREIGN: [&str; 6] =
    ["https://evil.example", "null", "https://spa.example:8443", "https://spa.example/", "https://spa.example.evil.example", "not an origin"];

/// The endpoints that scripts may call, with the methods that a preflight is told.
const OFFERED: [(&str, Method, &str); 7] = [
    ("/.well-known/openid-configuration", Method::GET, "GET, HEAD"),
    ("/.well-known/oauth-authorization-server", Method::GET, "GET, HEAD"),
    ("/jwks", Method::GET, "GET, HEAD"),
    ("/token", Method::POST, "POST"),
    ("/revoke", Method::POST, "POST"),
    ("/userinfo", Method::GET, "GET, HEAD, POST"),
    ("/account/v1/profile", Method::GET, "GET, POST, PUT, PATCH, DELETE"),
];
/// The endpoints that browsers are sent to, never called by scripts.
const NOT_OFFERED: [&str; 6] = ["/authorize", "/sign-in", "/complete", "/consent", "/logout", "/account"];

async fn platform_with_origin() -> (TestPlatform, RelyingParty) {
    let platform = TestPlatform::start().await;
    let origins = [WebOrigin::parse(REGISTERED).expect("an origin")].into();
    let spa = Client { id: ClientId::parse("spa").expect("an id"), origins, ..builders::client() };
    Provisioner::new(platform.platform()).create_client(&platform.demo.tenant, &spa).await.expect("an app");
    let app = RelyingParty::public(&platform);
    (platform, app)
}

fn call(app: &RelyingParty, method: &Method, at: &str, origin: &str) -> Call {
    Call::new(method.clone(), path(&app.url(at))).with("origin", origin)
}

fn preflight(app: &RelyingParty, at: &str, origin: &str) -> Call {
    call(app, &Method::OPTIONS, at, origin)
        .with("access-control-request-method", "POST")
        .with("access-control-request-headers", "authorization,content-type")
}

/// Every header of an answer that lets a script do something.
fn allowances(answer: &Answer) -> Vec<String> {
    let named = answer.headers.iter().filter(|(name, _)| name.as_str().starts_with("access-control-"));
    let mut shown: Vec<_> = named.map(|(name, value)| format!("{name}: {}", value.to_str().expect("text"))).collect();
    shown.sort();
    shown
}

#[tokio::test]
async fn a_registered_origin_may_call_and_read() {
    let (platform, app) = platform_with_origin().await;
    for (at, method, methods) in OFFERED {
        let asked = answer(&platform, preflight(&app, at, REGISTERED)).await;
        assert_eq!((asked.status, asked.header("vary")), (StatusCode::NO_CONTENT, "origin"), "{at}");
        let expected = [
            "access-control-allow-headers: authorization, content-type".to_owned(),
            format!("access-control-allow-methods: {methods}"),
            format!("access-control-allow-origin: {REGISTERED}"),
            "access-control-max-age: 600".to_owned(),
        ];
        assert_eq!(allowances(&asked), expected, "{at}");
        let answered = answer(&platform, call(&app, &method, at, REGISTERED)).await;
        assert_eq!(answered.header("vary"), "origin", "{at}");
        let expected =
            [format!("access-control-allow-origin: {REGISTERED}"), "access-control-expose-headers: www-authenticate, retry-after".to_owned()];
        assert_eq!(allowances(&answered), expected, "{at}: errors are read too: {}", answered.outcome());
    }
}

#[tokio::test]
async fn a_foreign_malformed_or_opaque_origin_may_not() {
    let (platform, app) = platform_with_origin().await;
    for (at, method, _) in OFFERED {
        for foreign in FOREIGN {
            let asked = answer(&platform, preflight(&app, at, foreign)).await;
            assert_eq!((asked.status, allowances(&asked), asked.header("vary")), (StatusCode::NO_CONTENT, vec![], "origin"), "{at} {foreign}");
            let answered = answer(&platform, call(&app, &method, at, foreign)).await;
            assert_eq!((allowances(&answered), answered.header("vary")), (vec![], "origin"), "{at} {foreign}");
        }
        let twice = answer(&platform, call(&app, &method, at, REGISTERED).with("origin", REGISTERED)).await;
        assert_eq!(allowances(&twice), Vec::<String>::new(), "{at}");
        let without = answer(&platform, Call::new(method.clone(), path(&app.url(at)))).await;
        assert_eq!((allowances(&without), without.header("vary")), (vec![], "origin"), "{at}: a cache must not serve it to a script");
    }
}

#[tokio::test]
async fn an_origin_counts_at_the_tenant_that_registered_it_alone() {
    let (platform, app) = platform_with_origin().await;
    let other = second_tenant(&platform).await;
    for (at, method, _) in OFFERED {
        assert_eq!(allowances(&answer(&platform, call(&other, &method, at, REGISTERED)).await), Vec::<String>::new(), "{at}");
        assert_eq!(allowances(&answer(&platform, preflight(&other, at, REGISTERED)).await), Vec::<String>::new(), "{at}");
    }
    let nobody = app.at_issuer(&app.issuer.replace("/t/demo", &format!("/t/{}", Slug::parse("nobody").expect("a slug"))));
    assert_eq!(allowances(&answer(&platform, call(&nobody, &Method::GET, "/jwks", REGISTERED)).await), Vec::<String>::new());
}

#[tokio::test]
async fn pages_are_for_nobodys_scripts() {
    let (platform, app) = platform_with_origin().await;
    for at in NOT_OFFERED {
        for method in [Method::GET, Method::POST] {
            let answered = answer(&platform, call(&app, &method, at, REGISTERED)).await;
            assert_eq!(allowances(&answered), Vec::<String>::new(), "{method} {at}");
        }
        let asked = answer(&platform, preflight(&app, at, REGISTERED)).await;
        assert_eq!((asked.status, allowances(&asked)), (StatusCode::METHOD_NOT_ALLOWED, vec![]), "{at}");
    }
}

#[tokio::test]
async fn a_warm_preflight_asks_the_tables_nothing() {
    let (platform, app) = platform_with_origin().await;
    answer(&platform, preflight(&app, "/token", REGISTERED)).await;
    platform.counting().reset();
    let asked = answer(&platform, preflight(&app, "/token", REGISTERED)).await;
    assert_eq!((asked.header("access-control-allow-origin"), platform.counting().take().requests()), (REGISTERED, 0));
}
