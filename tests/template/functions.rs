//! Folders, functions and routes.

use std::collections::BTreeSet;

use super::{TEMPLATE, functions_by_folder, referred};
use crate::repository::folders;

/// `sign-in` → `SignInFunction`.
fn expected_logical_id(folder: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    folder.split('-').map(word).collect::<String>() + "Function"
}

#[test]
fn the_folders_are_the_functions() {
    let functions = functions_by_folder();
    assert_eq!(functions.keys().cloned().collect::<Vec<_>>(), folders("functions"));
    for (folder, function) in functions {
        assert_eq!(function.logical_id, expected_logical_id(&folder));
        assert_eq!(function.properties["CodeUri"], format!("target/lambda/{folder}/"));
    }
}

#[test]
fn every_route_leads_to_a_function_that_it_may_invoke() {
    let names: BTreeSet<String> = functions_by_folder().into_values().map(|function| function.logical_id).collect();
    let permitted: BTreeSet<String> = TEMPLATE
        .of_kind("AWS::Lambda::Permission")
        .filter(|permission| permission.properties["Principal"] == "apigateway.amazonaws.com")
        .filter_map(|permission| referred(&permission.properties["FunctionName"]))
        .collect();
    let mut routed = BTreeSet::new();
    for route in TEMPLATE.of_kind("AWS::ApiGatewayV2::Route") {
        let name = &route.logical_id;
        let integration = referred(&route.properties["Target"]).unwrap_or_else(|| panic!("{name} has no target"));
        let integration = TEMPLATE.of_kind("AWS::ApiGatewayV2::Integration").find(|found| found.logical_id == integration);
        let integration = integration.unwrap_or_else(|| panic!("{name} names no integration of this template"));
        assert_eq!(integration.properties["PayloadFormatVersion"], "2.0", "{name}");
        let function = referred(&integration.properties["IntegrationUri"]).unwrap_or_else(|| panic!("{name} names no function"));
        assert!(names.contains(&function), "{name} leads to {function}, which isn't there");
        assert!(permitted.contains(&function), "the API may not invoke {function}");
        routed.insert(function);
    }
    assert_eq!(routed, permitted, "a function that the API may invoke has a route");
    assert!(!routed.is_empty());
}

#[test]
fn routes_have_a_prefix_on_a_loopback_deployment_and_none_in_aws() {
    let paths = |parameters: &[(&str, &str)]| -> BTreeSet<String> {
        let template = testkit::template::Template::read(&crate::repository::root().join("template.yaml"), parameters).expect("readable");
        let keys = template.of_kind("AWS::ApiGatewayV2::Route").map(|route| route.properties["RouteKey"].as_str().expect("a text").to_owned());
        keys.collect()
    };
    let in_aws = paths(&[("RoutePrefix", "")]);
    let by_path = paths(&[("RoutePrefix", "/t/{slug}")]);
    assert!(in_aws.contains("ANY /authorize") && in_aws.contains("ANY /.well-known/openid-configuration"), "{in_aws:?}");
    // The admin API is no tenant's.
    let of_a_tenant = |key: &&String| !key.starts_with("ANY /admin/");
    let prefixed = in_aws.iter().filter(of_a_tenant).map(|key| key.replacen(" /", " /t/{slug}/", 1));
    assert_eq!(by_path.iter().filter(of_a_tenant).cloned().collect::<BTreeSet<_>>(), prefixed.collect());
    assert!(by_path.contains("ANY /admin/v1/{path+}"));
}
