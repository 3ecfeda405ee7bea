//! A translation put onto what a tenant is set up with: a section that a configuration says is all of it, so what stands beside a realm's is said as well.

use serde_json::{Map, Value};

/// What stands, with what is translated in its place or beside it.
pub(super) fn onto(standing: Value, translated: Value) -> Value {
    let (Value::Object(mut all), Value::Object(translated)) = (standing, translated) else { return Value::Null };
    for (section, said) in translated {
        let standing = all.remove(&section).unwrap_or_default();
        all.insert(section, together(standing, said));
    }
    Value::Object(all)
}

fn together(standing: Value, said: Value) -> Value {
    match (standing, said) {
        (Value::Object(standing), Value::Object(said)) => Value::Object(standing.into_iter().chain(said).collect::<Map<_, _>>()),
        (Value::Array(standing), Value::Array(said)) => {
            let others = standing.into_iter().filter(|one| !said.iter().any(|other| is_same(one, other))).collect::<Vec<_>>();
            Value::Array(others.into_iter().chain(said.iter().cloned()).collect())
        }
        (_, said) => said,
    }
}

// Attributes have names; roles are them.
fn is_same(one: &Value, other: &Value) -> bool {
    if one.is_object() { one["name"] == other["name"] } else { one == other }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stands_stays_unless_the_realm_says_otherwise() {
        let standing = json!({ "version": 1, "roles": ["admin", "member"], "apps": { "robot": {}, "shop": { "name": "Old" } }, "apis": { "https://api.example": {} },
            "attributes": [{ "name": "team", "required": true }, { "name": "floor" }] });
        let translated =
            json!({ "version": 1, "roles": ["member", "seller"], "apps": { "shop": { "name": "New" } }, "attributes": [{ "name": "team" }] });
        let expected = json!({ "version": 1, "roles": ["admin", "member", "seller"], "apps": { "robot": {}, "shop": { "name": "New" } },
            "apis": { "https://api.example": {} }, "attributes": [{ "name": "floor" }, { "name": "team" }] });
        assert_eq!(onto(standing, translated), expected);
    }
}
