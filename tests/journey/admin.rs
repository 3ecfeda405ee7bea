//! An administrator's script, by documented calls alone: an API, a role that opens a scope of it, an app, a machine and a person are registered, and their tokens
//! are validated by three libraries.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Value, json};

use super::places::{Place, in_both_places};
use super::running::get;
use super::{node, python};

in_both_places!(
    /// By `fetch` and `jose`, then by Python's `authlib` and by `jsonwebtoken`.
    somebody_administers_their_tenant,
    |place: &Place| {
        let done = node::journey("admin", "administers", &json!({ "description": place.description }));
        assert_eq!((&done["without"], &done["problem"]), (&json!(401), &json!("urn:countersign:problem:token")));
        let (group, role) = (&done["group"], &done["role"]);
        let presented = ["issuer", "audience", "token", "scope", "group", "role"].map(|name| (name.to_owned(), done[name].clone()));
        let read = python::journey("resource_server", &Value::Object(presented.into_iter().collect()));
        assert_eq!(read, json!({ "scope": "read write", "groups": [group], "roles": [role] }));
        let read = validated(&done, "token");
        assert_eq!((&read["scope"], &read["groups"], &read["roles"]), (&json!("read write"), &json!([group]), &json!([role])));
        let read = validated(&done, "own_token");
        assert_eq!((&read["scope"], &read["roles"]), (&json!("read"), &Value::Null));
    }
);

/// What `jsonwebtoken` makes of a token, for whoever knows issuer and audience.
fn validated(done: &Value, name: &str) -> Value {
    let text = |name: &str| done[name].as_str().expect("a text");
    let (port, path) = text("issuer").strip_prefix("http://localhost:").and_then(|rest| rest.split_once('/')).expect("a loopback issuer");
    let (_, keys) = get(port.parse().expect("a port"), &format!("/{path}/jwks")).expect("an answer");
    let keys: JwkSet = serde_json::from_str(&keys).expect("a key set");
    let header = jsonwebtoken::decode_header(text(name)).expect("a JWS");
    assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    let key = keys.find(header.kid.as_deref().expect("a key's name")).expect("a published key");
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[text("issuer")]);
    validation.set_audience(&[text("audience")]);
    jsonwebtoken::decode(text(name), &DecodingKey::from_jwk(key).expect("a key"), &validation).expect("a good token").claims
}
