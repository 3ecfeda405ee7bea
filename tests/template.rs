//! `template.yaml` against the repository: functions are folders, routes lead to functions, environments and roles are what the code needs.

mod buckets;
mod environment;
mod events;
mod functions;
mod roles;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;
use testkit::template::Template;

use crate::repository::root;

/// The template as one zone of AWS has it.
static TEMPLATE: LazyLock<Template> = LazyLock::new(|| {
    let parameters = [("Zone", "eu"), ("CertificateArn", "arn:aws:acm:eu-west-1:1:certificate/c"), ("ZoneDomain", "eu.example")];
    Template::read(&root().join("template.yaml"), &parameters).expect("template.yaml is readable")
});

/// A function of the template.
struct Function {
    /// Its name in the template.
    logical_id: String,
    /// Its properties in the JSON form.
    properties: Value,
}

impl Function {
    /// Its folder: the last one of `CodeUri`.
    fn folder(&self) -> &str {
        self.properties["CodeUri"].as_str().and_then(|uri| uri.trim_end_matches('/').rsplit('/').next()).expect("CodeUri: target/lambda/<folder>/")
    }

    /// What its role says.
    fn statements(&self) -> impl Iterator<Item = &Value> {
        let policies = self.properties["Policies"].as_array().expect("a list of policy documents");
        policies.iter().flat_map(|policy| policy["Statement"].as_array().expect("a list of statements"))
    }

    /// Everything that its role allows.
    fn actions(&self) -> Vec<&str> {
        self.statements().flat_map(|statement| texts(&statement["Action"])).collect()
    }
}

/// The template's functions by folder.
fn functions_by_folder() -> BTreeMap<String, Function> {
    let functions = TEMPLATE.of_kind("AWS::Serverless::Function");
    let functions = functions.map(|resource| Function { logical_id: resource.logical_id, properties: resource.properties });
    functions.map(|function| (function.folder().to_owned(), function)).collect()
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    }
}

/// The name that a value refers to: `!Ref name`, `!GetAtt name.Attribute` or `!Sub …${name}…`.
fn referred(value: &Value) -> Option<String> {
    let by_sub = || {
        let (_, after) = value["Fn::Sub"].as_str()?.split_once("${")?;
        after.split_once('}').map(|(name, _)| name)
    };
    value["Ref"].as_str().or_else(|| value["Fn::GetAtt"][0].as_str()).or_else(by_sub).map(ToOwned::to_owned)
}
