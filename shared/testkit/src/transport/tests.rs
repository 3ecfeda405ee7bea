use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, KeysAndAttributes, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use futures_util::future::{join, join_all};

use super::*;
use crate::Embedded;
use crate::units::Units;

const NEW: &str = "attribute_not_exists(pk)";

struct Bench {
    embedded: Embedded,
    faulty: Faulty,
    counting: Counting,
    client: Client,
    table: String,
}

fn bench() -> Bench {
    let embedded = Embedded::memory();
    let faulty = Faulty::new(embedded.http());
    let counting = Counting::new(faulty.http());
    let client = embedded.client_through(counting.http());
    let table = embedded.tables().expect("six tables").identity;
    Bench { embedded, faulty, counting, client, table }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

impl Bench {
    async fn put(&self, key: &str) -> Result<(), String> {
        let put = self.client.put_item().table_name(&self.table).item("pk", text(key)).item("sk", text("ROW"));
        put.send().await.map(drop).map_err(|error| error.code().unwrap_or("no answer").to_owned())
    }

    async fn put_new(&self, key: &str, bytes: usize) -> Result<(), Option<String>> {
        let put = self.client.put_item().table_name(&self.table).condition_expression(NEW);
        let put = put.item("pk", text(key)).item("sk", text("ROW")).item("padding", text(&"x".repeat(bytes)));
        put.send().await.map(drop).map_err(|error| error.code().map(str::to_owned))
    }

    async fn is_there(&self, key: &str) -> bool {
        // Past the transports.
        let get = self.embedded.client().get_item().table_name(&self.table).key("pk", text(key)).key("sk", text("ROW"));
        get.send().await.expect("a get").item.is_some()
    }

    fn part(&self, key: &str) -> TransactWriteItem {
        let put = Put::builder().table_name(&self.table).item("pk", text(key)).item("sk", text("ROW")).condition_expression(NEW);
        TransactWriteItem::builder().put(put.build().expect("a complete put")).build()
    }

    async fn transact(&self, keys: &[&str]) -> Result<(), Vec<String>> {
        let parts = keys.iter().map(|key| self.part(key)).collect();
        let sent = self.client.transact_write_items().set_transact_items(Some(parts)).send().await;
        sent.map(drop).map_err(|error| {
            let cancelled = error.as_service_error().and_then(|error| match error {
                aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(why) => Some(why),
                _ => None,
            });
            let reasons = cancelled.map(|why| why.cancellation_reasons().to_vec()).unwrap_or_default();
            reasons.into_iter().filter_map(|reason| reason.code).collect()
        })
    }
}

#[tokio::test]
async fn requests_side_by_side_are_one_link_of_the_chain_and_requests_in_turn_are_several() {
    let bench = bench();
    join_all(["A", "B", "C"].map(|key| bench.put(key))).await;
    bench.put("D").await.expect("a put");
    join(bench.put("E"), bench.put("F")).await.0.expect("a put");
    let report = bench.counting.take();
    assert_eq!((report.requests(), report.longest_chain()), (6, 3), "{report}");
    assert_eq!(bench.counting.report().requests(), 0);
}

#[tokio::test]
async fn one_long_request_beside_two_short_ones_in_turn_makes_a_chain_of_two() {
    let bench = bench();
    bench.faulty.at(1, Fault::Late(Duration::from_millis(300)));
    let short = async {
        bench.put("B").await.expect("a put");
        bench.put("C").await.expect("a put");
    };
    join(async { bench.put("A").await.expect("a put") }, short).await;
    let report = bench.counting.report();
    assert_eq!((report.requests(), report.longest_chain()), (3, 2), "{report}");
}

#[tokio::test]
async fn units_and_accesses_of_every_kind_of_request_are_counted() {
    let bench = bench();
    bench.put("USER#1").await.expect("a put");
    assert_eq!(bench.counting.take().write_units(), Units::whole(1));

    bench.client.get_item().table_name(&bench.table).key("pk", text("USER#1")).key("sk", text("ROW")).send().await.expect("a get");
    assert_eq!(bench.counting.take().read_units(), Units::halves(1));

    let keys = KeysAndAttributes::builder().keys([("pk".to_owned(), text("USER#1")), ("sk".to_owned(), text("ROW"))].into());
    let keys = keys.consistent_read(true).build().expect("complete keys");
    bench.client.batch_get_item().request_items(&bench.table, keys).send().await.expect("a batch");
    assert_eq!(bench.counting.take().read_units(), Units::whole(1));

    let check = ConditionCheck::builder().table_name(&bench.table).condition_expression("attribute_exists(pk)");
    let check = check.key("pk", text("USER#1")).key("sk", text("ROW")).build().expect("a complete check");
    let parts = vec![bench.part("CRED#1"), TransactWriteItem::builder().condition_check(check).build()];
    bench.client.transact_write_items().set_transact_items(Some(parts)).send().await.expect("a transaction");
    let query = bench.client.query().table_name(&bench.table).key_condition_expression("pk = :pk AND sk < :sk");
    query.expression_attribute_values(":pk", text("DUE#3")).expression_attribute_values(":sk", text("x")).send().await.expect("a query");
    let report = bench.counting.take();
    assert_eq!((report.write_units(), report.read_units()), (Units::whole(4), Units::halves(1)), "{report}");
    let access =
        |action: &str, partition: &str| Access { action: format!("dynamodb:{action}"), table: bench.table.clone(), partition: partition.to_owned() };
    assert_eq!(report.accesses(), [access("ConditionCheckItem", "USER#"), access("PutItem", "CRED#"), access("Query", "DUE#")]);
}

#[tokio::test]
async fn a_failed_condition_costs_what_stood_in_its_way_and_the_caller_sees_nothing_of_the_counting() {
    let bench = bench();
    bench.put_new("A", 3000).await.expect("a new row");
    bench.counting.reset();
    assert_eq!(bench.put_new("A", 10).await, Err(Some("ConditionalCheckFailedException".to_owned())));
    assert_eq!(bench.counting.take().write_units(), Units::whole(3));

    let again = |wanted: Option<ReturnValuesOnConditionCheckFailure>| async {
        let put = bench.client.put_item().table_name(&bench.table).condition_expression(NEW).item("pk", text("A")).item("sk", text("ROW"));
        let refused = put.set_return_values_on_condition_check_failure(wanted).send().await.expect_err("a failed condition");
        match refused.into_service_error() {
            aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(why) => why.item.is_some(),
            other => panic!("another error: {other}"),
        }
    };
    assert!(!again(None).await, "nobody asked for the item");
    assert!(again(Some(ReturnValuesOnConditionCheckFailure::AllOld)).await);
}

#[tokio::test]
async fn a_cancelled_transaction_counts_every_part_twice() {
    let bench = bench();
    bench.put("A").await.expect("a put");
    bench.counting.reset();
    assert_eq!(bench.transact(&["A", "B"]).await, Err(vec!["ConditionalCheckFailed".to_owned(), "None".to_owned()]));
    assert_eq!(bench.counting.report().write_units(), Units::whole(4));
    assert!(!bench.is_there("B").await);
}

#[tokio::test]
async fn a_fault_before_the_effect_is_retried_and_the_row_is_written_once() {
    for fault in [Fault::Throttled, Fault::FailsBefore, Fault::Unreachable] {
        let bench = bench();
        bench.faulty.at(1, fault);
        assert_eq!(bench.put_new("A", 1).await, Ok(()), "{fault:?}");
        assert_eq!((bench.faulty.requests(), bench.counting.report().requests()), (2, 2), "{fault:?}");
    }
}

#[tokio::test]
async fn a_fault_after_the_effect_makes_a_plain_retry_fail_on_its_own_write() {
    for fault in [Fault::FailsAfter, Fault::AnswerLost] {
        let bench = bench();
        bench.faulty.at(1, fault);
        assert_eq!(bench.put_new("A", 1).await, Err(Some("ConditionalCheckFailedException".to_owned())), "{fault:?}");
        assert!(bench.is_there("A").await);
        // A transaction carries a token and recognises itself.
        bench.faulty.at(1, fault);
        assert_eq!(bench.transact(&["B"]).await, Ok(()), "{fault:?}");
    }
}

#[tokio::test]
async fn scripted_faults_come_one_request_each_from_now_on() {
    let bench = bench();
    bench.put("A").await.expect("a put");
    bench.faulty.script(&[Fault::Throttled, Fault::FailsBefore]);
    assert_eq!(bench.put_new("B", 1).await, Ok(()));
    assert_eq!(bench.faulty.requests(), 4);
}

#[tokio::test]
async fn a_hanging_request_is_neither_answered_nor_carried_out() {
    let bench = bench();
    bench.faulty.at(1, Fault::Hangs);
    assert!(tokio::time::timeout(Duration::from_millis(50), bench.put("A")).await.is_err());
    assert!(!bench.is_there("A").await);
    assert_eq!(bench.put("A").await, Ok(()));
}

#[tokio::test]
async fn an_outage_lasts_until_it_is_healed() {
    let bench = bench();
    bench.faulty.always(Fault::Throttled);
    assert_eq!(bench.put("A").await, Err("ProvisionedThroughputExceededException".to_owned()));
    assert_eq!(bench.faulty.requests(), 3, "the SDK tries three times");
    bench.faulty.heal();
    assert_eq!(bench.put("A").await, Ok(()));
}

#[tokio::test]
async fn a_conflict_names_the_part_that_was_in_the_way_and_spares_reads() {
    let bench = bench();
    bench.faulty.at_operation("TransactWriteItems", 1, Fault::Conflict);
    assert_eq!(bench.transact(&["A", "B"]).await, Err(vec!["TransactionConflict".to_owned(), "None".to_owned()]));
    assert!(!bench.is_there("A").await);
    assert_eq!(bench.transact(&["A", "B"]).await, Ok(()));
    bench.faulty.always(Fault::Conflict);
    let get = bench.client.get_item().table_name(&bench.table).key("pk", text("A")).key("sk", text("ROW"));
    assert!(get.send().await.expect("a get").item.is_some());
}

#[tokio::test]
async fn unprocessed_keys_are_answered_as_they_were_asked() {
    let bench = bench();
    bench.put("A").await.expect("a put");
    let batch = || async {
        let keys = KeysAndAttributes::builder().keys([("pk".to_owned(), text("A")), ("sk".to_owned(), text("ROW"))].into());
        let keys = keys.build().expect("complete keys");
        let answer = bench.client.batch_get_item().request_items(&bench.table, keys).send().await.expect("a batch");
        let rows = answer.responses.unwrap_or_default().values().map(Vec::len).sum::<usize>();
        (rows, answer.unprocessed_keys.unwrap_or_default().values().map(|keys| keys.keys.len()).sum::<usize>())
    };
    bench.faulty.at_operation("BatchGetItem", 1, Fault::Unprocessed);
    assert_eq!(batch().await, (0, 1));
    assert_eq!(batch().await, (1, 0));
}

#[tokio::test]
async fn seeded_faults_repeat_themselves() {
    let outcomes = |seed| async move {
        let bench = bench();
        bench.faulty.rate(300, seed, &Fault::QUICK);
        let mut outcomes = Vec::new();
        for number in 0..30 {
            outcomes.push(bench.put(&number.to_string()).await);
        }
        (outcomes, bench.faulty.requests())
    };
    let first = outcomes(1).await;
    assert_eq!(first, outcomes(1).await);
    assert_ne!(first, outcomes(2).await);
    assert!(first.1 > 30, "some of 30 puts at 30 % were tried again");
}

#[tokio::test]
async fn what_is_killed_at_a_request_has_or_has_not_written_it_and_never_goes_on() {
    for (crash, written) in [(Crash::Before, false), (Crash::After, true)] {
        let bench = bench();
        let flow = async {
            bench.put("A").await.expect("a put");
            bench.put("B").await.expect("a put");
            bench.put("C").await.expect("a put");
        };
        bench.faulty.crash_at(2, crash);
        assert_eq!(bench.faulty.until_crash(flow).await, Err(Crashed));
        assert_eq!(bench.faulty.requests(), 2);
        assert!(bench.is_there("A").await);
        assert_eq!(bench.is_there("B").await, written, "{crash:?}");
        assert!(!bench.is_there("C").await);
        bench.faulty.heal();
        assert_eq!(bench.faulty.until_crash(bench.put("C")).await, Ok(Ok(())));
    }
}
