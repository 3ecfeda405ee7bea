//! The first owner of the platform, from the operator's call to the admin API. No password stands anywhere before they choose one.

use domain::policy;
use first_administrator::{Asked, NotIssued};
use http::StatusCode;
use local::TestPlatform;
use testkit::endpoint::{Answer, Call};

use super::ledger::rows;
use super::relying_party::RelyingParty;
use super::sign_up::{PASSWORD, sealed};
use super::visitor::{Visitor, answer};

const EMAIL: &str = "grace@example.org";

pub(crate) fn asked() -> Asked {
    serde_json::from_value(serde_json::json!({ "email": EMAIL })).expect("what an operator sends")
}

/// The system tenant's own app, which asks for the admin API.
fn administration(at: &TestPlatform) -> RelyingParty {
    let issuer = at.demo.issuer().replace("/t/demo", "/t/system");
    let audience = issuer.replace("/t/system", "/admin/v1");
    let app = RelyingParty::public(at).called("administration".to_owned()).at_issuer(&issuer);
    let mut app = app.at_resource(&audience, "openid admin");
    "http://127.0.0.1:49152/callback".clone_into(&mut app.redirect_uri);
    app
}

/// The link of the first owner, as an operator gets it.
async fn issued(at: &TestPlatform) -> String {
    at.first_administrator(&asked()).await.expect("a link").link.expose().clone()
}

async fn accept(at: &TestPlatform, visitor: &mut Visitor, link: &str) -> Answer {
    let form = [("link", sealed(link)), ("password", PASSWORD)];
    visitor.post(at, &administration(at).url("/invitation"), &form).await
}

/// Makes the platform's first owner; a token of theirs for the admin API.
pub(crate) async fn platform_token(at: &TestPlatform) -> String {
    let mut grace = Visitor::ada(at, 50).typing(EMAIL, PASSWORD);
    let link = issued(at).await;
    let welcome = accept(at, &mut grace, &link).await;
    assert_eq!(welcome.status, StatusCode::OK, "{}", welcome.outcome());
    another_token(at).await
}

/// A token of the owner, who signs in anew.
pub(crate) async fn another_token(at: &TestPlatform) -> String {
    let app = administration(at);
    let mut grace = Visitor::ada(at, 51).typing(EMAIL, PASSWORD);
    let code = grace.arrive(at, &app).await;
    let redeemed = app.redeem(at, &code).await;
    assert_eq!(redeemed.status, StatusCode::OK, "{}", redeemed.outcome());
    redeemed.text_of("access_token")
}

/// Asks the admin API.
pub(crate) async fn administer(at: &TestPlatform, token: &str, call: Call) -> Answer {
    answer(at, call.with("authorization", &format!("Bearer {token}")).from_address("203.0.113.9")).await
}

#[tokio::test]
async fn whoever_has_the_link_owns_the_platform_and_administers_it() {
    let at = TestPlatform::start().await;
    let link = issued(&at).await;
    let mut grace = Visitor::ada(&at, 1).typing(EMAIL, PASSWORD);
    let page = grace.get(&at, &link).await;
    assert_eq!((page.outcome(), page.field("email")), ("200 Accept invitation · System".to_owned(), EMAIL));
    at.pump().await;
    assert_eq!(at.inbox.messages().len(), 0, "the link is mailed to nobody");
    let token = platform_token(&at).await;
    for tenant in ["system", "demo"] {
        let shown = administer(&at, &token, Call::get(format!("/admin/v1/tenants/{tenant}"))).await;
        assert_eq!((shown.status, shown.text_of("slug")), (StatusCode::OK, tenant.to_owned()));
    }
    let again = at.first_administrator(&asked()).await.expect_err("it has an owner");
    assert!(matches!(again, NotIssued::Owned(_)), "{again}");
}

#[tokio::test]
async fn the_link_works_once_for_a_day_and_until_there_is_a_newer_one() {
    let at = TestPlatform::start().await;
    let mut visitor = Visitor::ada(&at, 1);
    let replaced = issued(&at).await;
    let late = issued(&at).await;
    at.clock.advance(policy::FOUNDING_LINK);
    for dead in [&replaced, &late] {
        assert_eq!(accept(&at, &mut visitor, dead).await.status, StatusCode::GONE);
    }
    let link = issued(&at).await;
    assert_eq!(accept(&at, &mut visitor, &replaced).await.status, StatusCode::GONE);
    assert_eq!(accept(&at, &mut visitor, &link).await.status, StatusCode::OK);
    assert_eq!(accept(&at, &mut visitor, &link).await.status, StatusCode::GONE, "a second use");
    let owners: Vec<_> = rows(&at, "identity").await.into_iter().filter(|row| row["sk"] == "ADMINISTRATORS").collect();
    assert_eq!(owners.len(), 1);
}
