//! An account is locked, opened again, and signed out.

use domain::administration::{AdminRole, Assignment};
use domain::user::UserStatus;
use http::{Method, StatusCode};
use testkit::{Call, builders};

use crate::support::{Place, place, problem};

#[tokio::test]
async fn a_locked_account_is_out_everywhere_and_comes_back_with_nothing_of_before() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.com").await;
    place.stage.clock.advance(std::time::Duration::from_secs(1));
    let below = |act: &str| format!("/users/{}/{act}", grace.id);
    let locked = place.post(&token, &below("disable"), grace.version).await;
    assert_eq!(
        (locked.status, locked.body.as_str(), locked.header("etag")),
        (StatusCode::NO_CONTENT, "", format!("\"{}\"", grace.version + 1).as_str())
    );
    let now = place.user(&grace.id).await;
    assert_eq!((now.status, now.not_before > grace.not_before), (UserStatus::Disabled, true));
    let again = place.post(&token, &below("disable"), now.version).await;
    assert_eq!((again.status, place.user(&grace.id).await.version), (StatusCode::NO_CONTENT, now.version), "it is so already");
    let open = place.post(&token, &below("enable"), now.version).await;
    assert_eq!((open.status, place.user(&grace.id).await.status), (StatusCode::NO_CONTENT, UserStatus::Active));
}

#[tokio::test]
async fn whoever_is_signed_out_is_out_of_the_admin_api_as_well() {
    let place = place().await;
    let token = place.token().await;
    place.stage.clock.advance(std::time::Duration::from_secs(1));
    let ada = place.user(&place.scene.person.id).await;
    assert_eq!(place.post(&token, &format!("/users/{}/sign-out", ada.id), ada.version).await.status, StatusCode::NO_CONTENT);
    assert_eq!(problem(&place.get(&token, "").await), (StatusCode::UNAUTHORIZED, "token".to_owned()));
    place.stage.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(place.get(&place.token().await, "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_owner_is_made_something_else_before_they_are_locked_out() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.com").await.id;
    place.assign(&place.scene, &grace, Some(Assignment::of(AdminRole::Owner))).await;
    let below = format!("/users/{grace}/disable");
    let refused = place.post(&token, &below, place.user(&grace).await.version).await;
    assert_eq!(problem(&refused), (StatusCode::CONFLICT, "owner".to_owned()));
    place.assign(&place.scene, &grace, Some(Assignment::of(AdminRole::Auditor))).await;
    assert_eq!(place.post(&token, &below, place.user(&grace).await.version).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn help_desks_sign_people_out_and_lock_nobody_and_no_administrator() {
    let place = place().await;
    let system = place.stage.tenant_called("system", "System").await;
    place.assign(&system, &system.person.id, Some(Assignment::of(AdminRole::HelpDesk))).await;
    let (token, _) = system.admin_token(&builders::client(), &["admin"]).await;
    let grace = place.scene.add_person("grace", "grace@example.com").await;
    let locked = place.post(&token, &format!("/users/{}/disable", grace.id), grace.version).await;
    assert_eq!(problem(&locked), (StatusCode::FORBIDDEN, "forbidden".to_owned()));
    let ada = place.user(&place.scene.person.id).await;
    let owner = place.post(&token, &format!("/users/{}/sign-out", ada.id), ada.version).await;
    assert_eq!(problem(&owner), (StatusCode::FORBIDDEN, "forbidden".to_owned()));
    assert_eq!(place.post(&token, &format!("/users/{}/sign-out", grace.id), grace.version).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn what_is_done_to_an_account_names_its_version() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.com").await;
    for act in ["disable", "enable", "sign-out"] {
        let below = format!("/users/{}/{act}", grace.id);
        let bare = place.send(&token, Call::new(Method::POST, Place::path(&below))).await;
        assert_eq!(problem(&bare), (StatusCode::PRECONDITION_REQUIRED, "version-required".to_owned()), "{act}");
        let stale = place.post(&token, &below, grace.version + 1).await;
        assert_eq!(problem(&stale), (StatusCode::PRECONDITION_FAILED, "changed-meanwhile".to_owned()), "{act}");
        let nobody = place.post(&token, &format!("/users/{}/{act}", domain::UserId::from_random([9; 16])), 1).await;
        assert_eq!(problem(&nobody), (StatusCode::NOT_FOUND, "not-found".to_owned()), "{act}");
    }
    assert_eq!(place.user(&grace.id).await, grace);
}
