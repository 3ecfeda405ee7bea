//! What a configuration can't say, and who may not say it: refused as each resource refuses it, with the place, and nothing is changed.

use domain::administration::{AdminRole, Assignment};
use domain::policy;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Answer, Call, builders};

use super::{emptied, full};
use crate::support::{Place, place, problem};

fn detail(answer: &Answer) -> String {
    answer.json()["detail"].as_str().unwrap_or_default().to_owned()
}

fn put(document: &mut Value, at: &str, value: Value) {
    let (parent, name) = at.rsplit_once('/').expect("a pointer");
    match document.pointer_mut(parent).expect("a place") {
        Value::Array(elements) => elements[name.parse::<usize>().expect("a number")] = value,
        members => members[name.replace("~1", "/")] = value,
    }
}

#[tokio::test]
async fn what_each_resource_refuses_is_refused_with_its_place_and_nothing_is_changed() {
    let place = place().await;
    let token = place.token().await;
    let (standing, _) = place.exported(&token, "demo").await;
    assert_eq!(place.apply(&token, "demo", &full(&standing)).await.status, StatusCode::OK);
    let (full, etag) = place.exported(&token, "demo").await;
    let api = "/apis/https:~1~1api.example~1v1";
    for (at, value, status, slug, told) in [
        ("/version", json!(2), 400, "malformed", "/version: the form"),
        ("/more", json!(1), 400, "malformed", "unknown field `more`"),
        ("/roles/0", json!(" a"), 400, "malformed", "/roles/0: a name"),
        ("/roles/0", json!("a\u{202e}b"), 400, "malformed", "/roles/0: a name"),
        ("/roles/0", json!("x".repeat(1_000_000)), 400, "malformed", "/roles/0: a name"),
        ("/roles", json!(["reader"]), 422, "invalid", "/groups/Staff & co/roles: configuration: no role editor"),
        ("/roles", json!((0..201).map(|number| format!("r{number}")).chain(["editor".to_owned()]).collect::<Vec<_>>()), 422, "invalid", "/roles: "),
        ("/groups/Guests", json!({ "roles": ["nobody"] }), 422, "invalid", "/groups/Guests/roles: configuration: no role nobody"),
        ("/groups/Guests", json!({ "name": "x" }), 400, "malformed", "/groups/Guests"),
        ("/groups", json!({ "Guests": {} }), 422, "invalid", "no group of that name"),
        ("/groups/<script>", json!({ "roles": ["<script>"] }), 422, "invalid", "/groups/<script>/roles"),
        (&format!("{api}/scope_roles"), json!({ "delete": ["editor"] }), 422, "invalid", "a scope that the API knows"),
        (&format!("{api}/scope_roles"), json!({ "write": ["nobody"] }), 422, "invalid", "no role nobody"),
        (&format!("{api}/scopes"), json!(["openid"]), 400, "malformed", "/scopes/0: a scope"),
        (&format!("{api}/access_token_seconds"), json!(59), 422, "invalid", "access_token_seconds: 60"),
        (&format!("{api}/name"), json!("a\u{200b}"), 422, "invalid", "name: 1 to"),
        ("/apis/https:~1~1demo.id.example.com", json!({ "name": "x" }), 422, "invalid", "isn't the issuer"),
        ("/apis/https:~1~1admin.id.example.com~1admin~1v1", json!({ "name": "x" }), 422, "invalid", "isn't the admin API"),
        ("/apis/nothing", json!({ "name": "x" }), 400, "malformed", "/apis"),
        ("/apps/account", json!({ "name": "x", "type": "native" }), 409, "taken", "/apps/account: client_id"),
        ("/apps/a b", json!({ "name": "x", "type": "native" }), 400, "malformed", "/apps"),
        ("/apps/shop/type", json!("native"), 422, "invalid", "type: stays"),
        ("/apps/shop/name", json!("pay\u{202e}fdp"), 422, "invalid", "/apps/shop: configuration: name"),
        ("/apps/shop/name", json!("x".repeat(1_000_000)), 422, "invalid", "/apps/shop: configuration: name"),
        ("/apps/shop/redirect_uris/0", json!("javascript:alert(1)"), 400, "malformed", "/apps/shop/redirect_uris/0: a redirect URI is https"),
        ("/apps/shop/redirect_uris/0", json!("https://*.shop.example/cb"), 422, "invalid", "wildcard"),
        ("/apps/shop/redirect_uris/0", json!("https://shop.example/cb#x"), 400, "malformed", "fragment"),
        ("/apps/shop/redirect_uris/0", json!("com.example.shop:/cb"), 422, "invalid", "for native apps"),
        ("/apps/shop/sessions/more", json!(1), 400, "malformed", "/apps/shop/sessions"),
        ("/apps/shop/backchannel_logout/more", json!(1), 400, "malformed", "/apps/shop/backchannel_logout"),
        ("/apps/shop/lifetimes", json!({ "id_token_seconds": 1 }), 422, "invalid", "lifetimes"),
        ("/apps/shop/access/groups/0", json!("Nobody"), 422, "invalid", "/apps/shop/access/groups/0: configuration: no group of that name"),
        ("/apps/shop/access/groups", json!([]), 422, "invalid", "access: 1 to"),
        ("/apps/shop/access/groups/0", json!(1), 400, "malformed", "/apps/shop/access"),
        ("/apps/shop/claims/0/when/group", json!("Nobody"), 422, "invalid", "/apps/shop/claims/0/when/group"),
        ("/apps/shop/claims/0/from/name", json!("salary"), 422, "invalid", "claims: rule 1"),
        ("/apps/shop/claims/0/claim", json!("sub"), 422, "invalid", "claims: rule 1"),
        ("/apps/robot/claims", json!([{ "claim": "x", "from": { "type": "groups" }, "in": ["id_token"] }]), 422, "invalid", "claims: rule 1"),
        ("/apps/shop/client_secret", json!("secret"), 400, "malformed", "unknown field `client_secret`"),
        ("/policies/mfa", json!({ "settings": {} }), 400, "malformed", "/policies"),
        ("/policies/retention/settings/days", json!(6), 422, "invalid", "/policies/retention/settings: configuration: days"),
        ("/policies/retention/settings/more", json!(6), 400, "malformed", "/policies/retention/settings"),
        ("/policies/retention/groups", json!({ "Guests": {} }), 400, "malformed", "says nothing of groups"),
        ("/policies/password/groups", json!({ "Nobody": {} }), 422, "invalid", "/policies/password/groups/Nobody: configuration: no group"),
        ("/policies/password/groups", json!({ "Guests": { "minimum_alone": 7 } }), 422, "invalid", "/policies/password/groups/Guests"),
        ("/policies/access/settings/who", json!({ "groups": ["Nobody"] }), 422, "invalid", "/policies/access/settings/who/groups/0"),
        ("/policies/access/settings/who", json!({ "groups": ["Guests"] }), 409, "locks-out", "you would not be let in"),
        ("/policies/branding/settings/logo", json!("javascript:alert(1)"), 400, "malformed", "/policies/branding/settings/logo"),
        ("/attributes/0/name", json!("email"), 422, "invalid", "/attributes: configuration: email is a registered claim"),
        ("/attributes/0/kind", json!({ "type": "date", "more": 1 }), 400, "malformed", "/attributes/0/kind"),
        ("/attributes", json!([]), 422, "invalid", "/apps/shop: configuration: claims: rule 1"),
    ] {
        let mut said = full.clone();
        put(&mut said, at, value);
        for answer in [place.plan(&token, &said).await, place.apply_to(&token, "demo", &etag, &said).await] {
            assert_eq!(problem(&answer), (StatusCode::from_u16(status).expect("a status"), slug.to_owned()), "{at}: {}", answer.body);
            assert!(detail(&answer).contains(told) && detail(&answer).len() < 1000, "{at}: {}", answer.body);
        }
    }
    assert_eq!(place.exported(&token, "demo").await, (full, etag));
}

#[tokio::test]
async fn a_group_that_a_policy_names_stays_and_what_another_section_names_stays() {
    let place = place().await;
    let token = place.token().await;
    let (standing, _) = place.exported(&token, "demo").await;
    assert_eq!(place.apply(&token, "demo", &full(&standing)).await.status, StatusCode::OK);
    for (said, slug, told) in [
        (json!({ "version": 1, "groups": { "Staff & co": { "roles": ["editor"] } } }), "named-by-policy", "/groups/Guests: session"),
        (json!({ "version": 1, "attributes": [] }), "invalid", "/apps/shop"),
        (json!({ "version": 1, "roles": [] }), "invalid", "no role editor"),
    ] {
        let refused = place.apply(&token, "demo", &said).await;
        assert_eq!(problem(&refused).1, slug, "{said}");
        assert!(detail(&refused).contains(told), "{}", refused.body);
    }
    let both = json!({ "version": 1, "attributes": [], "apps": { "sample-public": standing["apps"]["sample-public"] } });
    assert_eq!(place.apply(&token, "demo", &both).await.status, StatusCode::OK);
}

#[tokio::test]
async fn each_change_is_permitted_as_it_is_alone() {
    let place = place().await;
    let token = place.token().await;
    let (standing, _) = place.exported(&token, "demo").await;
    assert_eq!(place.apply(&token, "demo", &full(&standing)).await.status, StatusCode::OK);
    let (full, _) = place.exported(&token, "demo").await;
    place.stage.clock.advance(policy::FRESH_SIGN_IN);
    let stale = place.scene.admin_token(&builders::client(), &["admin"]).await.0;
    let mut without = full.clone();
    without["apps"].as_object_mut().expect("apps").remove("robot");
    let grace = place.scene.add_person("grace", "grace@example.org").await;
    place.assign(&place.scene, &grace.id, Some(Assignment::of(AdminRole::Owner))).await;
    let as_role = async |role: AdminRole| place.assign(&place.scene, &place.scene.person.id, Some(Assignment::of(role))).await;
    let retention = json!({ "version": 1, "policies": { "retention": { "settings": { "days": 40 } } } });
    let forbidden = (StatusCode::FORBIDDEN, "forbidden".to_owned());
    as_role(AdminRole::Security).await;
    for said in [json!({ "version": 1, "roles": ["editor", "reader", "more"] }), without.clone(), json!({ "version": 1, "attributes": [] })] {
        let refused = place.apply(&stale, "demo", &said).await;
        assert!(problem(&refused) == forbidden || problem(&refused).1 == "invalid", "{said}: {}", refused.body);
    }
    assert_eq!(place.apply(&stale, "demo", &retention).await.status, StatusCode::OK, "it may change policies");
    as_role(AdminRole::Auditor).await;
    assert_eq!(place.plan(&stale, &without).await.status, StatusCode::OK, "to look is no change");
    assert_eq!(problem(&place.apply(&stale, "demo", &without).await), forbidden);
}

#[tokio::test]
async fn taking_an_app_away_wants_a_sign_in_of_just_now_and_nothing_else_is_done_without() {
    let place = place().await;
    let token = place.token().await;
    let (mut more, _) = place.exported(&token, "demo").await;
    more["apps"]["shop"] = json!({ "name": "Shop", "type": "web", "redirect_uris": ["https://shop.example/cb"] });
    more["apps"]["robot"] = json!({ "name": "Robot", "type": "machine" });
    assert_eq!(place.apply(&token, "demo", &more).await.status, StatusCode::OK);
    let session = place.scene.session().await;
    place.stage.clock.advance(policy::FRESH_SIGN_IN);
    let api = domain::api::Api::of_administration(place.scene.tenant.record()).expect("an API");
    let (token, _) = place.scene.access_token_for_in(&session, &builders::client(), &api, &["admin"]).await;
    let (full, _) = place.exported(&token, "demo").await;
    let mut said = full.clone();
    said["apps"].as_object_mut().expect("apps").remove("robot");
    said["apps"]["shop"]["name"] = json!("Another shop");
    let refused = place.apply(&token, "demo", &said).await;
    assert_eq!(problem(&refused), (StatusCode::UNAUTHORIZED, "sign-in-again".to_owned()));
    assert_eq!(refused.header("www-authenticate"), "Bearer error=\"insufficient_user_authentication\", max_age=\"600\"");
    assert_eq!(place.exported(&token, "demo").await.0, full);
    said["apps"]["robot"] = full["apps"]["robot"].clone();
    assert_eq!(place.apply(&token, "demo", &said).await.status, StatusCode::OK, "to change an app needs none");
    said["apps"].as_object_mut().expect("apps").remove("robot");
    assert_eq!(place.apply(&place.token().await, "demo", &said).await.status, StatusCode::OK);
}

#[tokio::test]
async fn nobody_takes_the_app_away_by_which_the_tenant_is_administered() {
    let place = place().await;
    let token = place.token().await;
    let (standing, _) = place.exported(&token, "demo").await;
    let mut without = standing.clone();
    without["apps"].as_object_mut().expect("apps").remove("sample-public");
    let refused = place.apply(&token, "demo", &without).await;
    assert_eq!(problem(&refused), (StatusCode::CONFLICT, "locks-out".to_owned()));
    assert_eq!(detail(&refused), "/apps/sample-public: you would not be let in any more");
    let full = full(&standing);
    assert_eq!(place.apply(&token, "demo", &full).await.status, StatusCode::OK);
    let assigned = place.put(&token, "/administrators/apps/robot", 1, &json!({ "roles": ["auditor"] })).await;
    assert_eq!(assigned.status, StatusCode::OK, "{}", assigned.body);
    let refused = place.apply(&token, "demo", &emptied(&full)).await;
    assert_eq!(problem(&refused), (StatusCode::CONFLICT, "administers".to_owned()), "{}", refused.body);
    assert_eq!(place.delete(&token, "/administrators/apps/robot", 2).await.status, StatusCode::NO_CONTENT);
    assert_eq!(place.apply(&token, "demo", &emptied(&full)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_document_is_told_by_its_line_and_ends_in_no_fault() {
    let place = place().await;
    let token = place.token().await;
    let sent = async |kind: &str, body: Vec<u8>| place.send(&token, Call::new(Method::POST, Place::path("/config/plan")).with_body(kind, body)).await;
    let doubling = (1..60).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1)).collect::<Vec<_>>().concat();
    for (kind, body, status, slug, told) in [
        ("application/yaml", "version: 1\nversion: 1\n".into(), 400, "malformed", "line 2"),
        ("application/yaml", "version: 1\nroles: [a, a: b\n".into(), 400, "malformed", "line"),
        ("application/yaml", "version: 1\nroles: [yes, no]\ngroups:\n  Staff: {roles: [on]}\n".into(), 422, "invalid", "/groups/Staff/roles"),
        ("application/yaml", "version: 1\nmore: 1\n".into(), 400, "malformed", "unknown field `more`"),
        ("application/yaml", format!("a0: &a0 [x]\n{doubling}"), 400, "malformed", "line"),
        ("application/yaml", "[".repeat(1_000_000), 400, "malformed", "line"),
        ("application/yaml", String::new(), 400, "malformed", ""),
        ("application/yaml", "--- 1\n--- 2\n".into(), 400, "malformed", ""),
        ("application/json", r#"{"version":1,"roles":[],"roles":[]}"#.into(), 400, "malformed", "\"roles\" is said twice"),
        ("application/json", "version: 1".into(), 400, "malformed", "line 1"),
        ("application/json", "[]".into(), 400, "malformed", ""),
        ("text/yaml", "version: 1".into(), 415, "media-type", ""),
        ("application/merge-patch+json", "{}".into(), 415, "media-type", ""),
        ("application/yaml", "#".repeat(policy::ADMIN_BODY_MAX + 1), 413, "too-large", ""),
    ] {
        let shown: String = body.chars().take(60).collect();
        let answer = sent(kind, body.into_bytes()).await;
        assert_eq!(problem(&answer), (StatusCode::from_u16(status).expect("a status"), slug.to_owned()), "{shown}: {}", answer.body);
        assert!(detail(&answer).contains(told), "{shown}: {}", answer.body);
    }
    assert_eq!(sent("application/yaml", vec![0xff, 0xfe, 0xfd]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(sent("application/yaml; charset=utf-8", b"version: 1 # nothing\n".to_vec()).await.status, StatusCode::OK);
}
