//! The photo of one's own account: what may be one, what is kept of it, and who may see it.

use std::collections::BTreeSet;
use std::io::Cursor;

use domain::policy;
use http::{Method, StatusCode};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use testkit::rows::{text, value};
use testkit::{Answer, Call};

use crate::mine::Home;

const PAGE: &str = "200 Profile · Demo";
const BOUNDARY: &str = "----photo";

pub(crate) fn picture(format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::from_pixel(40, 30, Rgb([200, 30, 30]))).write_to(&mut file, format).expect("an encoder");
    file.into_inner()
}

/// A form with a file, as browsers send it.
pub(crate) fn form(state: &str, file: &[u8]) -> Vec<u8> {
    let mut body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"state\"\r\n\r\n{state}\r\n--{BOUNDARY}\r\n\
         Content-Disposition: form-data; name=\"photo\"; filename=\"me.gif\"\r\nContent-Type: image/gif\r\n\r\n"
    )
    .into_bytes();
    body.extend(file);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    body
}

fn sending(body: Vec<u8>) -> Call {
    Call::new(Method::POST, "/account/photo").with_body(&format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

impl Home {
    pub(crate) fn sending(&self, body: Vec<u8>) -> Call {
        sending(body).with_cookies(&self.browser)
    }

    async fn upload(&self, file: &[u8]) -> Answer {
        let page = self.get("/account").await;
        self.place.endpoint.send(self.sending(form(page.field("state"), file))).await
    }

    async fn picture(&self) -> Option<String> {
        self.ada().await.profile.picture
    }

    /// The names of the photos that are kept, without their tenant's.
    fn kept(&self) -> Vec<String> {
        self.place.stage.objects.names().iter().filter_map(|name| Some(name.split_once('/')?.1.to_owned())).collect()
    }
}

#[tokio::test]
async fn a_photo_is_kept_shown_changed_and_removed() {
    let home = Home::new().await;
    home.place.scene.change_person(&home.place.stage, "profile", value(&serde_json::json!({}))).await;
    let answer = home.upload(&picture(ImageFormat::Png)).await;
    assert_eq!(answer.outcome(), PAGE);
    let address = home.picture().await.expect("a picture");
    assert!(answer.body.contains("Your photo is saved.") && answer.body.contains(&format!("src=\"{address}\"")), "{}", answer.page());
    assert!(answer.header("content-security-policy").contains("img-src data: 'self';"));
    let [first] = &home.kept()[..] else { panic!("one photo") };
    assert_eq!(address, format!("https://demo.id.example.com/photos/{first}"));
    assert_eq!(home.upload(&picture(ImageFormat::WebP)).await.outcome(), PAGE);
    let kept = home.kept();
    assert_eq!(kept.len(), 2, "whoever delivers the event removes the first");
    let removed = home.post("/account", &[("remove_photo", "yes")]).await;
    assert!(removed.outcome() == PAGE && removed.body.contains("Your photo is removed."), "{}", removed.page());
    assert_eq!(home.picture().await, None);
    assert_eq!(home.post("/account", &[("remove_photo", "yes")]).await.outcome(), "409 Problem: Profile · Demo");
    let former: BTreeSet<String> = home.place.events("photo.changed").await.iter().map(|event| text(event, "former").to_owned()).collect();
    assert_eq!(former, kept.into_iter().chain([String::new()]).collect(), "whichever gave way is removed");
    assert_eq!(home.place.events("photo.kept").await.len(), 2);
}

#[tokio::test]
async fn a_photo_is_seen_by_whoever_has_its_address_and_nothing_in_it_runs() {
    let home = Home::new().await;
    home.upload(&picture(ImageFormat::Jpeg)).await;
    let name = home.kept().pop().expect("a photo");
    let (status, headers, content) = home.place.endpoint.bytes(Call::get(format!("/photos/{name}"))).await;
    assert_eq!(status, StatusCode::OK);
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!((header("content-type"), header("x-content-type-options")), ("image/jpeg".to_owned(), "nosniff".to_owned()));
    assert_eq!(header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    assert_eq!(
        (header("cache-control"), header("cross-origin-resource-policy")),
        ("public, max-age=86400, immutable".to_owned(), "cross-origin".to_owned())
    );
    let shown = image::load_from_memory_with_format(&content, ImageFormat::Jpeg).expect("a JPEG");
    assert_eq!((shown.width(), shown.height()), (policy::PHOTO_SIDE, policy::PHOTO_SIDE));
    for nowhere in ["/photos/AQEBAQEBAQEBAQEBAQEBAQ", "/photos/x", "/photos/..%2Ftoken", "/photos/"] {
        assert_eq!(home.place.endpoint.get(nowhere).await.status, StatusCode::NOT_FOUND, "{nowhere}");
    }
    home.place.stage.second_tenant().await;
    let elsewhere = home.place.endpoint.at("other.id.example.com").get(&format!("/photos/{name}")).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND, "another tenant's");
}

#[tokio::test]
async fn what_is_no_photo_is_refused_and_changes_nothing() {
    let home = Home::new().await;
    let before = home.ada().await;
    let gif = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;".to_vec();
    let wrong = [
        (Vec::new(), "422", "Please choose a file."),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), "422", "That file isn’t a JPEG, PNG or WebP that we can read."),
        (gif, "422", "That file isn’t a JPEG, PNG or WebP that we can read."),
        (vec![0; policy::PHOTO_MAX + 1], "413", "That file is larger than 3 MB."),
        (vec![0; policy::UPLOAD_MAX + 1], "413", "That file is larger than 3 MB."),
    ];
    for (file, status, said) in wrong {
        let answer = home.upload(&file).await;
        assert_eq!(answer.outcome(), format!("{status} Problem: Profile · Demo"), "{said}");
        assert!(answer.body.contains(said), "{}", answer.page());
    }
    assert_eq!((home.ada().await, home.kept()), (before, Vec::new()));
    assert!(home.place.events("photo.kept").await.is_empty());
}

#[tokio::test]
async fn a_photo_counts_in_the_session_and_browser_of_its_page_and_from_our_own_page() {
    let home = Home::new().await;
    let page = home.get("/account").await;
    let file = picture(ImageFormat::Png);
    for state in ["", "forged"] {
        let answer = home.place.endpoint.send(home.sending(form(state, &file))).await;
        assert_eq!(answer.outcome(), "409 Problem: Profile · Demo", "{state}");
    }
    let foreign = home.sending(form(page.field("state"), &file)).with("origin", "https://evil.example");
    assert_eq!(home.place.endpoint.send(foreign).await.status, StatusCode::FORBIDDEN);
    let urlencoded = Call::form("/account/photo", &[("state", page.field("state")), ("photo", "x")]).with_cookies(&home.browser);
    assert_eq!(home.place.endpoint.send(urlencoded).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let broken = home.sending(form(page.field("state"), &file)[..200].to_vec());
    assert_eq!(home.place.endpoint.send(broken).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(home.place.endpoint.send(sending(form(page.field("state"), &file))).await.status, StatusCode::SEE_OTHER, "to sign in");
    assert_eq!(home.get("/account/photo").await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(home.kept().is_empty() && home.picture().await == home.place.scene.person.profile.picture);
    assert_eq!(home.upload(&file).await.outcome(), PAGE);
}

#[tokio::test]
async fn while_photos_cannot_be_kept_nothing_changes_and_none_is_gone() {
    let home = Home::new().await;
    home.upload(&picture(ImageFormat::Png)).await;
    let (before, name) = (home.picture().await, home.kept().pop().expect("a photo"));
    home.place.stage.objects.be_down(true);
    assert_eq!(home.upload(&picture(ImageFormat::Jpeg)).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(home.place.endpoint.get(&format!("/photos/{name}")).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(home.picture().await, before);
    home.place.stage.objects.be_down(false);
    assert_eq!(home.upload(&picture(ImageFormat::Jpeg)).await.outcome(), PAGE);
}

#[tokio::test]
async fn a_picture_that_is_kept_elsewhere_is_not_loaded_and_can_be_removed() {
    let home = Home::new().await;
    home.place.scene.change_person(&home.place.stage, "profile", value(&serde_json::json!({ "picture": "https://cdn.example/ada.png" }))).await;
    let page = home.get("/account").await;
    assert!(!page.body.contains("cdn.example") && page.body.contains("id=\"remove-photo\""), "{}", page.page());
    assert_eq!(home.post("/account", &[("remove_photo", "yes")]).await.outcome(), PAGE);
    assert_eq!(home.picture().await, None);
    assert_eq!(text(&home.place.events("photo.changed").await[0], "former"), "");
}
