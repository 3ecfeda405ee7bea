//! Intrinsic functions of CloudFormation, as far as they depend on parameters and conditions alone.

use serde_json::{Map, Value, json};

use super::Texts;

/// What functions may refer to while a template is read.
pub(super) struct Scope<'a> {
    texts: Texts,
    conditions: &'a Value,
}

impl<'a> Scope<'a> {
    pub(super) fn of(document: &'a Value, parameters: &[(&str, &str)]) -> Result<Self, String> {
        let declared = document["Parameters"].as_object().into_iter().flatten();
        let defaults = declared.filter_map(|(name, parameter)| Some((name.clone(), text(parameter.get("Default")?)?)));
        let mut texts: Texts = defaults.collect();
        for (name, value) in parameters {
            let known = name.contains("::") || document["Parameters"].get(name).is_some();
            if !known {
                return Err(format!("no parameter {name}"));
            }
            texts.insert((*name).to_owned(), (*value).to_owned());
        }
        Ok(Self { texts, conditions: &document["Conditions"] })
    }

    /// The value with everything worked out that can be; `None` is `AWS::NoValue`, or a resource that isn't deployed.
    pub(super) fn work_out(&self, value: &Value) -> Result<Option<Value>, String> {
        match value {
            Value::Array(items) => {
                let items = items.iter().filter_map(|item| self.work_out(item).transpose());
                items.collect::<Result<_, _>>().map(|items| Some(Value::Array(items)))
            }
            Value::Object(map) => match only_entry(map) {
                Some((function, argument)) if function == "Ref" || function.starts_with("Fn::") => self.call(function, argument),
                _ => self.work_out_map(map),
            },
            scalar => Ok(Some(scalar.clone())),
        }
    }

    fn work_out_map(&self, map: &Map<String, Value>) -> Result<Option<Value>, String> {
        let is_resource = map.contains_key("Type");
        if let Some(Value::String(condition)) = map.get("Condition").filter(|_| is_resource)
            && !self.holds(condition)?
        {
            return Ok(None);
        }
        let mut worked_out = Map::new();
        for (key, value) in map {
            if let Some(value) = self.work_out(value)? {
                worked_out.insert(key.clone(), value);
            }
        }
        Ok(Some(Value::Object(worked_out)))
    }

    fn call(&self, function: &str, argument: &Value) -> Result<Option<Value>, String> {
        match (function, argument) {
            ("Ref", Value::String(name)) if name == "AWS::NoValue" => Ok(None),
            ("Ref", Value::String(name)) => Ok(Some(self.texts.get(name).map_or_else(|| json!({ "Ref": name }), |text| json!(text)))),
            ("Fn::Sub", Value::String(pattern)) => Ok(Some(self.substitute(pattern))),
            ("Fn::If", Value::Array(parts)) if parts.len() == 3 => {
                let name = parts[0].as_str().ok_or("Fn::If without the name of a condition")?;
                self.work_out(if self.holds(name)? { &parts[1] } else { &parts[2] })
            }
            (function, argument) => Ok(self.work_out(argument)?.map(|argument| json!({ function: argument }))),
        }
    }

    /// Fills `${name}` in; a name that is a resource stays, and the text stays a `Fn::Sub`.
    fn substitute(&self, pattern: &str) -> Value {
        let (mut filled, mut rest, mut complete) = (String::new(), pattern, true);
        while let Some((before, after)) = rest.split_once("${") {
            let (name, beyond) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(before);
            if let Some(text) = self.texts.get(name) {
                filled.push_str(text);
            } else {
                complete = false;
                filled.extend(["${", name, "}"]);
            }
            rest = beyond;
        }
        filled.push_str(rest);
        if complete { json!(filled) } else { json!({ "Fn::Sub": filled }) }
    }

    fn holds(&self, name: &str) -> Result<bool, String> {
        let condition = self.conditions.get(name).ok_or_else(|| format!("no condition {name}"))?;
        self.is_true(condition).map_err(|why| format!("condition {name}: {why}"))
    }

    fn is_true(&self, condition: &Value) -> Result<bool, String> {
        let map = condition.as_object().ok_or("not a function")?;
        match only_entry(map) {
            Some(("Condition", Value::String(name))) => self.holds(name),
            Some(("Fn::Not", Value::Array(parts))) if parts.len() == 1 => Ok(!self.is_true(&parts[0])?),
            Some(("Fn::And", Value::Array(parts))) => parts.iter().try_fold(true, |all, part| Ok(self.is_true(part)? && all)),
            Some(("Fn::Or", Value::Array(parts))) => parts.iter().try_fold(false, |any, part| Ok(self.is_true(part)? || any)),
            Some(("Fn::Equals", Value::Array(parts))) if parts.len() == 2 => Ok(self.text_of(&parts[0])? == self.text_of(&parts[1])?),
            _ => Err("a function that isn't one of Condition, Equals, Not, And, Or".to_owned()),
        }
    }

    fn text_of(&self, value: &Value) -> Result<String, String> {
        let value = self.work_out(value)?;
        value.as_ref().and_then(text).ok_or_else(|| format!("{} has no value", value.unwrap_or_default()))
    }
}

fn only_entry(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut entries = map.iter();
    entries.next().filter(|_| entries.next().is_none()).map(|(key, value)| (key.as_str(), value))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
