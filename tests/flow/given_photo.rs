//! A photo that an administrator gives somebody: apps are told of it, and a killed function leaves no record that points to nothing and no photo that nobody
//! shows.

use http::{Method, StatusCode};
use local::TestPlatform;
use testkit::endpoint::{Answer, Call};

use super::administration::Owner;
use super::crash_points::{POINTS_MAX, SWEEPS};
use super::own_photo::{kept, picture, settle, shown};
use super::relying_party::RelyingParty;
use super::visitor::Visitor;

/// The path of Ada's account below her tenant.
async fn account(owner: &Owner<'_>) -> String {
    let (listed, _) = owner.see("/users?username=ada").await;
    format!("/users/{}", listed["items"][0]["id"].as_str().expect("an id"))
}

async fn give(owner: &Owner<'_>, account: &str) -> Answer {
    let (_, version) = owner.see(account).await;
    owner.ask(Call::new(Method::PUT, Owner::at(&format!("{account}/photo"))).with("if-match", &version).with_body("image/png", picture())).await
}

#[tokio::test]
async fn apps_are_told_of_a_photo_that_an_administrator_gave_and_the_one_before_goes() {
    let platform = TestPlatform::start().await;
    let owner = Owner::of(&platform).await;
    let account = account(&owner).await;
    let mut photos = Vec::new();
    for _ in 0..2 {
        let given = give(&owner, &account).await;
        assert_eq!(given.status, StatusCode::OK, "{}", given.body);
        platform.pump().await;
        let photo = shown(&platform).await.expect("a photo");
        assert_eq!(kept(&platform), [photo.clone()], "the one before is removed");
        photos.push(photo);
    }
    assert_ne!(photos[0], photos[1]);
    let app = RelyingParty::public(&platform);
    let code = Visitor::ada(&platform, 2).arrive(&platform, &app).await;
    let (access_token, _) = app.tokens(&platform, &code).await;
    assert_eq!(app.userinfo(&platform, &access_token).await.text_of("picture"), app.url(&format!("/photos/{}", photos[1])));
    let (_, version) = owner.see(&account).await;
    assert_eq!(owner.send(Method::DELETE, &format!("{account}/photo"), &version, None).await.status, StatusCode::NO_CONTENT);
    platform.pump().await;
    assert_eq!((shown(&platform).await, kept(&platform)), (None, Vec::new()));
}

#[tokio::test]
async fn a_killed_admin_api_leaves_no_record_that_points_to_nothing_and_no_photo_that_nobody_shows() {
    let mut platform = TestPlatform::start().await;
    let account = account(&Owner::of(&platform).await).await;
    let mut network = 1;
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            network += 1;
            let token = Owner::signed_in(&platform, network).await.token;
            if sweep.cold {
                platform.restart();
            }
            let owner = Owner { platform: &platform, token: token.clone() };
            let (_, version) = owner.see(&account).await;
            let call = Call::new(Method::PUT, Owner::at(&format!("{account}/photo"))).with("if-match", &version).with_body("image/png", picture());
            let ended = sweep.kill(nth, &platform, owner.ask(call)).await;
            sweep.restart(&mut platform);
            let photo = shown(&platform).await;
            assert!(photo.iter().all(|photo| kept(&platform).contains(photo)), "{sweep:?} {nth}");
            let owner = Owner { platform: &platform, token };
            let again = if let Some(answer) = &ended { answer.status } else { give(&owner, &account).await.status };
            assert_eq!(again, StatusCode::OK, "{sweep:?} {nth}");
            settle(&platform).await;
            let photo = shown(&platform).await.expect("a photo");
            assert_eq!(kept(&platform), [photo], "{sweep:?} {nth}");
            if ended.is_some() {
                break;
            }
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
}
