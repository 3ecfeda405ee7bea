//! What an account lacks is asked for between sign-in and consent: said once, by whoever was asked, and kept with its proof.

use std::time::Duration;

use domain::attributes::Value;
use domain::policy;
use domain::user::User;
use futures_util::future::join_all;
use http::StatusCode;
use runtime::Clock;
use serde_json::json;
use store::PersonKeys;
use testkit::builders;
use testkit::rows::{number, text, value};
use testkit::scene::request;

use crate::support::{Page, Place, endpoint, place};

const WRONG: &str = "422 Problem: Before you go on · Demo";

/// A tenant that asks everybody for their city and for agreement to its terms, and keeps a clearance that administrators give.
async fn asking() -> Place {
    asking_for(
        &json!([
            { "name": "city", "label": { "en": "City" }, "kind": { "type": "text", "maximum": 20 }, "required": true, "readers": ["person"], "writer": "person" },
            { "name": "floor", "label": { "en": "Floor" }, "kind": { "type": "integer" }, "readers": ["person"], "writer": "person" },
            { "name": "clearance", "label": { "en": "Clearance" }, "kind": { "type": "integer" } },
        ]),
        &json!({ "version": "2", "url": "https://example.com/terms" }),
    )
    .await
}

async fn asking_for(attributes: &serde_json::Value, terms: &serde_json::Value) -> Place {
    let place = place().await;
    let schema = json!({ "version": 1, "attributes": attributes });
    place.scene.change_row(&place.stage, "TENANT#", "attributes", value(&schema)).await;
    place.scene.change_row(&place.stage, "TENANT#", "registration", value(&json!({ "terms": terms }))).await;
    let endpoint = endpoint(&place.stage);
    Place { endpoint, ..place }
}

impl Place {
    async fn completion_page(&self) -> Page {
        let session = self.scene.session().await;
        let (state, browser) = self.scene.completion_state(request(&builders::client()), &session);
        Page { state, browser }
    }

    async fn ada(&self) -> User {
        let keys = PersonKeys::of(self.scene.person.id.clone());
        self.scene.home().read_person(&keys).await.expect("an answer").user.expect("a person")
    }

    async fn stored(&self) -> Vec<(String, Value)> {
        self.ada().await.attributes.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
    }
}

fn oslo() -> (String, Value) {
    ("city".to_owned(), Value::Text("Oslo".to_owned()))
}

#[tokio::test]
async fn who_says_it_goes_on_to_what_the_app_asked() {
    let place = asking().await;
    let page = place.completion_page().await;
    let before = place.ada().await;
    place.stage.clock.advance(Duration::from_secs(5));
    let answer = place.endpoint.send(page.complete(&[("attribute-city", " Oslo "), ("terms", "2")])).await;
    assert_eq!((answer.status, place.scene.resumed(&answer)), (StatusCode::SEE_OTHER, request(&builders::client())));
    let ada = place.ada().await;
    assert_eq!(place.stored().await, [oslo()]);
    let terms = ada.terms.expect("terms");
    assert_eq!((terms.version.as_str(), terms.at), ("2", place.stage.clock.now()));
    assert_eq!((ada.version, ada.updated_at, ada.not_before), (before.version + 1, place.stage.clock.now(), before.not_before));
    let event = place.events("user.profile_completed").await.remove(0);
    assert_eq!((number(&event, "version"), text(&event, "terms")), (ada.version, "2"));
    assert!(event.contains_key("personal"), "from where, sealed");
}

#[tokio::test]
async fn terms_alone_leave_the_event_that_proves_them() {
    let place = asking_for(&json!([]), &json!({ "version": "2", "url": "https://example.com/terms" })).await;
    let page = place.completion_page().await;
    assert_eq!(place.endpoint.send(page.complete(&[("terms", "2")])).await.status, StatusCode::SEE_OTHER);
    assert_eq!(text(&place.events("terms.accepted").await.remove(0), "terms"), "2");
    assert_eq!(place.events("user.profile_completed").await.len(), 0);
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_asked_for_again_and_nothing_is_written() {
    let place = asking().await;
    let page = place.completion_page().await;
    let agree = "To go on, agree to the terms of use.";
    let city = "“City” is required.";
    for (fields, said) in [
        (vec![], format!("{city}<br>{agree}")),
        (vec![("terms", "2")], city.to_owned()),
        (vec![("terms", "2"), ("attribute-city", "  ")], city.to_owned()),
        (vec![("attribute-city", "Oslo")], agree.to_owned()),
        (vec![("attribute-city", "Oslo"), ("terms", "1")], agree.to_owned()),
        (vec![("attribute-city", "a\u{202e}b"), ("terms", "2")], "“City” holds characters that we can’t show.".to_owned()),
    ] {
        let answer = place.endpoint.send(page.complete(&fields)).await;
        assert_eq!(answer.outcome(), WRONG, "{fields:?}");
        assert!(answer.body.contains(&format!("<span>{said}</span>")), "{fields:?}: {}", answer.body);
        assert_eq!(answer.field("state"), page.state);
    }
    assert_eq!((place.stored().await, place.ada().await.terms), (vec![], None));
    let again = place.endpoint.send(page.complete(&[("attribute-city", "Oslo"), ("terms", "2")])).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert_eq!(place.stored().await, [oslo()]);
}

#[tokio::test]
async fn what_was_not_asked_for_is_not_stored() {
    let place = asking().await;
    let page = place.completion_page().await;
    let form = [
        ("attribute-city", "Oslo"),
        ("terms", "2"),
        ("attribute-clearance", "9"),
        ("attribute-floor", "3"),
        ("clearance", "9"),
        ("roles", "admin"),
        ("status", "active"),
    ];
    assert_eq!(place.endpoint.send(page.complete(&form)).await.status, StatusCode::SEE_OTHER);
    assert_eq!(place.stored().await, [oslo()]);
    assert!(place.ada().await.roles.is_empty());
}

#[tokio::test]
async fn a_form_sent_again_changes_nothing_and_goes_on() {
    let place = asking().await;
    let page = place.completion_page().await;
    for city in ["Oslo", "Bergen"] {
        let answer = place.endpoint.send(page.complete(&[("attribute-city", city), ("terms", "2")])).await;
        assert_eq!(place.scene.resumed(&answer), request(&builders::client()), "{city}");
    }
    assert_eq!(place.stored().await, [oslo()]);
    assert_eq!(place.events("user.profile_completed").await.len(), 1);
}

#[tokio::test]
async fn of_many_forms_at_once_one_is_kept() {
    let place = asking().await;
    let page = place.completion_page().await;
    let cities = ["a", "b", "c", "d", "e"];
    let answers = join_all(cities.map(|city| place.endpoint.send(page.complete(&[("attribute-city", city), ("terms", "2")])))).await;
    assert!(answers.iter().all(|answer| answer.status == StatusCode::SEE_OTHER));
    let ada = place.ada().await;
    assert_eq!((ada.version, ada.attributes.len()), (2, 1));
    assert_eq!(place.events("user.profile_completed").await.len(), 1);
}

#[tokio::test]
async fn only_the_session_that_was_asked_may_say_it() {
    let place = asking().await;
    let page = place.completion_page().await;
    let said = [("attribute-city", "Oslo"), ("terms", "2")];
    let name = place.scene.cookie_name(web::Cookie::Session);
    let other_session = place.scene.session().await;
    let mut another = page.clone();
    another.browser.set(&name, place.scene.cookies(&other_session).get(&name));
    let mut none = page.clone();
    none.browser.forget(&name);
    let mut foreign = page.clone();
    let other = place.stage.second_tenant().await;
    foreign.browser.set(&name, other.cookies(&other.session().await).get(&name));
    for wrong in [another, none, foreign] {
        let answer = place.endpoint.send(wrong.complete(&said)).await;
        assert_eq!((answer.status, place.scene.resumed(&answer)), (StatusCode::SEE_OTHER, request(&builders::client())));
        assert_eq!(place.stored().await, []);
    }
    let mut elsewhere = page.clone();
    elsewhere.browser.set(&place.scene.cookie_name(web::Cookie::Browser), "another");
    elsewhere.browser.forget(&name);
    assert_eq!(place.endpoint.send(elsewhere.complete(&said)).await.outcome(), "400 This page belongs to another browser · Countersign");
    let cross_site = page.complete(&said).with("origin", "https://evil.example");
    assert_eq!(place.endpoint.send(cross_site).await.outcome(), "403 We stopped this request · Countersign");
    assert_eq!(place.stored().await, []);
    assert_eq!(place.endpoint.send(page.complete(&said)).await.status, StatusCode::SEE_OTHER);
    assert_eq!(place.stored().await, [oslo()]);
}

#[tokio::test]
async fn a_person_who_may_not_act_says_nothing() {
    let place = asking().await;
    let page = place.completion_page().await;
    place.scene.disable(&place.stage).await;
    let answer = place.endpoint.send(page.complete(&[("attribute-city", "Oslo"), ("terms", "2")])).await;
    assert_eq!(place.scene.resumed(&answer), request(&builders::client()), "the request is decided anew, and finds nobody");
    assert_eq!(place.stored().await, []);
}

#[tokio::test]
async fn a_session_that_does_not_count_any_more_says_nothing() {
    let place = asking().await;
    let page = place.completion_page().await;
    place.stage.clock.advance(Duration::from_secs(1));
    place.scene.change_person(&place.stage, "not_before", value(&place.stage.clock.now())).await;
    let answer = place.endpoint.send(page.complete(&[("attribute-city", "Oslo"), ("terms", "2")])).await;
    assert_eq!(place.scene.resumed(&answer), request(&builders::client()), "the request is decided anew, and asks for a sign-in");
    assert_eq!(place.stored().await, []);
}

#[tokio::test]
async fn a_page_is_good_for_half_an_hour_and_is_of_its_kind_and_tenant() {
    let place = asking().await;
    let said = [("attribute-city", "Oslo"), ("terms", "2")];
    let expired = "400 This page has expired · Countersign";
    let page = place.completion_page().await;
    let session = place.scene.session().await;
    let (consent, _) = place.scene.consent_state(request(&builders::client()), &session);
    let other = place.stage.second_tenant().await;
    let (foreign, _) = other.completion_state(request(&builders::client()), &other.session().await);
    for state in [consent, foreign, "x".to_owned()] {
        assert_eq!(place.endpoint.send(Page { state, ..page.clone() }.complete(&said)).await.outcome(), expired);
    }
    place.stage.clock.advance(policy::COMPLETION_STATE.saturating_sub(Duration::from_millis(1)));
    assert_eq!(place.endpoint.send(page.complete(&[])).await.outcome(), WRONG);
    place.stage.clock.advance(Duration::from_millis(1));
    assert_eq!(place.endpoint.send(page.complete(&said)).await.outcome(), expired);
    assert_eq!(place.stored().await, []);
}

#[tokio::test]
async fn a_sign_in_of_somebody_who_lacks_something_goes_back_to_be_asked() {
    let place = asking().await;
    place.scene.allow(&builders::client(), &["openid"]).await;
    let answer = place.sign_in_rightly(&place.page()).await;
    assert_eq!(place.scene.resumed(&answer), request(&builders::client()), "no code, though the app is allowed");
    let page = place.completion_page().await;
    place.endpoint.send(page.complete(&[("attribute-city", "Oslo"), ("terms", "2")])).await;
    assert_ne!(place.sign_in_rightly(&place.page()).await.returned("code"), "");
}
