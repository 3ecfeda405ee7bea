//! A stage with the function on it, and token requests as the sample apps make them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::jws;
use domain::client::Client;
use serde_json::Value;
use testkit::builders::{CLIENT_SECRET, REDIRECT_URI};
pub(crate) use testkit::form::{Form, with, without};
use testkit::jwt::Shown;
use testkit::rows::text;
use testkit::scene::VERIFIER;
use testkit::{Answer, Call, Endpoint, Scene, Stage};
use token::Deps;

/// What every refusal of a code answers.
pub(crate) const INVALID_GRANT: &str = r#"400 {"error":"invalid_grant","error_description":"The code or refresh token is expired, revoked or used before, or was issued for another request or client."}"#;

pub(crate) struct Place {
    pub(crate) stage: Stage,
    pub(crate) scene: Scene,
    pub(crate) endpoint: Endpoint,
}

pub(crate) async fn place() -> Place {
    let stage = Stage::new().await;
    let scene = stage.scene().await;
    let endpoint = endpoint(&stage);
    Place { stage, scene, endpoint }
}

/// A fresh process of the function.
pub(crate) fn endpoint(stage: &Stage) -> Endpoint {
    Endpoint::new(stage, token::router(Deps::new(&stage.platform)))
}

/// The request that redeems a code of the sample apps.
pub(crate) fn grant(code: &str) -> Form<'_> {
    vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT_URI), ("code_verifier", VERIFIER)]
}

/// The request that uses a refresh token.
pub(crate) fn refresh(refresh_token: &str) -> Form<'_> {
    vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token)]
}

/// The value of an `Authorization` header.
pub(crate) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// The request of a sample app, authenticated as it is registered.
pub(crate) fn call(client: &Client, form: &Form<'_>) -> Call {
    if client.is_confidential() {
        Call::form("/token", form).with("authorization", &basic(client.id.as_str(), CLIENT_SECRET))
    } else {
        Call::form("/token", &with(form, "client_id", client.id.as_str()))
    }
}

impl Place {
    pub(crate) async fn redeem(&self, client: &Client, form: &Form<'_>) -> Answer {
        self.endpoint.send(call(client, form)).await
    }

    /// The states of all families.
    pub(crate) async fn family_state(&self) -> String {
        let rows = self.stage.rows("identity").await;
        let families: Vec<_> = rows.iter().filter(|row| text(row, "sk").starts_with("FAMILY#")).map(|row| text(row, "state").to_owned()).collect();
        families.join(",")
    }

    pub(crate) async fn events(&self, kind: &str) -> usize {
        self.stage.event_types().await.iter().filter(|found| *found == kind).count()
    }

    /// A token that this tenant signed, as a snapshot shows it.
    pub(crate) fn shown(&self, typ: &str, token: &str) -> String {
        jws::verify_with_set(self.scene.tenant.verifying_keys(), typ, token).expect("a signature of this tenant");
        let Shown { mut header, mut claims } = Shown::read(token).expect("a token");
        header["kid"] = Value::from("<kid>");
        for (name, instead) in [("at_hash", "<at_hash>"), ("jti", "<jti>"), ("ref", "<sealed>"), ("sid", "<sid>")] {
            if let Some(value) = claims.get_mut(name) {
                *value = Value::from(instead);
            }
        }
        assert_eq!(claims["sub"], self.scene.person.sub);
        claims["sub"] = Value::from("<ada>");
        serde_json::to_string_pretty(&Shown { header, claims }.snapshot()).expect("JSON")
    }
}
