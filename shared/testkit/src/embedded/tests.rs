use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Timestamp;

use super::*;
use crate::FixedClock;

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

async fn put(client: &Client, table: &str, key: &str, expires_at: Option<u64>) {
    let expires_at = expires_at.map(|at| AttributeValue::N(at.to_string()));
    let put = client.put_item().table_name(table).item("pk", text(key)).item("sk", text("ROW"));
    let put = match expires_at {
        Some(at) => put.item("expires_at", at),
        None => put,
    };
    put.send().await.expect("a put");
}

async fn is_there(client: &Client, table: &str, key: &str) -> bool {
    let get = client.get_item().table_name(table).key("pk", text(key)).key("sk", text("ROW"));
    get.send().await.expect("a get").item.is_some()
}

#[tokio::test]
async fn two_databases_in_one_process_are_independent_and_have_the_tables_of_the_stacks() {
    let (first, second) = (Embedded::memory(), Embedded::memory());
    let tables = first.tables().expect("six tables");
    for table in [&tables.identity, &tables.events, &tables.work, &tables.keys, &tables.once, &tables.directory] {
        put(&first.client(), table, "K", None).await;
        assert!(is_there(&first.client(), table, "K").await, "{table}");
        assert!(!is_there(&second.client(), table, "K").await, "{table}");
    }
}

#[tokio::test]
async fn a_file_keeps_its_rows_from_one_opening_to_the_next() {
    let folder = std::env::temp_dir().join(format!("countersign-testkit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let open = || Embedded::open(Place::File(folder.join("platform.sqlite")), Region::new("eu-west-1"), stacks::own()).expect("a database");
    let first = open();
    let table = first.tables().expect("six tables").identity;
    put(&first.client(), &table, "K", None).await;
    drop(first);
    let second = open();
    assert!(is_there(&second.client(), &table, "K").await);
    drop(second);
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}

#[tokio::test]
async fn what_has_expired_goes_when_it_is_swept_and_not_before() {
    let clock = Arc::new(FixedClock::at(Timestamp::from_seconds(1000)));
    let place = Place::MemoryAt(Arc::clone(&clock) as Arc<dyn Clock>);
    let embedded = Embedded::open(place, Region::new("eu-west-1"), stacks::own()).expect("a database");
    let table = embedded.tables().expect("six tables").once;
    put(&embedded.client(), &table, "ENDS", Some(1060)).await;
    put(&embedded.client(), &table, "STAYS", None).await;
    assert_eq!(embedded.sweep(), 0);
    clock.advance(Duration::from_secs(61));
    assert!(is_there(&embedded.client(), &table, "ENDS").await);
    assert_eq!(embedded.sweep(), 1);
    assert!(!is_there(&embedded.client(), &table, "ENDS").await);
    assert!(is_there(&embedded.client(), &table, "STAYS").await);
}

#[tokio::test]
async fn a_stream_is_read_in_order_from_where_it_was_left() {
    let embedded = Embedded::memory();
    let table = embedded.tables().expect("six tables").events;
    let mut position = StreamPosition::default();
    assert!(embedded.stream_records("events", &mut position, 10).expect("a stream").is_empty());
    for key in ["A", "B", "C"] {
        put(&embedded.client(), &table, key, None).await;
    }
    let mut keys = |limit| {
        let records = embedded.stream_records("events", &mut position, limit).expect("a stream");
        records.iter().map(|record| record["dynamodb"]["NewImage"]["pk"]["S"].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(keys(2), ["A", "B"]);
    assert_eq!(keys(2), ["C"]);
    assert!(keys(2).is_empty());
    assert!(embedded.stream_records("once", &mut StreamPosition::default(), 1).is_err(), "the once table has no stream");
}

#[tokio::test]
async fn a_function_in_another_region_reaches_the_home_regions_tables() {
    let place = |name| Embedded::open(Place::Memory, Region::new(name), stacks::own()).expect("a database");
    let (west, central) = (place("eu-west-1"), place("eu-central-1"));
    let store = zone_store(west.region(), &[(&west, west.http()), (&central, central.http())]);
    assert!(store.directory().find_zone(&domain::ZoneName::new("eu")).await.expect("an answer").is_none());
}
