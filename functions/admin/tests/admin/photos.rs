//! A photo that an administrator gives somebody.

use std::io::Cursor;

use domain::administration::{AdminRole, Assignment};
use domain::policy;
use futures_util::future::join_all;
use http::{Method, StatusCode};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use testkit::{Answer, Call, builders};

use crate::support::{Place, place, problem};

fn file(format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::from_pixel(40, 30, Rgb([200, 30, 30]))).write_to(&mut file, format).expect("an encoder");
    file.into_inner()
}

fn putting(below: &str, version: u64, (kind, file): (&str, Vec<u8>)) -> Call {
    Call::new(Method::PUT, Place::path(below)).with_body(kind, file).with("if-match", &format!("\"{version}\""))
}

impl Place {
    async fn put_photo(&self, token: &str, below: &str, version: u64, body: (&str, Vec<u8>)) -> Answer {
        self.send(token, putting(below, version, body)).await
    }

    /// The names of the photos that are kept, without their tenant's.
    fn kept(&self) -> Vec<String> {
        self.stage.objects.names().iter().filter_map(|name| Some(name.split_once('/')?.1.to_owned())).collect()
    }
}

#[tokio::test]
async fn a_photo_is_kept_shown_as_picture_replaced_and_taken_away() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.com").await;
    let below = format!("/users/{}/photo", grace.id);
    let mut version = grace.version;
    let mut pictures = Vec::new();
    for (kind, format) in [("image/jpeg", ImageFormat::Jpeg), ("image/png", ImageFormat::Png), ("Image/WebP; q=1", ImageFormat::WebP)] {
        let put = place.put_photo(&token, &below, version, (kind, file(format))).await;
        version += 1;
        assert_eq!((put.status, put.header("etag")), (StatusCode::OK, format!("\"{version}\"").as_str()), "{}", put.body);
        let shown = place.get(&token, &format!("/users/{}", grace.id)).await.json();
        let picture = shown["profile"]["picture"].as_str().expect("a picture").to_owned();
        assert_eq!(put.json(), shown);
        let kept = place.kept();
        assert!(kept.iter().any(|photo| picture == format!("https://demo.id.example.com/photos/{photo}")), "{picture} {kept:?}");
        pictures.push(picture);
    }
    pictures.dedup();
    assert_eq!((pictures.len(), place.kept().len()), (3, 3), "each has an address of its own; who delivers removes those before");
    let removed = place.delete(&token, &below, version).await;
    assert_eq!((removed.status, removed.header("etag")), (StatusCode::NO_CONTENT, format!("\"{}\"", version + 1).as_str()));
    assert_eq!(place.user(&grace.id).await.profile.picture, None);
    assert_eq!(problem(&place.delete(&token, &below, version + 1).await), (StatusCode::NOT_FOUND, "not-found".to_owned()), "there is none");
}

#[tokio::test]
async fn what_is_no_photo_is_refused_and_nothing_is_kept() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.com").await;
    let below = format!("/users/{}/photo", grace.id);
    let unfit = (StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    let whole = file(ImageFormat::Png);
    let cases: [(&str, Vec<u8>, (StatusCode, &str)); 8] = [
        ("image/png", Vec::new(), unfit),
        ("image/png", b"<svg onload=alert(1)>".to_vec(), unfit),
        ("image/jpeg", b"GIF89a\x01\0\x01\0".to_vec(), unfit),
        ("image/png", whole[..whole.len() / 2].to_vec(), unfit),
        ("image/gif", whole.clone(), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type")),
        ("application/json", b"{}".to_vec(), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type")),
        ("image/png", vec![0; policy::PHOTO_MAX + 1], (StatusCode::PAYLOAD_TOO_LARGE, "too-large")),
        ("image/png", vec![0; policy::ADMIN_BODY_MAX + 1], (StatusCode::PAYLOAD_TOO_LARGE, "too-large")),
    ];
    for (kind, body, (status, slug)) in cases {
        let size = body.len();
        let refused = place.put_photo(&token, &below, grace.version, (kind, body)).await;
        assert_eq!(problem(&refused), (status, slug.to_owned()), "{kind} {size}");
    }
    // As large as it may be: looked at, and refused for what it is.
    let refused = place.put_photo(&token, &below, grace.version, ("image/png", vec![0; policy::PHOTO_MAX])).await;
    assert_eq!(refused.json()["detail"], "photo: no JPEG, PNG or WebP that can be read to its end");
    // 60,000 pixels to a side, by its head alone (PNG §11.2.2).
    let bomb = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xea\x60\0\0\xea\x60\x08\x02\0\0\0\x0f\xb0\xe2\x15\0\0\0\0IDAT\x35\xaf\x06\x1e".to_vec();
    let refused = place.put_photo(&token, &below, grace.version, ("image/png", bomb)).await;
    assert_eq!(problem(&refused), (unfit.0, unfit.1.to_owned()));
    assert_eq!(refused.json()["detail"], "photo: more than 24000000 pixels, or more than 12000 to a side");
    assert_eq!((place.user(&grace.id).await, place.kept()), (grace, Vec::new()));
}

#[tokio::test]
async fn a_photo_names_the_version_that_it_changes_and_somebody_who_is_there() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.com").await;
    let below = format!("/users/{}/photo", grace.id);
    let photo = || ("image/png", file(ImageFormat::Png));
    let bare = place.send(&token, Call::new(Method::PUT, Place::path(&below)).with_body("image/png", file(ImageFormat::Png))).await;
    assert_eq!(problem(&bare), (StatusCode::PRECONDITION_REQUIRED, "version-required".to_owned()));
    let stale = place.put_photo(&token, &below, grace.version + 1, photo()).await;
    assert_eq!(problem(&stale), (StatusCode::PRECONDITION_FAILED, "changed-meanwhile".to_owned()));
    let nobody = format!("/users/{}/photo", domain::UserId::from_random([9; 16]));
    assert_eq!(problem(&place.put_photo(&token, &nobody, 1, photo()).await), (StatusCode::NOT_FOUND, "not-found".to_owned()));
    assert_eq!((place.user(&grace.id).await, place.kept()), (grace, Vec::new()));
}

#[tokio::test]
async fn who_manages_people_gives_photos_to_those_who_administer_nothing() {
    let place = place().await;
    let system = place.stage.tenant_called("system", "System").await;
    place.assign(&system, &system.person.id, Some(Assignment::of(AdminRole::UserManager))).await;
    let (token, _) = system.admin_token(&builders::client(), &["admin"]).await;
    let grace = place.scene.add_person("grace", "grace@example.com").await;
    let put = place.put_photo(&token, &format!("/users/{}/photo", grace.id), grace.version, ("image/png", file(ImageFormat::Png))).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.body);
    let ada = place.user(&place.scene.person.id).await;
    let refused = place.put_photo(&token, &format!("/users/{}/photo", ada.id), ada.version, ("image/png", file(ImageFormat::Png))).await;
    assert_eq!(problem(&refused), (StatusCode::FORBIDDEN, "forbidden".to_owned()));
    let history = place.get(&place.token().await, &format!("/users/{}/history", grace.id)).await.json();
    let changed = history["items"].as_array().expect("what happened").iter().find(|event| event["type"] == "photo.changed");
    assert!(changed.is_some(), "{history}");
}

#[tokio::test]
async fn of_many_photos_at_once_some_are_asked_to_come_again() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.com").await;
    let below = format!("/users/{}/photo", grace.id);
    let all = (0..=policy::PASSWORD_TURNS).map(|_| place.put_photo(&token, &below, grace.version, ("image/png", file(ImageFormat::Png))));
    let answers = join_all(all).await;
    let busy: Vec<_> = answers.iter().filter(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS).collect();
    assert!(!busy.is_empty(), "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    for answer in busy {
        assert_eq!((problem(answer).1.as_str(), answer.header("retry-after")), ("busy", "2"));
    }
    let now = place.user(&grace.id).await.version;
    let alone = place.put_photo(&token, &below, now, ("image/png", file(ImageFormat::Png))).await;
    assert_eq!(alone.status, StatusCode::OK, "{}", alone.body);
}

#[tokio::test]
async fn while_photos_cannot_be_kept_none_is_pointed_to() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.com").await;
    let below = format!("/users/{}/photo", grace.id);
    place.stage.objects.be_down(true);
    let refused = place.put_photo(&token, &below, grace.version, ("image/png", file(ImageFormat::Png))).await;
    assert_eq!(problem(&refused), (StatusCode::SERVICE_UNAVAILABLE, "unavailable".to_owned()));
    assert_eq!(place.user(&grace.id).await, grace);
    place.stage.objects.be_down(false);
    assert_eq!(place.put_photo(&token, &below, grace.version, ("image/png", file(ImageFormat::Png))).await.status, StatusCode::OK);
}
