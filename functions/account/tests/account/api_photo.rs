//! The account API: the photo.

use domain::policy;
use futures_util::future::join_all;
use http::{Method, StatusCode};
use image::ImageFormat;
use testkit::{Answer, Call};

use crate::api::{App, problem};
use crate::photos::picture;

impl App {
    async fn put(&self, body: Vec<u8>) -> Answer {
        let authorization = format!("Bearer {}", self.token);
        let call = Call::new(Method::PUT, "/account/v1/photo").with("authorization", &authorization).with_body("image/png", body);
        self.place.endpoint.send(call).await
    }
}

#[tokio::test]
async fn a_photo_is_put_and_removed() {
    let app = App::new().await;
    let put = app.put(picture(ImageFormat::WebP)).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.body);
    let address = put.text_of("picture");
    let photo = address.strip_prefix("https://demo.id.example.com").expect("an address of ours");
    let (status, headers, _) = app.place.endpoint.bytes(Call::get(photo)).await;
    assert_eq!((status, headers["content-type"].as_bytes()), (StatusCode::OK, b"image/jpeg".as_slice()));
    assert_eq!(app.get("profile").await["picture"], address.as_str());
    assert_eq!(app.send(Method::DELETE, "photo", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.ada().await.profile.picture, None);
    let again = app.send(Method::DELETE, "photo", None).await;
    assert_eq!((again.status, problem(&again).as_str()), (StatusCode::CONFLICT, "conflict"));
}

#[tokio::test]
async fn each_refusal_of_a_photo_has_a_name() {
    let app = App::new().await;
    let before = app.ada().await;
    for (body, status, slug) in [
        (Vec::new(), StatusCode::UNPROCESSABLE_ENTITY, "invalid-photo"),
        (b"<svg/>".to_vec(), StatusCode::UNPROCESSABLE_ENTITY, "invalid-photo"),
        (vec![0; policy::PHOTO_MAX + 1], StatusCode::PAYLOAD_TOO_LARGE, "photo-too-large"),
        (vec![0; policy::UPLOAD_MAX + 9], StatusCode::PAYLOAD_TOO_LARGE, "photo-too-large"),
    ] {
        let answer = app.put(body).await;
        assert_eq!((answer.status, problem(&answer).as_str()), (status, slug));
    }
    assert_eq!(app.ada().await, before);
    let elsewhere = Call::new(Method::PATCH, "/account/v1/profile").with("authorization", &format!("Bearer {}", app.token));
    let long = app.place.endpoint.send(elsewhere.with_body("application/json", vec![b' '; policy::BODY_MAX + 1])).await;
    assert_eq!(problem(&long), "malformed", "only a photo may be as long");
}

#[tokio::test]
async fn a_flood_of_photos_is_asked_to_come_again() {
    let app = App::new().await;
    let answers = join_all((0..policy::PASSWORD_TURNS + 2).map(|_| app.put(picture(ImageFormat::Png)))).await;
    let busy: Vec<_> = answers.iter().filter(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS).collect();
    assert_eq!(busy.iter().map(|answer| problem(answer)).collect::<Vec<_>>(), ["busy"; 2]);
}
