//! The environment of each function: what `runtime::configuration` reads for what the function does, and nothing else.

use std::collections::BTreeSet;

use runtime::configuration::{Readers, VARIABLES};

use super::{Function, TEMPLATE, functions_by_folder, referred};

/// What Lambda sets by itself.
const BY_LAMBDA: [&str; 1] = ["AWS_REGION"];

/// The names that the template gives to a function.
fn given(function: &Function) -> BTreeSet<String> {
    let global = &TEMPLATE.document()["Globals"]["Function"]["Environment"]["Variables"];
    let own = &function.properties["Environment"]["Variables"];
    [global, own].into_iter().filter_map(|variables| variables.as_object()).flatten().map(|(name, _)| name.clone()).collect()
}

/// Whether a function does what the readers of a variable do, told from its role and its routes.
fn does(function: &Function, readers: Readers) -> bool {
    let allows = |action: &str| function.actions().contains(&action);
    let may_touch =
        |table: &str| function.statements().any(|statement| statement["Resource"].to_string().contains(&format!("table/countersign-eu-{table}\"")));
    let stores =
        |bucket: &str| function.statements().any(|statement| statement["Resource"].to_string().contains(&format!(":::countersign-eu-{bucket}-")));
    match readers {
        Readers::All => true,
        Readers::Keys => allows("kms:Decrypt"),
        Readers::Events => may_touch("events"),
        Readers::Once => may_touch("once"),
        Readers::Work => may_touch("work"),
        Readers::Nudging => allows("sqs:SendMessage"),
        Readers::Mailing => allows("ses:SendEmail"),
        Readers::Photos => stores("photos"),
        Readers::Transfers => stores("transfers"),
        Readers::Identity => may_touch("identity"),
        Readers::WrappedKeys => may_touch("keys"),
        Readers::Placing => function.statements().any(|statement| {
            statement["Resource"].to_string().contains("table/countersign-directory")
                && super::texts(&statement["Action"]).contains(&"dynamodb:UpdateItem")
        }),
        Readers::Origins => does(function, Readers::Http) || allows("kms:GenerateDataKey"),
        Readers::Http => TEMPLATE
            .of_kind("AWS::ApiGatewayV2::Integration")
            .any(|integration| referred(&integration.properties["IntegrationUri"]).as_deref() == Some(&function.logical_id)),
    }
}

#[test]
fn each_function_is_given_what_it_reads() {
    for (folder, function) in functions_by_folder() {
        let read = VARIABLES.iter().filter(|variable| !BY_LAMBDA.contains(&variable.name) && does(&function, variable.readers));
        let read: BTreeSet<String> = read.map(|variable| variable.name.to_owned()).collect();
        assert_eq!(given(&function), read, "left: what the template gives to {folder}; right: what runtime::configuration reads there");
    }
}

#[test]
fn what_a_function_is_for_shows_in_its_role() {
    let functions = functions_by_folder();
    let doing = |readers| functions.iter().filter(|(_, function)| does(function, readers)).map(|(folder, _)| folder.as_str()).collect::<Vec<_>>();
    assert_eq!(
        doing(Readers::Http),
        ["account", "admin", "authorize", "discovery", "introspect", "logout", "par", "revoke", "sign-in", "token", "userinfo"]
    );
    assert_eq!(doing(Readers::Once), ["admin", "authorize", "introspect", "par", "revoke", "sign-in", "token"]);
    assert_eq!(doing(Readers::Mailing), ["deliver"]);
    assert_eq!(doing(Readers::Photos), ["account", "admin", "deliver"]);
    assert_eq!(doing(Readers::Transfers), ["admin", "transfer"]);
    assert_eq!(doing(Readers::Nudging), ["deliver", "relay", "webhook-retry"]);
    assert_eq!(
        doing(Readers::Keys),
        [
            "account",
            "admin",
            "authorize",
            "deliver",
            "first-administrator",
            "introspect",
            "key-rotation",
            "logout",
            "par",
            "revoke",
            "sign-in",
            "token",
            "transfer",
            "userinfo"
        ]
    );
    assert_eq!(doing(Readers::Placing), ["admin", "deliver", "first-administrator"]);
}
