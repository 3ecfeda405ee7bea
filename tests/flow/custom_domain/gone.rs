//! A domain that goes, a tenant that is closed, and the domain of somebody else.

use domain::event::Administered;
use domain::policy;
use domain::standing::Standing;
use http::{Method, StatusCode};
use runtime::Clock;

use super::{DOMAIN, Hosts, SLUG_HOST};

#[tokio::test]
async fn a_domain_that_is_taken_away_is_dead_within_thirty_seconds_and_so_is_what_was_issued_there() {
    let hosts = Hosts::with_a_domain().await;
    let (there, here) = (hosts.tokens(DOMAIN).await, hosts.tokens(SLUG_HOST).await);
    hosts.remove(&hosts.scene, DOMAIN).await;
    hosts.stage.clock.advance(policy::CACHE_USABLE);
    for path in ["/.well-known/openid-configuration", "/jwks", "/authorize", "/account"] {
        assert_eq!(hosts.get(DOMAIN, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let dead = hosts.userinfo(SLUG_HOST, &there.text_of("access_token")).await;
    assert_eq!(dead.status, StatusCode::UNAUTHORIZED, "{}", dead.body);
    assert_eq!(hosts.refresh(SLUG_HOST, &there.text_of("refresh_token")).await.text_of("error"), "invalid_grant");
    assert_eq!(hosts.userinfo(SLUG_HOST, &here.text_of("access_token")).await.status, StatusCode::OK, "the first issuer goes on");
    assert_eq!(hosts.refresh(SLUG_HOST, &here.text_of("refresh_token")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_row_of_the_directory_alone_leads_to_nobody() {
    let hosts = Hosts::with_a_domain().await;
    let name = domain::custom_domain::DomainName::parse(DOMAIN).expect("a domain");
    let row = hosts.stage.platform.store.directory().find_domain(&name).await.expect("an answer").expect("a row");
    hosts.remove(&hosts.scene, DOMAIN).await;
    // As a removal leaves it that was cut off in between.
    hosts.stage.platform.store.directory().claim_domain(&name, &row).await.expect("a claim");
    hosts.stage.clock.advance(policy::CACHE_USABLE);
    assert_eq!(hosts.get(DOMAIN, "/jwks").await.status, StatusCode::NOT_FOUND);
    let other = hosts.stage.second_tenant().await;
    hosts.own(&other).await;
    hosts.prove(&other, DOMAIN).await;
    hosts.stage.clock.advance(policy::CACHE_FRESH);
    assert_eq!(hosts.get(DOMAIN, "/jwks").await.status, StatusCode::OK, "and keeps nobody from the domain");
}

#[tokio::test]
async fn a_closed_tenant_lets_nobody_in_at_its_domain_either_and_publishes_on() {
    let hosts = Hosts::with_a_domain().await;
    let tokens = hosts.tokens(DOMAIN).await;
    let suspended = Standing { version: 1, suspended_at: Some(hosts.stage.clock.now()), ends_at: None };
    let event = hosts.scene.event(Administered::TenantSuspended { version: 1 }.into());
    hosts.scene.home().change_standing(&suspended, &event).await.expect("an answer");
    hosts.stage.clock.advance(policy::CACHE_USABLE);
    for host in [SLUG_HOST, DOMAIN] {
        assert_eq!(hosts.get(host, &super::asking(&[])).await.status, StatusCode::FORBIDDEN, "{host}");
        assert_eq!(hosts.userinfo(host, &tokens.text_of("access_token")).await.status, StatusCode::FORBIDDEN, "{host}");
        assert_eq!(hosts.get(host, "/jwks").await.status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn what_one_tenant_issued_at_its_domain_is_nothing_at_anothers() {
    let hosts = Hosts::with_a_domain().await;
    let other = hosts.stage.second_tenant().await;
    hosts.own(&other).await;
    other.register(&super::app()).await;
    hosts.prove(&other, "login.other.example").await;
    let (_, code) = hosts.arrive(DOMAIN).await;
    let tokens = hosts.tokens(DOMAIN).await;
    let theirs = "login.other.example";
    assert_eq!(hosts.get(theirs, "/jwks").await.status, StatusCode::OK);
    assert_eq!(hosts.redeem(theirs, &code).await.text_of("error"), "invalid_grant");
    assert_eq!(hosts.refresh(theirs, &tokens.text_of("refresh_token")).await.text_of("error"), "invalid_grant");
    assert_eq!(hosts.userinfo(theirs, &tokens.text_of("access_token")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(hosts.redeem(DOMAIN, &code).await.status, StatusCode::OK);
    // What a token says of its issuer opens nothing by itself.
    let call = |token: &str| {
        let call = testkit::Call::new(Method::GET, "/admin/v1/tenants/demo/domains");
        call.with("authorization", &format!("Bearer {token}"))
    };
    let (foreign, _) = other.admin_token(&testkit::builders::client(), &["admin"]).await;
    assert_eq!(hosts.send(super::ADMINISTRATION, call(&foreign)).await.status, StatusCode::UNAUTHORIZED);
}
