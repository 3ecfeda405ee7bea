//! A photo across functions: apps are told of it, what no record points to is removed, and a killed function leaves no record that points to nothing.

use std::io::Cursor;
use std::time::Duration;

use domain::policy;
use http::{Method, StatusCode};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use local::TestPlatform;
use testkit::endpoint::{Answer, Call};

use super::crash_points::{POINTS_MAX, SWEEPS};
use super::ledger::rows;
use super::relying_party::{RelyingParty, path};
use super::visitor::{Visitor, answer};

const BOUNDARY: &str = "----photo";

impl Visitor {
    /// Sends a picture by the form of a page that is open.
    async fn upload(&self, at: &TestPlatform, app: &RelyingParty, page: &Answer) -> Answer {
        let part = |name: &str| format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        let mut body = format!("{}{}\r\n{}", part("state"), page.field("state"), part("photo")).into_bytes();
        body.extend(picture());
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
        let typed = format!("multipart/form-data; boundary={BOUNDARY}");
        answer(at, self.call(Call::new(Method::POST, path(&app.url("/account/photo"))).with_body(&typed, body))).await
    }
}

/// A photo as a camera would send it.
pub(crate) fn picture() -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::from_pixel(20, 20, Rgb([200, 30, 30]))).write_to(&mut file, ImageFormat::Png).expect("an encoder");
    file.into_inner()
}

/// The photo that Ada's record points to.
pub(crate) async fn shown(at: &TestPlatform) -> Option<String> {
    let rows = rows(at, "identity").await;
    let people = rows.iter().filter(|row| row["sk"] == "USER");
    people.filter_map(|row| row["profile"]["picture"].as_str()?.rsplit_once("/photos/")).map(|(_, photo)| photo.to_owned()).next()
}

/// The photos that are kept, without their tenant.
pub(crate) fn kept(at: &TestPlatform) -> Vec<String> {
    at.objects.names().iter().filter_map(|name| Some(name.split_once('/')?.1.to_owned())).collect()
}

/// Lets whatever is due within the time that a photo may stand without a record be done.
pub(crate) async fn settle(at: &TestPlatform) {
    at.pump().await;
    at.clock.advance(policy::PHOTO_UNSHOWN);
    for _ in 0..2 {
        at.sweep().await;
        at.pump().await;
    }
}

#[tokio::test]
async fn a_photo_is_told_to_apps_gives_way_to_the_next_and_goes_with_its_account() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 1);
    ada.arrive(&platform, &app).await;
    let mut photos = Vec::new();
    for _ in 0..2 {
        let page = ada.get(&platform, &app.url("/account")).await;
        assert_eq!(ada.upload(&platform, &app, &page).await.outcome(), "200 Profile · Demo");
        platform.pump().await;
        let photo = shown(&platform).await.expect("a photo");
        assert_eq!(kept(&platform), [photo.clone()], "the one before is removed");
        photos.push(photo);
    }
    assert_ne!(photos[0], photos[1]);
    let code = ada.arrive(&platform, &app).await;
    let (access_token, _) = app.tokens(&platform, &code).await;
    let told = app.userinfo(&platform, &access_token).await.text_of("picture");
    assert_eq!(told, app.url(&format!("/photos/{}", photos[1])));
    settle(&platform).await;
    assert_eq!(kept(&platform), [photos[1].clone()], "one that is shown stays");
    let mut ada = Visitor::ada(&platform, 2);
    ada.arrive(&platform, &app).await;
    ada.form(&platform, &app, "/account/data", &[("delete", "yes")]).await;
    platform.pump().await;
    platform.clock.advance(policy::DELETION_GRACE);
    // A photo that can't be reached for now is removed later.
    platform.objects.be_down(true);
    settle(&platform).await;
    assert_eq!((shown(&platform).await, kept(&platform)), (None, vec![photos[1].clone()]));
    platform.objects.be_down(false);
    platform.clock.advance(Duration::from_hours(2));
    settle(&platform).await;
    assert!(kept(&platform).is_empty());
}

#[tokio::test]
async fn a_killed_upload_leaves_no_record_that_points_to_nothing_and_no_photo_that_nobody_shows() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut network = 0;
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            network += 1;
            let mut ada = Visitor::ada(&platform, network);
            ada.arrive(&platform, &app).await;
            let page = ada.get(&platform, &app.url("/account")).await;
            if sweep.cold {
                platform.restart();
            }
            let ended = sweep.kill(nth, &platform, ada.upload(&platform, &app, &page)).await;
            sweep.restart(&mut platform);
            let photo = shown(&platform).await;
            assert!(photo.iter().all(|photo| kept(&platform).contains(photo)), "{sweep:?} {nth}");
            if let Some(answer) = &ended {
                assert_eq!(answer.status, StatusCode::OK, "{sweep:?} {nth}: {}", answer.outcome());
            } else {
                let again = ada.upload(&platform, &app, &page).await;
                assert_eq!(again.status, StatusCode::OK, "{sweep:?} {nth}: {}", again.outcome());
            }
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
