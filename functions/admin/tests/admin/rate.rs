//! How many requests an administrator may send in a minute.

use domain::policy;
use http::StatusCode;

use crate::support::{Place, place, problem};

/// Lets Ada have sent as many requests in this minute.
async fn sent(place: &Place, count: u32) {
    let rows = place.stage.rows("identity").await;
    let mut row = rows.into_iter().find(|row| testkit::rows::text(row, "sk").contains("requests#")).expect("a counter");
    row.insert("count".to_owned(), testkit::rows::Value::N(count.to_string()));
    place.stage.overwrite("identity", row).await;
}

#[tokio::test]
async fn every_answer_says_what_is_left_and_beyond_it_its_sender_waits_for_the_next_minute() {
    let place = place().await;
    let token = place.token().await;
    let most = policy::ADMIN_REQUESTS_PER_WINDOW;
    let first = place.get(&token, "").await;
    let left = first.header("ratelimit").to_owned();
    assert_eq!((first.status, first.header("ratelimit-policy")), (StatusCode::OK, "\"requests\";q=3000;w=60"));
    assert!(left.starts_with(&format!("\"requests\";r={};t=", most - 1)), "{left}");
    let seconds: u64 = left.rsplit('=').next().and_then(|text| text.parse().ok()).expect("seconds");
    assert!((1..=60).contains(&seconds), "{left}");
    // A refusal counts, and says so too.
    let refused = place.get(&token, "/users/nobody").await;
    assert_eq!((refused.status, refused.header("ratelimit").contains(&format!("r={};", most - 2))), (StatusCode::NOT_FOUND, true));

    sent(&place, most - 1).await;
    assert_eq!(place.get(&token, "").await.status, StatusCode::OK);
    let beyond = place.get(&token, "").await;
    assert_eq!(problem(&beyond), (StatusCode::TOO_MANY_REQUESTS, "too-many-requests".to_owned()));
    assert_eq!((beyond.header("retry-after"), beyond.header("ratelimit")), (&*seconds.to_string(), &*format!("\"requests\";r=0;t={seconds}")));
    // Somebody else's minute is their own.
    let other = place.stage.tenant_called("system", "System").await;
    place.assign(&other, &other.person.id, Some(domain::administration::Assignment::of(domain::administration::AdminRole::Owner))).await;
    let (token_of_another, _) = other.admin_token(&testkit::builders::client(), &["admin"]).await;
    assert_eq!(place.get(&token_of_another, "").await.status, StatusCode::OK);
    place.stage.clock.advance(std::time::Duration::from_secs(seconds));
    assert_eq!(place.get(&token, "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn who_sends_no_good_token_is_not_counted() {
    let place = place().await;
    let answer = place.get("nonsense", "").await;
    assert_eq!((answer.status, answer.header("ratelimit")), (StatusCode::UNAUTHORIZED, ""));
}
