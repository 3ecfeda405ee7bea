use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use super::*;
use crate::Embedded;
use crate::transport::Counting;

#[test]
fn units_read_add_and_print_to_the_half() {
    assert_eq!(Units::of(&json!(0.5)), Some(Units::halves(1)));
    assert_eq!(Units::of(&json!(3.0)), Some(Units::whole(3)));
    assert_eq!(Units::of(&json!(3)), Some(Units::whole(3)));
    assert_eq!(Units::of(&json!(0.25)), None);
    assert_eq!(Units::of(&json!("3")), None);
    assert_eq!((Units::halves(1) + Units::whole(2)).to_string(), "2.5");
    assert_eq!([Units::halves(1), Units::halves(1)].into_iter().sum::<Units>().to_string(), "1");
}

#[test]
fn an_items_size_is_names_and_values() {
    let size = |value: Value| item_bytes(&json!({ "n": value })) - 1;
    assert_eq!(size(json!({"S": "äb"})), 3);
    assert_eq!(size(json!({"N": "12345"})), 4);
    assert_eq!(size(json!({"N": "-12345"})), 5);
    assert_eq!(size(json!({"N": "1000"})), 2);
    assert_eq!(size(json!({"B": "AAECAw=="})), 4);
    assert_eq!(size(json!({"BOOL": true})), 1);
    assert_eq!(size(json!({"NULL": true})), 1);
    assert_eq!(size(json!({"SS": ["ab", "c"]})), 3);
    assert_eq!(size(json!({"L": [{"S": "ab"}]})), 3 + 1 + 2);
    assert_eq!(size(json!({"M": {"k": {"S": "ab"}}})), 3 + 1 + 1 + 2);
}

#[test]
fn writes_round_up_to_a_kilobyte_and_reads_to_four() {
    for (bytes, units) in [(0, 1), (1, 1), (1024, 1), (1025, 2), (4097, 5)] {
        assert_eq!(table_write(None, Some(bytes), Billing::Single), Units::whole(units), "{bytes}");
        assert_eq!(table_write(Some(bytes), Some(0), Billing::Transaction), Units::whole(units * 2), "{bytes}");
        assert_eq!(failed_condition(Some(bytes)), Units::whole(units), "{bytes}");
    }
    for (bytes, blocks) in [(0, 1), (4096, 1), (4097, 2)] {
        assert_eq!(table_read(bytes, Consistency::Eventual, Billing::Single), Units::halves(blocks), "{bytes}");
        assert_eq!(table_read(bytes, Consistency::Strong, Billing::Single), Units::whole(blocks), "{bytes}");
        assert_eq!(table_read(bytes, Consistency::Eventual, Billing::Transaction), Units::whole(blocks * 2), "{bytes}");
    }
}

/// An event's row: `padding` bytes, and a subject where it is indexed.
fn row(padding: usize, subject: Option<&str>) -> Value {
    let mut row = json!({"pk": {"S": "EVENT#1"}, "sk": {"S": "1"}, "padding": {"S": "x".repeat(padding)}, "count": {"N": "-1234567"}});
    if let Some(subject) = subject {
        row["subject_pk"] = json!({ "S": subject });
        row["subject_sk"] = json!({ "S": "1" });
    }
    row
}

fn attributes(row: &Value) -> HashMap<String, AttributeValue> {
    let attribute = |value: &Value| match (value["S"].as_str(), value["N"].as_str()) {
        (Some(text), _) => AttributeValue::S(text.to_owned()),
        (None, Some(number)) => AttributeValue::N(number.to_owned()),
        (None, None) => panic!("neither text nor number: {value}"),
    };
    row.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

/// What the rules say of a change, table and index together.
fn expected(embedded: &Embedded, before: Option<&Value>, after: Option<&Value>, billing: Billing) -> Units {
    let events = embedded.definitions().iter().find(|table| table.role == "events").expect("an events table");
    let table = table_write(before.map(item_bytes), after.map(item_bytes), billing);
    let indexes = events.indexes.iter().map(|index| index_write(before, after, index, &events.key));
    table + indexes.sum()
}

#[tokio::test]
async fn the_rules_agree_with_what_the_store_says() {
    let embedded = Embedded::memory();
    let counting = Counting::new(embedded.http());
    let client = embedded.client_through(counting.http());
    let table = embedded.tables().expect("six tables").events;
    let changes = [
        row(10, None),
        row(10, Some("SUBJECT#a")),
        row(10, Some("SUBJECT#a")),
        row(1500, Some("SUBJECT#a")),
        row(10, Some("SUBJECT#b")),
        row(10, Some(&"S".repeat(1100))),
        row(10, Some("SUBJECT#c")),
        row(5000, None),
    ];
    let mut before: Option<Value> = None;
    for after in changes {
        client.put_item().table_name(&table).set_item(Some(attributes(&after))).send().await.expect("a put");
        assert_eq!(counting.take().write_units(), expected(&embedded, before.as_ref(), Some(&after), Billing::Single), "to {after}");
        client.get_item().table_name(&table).set_key(Some(key())).consistent_read(true).send().await.expect("a get");
        assert_eq!(counting.take().read_units(), table_read(item_bytes(&after), Consistency::Strong, Billing::Single), "of {after}");
        before = Some(after);
    }
    client.delete_item().table_name(&table).set_key(Some(key())).send().await.expect("a delete");
    assert_eq!(counting.take().write_units(), expected(&embedded, before.as_ref(), None, Billing::Single));
    for (before, after) in [(None, row(10, Some("SUBJECT#a"))), (Some(row(10, Some("SUBJECT#a"))), row(2000, Some("SUBJECT#b")))] {
        let put = aws_sdk_dynamodb::types::Put::builder().table_name(&table).set_item(Some(attributes(&after)));
        let put = aws_sdk_dynamodb::types::TransactWriteItem::builder().put(put.build().expect("a complete put")).build();
        client.transact_write_items().transact_items(put).send().await.expect("a transaction");
        assert_eq!(counting.take().write_units(), expected(&embedded, before.as_ref(), Some(&after), Billing::Transaction), "to {after}");
    }
}

fn key() -> HashMap<String, AttributeValue> {
    [("pk".to_owned(), AttributeValue::S("EVENT#1".to_owned())), ("sk".to_owned(), AttributeValue::S("1".to_owned()))].into()
}
