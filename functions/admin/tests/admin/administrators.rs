//! Who administers a tenant: seen, assigned, and never nobody.

use domain::administration::{AdminRole, Assignment};
use domain::policy;
use futures_util::future::join_all;
use http::{Method, StatusCode};
use serde_json::json;
use testkit::{Call, builders};

use crate::support::{Place, place, problem};

#[tokio::test]
async fn an_owner_makes_somebody_a_helper_another_thing_and_nothing_again() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.com").await.id;
    let below = format!("/administrators/{grace}");
    assert_eq!(problem(&place.get(&token, &below).await).1, "not-found");
    let made = place.put(&token, &below, 1, &json!({ "roles": ["help_desk"] })).await;
    assert_eq!((made.status, made.header("etag")), (StatusCode::OK, "\"2\""));
    assert_eq!(made.json(), json!({ "id": grace.as_str(), "roles": ["help_desk"], "apps": [] }));
    let changed = place.put(&token, &below, 2, &json!({ "roles": ["auditor", "app_developer"], "apps": ["app"] })).await;
    assert_eq!((changed.status, changed.json()["apps"].clone()), (StatusCode::OK, json!(["app"])));
    assert_eq!(place.get(&token, &below).await.json(), changed.json());
    let all = place.get(&token, "/administrators").await;
    assert_eq!((all.header("etag"), all.json()["people"].as_array().map(Vec::len)), ("\"3\"", Some(2)));
    let removed = place.send(&token, Call::new(Method::DELETE, Place::path(&below)).with("if-match", "\"3\"")).await;
    assert_eq!((removed.status, removed.body.as_str(), removed.header("etag")), (StatusCode::NO_CONTENT, "", "\"4\""));
    assert_eq!(problem(&place.get(&token, &below).await).1, "not-found");
}

#[tokio::test]
async fn whoever_wants_their_account_deleted_is_made_no_administrator() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.com").await;
    let (asking, deletion) = grace.asking_for_deletion(grace.created_at).expect("a wish");
    let event = place.scene.event(domain::event::EventKind::DeletionRequested { due_at: deletion.due_at });
    place.scene.home().change_user(&asking, store::UserPart::Deletion, &event).await.expect("an answer");
    let below = format!("/administrators/{}", grace.id);
    let refused = place.put(&token, &below, 1, &json!({ "roles": ["auditor"] })).await;
    assert_eq!(problem(&refused), (StatusCode::CONFLICT, "ending".to_owned()));
}

#[tokio::test]
async fn the_last_owner_stays() {
    let place = place().await;
    let token = place.token().await;
    let ada = place.scene.person.id.clone();
    let below = format!("/administrators/{ada}");
    let lesser = place.put(&token, &below, 1, &json!({ "roles": ["admin"] })).await;
    assert_eq!(problem(&lesser), (StatusCode::CONFLICT, "last-owner".to_owned()));
    let gone = place.send(&token, Call::new(Method::DELETE, Place::path(&below)).with("if-match", "\"1\"")).await;
    assert_eq!(problem(&gone), (StatusCode::CONFLICT, "last-owner".to_owned()));
    assert_eq!(place.get(&token, &below).await.json()["roles"], json!(["owner"]));
}

#[tokio::test]
async fn of_two_owners_who_remove_each_other_at_once_one_stays() {
    let place = &place().await;
    let grace = place.scene.add_person("grace", "grace@example.com").await.id;
    place.assign(&place.scene, &grace, Some(Assignment::of(AdminRole::Owner))).await;
    let token = &place.token().await;
    let remove = [&place.scene.person.id, &grace].map(|id| async move {
        let call = Call::new(Method::DELETE, Place::path(&format!("/administrators/{id}"))).with("if-match", "\"2\"");
        place.send(token, call).await.status
    });
    let mut answers = join_all(remove).await;
    answers.sort();
    assert_eq!(answers, [StatusCode::NO_CONTENT, StatusCode::PRECONDITION_FAILED]);
    assert_eq!(place.scene.home().read_administrators().await.expect("an answer").people.len(), 1);
}

#[tokio::test]
async fn a_change_names_the_version_that_it_is_of_and_what_it_makes() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.com").await.id;
    let path = Place::path(&format!("/administrators/{grace}"));
    let put = |body: &str| Call::new(Method::PUT, path.clone()).with_body("application/json", body.to_owned());
    let body = r#"{"roles":["auditor"]}"#;
    assert_eq!(problem(&place.send(&token, put(body)).await), (StatusCode::PRECONDITION_REQUIRED, "version-required".to_owned()));
    for stale in ["\"0\"", "\"2\"", "1", "*", "W/\"1\"", "\"\""] {
        let answer = place.send(&token, put(body).with("if-match", stale)).await;
        assert_eq!(problem(&answer), (StatusCode::PRECONDITION_FAILED, "changed-meanwhile".to_owned()), "{stale}");
    }
    for wrong in ["", "{}", "[]", "null", r#"{"roles":["root"]}"#, r#"{"roles":["auditor"],"version":9}"#, r#"{"roles":["auditor"],"apps":["a b"]}"#]
    {
        let answer = place.send(&token, put(wrong).with("if-match", "\"1\"")).await;
        assert_eq!(problem(&answer), (StatusCode::BAD_REQUEST, "malformed".to_owned()), "{wrong}");
    }
    for unfit in [r#"{"roles":[]}"#, r#"{"roles":["auditor"],"apps":["app"]}"#, r#"{"roles":["app_developer"]}"#] {
        let answer = place.send(&token, put(unfit).with("if-match", "\"1\"")).await;
        assert_eq!(problem(&answer), (StatusCode::UNPROCESSABLE_ENTITY, "invalid-administrators".to_owned()), "{unfit}");
    }
    assert_eq!(place.scene.home().read_administrators().await.expect("an answer").version, 1, "nothing was changed");
    assert_eq!(place.send(&token, put(body).with("if-match", "\"1\"")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_owner_whose_sign_in_is_old_signs_in_again_before_assigning_and_nobody_else_is_asked_to() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.com").await.id;
    let below = format!("/administrators/{grace}");
    place.stage.clock.advance(policy::FRESH_SIGN_IN.saturating_sub(std::time::Duration::from_secs(1)));
    assert_eq!(place.put(&token, &below, 1, &json!({ "roles": ["auditor"] })).await.status, StatusCode::OK);
    let session = place.scene.session().await;
    place.stage.clock.advance(policy::FRESH_SIGN_IN);
    let api = domain::api::Api::of_administration(place.scene.tenant.record()).expect("an API");
    let (token, _) = place.scene.access_token_for_in(&session, &testkit::builders::client(), &api, &["admin"]).await;
    let old = place.put(&token, &below, 2, &json!({ "roles": ["admin"] })).await;
    assert_eq!(problem(&old), (StatusCode::UNAUTHORIZED, "sign-in-again".to_owned()));
    assert_eq!(old.header("www-authenticate"), "Bearer error=\"insufficient_user_authentication\", max_age=\"600\"");
    assert_eq!(place.get(&token, &below).await.status, StatusCode::OK, "what gives nothing away needs none");
    place.assign(&place.scene, &grace, Some(Assignment::of(AdminRole::Owner))).await;
    place.assign(&place.scene, &place.scene.person.id, Some(Assignment::of(AdminRole::Auditor))).await;
    let lesser = place.put(&token, &below, 4, &json!({ "roles": ["admin"] })).await;
    assert_eq!(problem(&lesser), (StatusCode::FORBIDDEN, "forbidden".to_owned()));
}

#[tokio::test]
async fn an_app_that_acts_for_itself_is_made_an_administrator_and_nothing_again() {
    let place = place().await;
    let token = place.token().await;
    let robot = builders::machine();
    place.scene.register(&robot).await;
    let below = format!("/administrators/apps/{}", robot.id);
    assert_eq!(problem(&place.get(&token, &below).await).1, "not-found");
    let made = place.put(&token, &below, 1, &json!({ "roles": ["auditor"] })).await;
    assert_eq!((made.status, made.header("etag")), (StatusCode::OK, "\"2\""), "{}", made.body);
    assert_eq!(made.json(), json!({ "id": robot.id.as_str(), "roles": ["auditor"], "apps": [] }));
    assert_eq!(place.get(&token, &below).await.json(), made.json());
    let changed = place.put(&token, &below, 2, &json!({ "roles": ["user_manager"] })).await;
    assert_eq!((changed.status, changed.json()["roles"].clone()), (StatusCode::OK, json!(["user_manager"])));
    assert_eq!(place.get(&token, "/administrators").await.json()["machines"], json!([changed.json()]));
    // It is taken away when it administers nothing any more, and its version says that it was assigned.
    let app = format!("/apps/{}", robot.id);
    assert_eq!(problem(&place.delete(&token, &app, 3).await), (StatusCode::CONFLICT, "administers".to_owned()));
    let removed = place.delete(&token, &below, 3).await;
    assert_eq!((removed.status, removed.header("etag")), (StatusCode::NO_CONTENT, "\"4\""));
    assert_eq!(problem(&place.get(&token, &below).await).1, "not-found");
    assert_eq!(problem(&place.delete(&token, &below, 4).await).1, "not-found");
    assert_eq!(place.delete(&token, &app, 4).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn only_an_app_that_acts_for_itself_administers_and_it_owns_nothing() {
    let place = place().await;
    let token = place.token().await;
    let robot = builders::machine();
    place.scene.register(&robot).await;
    let below = format!("/administrators/apps/{}", robot.id);
    let auditor = json!({ "roles": ["auditor"] });
    let unfit = StatusCode::UNPROCESSABLE_ENTITY;
    for (app, version, body, status, slug) in [
        (robot.id.as_str(), 1, json!({ "roles": ["owner"] }), unfit, "invalid-administrators"),
        (robot.id.as_str(), 1, json!({ "roles": ["auditor", "owner"] }), unfit, "invalid-administrators"),
        (robot.id.as_str(), 1, json!({ "roles": [] }), unfit, "invalid-administrators"),
        (robot.id.as_str(), 1, json!({ "roles": ["root"] }), StatusCode::BAD_REQUEST, "malformed"),
        (robot.id.as_str(), 0, auditor.clone(), StatusCode::PRECONDITION_FAILED, "changed-meanwhile"),
        (builders::client().id.as_str(), 1, auditor.clone(), unfit, "invalid"),
        (builders::confidential_client().id.as_str(), 1, auditor.clone(), unfit, "invalid"),
        ("unknown", 1, auditor.clone(), StatusCode::NOT_FOUND, "not-found"),
        ("account", 1, auditor.clone(), StatusCode::NOT_FOUND, "not-found"),
    ] {
        let answer = place.put(&token, &format!("/administrators/apps/{app}"), version, &body).await;
        assert_eq!(problem(&answer), (status, slug.to_owned()), "{app} {body}");
    }
    let session = place.scene.session().await;
    place.stage.clock.advance(policy::FRESH_SIGN_IN);
    let api = domain::api::Api::of_administration(place.scene.tenant.record()).expect("an API");
    let (old, _) = place.scene.access_token_for_in(&session, &builders::client(), &api, &["admin"]).await;
    assert_eq!(problem(&place.put(&old, &below, 1, &auditor).await), (StatusCode::UNAUTHORIZED, "sign-in-again".to_owned()));
    assert_eq!(place.scene.home().read_administrators().await.expect("an answer").version, 1);
    let fresh = place.token().await;
    assert_eq!(place.put(&fresh, &below, 1, &auditor).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_app_that_administers_is_changed_by_who_may_more_than_it() {
    let place = place().await;
    let owner = place.token().await;
    let robot = builders::machine();
    place.scene.register(&robot).await;
    let below = format!("/apps/{}", robot.id);
    let said = place.get(&owner, &below).await.json()["settings"].clone();
    let grace = place.scene.add_person("grace", "grace@example.com").await;
    place.assign(&place.scene, &grace.id, Some(Assignment::of(AdminRole::Owner))).await;
    let developer = Assignment { roles: [AdminRole::AppDeveloper].into(), apps: [robot.id.clone()].into() };
    assert_eq!(place.put(&owner, &format!("/administrators/apps/{}", robot.id), 2, &json!({ "roles": ["auditor"] })).await.status, StatusCode::OK);
    place.assign(&place.scene, &place.scene.person.id, Some(developer)).await;
    let token = place.token().await;
    let secret = |version: u64| Call::new(Method::POST, Place::path(&format!("{below}/secrets"))).with("if-match", &format!("\"{version}\""));
    let forbidden = (StatusCode::FORBIDDEN, "forbidden".to_owned());
    assert_eq!(problem(&place.put(&token, &below, 2, &said).await), forbidden);
    assert_eq!(problem(&place.send(&token, secret(2)).await), forbidden);
    assert_eq!(problem(&place.delete(&token, &format!("{below}/secrets/any"), 2).await), forbidden);
    assert_eq!(place.get(&token, &below).await.status, StatusCode::OK, "seen it may be");
    place.assign(&place.scene, &place.scene.person.id, Some(Assignment::of(AdminRole::Admin))).await;
    let admin = place.token().await;
    assert_eq!(place.put(&admin, &below, 2, &said).await.status, StatusCode::OK);
    assert_eq!(place.send(&admin, secret(3)).await.status, StatusCode::CREATED);
}
