//! An app with a key of its own, and the assertions that it signs (RFC 7523 §2.2).

use std::sync::LazyLock;

use crypto::jws::{Generated, SigningKey};
use domain::client::{Client, ClientAuthenticationMethod, SecurityProfile};
use domain::key_ring::Algorithm;
use domain::{ClientId, Timestamp};
use serde_json::{Value, json};

use crate::builders;
use crate::form::{Form, with};

/// RFC 7523 §2.2.
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

static KEY: LazyLock<Generated> = LazyLock::new(|| generate(Algorithm::Es256));
static RSA_KEY: LazyLock<Generated> = LazyLock::new(|| generate(Algorithm::Rs256));
static FOREIGN_KEY: LazyLock<Generated> = LazyLock::new(|| generate(Algorithm::Es256));

fn generate(algorithm: Algorithm) -> Generated {
    SigningKey::generate(algorithm).expect("a key pair")
}

/// Whose key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signer {
    /// The app's, on P-256.
    Own,
    /// The app's, of RSA.
    OwnRsa,
    /// Somebody else's.
    Foreign,
}

/// An app that authenticates by `private_key_jwt` with either of its keys.
///
/// # Panics
/// Never; its texts are valid.
pub fn client(security_profile: SecurityProfile) -> Client {
    let id = match security_profile {
        SecurityProfile::Oidc => "keyed-oidc",
        SecurityProfile::OAuth21 => "keyed-strict",
    };
    let jwks = [&KEY, &RSA_KEY].map(|pair| serde_json::to_value(&pair.public).expect("a JWK")).to_vec();
    Client {
        id: ClientId::parse(id).expect("a client id"),
        authentication: ClientAuthenticationMethod::PrivateKeyJwt,
        secrets: Vec::new(),
        jwks,
        security_profile,
        ..builders::confidential_client()
    }
}

/// What an assertion says that is good for a minute.
pub fn claims(client: &Client, audience: &str, jti: &str, now: Timestamp) -> Value {
    let (id, now) = (client.id.as_str(), now.seconds());
    json!({ "iss": id, "sub": id, "aud": audience, "exp": now + 60, "iat": now, "jti": jti })
}

/// Signs an assertion.
///
/// # Panics
/// When it can't be signed, which fails the test that asked.
pub fn signed(signer: Signer, claims: &Value) -> String {
    let (pair, kid) = match signer {
        Signer::Own => (&*KEY, &KEY.public.kid),
        Signer::OwnRsa => (&*RSA_KEY, &RSA_KEY.public.kid),
        Signer::Foreign => (&*FOREIGN_KEY, &FOREIGN_KEY.public.kid),
    };
    let key = SigningKey::from_pkcs8(pair.public.algorithm, kid, pair.pkcs8.expose()).expect("a private key");
    key.sign("JWT", claims).expect("an assertion")
}

/// A form that an assertion authenticates.
pub fn authenticated<'a>(form: &Form<'a>, assertion: &'a str) -> Form<'a> {
    with(&with(form, "client_assertion", assertion), "client_assertion_type", JWT_BEARER)
}
