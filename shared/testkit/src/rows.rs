//! A look at rows past the store, and a hand on them, where no act of the platform does yet what a test needs.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use domain::{TenantId, UserId};

use crate::{Embedded, Stage};

/// An attribute of a row.
pub type Value = AttributeValue;

/// A row of a table.
pub type Row = HashMap<String, AttributeValue>;

/// A part of a row, as the store writes it.
///
/// # Panics
/// When it is nothing that a row holds.
pub fn value(part: &impl serde::Serialize) -> Value {
    serde_dynamo::to_attribute_value(part).expect("a part of a row")
}

impl Stage {
    /// Every row of a table.
    ///
    /// # Panics
    /// When there is no such table.
    pub async fn rows(&self, role: &str) -> Vec<Row> {
        let scan = self.embedded.client().scan().table_name(self.table(role));
        scan.send().await.expect("a scan").items.unwrap_or_default()
    }

    /// Writes a row past the store, as a test has changed it.
    ///
    /// # Panics
    /// When it can't be written.
    pub async fn overwrite(&self, role: &str, row: Row) {
        let put = self.embedded.client().put_item().table_name(self.table(role)).set_item(Some(row));
        put.send().await.expect("a put");
    }

    /// Removes a row past the store.
    ///
    /// # Panics
    /// When it can't be removed.
    pub async fn remove(&self, role: &str, row: &Row) {
        let key = ["pk", "sk"].map(|name| (name.to_owned(), row[name].clone()));
        let delete = self.embedded.client().delete_item().table_name(self.table(role)).set_key(Some(key.into()));
        delete.send().await.expect("a delete");
    }

    /// How many rows of a table have a sort key that begins so.
    pub async fn count(&self, role: &str, kind: &str) -> usize {
        self.rows(role).await.iter().filter(|row| text(row, "sk").starts_with(kind)).count()
    }

    /// The types of all events, in order of their names.
    pub async fn event_types(&self) -> Vec<String> {
        let mut types: Vec<_> = self.rows("events").await.iter().map(|row| text(row, "type").to_owned()).collect();
        types.sort();
        types
    }

    fn table(&self, role: &str) -> String {
        let definition = self.embedded.definitions().iter().find(|definition| definition.role == role);
        definition.map(|definition| definition.name.clone()).expect("a table of the stacks")
    }
}

impl Embedded {
    /// Writes an attribute of a tenant's record, where no act of the platform changes it yet.
    ///
    /// # Panics
    /// When there is no such tenant.
    pub async fn change_tenant(&self, tenant: &TenantId, attribute: &str, part: &impl serde::Serialize) {
        self.change_row(|row| text(row, "pk") == format!("TENANT#{tenant}") && !text(row, "sk").contains('#'), (attribute, value(part))).await;
    }

    /// Writes an attribute of a person's record, as [`Self::change_tenant`] does.
    ///
    /// # Panics
    /// When there is no such person.
    pub async fn change_person(&self, user: &UserId, attribute: &str, part: &impl serde::Serialize) {
        self.change_row(|row| text(row, "sk") == "USER" && text(row, "pk").ends_with(user.as_str()), (attribute, value(part))).await;
    }

    async fn change_row(&self, is_wanted: impl Fn(&Row) -> bool, (attribute, value): (&str, Value)) {
        let table = self.definitions().iter().find(|definition| definition.role == "identity").map(|definition| definition.name.clone());
        let rows = self.client().scan().set_table_name(table.clone()).send().await.expect("a scan").items.unwrap_or_default();
        let mut row = rows.into_iter().find(is_wanted).expect("a row");
        row.insert(attribute.to_owned(), value);
        self.client().put_item().set_table_name(table).set_item(Some(row)).send().await.expect("a put");
    }
}

/// A text of a row; empty when it isn't there.
pub fn text<'a>(row: &'a Row, attribute: &str) -> &'a str {
    row.get(attribute).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

/// A number of a row; zero when it isn't there.
pub fn number(row: &Row, attribute: &str) -> u64 {
    row.get(attribute).and_then(|value| value.as_n().ok()).and_then(|number| number.parse().ok()).unwrap_or(0)
}
