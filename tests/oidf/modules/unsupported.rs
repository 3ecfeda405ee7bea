//! Request objects, which are refused by their own error names (OpenID Connect Core §3.1.2.6).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use testkit::form::{with, without};

use crate::oidf::returned::{ResponseMode, Returned};
use crate::oidf::suite::Suite;

pub(crate) async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let returned = refused(&mut suite, ("request_uri", "https://suite.example/request")).await;
    assert_eq!((returned.get("error"), returned.get("state")), ("request_uri_not_supported", "8sJ2hGqV0k"));
    assert_eq!(suite.metadata["request_uri_parameter_supported"], false);
}

pub(crate) async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let returned = refused(&mut suite, ("request", &request_object())).await;
    assert_eq!((returned.get("error"), returned.get("state")), ("request_not_supported", "8sJ2hGqV0k"));
    assert_eq!(suite.metadata["request_parameter_supported"], false);
}

/// A redirect URI inside an object that isn't read is no redirect URI.
pub(crate) async fn oidcc_ensure_request_object_with_redirect_uri(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let object = request_object();
    assert_eq!(refused(&mut suite, ("request", &object)).await.get("error"), "request_not_supported");
    let app = suite.app.clone();
    let request = with(&without(&suite.request_of(&app), "redirect_uri"), "request", &object);
    let answer = suite.ask(&request).await;
    assert_eq!(Returned::read(&answer, mode), None, "{}", answer.outcome());
}

async fn refused(suite: &mut Suite, parameter: (&str, &str)) -> Returned {
    let app = suite.app.clone();
    let answer = suite.ask(&with(&suite.request_of(&app), parameter.0, parameter.1)).await;
    suite.returned(&answer)
}

fn request_object() -> String {
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({ "client_id": "suite-basic", "response_type": "code", "redirect_uri": "https://suite.example/callback", "scope": "openid" });
    format!("{}.{}.", part(json!({ "alg": "none" })), part(claims))
}
