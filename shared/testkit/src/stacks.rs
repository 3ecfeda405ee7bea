//! The tables that the stacks of `infra/` deploy, so that a table that isn't there doesn't exist in a test or on one machine either.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::template::{Resource, Template, TemplateError};

/// The stacks that hold tables.
const FILES: [&str; 3] = [SPANS_ZONES, "zone.yaml", "region.yaml"];
/// The one that knows no zone.
const SPANS_ZONES: &str = "global.yaml";
const TABLE: &str = "AWS::DynamoDB::Table";
const GLOBAL_TABLE: &str = "AWS::DynamoDB::GlobalTable";

/// One part of a key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeyPart {
    /// The attribute.
    pub attribute_name: String,
    /// `HASH` or `RANGE`.
    pub key_type: String,
}

/// The type of an attribute that is part of a key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attribute {
    /// The attribute.
    pub attribute_name: String,
    /// `S`, `N` or `B`.
    pub attribute_type: String,
}

/// What an index holds beside its keys.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Projection {
    /// `KEYS_ONLY`, `INCLUDE` or `ALL`.
    pub projection_type: String,
    /// With `INCLUDE`, what else.
    #[serde(default)]
    pub non_key_attributes: Vec<String>,
}

/// A global secondary index.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Index {
    /// Its name.
    pub index_name: String,
    /// Its key.
    pub key_schema: Vec<KeyPart>,
    /// What it holds.
    pub projection: Projection,
}

/// A table as a stack deploys it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDefinition {
    /// Its name in the stack, `IdentityTable`.
    pub logical_id: String,
    /// What it is for, `identity`: the name in the stack without `Table`, in lower case.
    pub role: String,
    /// Its physical name in the zone that the stacks were read for.
    pub name: String,
    /// Attributes that are part of a key.
    pub attributes: Vec<Attribute>,
    /// Its key.
    pub key: Vec<KeyPart>,
    /// Its indexes.
    pub indexes: Vec<Index>,
    /// The attribute that says when an item may be swept.
    pub time_to_live: Option<String>,
    /// What its stream shows, `NEW_AND_OLD_IMAGES`.
    pub stream: Option<String>,
    /// Whether it is a global table.
    pub replicated: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    table_name: String,
    attribute_definitions: Vec<Attribute>,
    key_schema: Vec<KeyPart>,
    #[serde(default)]
    global_secondary_indexes: Vec<Index>,
    time_to_live_specification: Option<TimeToLive>,
    stream_specification: Option<Stream>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TimeToLive {
    attribute_name: Option<String>,
    enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stream {
    stream_view_type: String,
}

/// The tables of the stacks in `infra`, for a zone of one region called `zone`.
pub fn tables(infra: &Path, zone: &str) -> Result<Vec<TableDefinition>, TemplateError> {
    let mut tables = Vec::new();
    for file in FILES {
        let path = infra.join(file);
        let parameters: &[_] = if file == SPANS_ZONES { &[("AWS::Region", "local")] } else { &[("AWS::Region", "local"), ("Zone", zone)] };
        let template = Template::read(&path, parameters)?;
        let resources = template.resources().filter(|resource| [TABLE, GLOBAL_TABLE].contains(&resource.kind.as_str()));
        for resource in resources {
            tables.push(TableDefinition::of(template.file(), resource)?);
        }
    }
    Ok(tables)
}

/// The tables of this repository's own stacks, in a zone called `test`.
///
/// # Panics
/// When the stacks can't be read, which fails the test that asked.
pub fn own() -> Vec<TableDefinition> {
    tables(&own_infra(), "test").expect("the stacks of infra/ are readable")
}

/// Where this repository keeps its stacks.
pub fn own_infra() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra")
}

impl TableDefinition {
    fn of(file: &str, resource: Resource) -> Result<Self, TemplateError> {
        let Resource { logical_id, kind, properties } = resource;
        let properties: Properties =
            serde_json::from_value(properties).map_err(|error| TemplateError::new(file, format!("{logical_id}: {error}")))?;
        Ok(Self {
            role: logical_id.trim_end_matches("Table").to_lowercase(),
            logical_id,
            name: properties.table_name,
            attributes: properties.attribute_definitions,
            key: properties.key_schema,
            indexes: properties.global_secondary_indexes,
            time_to_live: properties.time_to_live_specification.filter(|ttl| ttl.enabled).and_then(|ttl| ttl.attribute_name),
            stream: properties.stream_specification.map(|stream| stream.stream_view_type),
            replicated: kind == GLOBAL_TABLE,
        })
    }

    /// The body of the `CreateTable` request that makes this table.
    pub fn create_request(&self) -> Value {
        let key = |parts: &[KeyPart]| {
            let parts = parts.iter().map(|part| json!({"AttributeName": part.attribute_name, "KeyType": part.key_type}));
            parts.collect::<Value>()
        };
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|a| json!({"AttributeName": a.attribute_name, "AttributeType": a.attribute_type}));
        let mut request = json!({
            "TableName": self.name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": attributes.collect::<Value>(),
            "KeySchema": key(&self.key),
        });
        if !self.indexes.is_empty() {
            let indexes = self
                .indexes
                .iter()
                .map(|index| json!({"IndexName": index.index_name, "KeySchema": key(&index.key_schema), "Projection": index.projection.request()}));
            request["GlobalSecondaryIndexes"] = indexes.collect();
        }
        if let Some(view) = &self.stream {
            request["StreamSpecification"] = json!({"StreamEnabled": true, "StreamViewType": view});
        }
        request
    }
}

impl Projection {
    fn request(&self) -> Value {
        let mut request = json!({"ProjectionType": self.projection_type});
        if !self.non_key_attributes.is_empty() {
            request["NonKeyAttributes"] = json!(self.non_key_attributes);
        }
        request
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(role: &str) -> TableDefinition {
        own().into_iter().find(|table| table.role == role).expect("a table of that role")
    }

    #[test]
    fn the_six_tables_are_read_with_keys_time_to_live_and_stream() {
        let mut roles: Vec<_> = own().into_iter().map(|table| table.role).collect();
        roles.sort();
        assert_eq!(roles, ["directory", "events", "identity", "keys", "once", "work"]);
        for table in own() {
            assert_eq!(table.key.iter().map(|part| part.attribute_name.as_str()).collect::<Vec<_>>(), ["pk", "sk"]);
            assert_eq!(table.time_to_live.as_deref(), Some("expires_at"));
        }
        assert_eq!(find("identity").name, "countersign-test-identity");
        assert_eq!(find("directory").name, "countersign-directory");
        assert_eq!(find("events").stream.as_deref(), Some("NEW_AND_OLD_IMAGES"));
        assert_eq!(find("events").indexes.iter().map(|index| index.index_name.as_str()).collect::<Vec<_>>(), ["by-subject"]);
        assert!(find("identity").replicated && !find("once").replicated);
    }

    #[test]
    fn a_table_that_lacks_its_key_is_one_sentence_naming_file_and_table() {
        let text = "Resources: {OddTable: {Type: AWS::DynamoDB::Table, Properties: {TableName: odd, AttributeDefinitions: []}}}";
        let template = Template::parse("odd.yaml", text, &[]).expect("a template");
        let resource = template.of_kind(TABLE).next().expect("a table");
        let error = TableDefinition::of("odd.yaml", resource).expect_err("no key");
        assert_eq!(error.to_string(), "odd.yaml: OddTable: missing field `KeySchema`");
    }
}
