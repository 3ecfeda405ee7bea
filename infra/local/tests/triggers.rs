//! Streams and queues do what Lambda's event source mappings do: batches, partial failures, halving, bounded retries, a place for what was
//! given up.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::sqs::SqsEvent;
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse, SqsBatchItemFailure, SqsEventResponse};
use futures_util::FutureExt;
use local::background::{Progress, Source};
use local::queue::{Consumer, Queue, QueueFunction};
use local::shelf::Shelf;
use local::streams::{Checkpoint, StreamFollower, StreamFunction};
use local::template::{OnFunctionError, PartialFailures, QueueConsumer, StreamMapping};
use runtime::Clock;
use serde_json::{Value, json};
use testkit::{Embedded, FixedClock};

/// The batches that a function was given, each as the names of its records.
type Batches = Arc<Mutex<Vec<Vec<String>>>>;

#[derive(Clone, Copy)]
enum Fails {
    ByPanic,
    ByName,
}

async fn write(tables: &Embedded, names: &[&str]) {
    let events = tables.tables().expect("six tables").events;
    for name in names {
        let item = serde_dynamo::to_item(json!({"pk": name, "sk": "ROW"})).expect("an item");
        tables.client().put_item().table_name(&events).set_item(Some(item)).send().await.expect("a put");
    }
}

/// A function that takes every record but `poison`, and all of it from a batch without it.
fn function(poison: &'static str, fails: Fails, seen: &Batches) -> StreamFunction {
    let seen = Arc::clone(seen);
    Arc::new(move |event: Event| {
        let key = |keys: &serde_dynamo::Item| serde_dynamo::from_item::<_, Value>(keys.clone()).expect("a key");
        let names: Vec<String> = event.records.iter().map(|record| name(&key(&record.change.keys))).collect();
        seen.lock().expect("no panic under the lock").push(names.clone());
        let failed = names.iter().position(|name| name == poison);
        let mut answer = DynamoDbEventResponse::default();
        if let Some(place) = failed {
            assert!(matches!(fails, Fails::ByName), "the function fails as a whole");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier.clone_from(&event.records[place].change.sequence_number);
            answer.batch_item_failures.push(failure);
        }
        async move { answer }.boxed()
    })
}

fn name(key: &Value) -> String {
    key["pk"].as_str().expect("a partition key").to_owned()
}

fn mapping() -> StreamMapping {
    StreamMapping {
        table: "events".to_owned(),
        function: "relay".to_owned(),
        batch_size: 4,
        retries: Some(2),
        on_error: OnFunctionError::Bisect,
        partial: PartialFailures::Reported,
    }
}

async fn settle(source: &mut dyn Source) -> usize {
    for step in 0..100 {
        if source.step().await == Progress::Idle {
            return step;
        }
    }
    panic!("it never ends");
}

#[tokio::test]
async fn a_poison_record_ends_up_alone_is_retried_and_parked_and_the_others_pass_in_order() {
    for fails in [Fails::ByPanic, Fails::ByName] {
        let (tables, parked, seen) = (Arc::new(Embedded::memory()), Arc::new(Shelf::in_memory()), Batches::default());
        write(&tables, &["a", "b", "poison", "c", "d", "e"]).await;
        let code = function("poison", fails, &seen);
        let mut follower = StreamFollower::new(tables, mapping(), code, Checkpoint::default(), Arc::clone(&parked));
        settle(&mut follower).await;

        let [document] = &parked.list()[..] else { panic!("one document: {:?}", parked.list()) };
        assert_eq!(document["DDBStreamBatchInfo"]["batchSize"], 1);
        assert_eq!(document["requestContext"]["approximateInvokeCount"], 3);
        assert_eq!(document["payload"]["Records"][0]["dynamodb"]["Keys"]["pk"]["S"], "poison");
        let batches = seen.lock().expect("no panic under the lock").clone();
        assert_eq!(batches.iter().filter(|batch| **batch == ["poison"]).count(), 3, "{batches:?}");
        let passed: Vec<_> = batches.iter().filter(|batch| !batch.contains(&"poison".to_owned())).flatten().cloned().collect();
        let passed: Vec<_> =
            if matches!(fails, Fails::ByPanic) { passed } else { ["a".to_owned(), "b".to_owned()].into_iter().chain(passed).collect() };
        assert_eq!(passed, ["a", "b", "c", "d", "e"], "{batches:?}");
    }
}

#[tokio::test]
async fn a_second_start_goes_on_where_the_first_ended() {
    let file = std::env::temp_dir().join(format!("countersign-checkpoint-{}", std::process::id()));
    let (tables, seen) = (Arc::new(Embedded::memory()), Batches::default());
    let follower = |tables: &Arc<Embedded>| {
        let checkpoint = Checkpoint::in_file(file.clone()).expect("a file or none");
        StreamFollower::new(Arc::clone(tables), mapping(), function("", Fails::ByName, &seen), checkpoint, Arc::new(Shelf::in_memory()))
    };
    write(&tables, &["a", "b"]).await;
    settle(&mut follower(&tables)).await;
    write(&tables, &["c"]).await;
    settle(&mut follower(&tables)).await;
    std::fs::remove_file(&file).expect("the checkpoint goes");
    assert_eq!(seen.lock().expect("no panic under the lock")[..], [vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()]]);
}

/// A queue whose consumer refuses every message that says `poison`.
fn consumer(clock: &Arc<FixedClock>, dead_letters: &Arc<Shelf>, seen: &Batches) -> (Arc<Queue>, Consumer) {
    let queue = Arc::new(Queue::new(Arc::clone(clock) as Arc<dyn Clock>));
    let mapping = QueueConsumer {
        queue: "DeliverQueue".to_owned(),
        function: "deliver".to_owned(),
        batch_size: 2,
        visibility: Duration::from_mins(6),
        receives: Some(3),
        partial: PartialFailures::Reported,
    };
    let seen = Arc::clone(seen);
    let code: QueueFunction = Arc::new(move |event: SqsEvent| {
        let bodies: Vec<String> = event.records.iter().filter_map(|message| message.body.clone()).collect();
        seen.lock().expect("no panic under the lock").push(bodies);
        let mut answer = SqsEventResponse::default();
        for message in event.records.iter().filter(|message| message.body.as_deref() == Some("poison")) {
            let mut failure = SqsBatchItemFailure::default();
            failure.item_identifier.clone_from(&message.message_id);
            answer.batch_item_failures.push(failure);
        }
        async move { answer }.boxed()
    });
    (Arc::clone(&queue), Consumer::new(queue, mapping, code, Arc::clone(dead_letters)))
}

#[tokio::test]
async fn a_failed_message_is_hidden_for_a_while_and_buried_when_it_was_handed_out_too_often() {
    let (clock, dead_letters, seen) = (Arc::new(FixedClock::default()), Arc::new(Shelf::in_memory()), Batches::default());
    let (queue, mut consumer) = consumer(&clock, &dead_letters, &seen);
    for body in ["a", "poison", "b"] {
        queue.send(body.to_owned());
    }
    settle(&mut consumer).await;
    assert_eq!(seen.lock().expect("no panic under the lock")[..], [vec!["a".to_owned(), "poison".to_owned()], vec!["b".to_owned()]]);
    assert_eq!(queue.len(), 1);
    for _ in 0..3 {
        assert!(dead_letters.list().is_empty());
        clock.advance(Duration::from_secs(359));
        settle(&mut consumer).await;
        clock.advance(Duration::from_secs(1));
        settle(&mut consumer).await;
    }
    let poisons = seen.lock().expect("no panic under the lock").iter().flatten().filter(|body| *body == "poison").count();
    assert_eq!((poisons, queue.len()), (3, 0));
    assert_eq!(dead_letters.list().iter().map(|letter| letter["body"].clone()).collect::<Vec<_>>(), ["poison"]);
}
