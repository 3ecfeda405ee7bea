//! A tenant's own attributes on the account pages and in the account API: what people write, what they are told, and what they aren't.

use domain::user::{Profile, User};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use store::PersonKeys;
use testkit::rows::value;
use testkit::{Answer, Call, CookieJar, builders};
use web::Cookie;

use crate::support::{Place, place_keeping};

/// A floor and a diet that people write, a clearance that administrators do and people read, and a note that is for administrators alone; Ada has the
/// last two.
struct Home {
    place: Place,
    browser: CookieJar,
    token: String,
}

impl Home {
    async fn new() -> Self {
        let place = place_keeping(json!([
            { "name": "floor", "label": { "en": "Floor" }, "kind": { "type": "integer" }, "required": true, "readers": ["person", "apps"], "writer": "person" },
            { "name": "vegan", "label": { "en": "Vegan" }, "kind": { "type": "boolean" }, "readers": ["person"], "writer": "person" },
            { "name": "clearance", "label": { "en": "Clearance" }, "kind": { "type": "choice", "of": [{ "value": "high", "label": { "en": "Very high" } }] },
              "readers": ["person"], "writer": "administrator" },
            { "name": "note", "label": { "en": "Note" }, "kind": { "type": "text", "maximum": 40 }, "readers": [], "writer": "administrator" },
        ]))
        .await;
        place.scene.change_person(&place.stage, "attributes", value(&json!({ "clearance": "high", "note": "keeps bees" }))).await;
        let session = place.scene.session().await;
        let mut browser = place.scene.cookies(&session);
        browser.set(&place.scene.cookie_name(Cookie::Browser), "binding");
        let (token, _) = place.scene.access_token_in(&session, &builders::client(), &["openid", "account"]).await;
        Self { place, browser, token }
    }

    async fn page(&self) -> Answer {
        self.place.endpoint.send(Call::get("/account").with_cookies(&self.browser)).await
    }

    async fn post(&self, fields: &[(&str, &str)]) -> Answer {
        let page = self.page().await;
        let mut form = vec![("state", page.field("state"))];
        form.extend(fields);
        self.place.endpoint.send(Call::form("/account", &form).with_cookies(&self.browser)).await
    }

    async fn api(&self, method: Method, resource: &str, body: Option<Value>) -> Answer {
        let call = Call::new(method, format!("/account/v1/{resource}")).with("authorization", &format!("Bearer {}", self.token));
        let call = match body {
            Some(body) => call.with_body("application/json", body.to_string()),
            None => call,
        };
        self.place.endpoint.send(call).await
    }

    async fn ada(&self) -> User {
        let keys = PersonKeys::of(self.place.scene.person.id.clone());
        self.place.scene.home().read_person(&keys).await.expect("a read").user.expect("Ada")
    }

    async fn kept(&self) -> Value {
        json!(self.ada().await.attributes)
    }
}

#[tokio::test]
async fn people_write_theirs_read_what_is_kept_of_them_and_see_nothing_of_the_rest() {
    let home = Home::new().await;
    let page = home.page().await;
    assert!(page.body.contains(r#"name="attribute-floor""#) && page.body.contains(r#"name="attribute-vegan""#), "{}", page.body);
    assert!(page.body.contains("<dt>Clearance</dt><dd><bdi>Very high</bdi></dd>"), "{}", page.body);
    assert!(!page.body.contains("attribute-clearance") && !page.body.contains("attribute-note") && !page.body.contains("keeps bees"));
    let saved = home.post(&[("attribute-floor", "3"), ("attribute-vegan", "true"), ("nickname", "Countess")]).await;
    assert_eq!(saved.outcome(), "200 Profile · Demo", "{}", saved.body);
    assert!(saved.body.contains(r#"name="attribute-floor" type="text" inputmode="numeric" value="3""#), "{}", saved.body);
    assert_eq!(home.kept().await, json!({ "floor": 3, "vegan": true, "clearance": "high", "note": "keeps bees" }));
    assert_eq!(home.ada().await.profile.nickname.as_deref(), Some("Countess"));
    let emptied = home.post(&[("attribute-floor", "4")]).await;
    assert_eq!(emptied.status, StatusCode::OK);
    assert_eq!(home.kept().await, json!({ "floor": 4, "clearance": "high", "note": "keeps bees" }));
    assert_eq!(home.place.events("profile.changed").await.len(), 2);
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_what_else_is_and_nobody_gives_themself_what_administrators_give() {
    let home = Home::new().await;
    let before = home.ada().await;
    let wrong = home.post(&[("attribute-floor", "three"), ("website", "javascript:alert(1)")]).await;
    assert_eq!(wrong.outcome(), "422 Problem: Profile · Demo");
    assert!(wrong.body.contains("“Floor” is a whole number.") && wrong.body.contains(r#"value="three""#), "{}", wrong.body);
    assert!(wrong.body.contains(r#"value="javascript:alert(1)" autocomplete="url" aria-invalid="true""#), "{}", wrong.body);
    assert!(home.post(&[("attribute-floor", "")]).await.body.contains("“Floor” is required."));
    assert_eq!(home.ada().await, before);
    home.post(&[("attribute-floor", "1"), ("attribute-clearance", "low"), ("attribute-note", "none"), ("clearance", "low")]).await;
    assert_eq!(home.kept().await, json!({ "floor": 1, "clearance": "high", "note": "keeps bees" }));
}

#[tokio::test]
async fn an_app_reads_and_patches_the_same_by_name_with_values_of_their_types() {
    let home = Home::new().await;
    let read = home.api(Method::GET, "profile", None).await;
    assert_eq!(read.json()["attributes"], json!({ "clearance": "high" }));
    let patched = home.api(Method::PATCH, "profile", Some(json!({ "attributes": { "floor": 3, "vegan": false } }))).await;
    assert_eq!((patched.status, &patched.json()["attributes"]), (StatusCode::OK, &json!({ "clearance": "high", "floor": 3, "vegan": false })));
    let patched = home.api(Method::PATCH, "profile", Some(json!({ "attributes": { "vegan": null }, "nickname": "Countess" }))).await;
    assert_eq!(patched.json()["attributes"], json!({ "clearance": "high", "floor": 3 }));
    let before = home.ada().await;
    let attributes = json!({ "floor": "x", "clearance": "low", "note": null, "desk": 1 });
    let refused = home.api(Method::PATCH, "profile", Some(json!({ "attributes": attributes, "locale": "tlh" }))).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.json()["type"], "urn:countersign:problem:invalid-fields");
    let named = json!(["locale", "attributes.clearance", "attributes.floor", "attributes.note", "attributes.desk"]);
    assert_eq!(refused.json()["fields"], named);
    for malformed in [json!({ "attributes": [] }), json!({ "attributes": { "floor": [3] } }), json!({ "attributes": "floor" })] {
        let answer = home.api(Method::PATCH, "profile", Some(malformed.clone())).await;
        assert_eq!((answer.status, &answer.json()["type"]), (StatusCode::BAD_REQUEST, &json!("urn:countersign:problem:malformed")), "{malformed}");
    }
    assert_eq!(home.ada().await, before);
}

#[tokio::test]
async fn the_file_of_all_data_has_what_they_may_read_and_not_what_is_for_administrators() {
    let home = Home::new().await;
    let file = home.place.endpoint.send(Call::get("/account/download").with_cookies(&home.browser)).await;
    assert_eq!(file.json()["account"]["attributes"], json!({ "clearance": "high" }));
    assert_eq!(home.api(Method::GET, "data", None).await.json()["account"]["attributes"], json!({ "clearance": "high" }));
}

#[tokio::test]
async fn a_language_that_pages_dont_speak_is_kept_until_another_is_chosen() {
    let home = Home::new().await;
    let profile = Profile { locale: Some("en-GB".to_owned()), ..home.ada().await.profile };
    home.place.scene.change_person(&home.place.stage, "profile", value(&profile)).await;
    let page = home.page().await;
    assert!(page.body.contains(r#"<option value="en-GB" selected>en-GB</option>"#), "{}", page.body);
    home.post(&[("attribute-floor", "3"), ("nickname", "Countess"), ("locale", "en-GB")]).await;
    assert_eq!(home.ada().await.profile.locale.as_deref(), Some("en-GB"));
    home.post(&[("attribute-floor", "3"), ("locale", "")]).await;
    assert_eq!(home.ada().await.profile.locale, None);
}
