//! One write: a put of something new, an update of named attributes, a removal. A failed condition is an answer with the row that stands.

use std::borrow::Cow;
use std::collections::HashMap;

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};

use crate::error::{StoreError, from_sdk};
use crate::keys::Key;
use crate::pause::Patience;
use crate::region::Database;
use crate::row::Item;

/// Only where nothing stands yet.
pub(crate) const IS_NEW: &str = "attribute_not_exists(#pk)";

/// Only where a row of this version stands.
pub(crate) const IS_OF_VERSION: &str = "attribute_exists(#pk) AND #version = :version";

/// Only where no row of this id stands.
pub(crate) const IS_ANOTHER: &str = "attribute_not_exists(#pk) OR #id <> :id";

/// What a conditional write did.
pub(crate) enum Write {
    /// It happened.
    Done,
    /// Its condition failed on this row; empty when no row stands there.
    Refused(Item),
}

/// A change of named attributes; all others stay as they are. `#name` in either expression is the attribute `name`.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) key: Key,
    pub(crate) update: Cow<'static, str>,
    pub(crate) condition: Option<Cow<'static, str>>,
    pub(crate) values: HashMap<String, AttributeValue>,
}

impl Change {
    /// A change of the row at `key`.
    ///
    /// INVARIANT: `condition` names an attribute that only a written row has, or an update would bring a swept row back as a stub.
    pub(crate) fn of(key: Key, update: impl Into<Cow<'static, str>>, condition: impl Into<Cow<'static, str>>) -> Self {
        Self { key, update: update.into(), condition: Some(condition.into()), values: HashMap::new() }
    }

    /// A change that also creates the row. It must set everything that the row needs.
    pub(crate) fn or_create(key: Key, update: &'static str) -> Self {
        Self { key, update: update.into(), condition: None, values: HashMap::new() }
    }

    /// Holds only where `condition` does.
    pub(crate) fn only_if(self, condition: &'static str) -> Self {
        Self { condition: Some(condition.into()), ..self }
    }

    /// Gives `:name` its value.
    pub(crate) fn with(mut self, name: &'static str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    /// The attributes that the expressions name.
    pub(crate) fn names(&self) -> HashMap<String, String> {
        let mut names = self::names(&self.update);
        names.extend(self.condition.as_deref().map(self::names).unwrap_or_default());
        names
    }
}

/// The attributes that an expression names: each `#name` is the attribute `name`, so that no reserved word can be met.
pub(crate) fn names(expression: &str) -> HashMap<String, String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    expression
        .split('#')
        .skip(1)
        .map(|rest| rest.split(|c| !is_name(c)).next().unwrap_or_default())
        .map(|name| (format!("#{name}"), name.to_owned()))
        .collect()
}

/// Puts a row where none stands.
pub(crate) async fn put_new(database: &Database, key: &Key, item: Item) -> Result<Write, StoreError> {
    let mut patience = Patience::of(&key.partition);
    loop {
        let request = database
            .client
            .put_item()
            .table_name(database.name(key.table))
            .set_item(Some(item.clone()))
            .condition_expression(IS_NEW)
            .set_expression_attribute_names(Some(names(IS_NEW)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = request.send().await else { return Ok(Write::Done) };
        if let Some(PutItemError::ConditionalCheckFailedException(failed)) = error.as_service_error() {
            return Ok(Write::Refused(failed.item.clone().unwrap_or_default()));
        }
        patience.with(from_sdk(&error)).await?;
    }
}

/// Changes one row.
pub(crate) async fn update(database: &Database, change: Change) -> Result<Write, StoreError> {
    let mut patience = Patience::of(&change.key.partition);
    loop {
        let Err(error) = request(database, &change).send().await else { return Ok(Write::Done) };
        if let Some(UpdateItemError::ConditionalCheckFailedException(failed)) = error.as_service_error() {
            return Ok(Write::Refused(failed.item.clone().unwrap_or_default()));
        }
        patience.with(from_sdk(&error)).await?;
    }
}

/// Changes one row and says what it made of the attributes that it changed; `None` when its condition failed.
pub(crate) async fn update_and_tell(database: &Database, change: Change) -> Result<Option<Item>, StoreError> {
    let mut patience = Patience::of(&change.key.partition);
    loop {
        let error = match request(database, &change).return_values(ReturnValue::UpdatedNew).send().await {
            Ok(answer) => return Ok(Some(answer.attributes.unwrap_or_default())),
            Err(error) => error,
        };
        if let Some(UpdateItemError::ConditionalCheckFailedException(_)) = error.as_service_error() {
            return Ok(None);
        }
        patience.with(from_sdk(&error)).await?;
    }
}

fn request(database: &Database, change: &Change) -> UpdateItemFluentBuilder {
    database
        .client
        .update_item()
        .table_name(database.name(change.key.table))
        .set_key(Some(change.key.attributes()))
        .update_expression(change.update.as_ref())
        .set_condition_expression(change.condition.as_deref().map(str::to_owned))
        .set_expression_attribute_names(Some(change.names()))
        .set_expression_attribute_values(Some(change.values.clone()))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
}

/// Removes a row, whether or not it stands.
pub(crate) async fn remove(database: &Database, key: &Key) -> Result<(), StoreError> {
    let mut patience = Patience::of(&key.partition);
    loop {
        let request = database.client.delete_item().table_name(database.name(key.table)).set_key(Some(key.attributes()));
        let Err(error) = request.send().await else { return Ok(()) };
        patience.with(from_sdk(&error)).await?;
    }
}

/// Removes a row where `condition` holds of it; another one stays.
pub(crate) async fn remove_if(
    database: &Database,
    key: &Key,
    (condition, values): (&'static str, HashMap<String, AttributeValue>),
) -> Result<(), StoreError> {
    let mut patience = Patience::of(&key.partition);
    loop {
        let request = database
            .client
            .delete_item()
            .table_name(database.name(key.table))
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names(condition)))
            .set_expression_attribute_values(Some(values.clone()));
        let Err(error) = request.send().await else { return Ok(()) };
        if let Some(DeleteItemError::ConditionalCheckFailedException(_)) = error.as_service_error() {
            return Ok(());
        }
        patience.with(from_sdk(&error)).await?;
    }
}
