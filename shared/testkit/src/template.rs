//! CloudFormation templates as their JSON form, with parameters, conditions and texts worked out as far as a reader needs.

mod functions;
mod yaml;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde_json::Value;

use functions::Scope;

/// A template can't be read; one sentence with the file and the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {why}")]
pub struct TemplateError {
    file: String,
    why: String,
}

impl TemplateError {
    pub(crate) fn new(file: impl Into<String>, why: impl fmt::Display) -> Self {
        // Errors of the YAML reader may show the lines around; the first says what is wrong.
        let why = why.to_string().lines().next().unwrap_or_default().to_owned();
        Self { file: file.into(), why }
    }
}

/// A thing that a template deploys.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type, `AWS::DynamoDB::Table`.
    pub kind: String,
    /// Its properties in the JSON form; what refers to other resources is left as `{"Ref": …}` or `{"Fn::…": …}`.
    pub properties: Value,
}

/// A template with its parameters filled in.
#[derive(Clone, Debug)]
pub struct Template {
    file: String,
    document: Value,
}

impl Template {
    /// Reads a template. `parameters` stand before the defaults; a parameter that has neither stays a `Ref`.
    pub fn read(path: &Path, parameters: &[(&str, &str)]) -> Result<Self, TemplateError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| TemplateError::new(&file, error))?;
        Self::parse(&file, &text, parameters)
    }

    /// Reads a template from text; `file` is what errors call it.
    pub fn parse(file: &str, text: &str, parameters: &[(&str, &str)]) -> Result<Self, TemplateError> {
        let document = yaml::read(text).map_err(|why| TemplateError::new(file, why))?;
        if !document["Resources"].is_object() {
            return Err(TemplateError::new(file, "a template without Resources"));
        }
        let scope = Scope::of(&document, parameters).map_err(|why| TemplateError::new(file, why))?;
        let document = scope.work_out(&document).map_err(|why| TemplateError::new(file, why))?;
        Ok(Self { file: file.to_owned(), document: document.unwrap_or(Value::Null) })
    }

    /// The file that it was read from.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The whole template in the JSON form.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// What it deploys, by name; resources whose condition is false are left out.
    pub fn resources(&self) -> impl Iterator<Item = Resource> {
        let resources = self.document["Resources"].as_object().into_iter().flatten();
        resources.map(|(logical_id, resource)| Resource {
            logical_id: logical_id.clone(),
            kind: resource["Type"].as_str().unwrap_or_default().to_owned(),
            properties: resource["Properties"].clone(),
        })
    }

    /// The resources of one type, by name.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = Resource> {
        self.resources().filter(move |resource| resource.kind == kind)
    }
}

/// Texts by name, as a template's parameters are.
pub(crate) type Texts = BTreeMap<String, String>;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = r#"
Parameters:
  Zone: {Type: String, Default: eu}
  Prefix: {Type: String, Default: ""}
  Certificate: {Type: String}
Conditions:
  HasPrefix: !Not [!Equals [!Ref Prefix, ""]]
  Both: !And [!Condition HasPrefix, !Equals [!Ref Zone, eu]]
Resources:
  Api:
    Type: T::Api
    Properties:
      Name: !Sub countersign-${Zone}
      Off: !If [HasPrefix, false, true]
      Certificate: !Ref Certificate
      Days: 30
      Gone: !If [HasPrefix, 1, !Ref AWS::NoValue]
      List: [a, !If [Both, b, !Ref AWS::NoValue]]
  Route:
    Type: T::Route
    Properties:
      Key: !Sub ANY ${Prefix}/token
      Api: !Ref Api
      Target: !Sub integrations/${Api}
      Arn: !GetAtt Api.Endpoint.Arn
      Strange: !Transform {Name: x}
  Only:
    Type: T::Only
    Condition: HasPrefix
"#;

    fn properties(parameters: &[(&str, &str)], logical_id: &str) -> Option<Value> {
        let template = Template::parse("t.yaml", TEXT, parameters).expect("a template");
        template.resources().find(|resource| resource.logical_id == logical_id).map(|resource| resource.properties)
    }

    #[test]
    fn parameters_and_conditions_are_worked_out() {
        let api = json!({"Name": "countersign-eu", "Off": true, "Certificate": {"Ref": "Certificate"}, "Days": 30, "List": ["a"]});
        assert_eq!(properties(&[], "Api"), Some(api));
        let api = json!({"Name": "countersign-eu", "Off": false, "Certificate": "c", "Days": 30, "Gone": 1, "List": ["a", "b"]});
        assert_eq!(properties(&[("Prefix", "/t/{slug}"), ("Certificate", "c")], "Api"), Some(api));
    }

    #[test]
    fn what_refers_to_other_resources_or_is_unknown_is_left_in_its_long_form() {
        let route = json!({
            "Key": "ANY /t/{slug}/token",
            "Api": {"Ref": "Api"},
            "Target": {"Fn::Sub": "integrations/${Api}"},
            "Arn": {"Fn::GetAtt": ["Api", "Endpoint.Arn"]},
            "Strange": {"Fn::Transform": {"Name": "x"}},
        });
        assert_eq!(properties(&[("Prefix", "/t/{slug}")], "Route"), Some(route));
    }

    #[test]
    fn a_resource_whose_condition_is_false_is_not_deployed() {
        assert_eq!(properties(&[], "Only"), None);
        assert_eq!(properties(&[("Prefix", "x")], "Only"), Some(Value::Null));
    }

    #[test]
    fn an_unreadable_template_is_one_sentence_with_file_and_place() {
        let error = |text: &str| Template::parse("t.yaml", text, &[]).expect_err("no template").to_string();
        let broken = error("Resources:\n  A: [1, 2\n  B: 3\n");
        assert!(broken.starts_with("t.yaml: line ") && !broken.contains('\n'), "{broken}");
        assert!(error("Resources: {}\nResources: {}\n").contains("line 2"), "{}", error("Resources: {}\nResources: {}\n"));
        assert_eq!(error("Outputs: {}"), "t.yaml: a template without Resources");
        let unknown = error("Resources: {A: {Type: B, Properties: {C: !If [Nowhere, 1, 2]}}}");
        assert_eq!(unknown, "t.yaml: no condition Nowhere");
    }
}
