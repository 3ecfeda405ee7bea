//! What an app would be told of somebody: shown without a sign-in, by rules that stand or are tried.

use domain::ClientId;
use domain::administration::{AdminRole, Assignment};
use domain::client::{Access, Client};
use http::StatusCode;
use serde_json::{Value, json};
use testkit::{Answer, builders};

use crate::support::{Place, place, problem};

const APP: &str = "/apps/sample-public";

fn rule(claim: &str, from: Value) -> Value {
    let mut rule = json!({ "claim": claim, "in": ["id_token", "access_token", "userinfo"] });
    rule["from"] = from;
    rule
}

fn constant(claim: &str) -> Value {
    rule(claim, json!({ "type": "constant", "value": "gold" }))
}

impl Place {
    async fn preview(&self, token: &str, app: &str, change: Value) -> Answer {
        let mut asked = json!({ "user": self.scene.person.id.as_str() });
        let Value::Object(change) = change else { panic!("an object") };
        asked.as_object_mut().expect("an object").extend(change);
        self.create(token, &format!("{app}/preview"), &asked).await
    }
}

#[tokio::test]
async fn rules_are_tried_before_they_stand_and_nothing_is_changed() {
    let place = place().await;
    place.scene.register_api(&builders::api()).await;
    let token = place.token().await;
    let sub = place.scene.person.sub.clone();
    let plain = place.preview(&token, APP, json!({})).await;
    let (issuer, audience) = ("https://demo.id.example.com", builders::AUDIENCE);
    assert_eq!(plain.status, StatusCode::OK, "{}", plain.body);
    assert_eq!(plain.json()["id_token"], json!({ "iss": issuer, "sub": sub, "aud": "sample-public" }));
    assert_eq!(
        plain.json()["access_token"],
        json!({ "iss": issuer, "sub": sub, "aud": issuer, "client_id": "sample-public", "scope": "email openid profile" })
    );
    assert_eq!(plain.json()["userinfo"]["email"], "ada@example.com");
    let tried = place.preview(&token, APP, json!({ "claims": [constant("plan")], "scope": "openid read", "resource": audience })).await;
    assert_eq!(
        tried.json(),
        json!({
            "id_token": { "iss": issuer, "sub": sub, "aud": "sample-public", "plan": "gold" },
            "access_token": { "iss": issuer, "sub": sub, "aud": audience, "client_id": "sample-public", "scope": "read", "plan": "gold" },
            "userinfo": { "sub": sub, "plan": "gold" },
        })
    );
    let saved = json!({ "name": "App", "type": "single_page", "redirect_uris": [builders::REDIRECT_URI], "claims": [constant("plan")] });
    assert_eq!(place.preview(&token, APP, json!({})).await.json(), plain.json(), "nothing was saved");
    let changed = place.put(&token, APP, 1, &saved).await;
    assert_eq!((changed.status, &changed.json()["settings"]["claims"]), (StatusCode::OK, &saved["claims"]), "{}", changed.body);
    let standing = place.preview(&token, APP, json!({ "scope": "openid read", "resource": audience })).await;
    assert_eq!(standing.json(), tried.json());
    assert_eq!(place.preview(&token, APP, json!({ "claims": [] })).await.json(), plain.json(), "none are rules as well");
}

#[tokio::test]
async fn what_can_not_be_previewed_says_why() {
    let place = place().await;
    place.scene.register_api(&builders::api()).await;
    let others = Access::Groups([domain::GroupId::from_random([9; 16])].into());
    place.scene.register(&Client { id: ClientId::parse("staff").expect("an id"), access: Some(others), ..builders::client() }).await;
    let token = place.token().await;
    let (unfit, unknown) = ((StatusCode::UNPROCESSABLE_ENTITY, "invalid".to_owned()), (StatusCode::NOT_FOUND, "not-found".to_owned()));
    for (app, change, detail) in [
        (APP, json!({ "claims": [constant("plan"), constant("sub")] }), "claims: rule 2: "),
        (APP, json!({ "claims": [rule("x", json!({ "type": "attribute", "name": "unknown" }))] }), "claims: rule 1: "),
        (APP, json!({ "scope": "unknown" }), "scope: "),
        (APP, json!({ "scope": "a\"b" }), "scope: "),
        (APP, json!({ "scope": "openid", "resource": builders::AUDIENCE }), "scope: "),
        (APP, json!({ "resource": "https://other.example" }), "resource: "),
        ("/apps/staff", json!({}), "user: "),
    ] {
        let answer = place.preview(&token, app, change.clone()).await;
        assert_eq!(problem(&answer), unfit, "{change}");
        assert!(answer.text_of("detail").starts_with(detail), "{}", answer.body);
    }
    assert_eq!(problem(&place.preview(&token, "/apps/unknown", json!({})).await), unknown);
    let nobody = domain::UserId::from_random([9; 16]);
    assert_eq!(problem(&place.preview(&token, APP, json!({ "user": nobody.as_str() })).await), unknown);
    for malformed in [json!({ "user": "a b" }), json!({ "claims": {} }), json!({ "saved": true }), json!({ "resource": "api" })] {
        let answer = place.preview(&token, APP, malformed.clone()).await;
        assert_eq!(problem(&answer), (StatusCode::BAD_REQUEST, "malformed".to_owned()), "{malformed}");
    }
}

#[tokio::test]
async fn whoever_sees_both_the_app_and_the_person_is_shown_a_preview_and_rules_are_not_a_developers_to_save() {
    let place = place().await;
    let ada = place.scene.person.id.clone();
    let assign = async |roles: &[AdminRole], apps: &[&str]| {
        let apps = apps.iter().map(|app| ClientId::parse(app).expect("an id")).collect();
        place.assign(&place.scene, &ada, Some(Assignment { roles: roles.iter().copied().collect(), apps })).await;
        place.token().await
    };
    let (forbidden, own) = ((StatusCode::FORBIDDEN, "forbidden".to_owned()), ["sample-public"]);
    let auditor = assign(&[AdminRole::Auditor], &[]).await;
    assert_eq!(place.preview(&auditor, APP, json!({})).await.status, StatusCode::OK);
    let manager = assign(&[AdminRole::UserManager], &[]).await;
    assert_eq!(problem(&place.preview(&manager, APP, json!({})).await), forbidden, "who sees people and no app");
    let developer = assign(&[AdminRole::AppDeveloper], &own).await;
    assert_eq!(problem(&place.preview(&developer, APP, json!({})).await), forbidden, "who sees the app and no people");
    let both = assign(&[AdminRole::AppDeveloper, AdminRole::HelpDesk], &own).await;
    assert_eq!(place.preview(&both, APP, json!({})).await.status, StatusCode::OK);
    // What an app is told without that anybody is asked is not its developer's to say.
    let said = |claims: Value| json!({ "name": "App", "type": "single_page", "redirect_uris": [builders::REDIRECT_URI], "claims": claims });
    assert_eq!(problem(&place.put(&both, APP, 1, &said(json!([constant("plan")]))).await), forbidden);
    let admin = assign(&[AdminRole::Admin], &[]).await;
    assert_eq!(place.put(&admin, APP, 1, &said(json!([constant("plan"), constant("level")]))).await.status, StatusCode::OK);
    let developer = assign(&[AdminRole::AppDeveloper], &own).await;
    for (version, claims) in [(2, json!([constant("plan"), constant("level")])), (3, json!([constant("level")])), (4, json!([]))] {
        assert_eq!(place.put(&developer, APP, version, &said(claims)).await.status, StatusCode::OK, "as it stands, or less");
    }
    assert_eq!(problem(&place.put(&developer, APP, 5, &said(json!([constant("plan")]))).await), forbidden);
}
