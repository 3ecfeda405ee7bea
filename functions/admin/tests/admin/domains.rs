//! Domains of a tenant's own.

use domain::custom_domain::DomainName;
use domain::policy;
use futures_util::future::join;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::scene::Scene;
use testkit::{Answer, Call, builders};

use crate::support::{Place, place, problem};

const DOMAIN: &str = "login.acme.example";
const RECORD: &str = "_countersign.login.acme.example";

async fn add(place: &Place, token: &str, version: u64, domain: &str) -> Answer {
    place.send_with(token, "/domains", version, &json!({ "domain": domain })).await
}

async fn verify(place: &Place, token: &str, domain: &str) -> Answer {
    place.send(token, Call::new(Method::POST, Place::path(&format!("/domains/{domain}/verify")))).await
}

fn value(added: &Answer) -> String {
    added.json()["record"]["value"].as_str().expect("a value").to_owned()
}

/// A second tenant whose owner is its Ada, and a token of hers.
async fn second(place: &Place) -> (Scene, String) {
    let other = place.stage.second_tenant().await;
    let owner = domain::administration::Assignment::of(domain::administration::AdminRole::Owner);
    place.assign(&other, &other.person.id, Some(owner)).await;
    let (token, _) = other.admin_token(&builders::client(), &["admin"]).await;
    (other, token)
}

async fn at_second(place: &Place, token: &str, method: Method, below: &str, body: Option<Value>) -> Answer {
    let call = Call::new(method, format!("/admin/v1/tenants/other{below}"));
    let call = match body {
        Some(body) => call.with("if-match", "\"0\"").with_body("application/json", body.to_string()),
        None => call,
    };
    place.send(token, call).await
}

async fn leads_to(place: &Place, domain: &str) -> Option<domain::TenantId> {
    let name = DomainName::parse(domain).expect("a domain");
    place.stage.platform.store.directory().find_domain(&name).await.expect("an answer").map(|place| place.tenant)
}

#[tokio::test]
async fn a_domain_is_wanted_proved_and_taken_away() {
    let place = place().await;
    let token = place.token().await;
    let added = add(&place, &token, 0, "Login.ACME.example").await;
    insta::assert_snapshot!(added.snapshot(), @r#"
    201
    cache-control: no-store
    content-type: application/json
    etag: "1"
    location: /admin/v1/tenants/demo/domains/login.acme.example
    pragma: no-cache
    ratelimit-policy: "requests";q=3000;w=60
    ratelimit: "requests";r=2999;t=55
    x-content-type-options: nosniff

    {"domain":"login.acme.example","state":"pending","issuer":"https://login.acme.example","record":{"name":"_countersign.login.acme.example","value":"countersign=8r9PNu3PmLNeoJZGdeiKOQ"},"added_at":"2026-11-22T14:32:05Z"}
    "#);
    let below = format!("/domains/{DOMAIN}");
    assert_eq!(place.get(&token, &below).await.json(), added.json());
    place.stage.dns.set(RECORD, &["v=spf1 -all", &value(&added)]);
    let verified = verify(&place, &token, DOMAIN).await;
    insta::assert_snapshot!(verified.snapshot(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    etag: "2"
    pragma: no-cache
    ratelimit-policy: "requests";q=3000;w=60
    ratelimit: "requests";r=2997;t=55
    x-content-type-options: nosniff

    {"domain":"login.acme.example","state":"verified","issuer":"https://login.acme.example","record":{"name":"_countersign.login.acme.example","value":"countersign=8r9PNu3PmLNeoJZGdeiKOQ"},"added_at":"2026-11-22T14:32:05Z","verified_at":"2026-11-22T14:32:05Z"}
    "#);
    assert_eq!(place.stage.dns.asked(), [RECORD]);
    assert_eq!(leads_to(&place, DOMAIN).await, Some(place.stage.tenant.clone()));
    let listed = place.get(&token, "/domains").await;
    assert_eq!((listed.header("etag"), listed.json()), ("\"2\"", json!({ "items": [verified.json()] })));
    let again = verify(&place, &token, DOMAIN).await;
    assert_eq!((again.status, again.header("etag"), again.json()), (StatusCode::OK, "\"2\"", verified.json()), "nothing changes");
    let gone = place.delete(&token, &below, 2).await;
    assert_eq!((gone.status, gone.header("etag")), (StatusCode::NO_CONTENT, "\"3\""));
    assert_eq!(leads_to(&place, DOMAIN).await, None);
    assert_eq!(problem(&place.get(&token, &below).await), (StatusCode::NOT_FOUND, "not-found".to_owned()));
    let events = place.stage.event_types().await;
    for kind in ["domain.added", "domain.verified", "domain.removed"] {
        assert_eq!(events.iter().filter(|event| *event == kind).count(), 1, "{kind}");
    }
}

#[tokio::test]
async fn a_record_that_is_not_there_or_says_something_else_proves_nothing() {
    let place = place().await;
    let token = place.token().await;
    let added = add(&place, &token, 0, DOMAIN).await;
    insta::assert_snapshot!(verify(&place, &token, DOMAIN).await.page(), @r#"
    409

    {"type":"urn:countersign:problem:unproved","title":"The record that proves the domain is not in the DNS.","status":409,"detail":"_countersign.login.acme.example should have the TXT record countersign=8r9PNu3PmLNeoJZGdeiKOQ; there is none"}
    "#);
    let stranger = "x".repeat(300);
    place.stage.dns.set(RECORD, &["countersign=another", "a\u{7}b", &stranger, "c", "d", "e", "f"]);
    insta::assert_snapshot!(verify(&place, &token, DOMAIN).await.page(), @r#"
    409

    {"type":"urn:countersign:problem:unproved","title":"The record that proves the domain is not in the DNS.","status":409,"detail":"_countersign.login.acme.example should have the TXT record countersign=8r9PNu3PmLNeoJZGdeiKOQ; there is \"countersign=another\", \"ab\", \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", \"c\", \"d\" and 2 more"}
    "#);
    place.stage.dns.set(DOMAIN, &[&value(&added)]);
    assert_eq!(problem(&verify(&place, &token, DOMAIN).await), (StatusCode::CONFLICT, "unproved".to_owned()), "at another name");
    assert_eq!((leads_to(&place, DOMAIN).await, place.get(&token, "/domains").await.header("etag")), (None, "\"1\""));
    place.stage.dns.set(RECORD, &[&value(&added)]);
    assert_eq!(verify(&place, &token, DOMAIN).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_dns_that_does_not_answer_is_no_fault_of_the_domain() {
    let place = place().await;
    let token = place.token().await;
    let added = add(&place, &token, 0, DOMAIN).await;
    place.stage.dns.set(RECORD, &[&value(&added)]);
    place.stage.dns.set_down(true);
    let refused = verify(&place, &token, DOMAIN).await;
    assert_eq!((problem(&refused), refused.header("retry-after")), ((StatusCode::SERVICE_UNAVAILABLE, "unavailable".to_owned()), "5"));
    place.stage.dns.set_down(false);
    assert_eq!(verify(&place, &token, DOMAIN).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_can_not_be_a_domain_of_the_tenant_is_not_added() {
    let place = place().await;
    let token = place.token().await;
    for (domain, status, slug, detail) in [
        ("acme", 422, "invalid", "domain: a domain is a name of two labels or more, neither an address nor a URL, and has no port"),
        ("192.0.2.1", 422, "invalid", "domain: a domain is a name of two labels or more, neither an address nor a URL, and has no port"),
        ("https://acme.example", 422, "invalid", "domain: a domain is a name of two labels or more, neither an address nor a URL, and has no port"),
        ("id.example.com", 422, "invalid", "domain: the platform's own"),
        ("demo.id.example.com", 422, "invalid", "domain: the platform's own"),
    ] {
        let refused = add(&place, &token, 0, domain).await;
        assert_eq!(problem(&refused), (StatusCode::from_u16(status).expect("a status"), slug.to_owned()), "{domain}");
        assert_eq!(refused.json()["detail"], detail, "{domain}");
    }
    for body in [json!({}), json!({ "domain": DOMAIN, "verified": true })] {
        assert_eq!(problem(&place.send_with(&token, "/domains", 0, &body).await).1, "malformed", "{body}");
    }
    let unsaid = place.create(&token, "/domains", &json!({ "domain": DOMAIN })).await;
    assert_eq!(problem(&unsaid), (StatusCode::PRECONDITION_REQUIRED, "version-required".to_owned()));
    assert_eq!(problem(&add(&place, &token, 7, DOMAIN).await), (StatusCode::PRECONDITION_FAILED, "changed-meanwhile".to_owned()));
    assert_eq!(add(&place, &token, 0, DOMAIN).await.status, StatusCode::CREATED);
    let twice = add(&place, &token, 1, "LOGIN.acme.example").await;
    assert_eq!((problem(&twice), &twice.json()["detail"]), ((StatusCode::CONFLICT, "taken".to_owned()), &json!("domain")));
    let stale = place.delete(&token, &format!("/domains/{DOMAIN}"), 0).await;
    assert_eq!(problem(&stale), (StatusCode::PRECONDITION_FAILED, "changed-meanwhile".to_owned()));
    for nothing in ["other.example", "x", "%2e"] {
        assert_eq!(problem(&place.delete(&token, &format!("/domains/{nothing}"), 1).await).1, "not-found", "{nothing}");
        assert_eq!(problem(&verify(&place, &token, nothing).await).1, "not-found", "{nothing}");
    }
    for number in 1..policy::DOMAINS_MAX {
        assert_eq!(add(&place, &token, number as u64, &format!("a{number}.example")).await.status, StatusCode::CREATED);
    }
    let many = add(&place, &token, 10, "one-more.example").await;
    assert_eq!((problem(&many).1.as_str(), &many.json()["detail"]), ("invalid", &json!("domain: at most 10 domains")));
}

#[tokio::test]
async fn a_domain_is_neither_wanted_nor_taken_away_without_a_sign_in_of_just_now() {
    let place = place().await;
    let token = place.token().await;
    let added = add(&place, &token, 0, DOMAIN).await;
    place.stage.dns.set(RECORD, &[&value(&added)]);
    let session = place.scene.session().await;
    let api = domain::api::Api::of_administration(place.scene.tenant.record()).expect("the admin API");
    place.stage.clock.advance(policy::FRESH_SIGN_IN);
    let (late, _) = place.scene.access_token_for_in(&session, &builders::client(), &api, &["admin"]).await;
    let again = (StatusCode::UNAUTHORIZED, "sign-in-again".to_owned());
    assert_eq!(problem(&add(&place, &late, 1, "other.example").await), again);
    assert_eq!(problem(&place.delete(&late, &format!("/domains/{DOMAIN}"), 1).await), again);
    assert_eq!(verify(&place, &late, DOMAIN).await.status, StatusCode::OK, "the DNS says who asks");
    let fresh = place.token().await;
    assert_eq!(place.delete(&fresh, &format!("/domains/{DOMAIN}"), 2).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_wish_keeps_nobody_from_a_domain_and_whom_the_dns_names_has_it() {
    let place = place().await;
    let token = place.token().await;
    let (other, theirs) = second(&place).await;
    let first = value(&add(&place, &token, 0, DOMAIN).await);
    let added = at_second(&place, &theirs, Method::POST, "/domains", Some(json!({ "domain": DOMAIN }))).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    let second = value(&added);
    assert_ne!(first, second);
    // One tenant's record proves nothing for another.
    place.stage.dns.set(RECORD, &[&second]);
    assert_eq!(problem(&verify(&place, &token, DOMAIN).await).1, "unproved");
    let below = format!("/domains/{DOMAIN}/verify");
    assert_eq!(at_second(&place, &theirs, Method::POST, &below, None).await.status, StatusCode::OK);
    let theirs_id = other.tenant.record().id.clone();
    assert_eq!(leads_to(&place, DOMAIN).await.as_ref(), Some(&theirs_id));
    // While both are there the first has it.
    place.stage.dns.set(RECORD, &[&first, &second]);
    let taken = verify(&place, &token, DOMAIN).await;
    assert_eq!((problem(&taken), &taken.json()["detail"]), ((StatusCode::CONFLICT, "taken".to_owned()), &json!("domain")));
    assert_eq!(leads_to(&place, DOMAIN).await.as_ref(), Some(&theirs_id));
    // The domain was sold.
    place.stage.dns.set(RECORD, &[&first]);
    assert_eq!(verify(&place, &token, DOMAIN).await.status, StatusCode::OK);
    assert_eq!(leads_to(&place, DOMAIN).await, Some(place.stage.tenant.clone()));
    // What is taken away by whom it isn't any more stays where it is.
    let call = Call::new(Method::DELETE, format!("/admin/v1/tenants/other/domains/{DOMAIN}")).with("if-match", "\"2\"");
    assert_eq!(place.send(&theirs, call).await.status, StatusCode::NO_CONTENT);
    assert_eq!(leads_to(&place, DOMAIN).await, Some(place.stage.tenant.clone()));
}

#[tokio::test]
async fn two_tenants_that_prove_a_domain_at_the_same_time_are_told_who_has_it() {
    let place = place().await;
    let token = place.token().await;
    let (_, theirs) = second(&place).await;
    let first = value(&add(&place, &token, 0, DOMAIN).await);
    let second = value(&at_second(&place, &theirs, Method::POST, "/domains", Some(json!({ "domain": DOMAIN }))).await);
    place.stage.dns.set(RECORD, &[&first, &second]);
    let below = format!("/domains/{DOMAIN}/verify");
    let (one, other) = join(verify(&place, &token, DOMAIN), at_second(&place, &theirs, Method::POST, &below, None)).await;
    let mut statuses = [one.status, other.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
}

#[tokio::test]
async fn a_domain_that_is_proved_twice_at_once_is_proved_once() {
    let place = place().await;
    let token = place.token().await;
    let added = add(&place, &token, 0, DOMAIN).await;
    place.stage.dns.set(RECORD, &[&value(&added)]);
    let (one, other) = join(verify(&place, &token, DOMAIN), verify(&place, &token, DOMAIN)).await;
    assert_eq!([one.status, other.status], [StatusCode::OK; 2]);
    assert_eq!((one.header("etag"), one.json()), (other.header("etag"), other.json()));
    let events = place.stage.event_types().await;
    assert_eq!(events.iter().filter(|event| *event == "domain.verified").count(), 1);
}

#[tokio::test]
async fn an_audience_is_no_domain_and_a_domain_no_audience() {
    let place = place().await;
    let token = place.token().await;
    let api = |audience: &str| json!({ "audience": audience, "settings": { "name": "API" } });
    assert_eq!(place.create(&token, "/apis", &api("https://login.acme.example")).await.status, StatusCode::CREATED);
    let refused = add(&place, &token, 0, DOMAIN).await;
    assert_eq!((problem(&refused), &refused.json()["detail"]), ((StatusCode::CONFLICT, "taken".to_owned()), &json!("audience")));
    assert_eq!(add(&place, &token, 0, "id.acme.example").await.status, StatusCode::CREATED);
    let refused = place.create(&token, "/apis", &api("https://id.acme.example")).await;
    assert_eq!(problem(&refused), (StatusCode::UNPROCESSABLE_ENTITY, "invalid".to_owned()));
    assert_eq!(place.create(&token, "/apis", &api("https://id.acme.example/api")).await.status, StatusCode::CREATED);
}
