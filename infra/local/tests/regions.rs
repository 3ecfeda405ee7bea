//! Two regions of a zone: a function in the other region acts at home, and replicas follow when replication comes.

mod flow;

use domain::client::ClientAuthenticationMethod;
use flow::{authorize_url, redeem, try_to_redeem, userinfo};
use http::StatusCode;
use local::TestPlatform;
use serde_json::{Value, json};

#[tokio::test]
async fn a_function_in_the_other_region_acts_at_home() {
    let zone = TestPlatform::two_regions().await;
    let (home, away) = (zone.home().await, zone.away().await);
    let app = away.demo.app(ClientAuthenticationMethod::None);
    let arrived = away.browser().arrive(&authorize_url(away, app)).await;
    let code = arrived.parameter("code").expect("a code");
    let tokens = redeem(away, app, &code).await;
    let written = |platform: &TestPlatform| platform.counting().report().write_units();
    assert!(written(home) > written(away), "{} at home, {} away", written(home), written(away));
    assert_eq!(written(away).to_string(), "0");
    // Before anything was replicated: home saw every write, and so refuses the code, as it would from anywhere.
    let claims = userinfo(home, tokens["access_token"].as_str().expect("an access token")).await;
    assert_eq!(claims["email"], home.demo.person().email.as_str());
    let (status, answer) = try_to_redeem(home, app, &code).await;
    assert_eq!((status, &answer["error"]), (StatusCode::BAD_REQUEST, &"invalid_grant".into()));
}

#[tokio::test]
async fn a_session_that_began_in_one_region_goes_on_in_the_other_without_waiting_for_replication() {
    let zone = TestPlatform::two_regions().await;
    let [first, second] = &zone.regions;
    let url = authorize_url(first, first.demo.app(ClientAuthenticationMethod::None));
    let mut browser = first.browser();
    browser.arrive(&url).await;
    let arrived = browser.visits(second).open(&url).await;
    assert!(arrived.parameter("code").is_some(), "{} {}", arrived.status, arrived.url);
}

#[tokio::test]
async fn only_the_home_region_delivers_though_both_see_the_event() {
    let zone = TestPlatform::two_regions().await;
    let (home, away) = (zone.home().await, zone.away().await);
    away.browser().arrive(&authorize_url(away, away.demo.app(ClientAuthenticationMethod::None))).await;
    zone.replicate().await;
    away.pump().await;
    assert!(away.inbox.messages().is_empty());
    home.pump().await;
    zone.replicate().await;
    away.pump().await;
    away.sweep().await;
    away.pump().await;
    assert_eq!(home.inbox.messages().len(), 1);
}

#[tokio::test]
async fn replication_carries_global_tables_alone_and_the_later_write_stays() {
    let zone = TestPlatform::two_regions().await;
    let [first, second] = &zone.regions;
    put(first, "work", "A", "first").await;
    put(second, "work", "A", "second").await;
    put(second, "work", "B", "older").await;
    put(first, "work", "B", "newer").await;
    put(first, "once", "C", "regional").await;
    assert_eq!(value(first, "work", "A").await.as_deref(), Some("first"), "nothing is replicated yet");
    // Twice: what was replicated isn't a write of its own.
    for _ in 0..2 {
        zone.replicate().await;
        for region in &zone.regions {
            assert_eq!(value(region, "work", "A").await.as_deref(), Some("second"));
            assert_eq!(value(region, "work", "B").await.as_deref(), Some("newer"));
        }
    }
    assert_eq!(value(second, "once", "C").await, None);
    put(second, "work", "B", "newest").await;
    zone.replicate().await;
    assert_eq!(value(first, "work", "B").await.as_deref(), Some("newest"));
}

fn table(platform: &TestPlatform, role: &str) -> String {
    let definitions = platform.tables().definitions();
    definitions.iter().find(|table| table.role == role).expect("a table of that role").name.clone()
}

async fn put(platform: &TestPlatform, role: &str, key: &str, value: &str) {
    let item = serde_dynamo::to_item(json!({"pk": key, "sk": "ROW", "value": value})).expect("an item");
    platform.tables().client().put_item().table_name(table(platform, role)).set_item(Some(item)).send().await.expect("a put");
}

async fn value(platform: &TestPlatform, role: &str, key: &str) -> Option<String> {
    let key = serde_dynamo::to_item(json!({"pk": key, "sk": "ROW"})).expect("a key");
    let found = platform.tables().client().get_item().table_name(table(platform, role)).set_key(Some(key)).send().await.expect("a get");
    let item: Value = serde_dynamo::from_item(found.item?).expect("an item is JSON");
    item["value"].as_str().map(str::to_owned)
}
