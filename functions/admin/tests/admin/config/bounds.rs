//! How much a configuration is, and what is told of it.

use domain::policy;
use http::StatusCode;
use serde_json::json;
use testkit::builders;

use crate::support::{place, problem};

#[tokio::test]
async fn an_event_names_everything_that_was_changed() {
    let place = place().await;
    let token = place.token().await;
    let groups: serde_json::Map<_, _> = (0..60).map(|number| (format!("Group of a long name {number:02}"), json!({}))).collect();
    let applied = place.apply(&token, "demo", &json!({ "version": 1, "groups": groups })).await;
    assert_eq!(applied.json()["writes"], 5, "the record and four events: {}", applied.body);
    let rows = place.stage.rows("events").await;
    let told: Vec<_> = rows.iter().filter(|row| testkit::rows::text(row, "type") == "configuration.applied").collect();
    assert_eq!(told.len(), 4);
    let named = format!("{told:?}");
    assert!((0..60).all(|number| named.contains(&format!("create group Group of a long name {number:02}"))));
    assert!(told.iter().all(|row| format!("{row:?}").len() < 4096));
}

#[tokio::test]
async fn more_than_one_transaction_writes_is_refused_before_anything_is_written() {
    let place = place().await;
    let token = place.token().await;
    let (standing, etag) = place.exported(&token, "demo").await;
    let with = |many: usize| {
        let mut said = standing.clone();
        for number in 0..many {
            said["apps"][format!("a{number:03}")] = json!({ "name": "App", "type": "native", "redirect_uris": ["com.example.app:/cb"] });
        }
        said
    };
    let plan = place.plan(&token, &with(99)).await.json();
    assert_eq!((plan["writes"].as_u64(), plan["changes"].as_array().map(Vec::len)), (Some(103), Some(99)));
    let refused = place.apply_to(&token, "demo", &etag, &with(99)).await;
    assert_eq!(problem(&refused), (StatusCode::UNPROCESSABLE_ENTITY, "too-many-changes".to_owned()));
    assert_eq!(refused.json()["detail"], "103 rows, 3 more than one transaction writes");
    assert_eq!(place.exported(&token, "demo").await, (standing.clone(), etag));
    let applied = place.apply(&token, "demo", &with(96)).await;
    assert_eq!((applied.status, applied.json()["writes"].as_u64()), (StatusCode::OK, Some(100)), "{}", applied.body);
    // A page of a list has a hundred.
    assert_eq!(place.apply(&token, "demo", &with(150)).await.status, StatusCode::OK);
    assert_eq!(place.exported(&token, "demo").await.0["apps"].as_object().map(serde_json::Map::len), Some(152));
}

#[tokio::test]
async fn a_tenant_of_more_than_one_document_holds_is_not_shown_in_part() {
    let place = place().await;
    let token = place.token().await;
    for number in 0..policy::CONFIGURATION_THINGS_MAX - 1 {
        let id = domain::ClientId::parse(&format!("a{number}")).expect("an id");
        place.scene.register(&domain::client::Client { id, ..builders::client() }).await;
    }
    let refused = place.get(&token, "/config").await;
    assert_eq!(problem(&refused), (StatusCode::CONFLICT, "too-many-things".to_owned()));
    assert_eq!(refused.json()["detail"], "more than 500 apps");
    let gone = place.delete(&token, "/apps/a1", 1).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(place.get(&token, "/config").await.status, StatusCode::OK);
}
