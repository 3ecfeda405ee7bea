//! Several rows changed together or not at all. A failed condition is an answer that says which part failed and on which row.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use domain::EventId;

use crate::error::{Cause, StoreError, from_sdk, says_too_large};
use crate::keys::Key;
use crate::pause::Patience;
use crate::region::Database;
use crate::row::{self, Item};
use crate::write::{Change, IS_ANOTHER, IS_NEW, IS_OF_VERSION, names};

/// Parts in the order in which they were added; at most 100.
pub(crate) struct Transaction<'a> {
    database: &'a Database,
    token: Option<String>,
    parts: Vec<TransactWriteItem>,
}

/// What a transaction did.
pub(crate) enum Outcome {
    /// All of it happened.
    Committed,
    /// Nothing happened, because conditions failed.
    Refused(Refusal),
}

/// The rows that conditions failed on.
pub(crate) struct Refusal(Vec<Option<Item>>);

impl Refusal {
    /// The row that the condition of part `index` failed on, empty when no row stands there; `None` when that condition held.
    pub(crate) fn take(&mut self, index: usize) -> Option<Item> {
        self.0.get_mut(index).and_then(Option::take)
    }

    /// Whether the condition of part `index` failed.
    pub(crate) fn failed(&self, index: usize) -> bool {
        self.0.get(index).is_some_and(Option::is_some)
    }
}

impl<'a> Transaction<'a> {
    /// A transaction that the event `id` names: for ten minutes the same id is the same transaction, so a retry after a lost answer succeeds
    /// again without a second effect.
    pub(crate) fn named(database: &'a Database, id: &EventId) -> Self {
        Self { database, token: Some(id.as_str().to_owned()), parts: Vec::new() }
    }

    /// A transaction without an event. The SDK names each call, so its own retries are one transaction, two calls are two.
    pub(crate) fn unnamed(database: &'a Database) -> Self {
        Self { database, token: None, parts: Vec::new() }
    }

    /// How many parts were added.
    pub(crate) const fn len(&self) -> usize {
        self.parts.len()
    }

    /// Puts a row where none stands.
    pub(crate) fn put_new(mut self, key: &Key, item: Item) -> Self {
        let put = Put::builder()
            .table_name(self.database.name(key.table))
            .set_item(Some(item))
            .condition_expression(IS_NEW)
            .set_expression_attribute_names(Some(names(IS_NEW)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .expect("table and item are set");
        self.parts.push(TransactWriteItem::builder().put(put).build());
        self
    }

    /// Puts a row in place of whatever stands, unless that is a row whose `id` is `id` already.
    pub(crate) fn replace_another(mut self, key: &Key, item: Item, id: &str) -> Self {
        let put = Put::builder()
            .table_name(self.database.name(key.table))
            .set_item(Some(item))
            .condition_expression(IS_ANOTHER)
            .set_expression_attribute_names(Some(names(IS_ANOTHER)))
            .expression_attribute_values(":id", row::text(id))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .expect("table and item are set");
        self.parts.push(TransactWriteItem::builder().put(put).build());
        self
    }

    /// Puts a row in place of one that has to be of this version.
    pub(crate) fn replace_version(mut self, key: &Key, item: Item, version: u64) -> Self {
        let put = Put::builder()
            .table_name(self.database.name(key.table))
            .set_item(Some(item))
            .condition_expression(IS_OF_VERSION)
            .set_expression_attribute_names(Some(names(IS_OF_VERSION)))
            .expression_attribute_values(":version", row::number(version))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .expect("table and item are set");
        self.parts.push(TransactWriteItem::builder().put(put).build());
        self
    }

    /// Puts a row, whether or not one stands: its key says all that it says.
    pub(crate) fn put(mut self, key: &Key, item: Item) -> Self {
        let put = Put::builder().table_name(self.database.name(key.table)).set_item(Some(item)).build().expect("table and item are set");
        self.parts.push(TransactWriteItem::builder().put(put).build());
        self
    }

    /// Changes a row.
    pub(crate) fn change(mut self, change: Change) -> Self {
        let update = Update::builder()
            .table_name(self.database.name(change.key.table))
            .set_key(Some(change.key.attributes()))
            .update_expression(change.update.as_ref())
            .set_condition_expression(change.condition.as_deref().map(str::to_owned))
            .set_expression_attribute_names(Some(change.names()))
            .set_expression_attribute_values(Some(change.values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .expect("table, key and expression are set");
        self.parts.push(TransactWriteItem::builder().update(update).build());
        self
    }

    /// Removes a row, whether or not it stands.
    pub(crate) fn remove(mut self, key: &Key) -> Self {
        let delete =
            Delete::builder().table_name(self.database.name(key.table)).set_key(Some(key.attributes())).build().expect("table and key are set");
        self.parts.push(TransactWriteItem::builder().delete(delete).build());
        self
    }

    /// Removes a row that has to stand.
    pub(crate) fn remove_standing(self, key: &Key) -> Self {
        self.remove_if(key, "attribute_exists(#pk)", None)
    }

    /// Removes a row that has to name this event.
    pub(crate) fn remove_named(self, key: &Key, event: &EventId) -> Self {
        let values = HashMap::from([(":event".to_owned(), row::text(event.as_str()))]);
        self.remove_if(key, "attribute_exists(#pk) AND #event = :event", Some(values))
    }

    /// Removes a row that has to be of this version.
    pub(crate) fn remove_version(self, key: &Key, version: u64) -> Self {
        self.remove_if(key, IS_OF_VERSION, Some(HashMap::from([(":version".to_owned(), row::number(version))])))
    }

    /// Removes a tenant's record that has to stand as that version of its standing says; one that never changed has none.
    pub(crate) fn remove_tenant_as(self, key: &Key, version: u64) -> Self {
        let values = HashMap::from([(":version".to_owned(), row::number(version))]);
        self.remove_if(key, "attribute_exists(#pk) AND #standing.#version = :version", Some(values))
    }

    fn remove_if(mut self, key: &Key, condition: &'static str, values: Option<Item>) -> Self {
        let delete = Delete::builder()
            .table_name(self.database.name(key.table))
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names(condition)))
            .set_expression_attribute_values(values)
            .build()
            .expect("table and key are set");
        self.parts.push(TransactWriteItem::builder().delete(delete).build());
        self
    }

    /// Commits; meets rivals for the same rows with bounded patience.
    pub(crate) async fn commit(self) -> Result<Outcome, StoreError> {
        let mut patience = Patience::of(self.token.as_deref().unwrap_or_default());
        loop {
            let request = self.database.client.transact_write_items();
            let request = request.set_transact_items(Some(self.parts.clone())).set_client_request_token(self.token.clone());
            let Err(error) = request.send().await else { return Ok(Outcome::Committed) };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
                patience.with(from_sdk(&error)).await?;
                continue;
            };
            match verdict(cancelled.cancellation_reasons()) {
                Verdict::Refused(refusal) => return Ok(Outcome::Refused(refusal)),
                Verdict::Later(error) => patience.after(error).await?,
                Verdict::Never(error) => return Err(error),
            }
        }
    }
}

/// What a cancelled transaction means.
enum Verdict {
    Refused(Refusal),
    // The SDK doesn't retry a cancelled transaction, whatever cancelled it.
    Later(StoreError),
    Never(StoreError),
}

// A failed condition is decided even where another part met a rival: nothing of this transaction can happen any more.
fn verdict(reasons: &[CancellationReason]) -> Verdict {
    let has = |code: &str| reasons.iter().any(|reason| reason.code() == Some(code));
    if has(CONDITION_FAILED) {
        let failed = |reason: &CancellationReason| (reason.code() == Some(CONDITION_FAILED)).then(|| reason.item.clone().unwrap_or_default());
        return Verdict::Refused(Refusal(reasons.iter().map(failed).collect()));
    }
    let detail = reasons.iter().filter_map(CancellationReason::message).collect::<Vec<_>>().join("; ");
    if has("TransactionConflict") {
        Verdict::Later(StoreError::unavailable(Cause::Conflict, detail))
    } else if has("ThrottlingError") || has("ProvisionedThroughputExceeded") {
        Verdict::Later(StoreError::unavailable(Cause::Throttled, detail))
    } else if says_too_large(&detail) {
        Verdict::Never(StoreError::TooLarge { detail })
    } else {
        Verdict::Never(StoreError::Refused { detail })
    }
}

const CONDITION_FAILED: &str = "ConditionalCheckFailed";
