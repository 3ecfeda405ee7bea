//! People in lists: in order, a page at a time, found by what they are called.

use domain::user::Profile;
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Place, place, problem};

async fn crowd(place: &Place, token: &str) {
    for (username, email, name) in [
        ("grace", "grace@example.org", "Grace Hopper"),
        ("gracie", "gracie@example.com", "Gracie Allen"),
        ("alan", "alan@bücher.example", "Alan Turing"),
    ] {
        let body = json!({ "username": username, "email": email, "profile": { "name": name } });
        assert_eq!(place.create(token, "/users", &body).await.status, StatusCode::CREATED);
    }
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().filter_map(|user| user["username"].as_str()).collect()
}

#[tokio::test]
async fn people_are_listed_by_what_they_are_called_and_found_by_how_that_begins() {
    let place = place().await;
    let token = place.token().await;
    crowd(&place, &token).await;
    for (query, found) in [
        ("", vec!["ada", "alan", "grace", "gracie"]),
        ("?name=gra", vec!["grace", "gracie"]),
        ("?name=GRACE%20H", vec!["grace"]),
        ("?username=gr", vec!["grace", "gracie"]),
        ("?username=grace", vec!["grace"]),
        ("?email=GRA", vec!["grace", "gracie"]),
        ("?email=alan@b%C3%BCcher.example", vec!["alan"]),
        ("?email=nobody", vec![]),
        ("?username=g%23", vec![]),
    ] {
        let page = place.get(&token, &format!("/users{query}")).await;
        assert_eq!((page.status, names(&page.json())), (StatusCode::OK, found), "{query}");
        assert_eq!(page.json().get("next"), None, "{query}");
    }
}

#[tokio::test]
async fn a_page_leads_to_the_next_one_of_the_same_question_and_to_no_other() {
    let place = place().await;
    let token = place.token().await;
    crowd(&place, &token).await;
    for (query, expected) in [
        ("limit=2", vec![vec!["ada", "alan"], vec!["grace", "gracie"], vec![]]),
        ("limit=1&username=gr", vec![vec!["grace"], vec!["gracie"], vec![]]),
    ] {
        let mut cursor = String::new();
        for names_of_page in expected {
            let page = place.get(&token, &format!("/users?{query}{cursor}")).await.json();
            assert_eq!(names(&page), names_of_page, "{query}");
            cursor = page["next"].as_str().map_or_else(String::new, |next| format!("&cursor={next}"));
        }
        assert_eq!(cursor, "");
    }
    let next = place.get(&token, "/users?limit=2").await.json()["next"].as_str().expect("a cursor").to_owned();
    let other = place.stage.second_tenant().await;
    place.assign(&other, &other.person.id, Some(domain::administration::Assignment::of(domain::administration::AdminRole::Owner))).await;
    let (theirs, _) = other.admin_token(&testkit::builders::client(), &["admin"]).await;
    let foreign = place.send(&theirs, testkit::Call::get(format!("/admin/v1/tenants/other/users?cursor={next}"))).await;
    assert_eq!(problem(&foreign), (StatusCode::BAD_REQUEST, "cursor".to_owned()));
    let tampered = format!("{}x", &next[..next.len() - 1]);
    for query in [format!("cursor={tampered}"), "cursor=x".to_owned(), format!("cursor={next}&username=a"), format!("cursor={next}&email=a")] {
        let answer = place.get(&token, &format!("/users?{query}")).await;
        assert_eq!(problem(&answer), (StatusCode::BAD_REQUEST, "cursor".to_owned()), "{query}");
    }
    place.stage.clock.advance(domain::policy::CURSOR);
    let late = place.get(&place.token().await, &format!("/users?cursor={next}")).await;
    assert_eq!(problem(&late), (StatusCode::BAD_REQUEST, "cursor".to_owned()));
}

#[tokio::test]
async fn a_question_that_is_none_is_refused() {
    let place = place().await;
    let token = place.token().await;
    for query in ["limit=0", "limit=101", "limit=x", "limit=-1", "email=a&name=b", "tenant=other", "sort=name", "cursor"] {
        let answer = place.get(&token, &format!("/users?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query} {}", answer.body);
    }
}

#[tokio::test]
async fn a_person_who_is_called_otherwise_is_found_by_that_and_one_who_is_gone_by_nothing() {
    let place = place().await;
    let token = place.token().await;
    let grace = place.scene.add_person("grace", "grace@example.org").await;
    assert_eq!(grace.profile, Profile::default());
    let called = |query: &'static str| {
        let (place, token) = (&place, &token);
        async move { names(&place.get(token, &format!("/users?{query}")).await.json()).len() }
    };
    assert_eq!([called("name=grace").await, called("name=rear").await], [1, 0]);
    let below = format!("/users/{}", grace.id);
    let changed = place.patch(&token, &below, grace.version, &json!({ "profile": { "name": "Rear Admiral" }, "email": "hopper@example.org" })).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!([called("name=grace").await, called("name=rear").await], [0, 1]);
    assert_eq!([called("email=grace").await, called("email=hopper").await], [0, 1]);
    assert_eq!(place.delete(&token, &below, grace.version + 1).await.status, StatusCode::NO_CONTENT);
    assert_eq!([called("name=rear").await, called("email=hopper").await, called("username=grace").await], [0, 0, 0]);
}
