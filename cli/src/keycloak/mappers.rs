//! Protocol mappers of Keycloak as rules of an app (docs/how-to/claims.md).

use domain::claim_rules::{self, ClaimRule};
use domain::claims::StandardClaim;
use domain::tenant::Tenant;
use serde_json::{Value, json};

use super::attributes::{Attributes, Goes};
use super::report::Report;
use super::text;

/// Mappers of every client, which say what the platform says by itself or by scopes.
const BY_ITSELF: [&str; 11] = [
    "oidc-full-name-mapper",
    "oidc-address-mapper",
    "oidc-allowed-origins-mapper",
    "oidc-acr-mapper",
    "oidc-amr-mapper",
    "oidc-sub-mapper",
    "oidc-nonce-backwards-compatible-mapper",
    "oidc-session-state-mapper",
    "oidc-usersessionmodel-note-mapper",
    "oidc-audience-resolve-mapper",
    "oidc-organization-membership-mapper",
];

/// What becomes of an app's mappers; `whose` names app and mapper in a report.
pub(super) fn rules<'a>(
    mappers: impl Iterator<Item = &'a Value>,
    app: &str,
    attributes: &mut Attributes,
    tenant: &mut Tenant,
    report: &mut Report,
) -> Vec<Value> {
    let mut rules = Vec::new();
    for mapper in mappers {
        let whose = format!("{app}: {}", text(&mapper["name"]).unwrap_or_default());
        match rule(mapper, attributes) {
            Said::Rule(rule) => {
                // What it tells may be for apps from now on.
                tenant.attributes = attributes.schema();
                match serde_json::from_value::<ClaimRule>(rule.clone()).map_err(|error| error.to_string()) {
                    Ok(read) => match claim_rules::check(&[read], tenant) {
                        Ok(()) => rules.push(rule),
                        Err((_, why)) => report.left("clients/*/protocolMappers", &whose, &why.to_string()),
                    },
                    Err(why) => report.left("clients/*/protocolMappers", &whose, &why),
                }
            }
            Said::ByItself => {}
            Said::Nothing(advice) => report.left("clients/*/protocolMappers", &whose, advice),
        }
    }
    if rules.len() > domain::policy::CLAIM_RULES_MAX {
        report.left("clients/*/protocolMappers", app, "An app has at most twenty rules: the others are left out.");
        rules.truncate(domain::policy::CLAIM_RULES_MAX);
    }
    rules
}

enum Said {
    Rule(Value),
    ByItself,
    Nothing(&'static str),
}

fn rule(mapper: &Value, attributes: &mut Attributes) -> Said {
    let (kind, config) = (text(&mapper["protocolMapper"]).unwrap_or_default(), &mapper["config"]);
    if BY_ITSELF.contains(&kind) {
        return Said::ByItself;
    }
    let claim = text(&config["claim.name"]).unwrap_or_default();
    // Scopes tell standard claims; no rule may say otherwise.
    if StandardClaim::parse(claim).is_some_and(|standard| !matches!(standard, StandardClaim::Groups | StandardClaim::Roles)) {
        return Said::ByItself;
    }
    let from = match kind {
        "oidc-usermodel-attribute-mapper" => known_as(text(&config["user.attribute"]).unwrap_or_default(), attributes),
        "oidc-usermodel-property-mapper" => {
            property(text(&config["user.attribute"]).unwrap_or_default()).map(|name| json!({ "type": "attribute", "name": name }))
        }
        "oidc-group-membership-mapper" => Some(json!({ "type": "groups" })),
        "oidc-usermodel-realm-role-mapper" => Some(json!({ "type": "roles" })),
        "oidc-usermodel-client-role-mapper" => Some(match text(&config["usermodel.clientRoleMapping.clientId"]) {
            Some(client) => json!({ "type": "roles", "prefix": format!("{client}:") }),
            None => json!({ "type": "roles" }),
        }),
        "oidc-hardcoded-claim-mapper" => constant(config).map(|value| json!({ "type": "constant", "value": value })),
        "oidc-audience-mapper" => return Said::Nothing("Tokens are for an API that the app asks for by `resource`: register the API."),
        "oidc-hardcoded-role-mapper" => return Said::Nothing("Give the role to a group of those people."),
        _ => return Said::Nothing("No rule says the same: see docs/how-to/claims.md for what rules say."),
    };
    let Some(from) = from else { return Said::Nothing("What it tells isn't carried over, or can't be told by a rule.") };
    if claim.contains("${") || claim.contains('.') && !claim.contains("://") {
        return Said::Nothing(
            "A claim within another one is told by no rule: choose a flat name, and teach it to the app. Groups and roles are in `groups` and `roles`, by the scopes of those names.",
        );
    }
    let places: Vec<_> = [("id.token.claim", "id_token"), ("access.token.claim", "access_token"), ("userinfo.token.claim", "userinfo")]
        .into_iter()
        .filter(|(flag, _)| text(&config[*flag]) == Some("true"))
        .map(|(_, place)| place)
        .collect();
    if places.is_empty() { Said::ByItself } else { Said::Rule(json!({ "claim": claim, "from": from, "in": places })) }
}

fn known_as(name: &str, attributes: &mut Attributes) -> Option<Value> {
    let called = match attributes.goes(name) {
        Goes::Column(column) => column.to_owned(),
        Goes::Attribute(called) => called.to_owned(),
        Goes::Nowhere => property(name)?.to_owned(),
    };
    attributes.is_for_apps(&called);
    Some(json!({ "type": "attribute", "name": called }))
}

fn property(name: &str) -> Option<&'static str> {
    Some(match name {
        "username" => "preferred_username",
        "email" => "email",
        "emailVerified" => "email_verified",
        "firstName" => "given_name",
        "lastName" => "family_name",
        _ => return None,
    })
}

fn constant(config: &Value) -> Option<Value> {
    let said = text(&config["claim.value"])?;
    match text(&config["jsonType.label"]).unwrap_or("String") {
        "String" => Some(json!(said)),
        "boolean" => said.parse::<bool>().ok().map(Value::from),
        "int" | "long" => said.parse::<i64>().ok().map(Value::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::clients::tenant;
    use super::*;

    fn mapper(kind: &str, config: &Value) -> Value {
        let mut config = config.clone();
        config["id.token.claim"] = json!("true");
        config["userinfo.token.claim"] = json!("false");
        json!({ "name": kind, "protocolMapper": kind, "config": config })
    }

    #[test]
    fn what_a_rule_can_say_becomes_one_and_the_rest_is_reported() {
        let realm = json!({ "users": [{ "username": "a", "attributes": { "costCenter": ["42"] } }] });
        let mut report = Report::default();
        let mut attributes = Attributes::of(&realm, &mut report);
        let all = [
            mapper("oidc-usermodel-attribute-mapper", &json!({ "user.attribute": "costCenter", "claim.name": "cost_center" })),
            mapper("oidc-group-membership-mapper", &json!({ "claim.name": "groups", "full.path": "true" })),
            mapper("oidc-usermodel-client-role-mapper", &json!({ "claim.name": "shop_roles", "usermodel.clientRoleMapping.clientId": "shop" })),
            mapper("oidc-hardcoded-claim-mapper", &json!({ "claim.name": "level", "claim.value": "3", "jsonType.label": "int" })),
            mapper("oidc-usermodel-realm-role-mapper", &json!({ "claim.name": "realm_access.roles" })),
            mapper("oidc-usermodel-attribute-mapper", &json!({ "user.attribute": "unknown", "claim.name": "unknown" })),
            mapper("oidc-hardcoded-claim-mapper", &json!({ "claim.name": "sub", "claim.value": "me" })),
            mapper("oidc-audience-mapper", &json!({})),
            mapper("script-mapper", &json!({ "claim.name": "x" })),
            mapper("oidc-full-name-mapper", &json!({})),
        ];
        let rules = rules(all.iter(), "shop", &mut attributes, &mut tenant(), &mut report);
        assert_eq!(
            json!(rules),
            json!([
                { "claim": "cost_center", "from": { "type": "attribute", "name": "cost_center" }, "in": ["id_token"] },
                { "claim": "groups", "from": { "type": "groups" }, "in": ["id_token"] },
                { "claim": "shop_roles", "from": { "type": "roles", "prefix": "shop:" }, "in": ["id_token"] },
                { "claim": "level", "from": { "type": "constant", "value": 3 }, "in": ["id_token"] },
            ])
        );
        assert!(attributes.as_json()[0]["readers"].as_array().is_some_and(|readers| readers.contains(&json!("apps"))));
        for kind in ["oidc-usermodel-realm-role-mapper", "oidc-hardcoded-claim-mapper", "oidc-audience-mapper", "script-mapper"] {
            assert!(report.says("clients/*/protocolMappers", kind), "{kind}");
        }
    }
}
