//! A resource of the template, asked for what it must say.

use serde_json::Value;
use testkit::template::Template;

use super::DeploymentError;

/// A resource with its properties in the JSON form.
pub(super) struct Resource {
    /// Its name in the template.
    pub(super) name: String,
    /// Its type.
    pub(super) kind: String,
    properties: Value,
}

impl Resource {
    /// The resources of a type.
    pub(super) fn all(template: &Template, kind: &str) -> impl Iterator<Item = Self> {
        template.of_kind(kind).map(Self::from)
    }

    /// The resource of a name.
    pub(super) fn find(template: &Template, name: &str) -> Option<Self> {
        template.resources().find(|resource| resource.logical_id == name).map(Self::from)
    }

    /// A property, by the path of its names (RFC 6901); `Null` when it isn't there.
    pub(super) fn property(&self, pointer: &str) -> &Value {
        self.properties.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// A property that must be there as text.
    pub(super) fn text(&self, name: &str) -> Result<String, DeploymentError> {
        let text = self.properties[name].as_str().map(str::to_owned);
        text.ok_or_else(|| self.wrong(format!("has no {name} that is understood here")))
    }

    /// A number, absent when the property is.
    pub(super) fn number(&self, pointer: &str) -> Result<Option<u32>, DeploymentError> {
        match self.property(pointer) {
            Value::Null => Ok(None),
            value => match value.as_u64().and_then(|number| u32::try_from(number).ok()) {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(format!("has no {pointer} that is understood here"))),
            },
        }
    }

    /// The name that a property refers to: `!Ref name`, `!GetAtt name.Attribute` or `!Sub …${name}…`.
    pub(super) fn reference(&self, name: &str) -> Result<String, DeploymentError> {
        referred(&self.properties[name]).map(str::to_owned).ok_or_else(|| self.wrong(format!("has no {name} that is understood here")))
    }

    /// The sentence that says what is wrong with this resource.
    pub(super) fn wrong(&self, what: impl Into<String>) -> DeploymentError {
        DeploymentError::Resource { resource: self.name.clone(), what: what.into() }
    }
}

impl From<testkit::template::Resource> for Resource {
    fn from(resource: testkit::template::Resource) -> Self {
        Self { name: resource.logical_id, kind: resource.kind, properties: resource.properties }
    }
}

/// The name that a value refers to.
pub(super) fn referred(value: &Value) -> Option<&str> {
    let by_sub = || {
        let (_, after) = value["Fn::Sub"].as_str()?.split_once("${")?;
        after.split_once('}').map(|(name, _)| name)
    };
    value["Ref"].as_str().or_else(|| value["Fn::GetAtt"][0].as_str()).or_else(by_sub)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reference_is_found_in_each_of_its_forms() {
        for form in [json!({"Ref": "Queue"}), json!({"Fn::GetAtt": ["Queue", "Arn"]}), json!({"Fn::Sub": "integrations/${Queue}"})] {
            assert_eq!(referred(&form), Some("Queue"), "{form}");
        }
        assert_eq!(referred(&json!("Queue")), None);
    }

    #[test]
    fn what_is_missing_or_of_another_type_is_named() {
        let resource = Resource { name: "Route".to_owned(), kind: String::new(), properties: json!({"Size": 7, "Key": {"Ref": "X"}}) };
        assert_eq!(resource.number("/Size"), Ok(Some(7)));
        assert_eq!(resource.number("/Other"), Ok(None));
        assert!(resource.number("/Key").is_err());
        assert_eq!(resource.text("Key").expect_err("no text").to_string(), "template.yaml: Route has no Key that is understood here");
    }
}
