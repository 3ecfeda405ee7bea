//! What differs between a tenant and a file, as people read it.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::screen::plain;

/// The most characters of a value on a line.
const VALUE_MAX: usize = 200;

/// What differs.
pub(super) struct Changes {
    said: Value,
    all: Vec<Change>,
}

#[derive(Deserialize)]
struct Said {
    changes: Vec<Change>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Act {
    Create,
    Change,
    Remove,
}

#[derive(Deserialize)]
struct Change {
    act: Act,
    kind: String,
    name: String,
    #[serde(default)]
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    at: String,
    #[serde(default)]
    before: Value,
    #[serde(default)]
    after: Value,
}

impl Changes {
    /// Reads what the admin API says.
    pub(super) fn parse(said: Value) -> Option<Self> {
        let all = Said::deserialize(&said).ok()?.changes;
        Some(Self { said, all })
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The same for programs.
    pub(super) const fn as_said(&self) -> &Value {
        &self.said
    }

    fn count(&self, act: Act) -> usize {
        self.all.iter().filter(|change| change.act == act).count()
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(formatter, "Nothing differs.");
        }
        self.all.iter().try_for_each(|change| write!(formatter, "{change}"))?;
        let [create, change, remove] = [Act::Create, Act::Change, Act::Remove].map(|act| self.count(act));
        writeln!(formatter, "{create} to create, {change} to change, {remove} to remove.")
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.act {
            Act::Create => '+',
            Act::Change => '~',
            Act::Remove => '-',
        };
        writeln!(formatter, "{mark} {} {}", plain(&self.kind), plain(&self.name))?;
        self.fields.iter().try_for_each(|field| match self.act {
            Act::Create => writeln!(formatter, "    {}: {}", plain(&field.at), shown(&field.after)),
            Act::Remove => writeln!(formatter, "    {}: {}", plain(&field.at), shown(&field.before)),
            Act::Change => writeln!(formatter, "    {}: {} → {}", plain(&field.at), shown(&field.before), shown(&field.after)),
        })
    }
}

// JSON escapes what a terminal would obey, but for what is beyond ASCII.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => return "(not said)".to_owned(),
        value => plain(&value.to_string()),
    };
    if text.chars().count() <= VALUE_MAX { text } else { text.chars().take(VALUE_MAX).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changes(all: &Value) -> String {
        Changes::parse(json!({ "changes": all })).expect("changes").to_string()
    }

    #[test]
    fn each_change_is_a_line_with_what_changes_below_it() {
        let text = changes(&json!([
            { "act": "create", "kind": "role", "name": "editor", "fields": [] },
            { "act": "change", "kind": "app", "name": "shop", "fields": [{ "at": "/redirect_uris", "before": ["https://a.example"], "after": ["https://b.example"] },
                { "at": "/sessions", "before": null, "after": { "idle_seconds": 60 } }] },
            { "act": "remove", "kind": "group", "name": "Old\u{1b}[2J" },
        ]));
        let expected = "+ role editor\n~ app shop\n    /redirect_uris: [\"https://a.example\"] → [\"https://b.example\"]\n    \
            /sessions: (not said) → {\"idle_seconds\":60}\n- group Old\u{fffd}[2J\n1 to create, 1 to change, 1 to remove.\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn nothing_is_said_of_what_is_equal() {
        assert_eq!(changes(&json!([])), "Nothing differs.\n");
    }

    #[test]
    fn what_is_no_change_is_not_taken_for_none() {
        assert!(Changes::parse(json!({})).is_none() && Changes::parse(json!({ "changes": [{ "act": "other" }] })).is_none());
    }
}
