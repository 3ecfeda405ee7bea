//! Nobody may change or delete an event before its time: whoever does raises an alarm.

use std::time::Duration;

use domain::event::Browser;
use domain::policies::Retention;
use testkit::Log;
use testkit::rows::{Value, text};

use crate::support::{Place, place};

impl Place {
    async fn row_of_the_sign_in(&self) -> testkit::rows::Row {
        self.stage.rows("events").await.into_iter().find(|row| text(row, "type") == "session.started").expect("an event")
    }
}

#[tokio::test]
async fn a_changed_event_raises_an_alarm_and_sends_nothing() {
    let mut place = place().await;
    place.scene.signed_in(Browser::Known).await;
    place.records();
    let mut row = place.row_of_the_sign_in().await;
    row.insert("browser".to_owned(), Value::S("new".to_owned()));
    place.stage.overwrite("events", row).await;
    let records = place.records();
    assert_eq!(records[0]["eventName"], "MODIFY");
    let log = Log::listen();
    assert!(place.relay(&records).await.is_empty(), "it is not tried again");
    assert_eq!(log.alarms(), ["event_tampered"]);
    assert_eq!((place.work().await, place.queue.take().len()), ((0, 0), 0));
}

#[tokio::test]
async fn a_deleted_event_raises_an_alarm() {
    let mut place = place().await;
    place.scene.signed_in(Browser::Known).await;
    place.records();
    let row = place.row_of_the_sign_in().await;
    let table = place.stage.embedded.tables().expect("six tables").events;
    let delete = place.stage.embedded.client().delete_item().table_name(table);
    delete.key("pk", row["pk"].clone()).key("sk", row["sk"].clone()).send().await.expect("a deletion");
    let records = place.records();
    assert_eq!(records[0]["eventName"], "REMOVE");
    let log = Log::listen();
    assert!(place.relay(&records).await.is_empty());
    assert_eq!(log.alarms(), ["event_tampered"]);
    // The same record is an expiry once the event's time is over, late as the stream may be.
    place.stage.clock.advance(Retention::default().time() + Duration::from_secs(1));
    assert!(place.relay(&records).await.is_empty());
    assert_eq!(log.alarms().len(), 1);
}

#[tokio::test]
async fn an_event_whose_time_is_over_goes_without_an_alarm() {
    let mut place = place().await;
    place.scene.signed_in(Browser::New).await;
    place.records();
    place.stage.clock.advance(Retention::default().time() + Duration::from_secs(1));
    assert!(place.stage.embedded.sweep() > 0);
    let records = place.records();
    assert!(!records.is_empty() && records.iter().all(|record| record["eventName"] == "REMOVE"));
    let log = Log::listen();
    assert!(place.relay(&records).await.is_empty());
    assert!(log.alarms().is_empty());
    assert_eq!(place.work().await, (0, 0));
}
