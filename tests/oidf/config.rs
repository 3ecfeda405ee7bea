//! Config OP: what discovery says.

use serde_json::Value;
use url::Url;

use super::returned::ResponseMode;
use super::suite::Suite;

#[tokio::test]
async fn oidcc_discovery_endpoint_verification() {
    let suite = Suite::start(ResponseMode::Query).await;
    let metadata = &suite.metadata;
    let issuer = Url::parse(metadata["issuer"].as_str().expect("an issuer")).expect("a URL");
    assert!(issuer.query().is_none() && issuer.fragment().is_none());
    for endpoint in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"] {
        assert!(suite.endpoint(endpoint).starts_with(issuer.as_str()), "{endpoint}");
    }
    for (name, expected) in [
        ("response_types_supported", "code"),
        ("response_modes_supported", "form_post"),
        ("grant_types_supported", "authorization_code"),
        ("subject_types_supported", "public"),
        ("id_token_signing_alg_values_supported", "RS256"),
        ("scopes_supported", "openid"),
        ("claims_supported", "sub"),
        ("token_endpoint_auth_methods_supported", "client_secret_basic"),
    ] {
        assert!(strings(&metadata[name]).contains(&expected), "{name}: {}", metadata[name]);
    }
    assert_eq!(metadata["claims_parameter_supported"], true);
    assert_eq!(metadata["request_parameter_supported"], false);
    assert_eq!(metadata["request_uri_parameter_supported"], false, "its default is true");
    for (name, value) in metadata.as_object().expect("an object") {
        assert!(value.as_array().is_none_or(|list| !list.is_empty()), "{name} is an empty list");
    }
    for key in suite.keys().await["keys"].as_array().expect("keys") {
        assert!(key["kid"].is_string() && key["use"] == "sig" && key["d"].is_null(), "{key}");
    }
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
