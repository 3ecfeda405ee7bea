//! Rows as JSON objects, one per line (NDJSON). Members are called as the columns of a CSV file; `attributes` is an object, `groups` and `roles` are arrays.

use serde_json::{Map, Value};

use super::column::{Column, MEANINGS};
use super::row::{Reason, RefusedRow, Row};

const ATTRIBUTES: &str = "attributes";

fn wrong(detail: &str) -> RefusedRow {
    RefusedRow::new(Reason::Form, detail)
}

pub(super) fn read(line: &str) -> Result<Row, RefusedRow> {
    // SECURITY: what the parser says of a line quotes it, and a line may hold a hash.
    let members: Map<String, Value> = serde_json::from_str(line).map_err(|error| wrong(&format!("no JSON object, at column {}", error.column())))?;
    let mut row = Row::default();
    for (name, value) in &members {
        match (name.as_str(), value) {
            (ATTRIBUTES, Value::Object(attributes)) => {
                attributes.iter().try_for_each(|(name, value)| row.take(&Column::Attribute(name.clone()), &text(ATTRIBUTES, value)?))?;
            }
            (ATTRIBUTES, Value::Null) => {}
            _ => member(&mut row, name, value)?,
        }
    }
    Ok(row)
}

fn member(row: &mut Row, name: &str, value: &Value) -> Result<(), RefusedRow> {
    let column = Column::parse(name).filter(|column| !matches!(column, Column::Attribute(_))).ok_or_else(|| wrong("a member that is no column"))?;
    match (&column, value) {
        (Column::Groups | Column::Roles, Value::Array(names)) => names.iter().try_for_each(|value| match value {
            Value::String(name) => row.take(&column, name),
            _ => Err(wrong(&format!("{column}: an array of names"))),
        }),
        (_, Value::Null) => Ok(()),
        (Column::Groups | Column::Roles, _) => Err(wrong(&format!("{column}: an array of names"))),
        (column, value) => row.take(column, &text(name, value)?),
    }
}

// A value as a form would hold it; its column says what it is.
fn text(name: &str, value: &Value) -> Result<String, RefusedRow> {
    match value {
        Value::Null => Ok(String::new()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Number(value) => Ok(value.to_string()),
        Value::String(value) => Ok(value.clone()),
        Value::Array(_) | Value::Object(_) => Err(wrong(&format!("{name}: one value"))),
    }
}

pub(super) fn write(row: &Row) -> String {
    let mut members = Map::new();
    let columns = MEANINGS.iter().filter_map(|(name, _)| Column::parse(name)).chain([Column::PasswordHash]);
    for column in columns {
        let values = row.values(&column);
        let value = match (&column, values.first()) {
            (_, None) => continue,
            (Column::Groups | Column::Roles, Some(_)) => Value::from(values),
            (Column::EmailVerified, Some(value)) => Value::Bool(value == "true"),
            (_, Some(value)) => Value::from(value.as_str()),
        };
        members.insert(column.to_string(), value);
    }
    if !row.attributes.is_empty() {
        let attributes = row.attributes.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        members.insert(ATTRIBUTES.to_owned(), Value::Object(attributes.collect()));
    }
    format!("{}\n", Value::Object(members))
}
