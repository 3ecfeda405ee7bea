//! Least privilege: each role names its actions, its tables and the leading keys of their partitions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{functions_by_folder, texts};

/// What a function may ask of a table. No scan, no PartiQL, no administration.
const TABLE_ACTIONS: [&str; 7] = [
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
];
const STREAM_ACTIONS: [&str; 4] = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"];

/// A statement, with the function it is said of.
struct Said {
    function: String,
    statement: Value,
}

impl Said {
    fn actions(&self) -> Vec<&str> {
        texts(&self.statement["Action"])
    }

    fn is_about_tables(&self) -> bool {
        self.actions().iter().any(|action| action.starts_with("dynamodb:") && !STREAM_ACTIONS.contains(action))
    }

    /// The one statement that can't name what it allows: a telephone number has no ARN, so topics and endpoints of apps are left out instead.
    fn sends_text_messages(&self) -> bool {
        let whatever_is_no_topic = self.statement["NotResource"].to_string().contains(":sns:*:*:*") && self.statement["Resource"].is_null();
        self.statement["Effect"] == "Allow" && self.actions() == ["sns:Publish"] && whatever_is_no_topic
    }

    fn condition(&self, operator: &str, key: &str) -> &Value {
        &self.statement["Condition"][operator][key]
    }
}

fn everything_said() -> Vec<Said> {
    let said = |(folder, function): (String, super::Function)| {
        let statements = function.statements().cloned().collect::<Vec<_>>();
        statements.into_iter().map(move |statement| Said { function: folder.clone(), statement })
    };
    functions_by_folder().into_iter().flat_map(said).collect()
}

#[test]
fn roles_allow_by_name_alone() {
    for Said { function, statement } in everything_said().into_iter().filter(|said| !said.sends_text_messages()) {
        assert_eq!(statement["Effect"], "Allow", "{function}");
        assert!(statement["NotAction"].is_null() && statement["NotResource"].is_null(), "{function}: {statement}");
        let actions = texts(&statement["Action"]);
        assert!(!actions.is_empty() && actions.iter().all(|action| !action.contains('*')), "{function}: {statement}");
        assert!(!texts(&statement["Resource"]).contains(&"*") && !statement["Resource"].is_null(), "{function}: {statement}");
    }
}

#[test]
fn text_messages_are_sent_by_deliver_to_telephones_alone() {
    let sending: Vec<_> = everything_said().into_iter().filter(|said| said.actions().iter().any(|action| action.starts_with("sns:"))).collect();
    assert_eq!(sending.iter().map(|said| said.function.as_str()).collect::<Vec<_>>(), ["deliver"]);
    assert!(sending[0].sends_text_messages(), "{}", sending[0].statement);
}

#[test]
fn what_is_allowed_on_tables_is_neither_scan_nor_partiql() {
    let known: BTreeSet<&str> = TABLE_ACTIONS.into_iter().chain(STREAM_ACTIONS).collect();
    for said in everything_said() {
        for action in said.actions().into_iter().filter(|action| action.starts_with("dynamodb:")) {
            assert!(known.contains(action), "{} may {action}", said.function);
        }
    }
}

#[test]
fn every_allow_on_a_table_names_its_leading_keys() {
    let about_tables: Vec<_> = everything_said().into_iter().filter(Said::is_about_tables).collect();
    assert!(about_tables.len() > 10, "roles speak of tables, or this test sees nothing");
    for said in about_tables {
        let keys = texts(said.condition("ForAllValues:StringLike", "dynamodb:LeadingKeys"));
        let whole_kinds = keys.iter().all(|key| key.strip_suffix("#*").is_some_and(|kind| kind.bytes().all(|byte| byte.is_ascii_uppercase())));
        assert!(!keys.is_empty() && whole_kinds, "{}: {}", said.function, said.statement);
        // ForAllValues alone is true of a request without keys.
        assert_eq!(*said.condition("Null", "dynamodb:LeadingKeys"), "false", "{}: {}", said.function, said.statement);
    }
}

/// Who may touch the partitions of a kind.
fn functions_that_may_touch(kind: &str) -> Vec<String> {
    let leading = format!("{kind}#*");
    let touching =
        everything_said().into_iter().filter(|said| texts(said.condition("ForAllValues:StringLike", "dynamodb:LeadingKeys")).contains(&&*leading));
    touching.map(|said| said.function).collect::<BTreeSet<_>>().into_iter().collect()
}

#[test]
fn credentials_and_attempts_are_for_those_who_ask_for_passwords_and_for_administrators() {
    assert_eq!(functions_that_may_touch("ATTEMPT"), ["account", "admin", "sign-in"]);
    assert_eq!(functions_that_may_touch("MONTHKEY"), ["account", "admin", "first-administrator", "sign-in"]);
    // Who delivers a deletion may do nothing else to a password.
    assert_eq!(functions_that_may_touch("CRED"), ["account", "admin", "deliver", "sign-in", "transfer"]);
    for said in everything_said().into_iter().filter(|said| said.function == "deliver") {
        let keys = texts(said.condition("ForAllValues:StringLike", "dynamodb:LeadingKeys"));
        assert!(!keys.contains(&"CRED#*") || said.actions() == ["dynamodb:DeleteItem"], "{}", said.statement);
    }
    assert_eq!(functions_that_may_touch("CLAIM"), ["account", "admin", "deliver", "first-administrator", "sign-in", "transfer"]);
    // Whoever answers an invitation may become an administrator by it.
    assert_eq!(functions_that_may_touch("ADMIN"), ["account", "admin", "deliver", "first-administrator"]);
    assert_eq!(functions_that_may_touch("SIGNUP"), ["account", "deliver"]);
    assert_eq!(functions_that_may_touch("JOB"), ["admin", "transfer"]);
    // Whoever answers at a tenant's host finds its domain; who proves it places it, and with the tenant it goes.
    assert_eq!(
        functions_that_may_touch("DOMAIN"),
        ["account", "admin", "authorize", "deliver", "discovery", "introspect", "logout", "par", "revoke", "sign-in", "token", "userinfo"]
    );
    assert_eq!(functions_that_may_touch("DELIVERY"), ["deliver", "relay"]);
    assert_eq!(functions_that_may_touch("ROTATION"), ["admin", "deliver", "first-administrator", "key-rotation"]);
}

#[test]
fn each_data_key_opens_for_those_who_need_its_purpose() {
    let mut purposes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut making = Vec::new();
    for said in everything_said().into_iter().filter(|said| said.actions().iter().any(|action| action.starts_with("kms:"))) {
        // Whoever makes tenants makes their keys, and opens them no more than others do.
        let makes_keys = said.actions() == ["kms:GenerateDataKey"];
        assert!(makes_keys || said.actions() == ["kms:Decrypt"], "{}", said.function);
        let named = texts(said.condition("StringEquals", "kms:EncryptionContext:purpose"));
        assert!(!named.is_empty(), "{} decrypts for any purpose", said.function);
        if makes_keys {
            making.push(said.function.clone());
            continue;
        }
        for purpose in named {
            purposes.entry(purpose.to_owned()).or_default().push(said.function.clone());
        }
    }
    let expected = [
        ("credentials", vec!["account", "admin", "sign-in", "transfer"]),
        ("people", vec!["account", "admin", "deliver", "first-administrator", "logout", "sign-in", "transfer"]),
        (
            "sealing",
            vec![
                "account",
                "admin",
                "authorize",
                "deliver",
                "first-administrator",
                "introspect",
                "logout",
                "par",
                "revoke",
                "sign-in",
                "token",
                "userinfo",
            ],
        ),
        ("signing", vec!["deliver", "key-rotation", "token", "userinfo"]),
    ];
    let expected = expected.map(|(purpose, functions)| (purpose.to_owned(), functions.into_iter().map(str::to_owned).collect::<Vec<_>>()));
    assert_eq!(purposes, BTreeMap::from(expected));
    assert_eq!(making, ["admin", "first-administrator"]);
}

#[test]
fn keys_are_changed_by_their_rotation_alone() {
    let keys = everything_said().into_iter().filter(|said| said.is_about_tables() && said.statement["Resource"].to_string().contains("-keys"));
    let changing = keys.filter(|said| said.actions().contains(&"dynamodb:UpdateItem"));
    let changing: Vec<_> =
        changing.map(|said| (said.function.clone(), texts(said.condition("ForAllValues:StringLike", "dynamodb:LeadingKeys")).join(" "))).collect();
    assert_eq!(changing, [("key-rotation".to_owned(), "SIGNKEYS#*".to_owned())]);
}

#[test]
fn nobody_may_change_an_event() {
    let events = everything_said().into_iter().filter(|said| said.is_about_tables() && said.statement["Resource"].to_string().contains("-events"));
    let mut appending = 0;
    for said in events {
        let harmless = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem"];
        let reads_or_appends = said.actions().iter().all(|action| harmless.contains(action));
        assert!(reads_or_appends, "{}: {}", said.function, said.statement);
        appending += 1;
    }
    assert!(appending > 0, "sign-in and token append, or this test sees nothing");
}
