//! Who asks at the token endpoint: the client's credentials, read strictly and compared in constant time (RFC 6749 §2.3, OpenID Connect Core §9).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::client::{Client, ClientAuthenticationMethod};
use domain::key_ring::Algorithm;
use domain::tenant::Issuer;
use domain::{ClientId, Secret};
use serde_json::{Map, Value};
use subtle::{Choice, ConstantTimeEq};

use crate::Sha256;
use crate::error::{quoted, reasons};
use crate::parameters::RequestParameters;

pub mod assertion;
mod basic;

use assertion::{Presentation, Used};

/// What is offered, as metadata states it.
pub const SUPPORTED: [ClientAuthenticationMethod; 4] = [
    ClientAuthenticationMethod::ClientSecretBasic,
    ClientAuthenticationMethod::ClientSecretPost,
    ClientAuthenticationMethod::PrivateKeyJwt,
    ClientAuthenticationMethod::None,
];
/// What signs client assertions, as metadata states it.
pub const ASSERTION_ALGORITHMS: [Algorithm; 2] = [Algorithm::Es256, Algorithm::Rs256];

/// Proofs that need a crypto provider, handed in by whoever has one.
#[derive(Clone, Copy, Debug)]
pub struct Proofs {
    /// SHA-256.
    pub sha256: Sha256,
    /// The claims of an assertion.
    pub assertion: VerifyAssertion,
}

/// The claims of an assertion, if one of these keys signed it.
pub type VerifyAssertion = fn(keys: &[Value], assertion: &str) -> Option<Map<String, Value>>;

/// Credentials as a request presented them, not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    client_id: ClientId,
    credentials: Credentials,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Credentials {
    None,
    Basic(Secret<String>),
    Post(Secret<String>),
    Assertion(Secret<String>),
}

/// A client that proved to be itself, or a public one that needn't. Only [`verify`] makes one.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient(Arc<Client>);

impl AuthenticatedClient {
    /// The client.
    pub fn client(&self) -> &Client {
        &self.0
    }

    #[cfg(test)]
    pub(crate) fn for_test(client: &Client) -> Self {
        Self(Arc::new(client.clone()))
    }
}

reasons! {
    /// Why a client isn't authenticated.
    pub enum Reason {
        /// RFC 6749 §2.3: one method per request.
        SeveralMethods => InvalidRequest, "more than one way of client authentication";
        /// RFC 9110 §11.6.2.
        SeveralHeaders => InvalidRequest, "more than one Authorization header";
        /// RFC 6749 §2.3.1.
        ClientIdsDiffer => InvalidRequest, "client_id differs from the Authorization header";
        /// RFC 6749 §5.2.
        ClientMissing => InvalidClient, "no client_id";
        /// RFC 6749 §5.2.
        SchemeUnsupported => InvalidClient, "the Authorization header is not Basic";
        /// RFC 7617 §2, RFC 6749 §2.3.1.
        BasicMalformed => InvalidClient, "the Basic credentials are malformed";
        /// RFC 7521 §4.2.
        AssertionIncomplete => InvalidRequest, "client_assertion without client_assertion_type, or the other way round";
        /// RFC 7523 §2.2.
        AssertionTypeUnknown => InvalidClient, "client_assertion_type is not jwt-bearer";
        /// RFC 7523 §3.
        AssertionMalformed => InvalidClient, "client_assertion is not a JWT with a subject";
        /// RFC 7523 §3: forged, another type, or signed by no key of the client.
        AssertionForged => InvalidClient, "client_assertion is not signed by a key of the client";
        /// RFC 7523 §3.
        AssertionClaims => InvalidClient, "a claim of client_assertion is missing or malformed";
        /// RFC 7523 §3.
        AssertionOfAnother => InvalidClient, "iss and sub of client_assertion are not the client";
        /// RFC 7523 §3, rfc7523bis §3.
        AssertionAudience => InvalidClient, "client_assertion is meant for another audience";
        /// RFC 7523 §3.
        AssertionExpired => InvalidClient, "client_assertion has expired";
        /// RFC 7523 §3.
        AssertionTooLong => InvalidClient, "client_assertion is good for too long";
        /// RFC 7523 §3.
        AssertionAhead => InvalidClient, "client_assertion was issued in the future";
        /// RFC 7523 §3.
        AssertionUsed => InvalidClient, "client_assertion was used before";
        /// RFC 6749 §5.2.
        ClientUnknown => InvalidClient, "client_id is unknown";
        /// OpenID Connect Core §9: by the registered method only.
        MethodDiffers => InvalidClient, "not the registered method";
        /// RFC 6749 §5.2.
        SecretWrong => InvalidClient, "wrong client secret";
    }
}

/// Reads the credentials of a request. `authorization` is every `Authorization` header that came.
pub fn presented<'h>(authorization: impl IntoIterator<Item = &'h [u8]>, parameters: &RequestParameters<'_>) -> Result<Presented, Reason> {
    let basic = basic::credentials(authorization)?;
    let post = parameters.get("client_secret").map(|secret| Secret::new(secret.to_owned()));
    let has_assertion = parameters.get("client_assertion").or(parameters.get("client_assertion_type")).is_some();
    if usize::from(basic.is_some()) + usize::from(post.is_some()) + usize::from(has_assertion) > 1 {
        return Err(Reason::SeveralMethods);
    }
    let assertion = assertion::presented(parameters)?;
    let in_body = parameters.get("client_id");
    let named = basic.as_ref().or(assertion.as_ref()).map(|(client_id, _)| client_id.as_str());
    if in_body.is_some_and(|stated| named.is_some_and(|named| stated != named)) {
        return Err(Reason::ClientIdsDiffer);
    }
    if let Some((client_id, assertion)) = assertion {
        return Ok(Presented { client_id, credentials: Credentials::Assertion(assertion) });
    }
    match (basic, post) {
        (Some((client_id, secret)), _) => Ok(Presented { client_id, credentials: Credentials::Basic(secret) }),
        (None, Some(secret)) => Ok(Presented { client_id: stated(in_body)?, credentials: Credentials::Post(secret) }),
        (None, None) => Ok(Presented { client_id: stated(in_body)?, credentials: Credentials::None }),
    }
}

impl Presented {
    /// The client that the request says it comes from.
    pub const fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    const fn method(&self) -> ClientAuthenticationMethod {
        match self.credentials {
            Credentials::None => ClientAuthenticationMethod::None,
            Credentials::Basic(_) => ClientAuthenticationMethod::ClientSecretBasic,
            Credentials::Post(_) => ClientAuthenticationMethod::ClientSecretPost,
            Credentials::Assertion(_) => ClientAuthenticationMethod::PrivateKeyJwt,
        }
    }
}

/// Who asks, and the assertion that proved it, which has to be claimed before anything is decided.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The client.
    pub client: AuthenticatedClient,
    /// Its assertion, where it brought one.
    pub assertion: Option<Used>,
}

/// Compares credentials with the client that the store found under their `client_id`, if any.
pub fn verify(client: Option<Arc<Client>>, presented: &Presented, proofs: Proofs, at: Presentation<'_>) -> Result<Verified, Reason> {
    let client = client.filter(|client| client.id == presented.client_id).ok_or(Reason::ClientUnknown)?;
    if client.authentication != presented.method() {
        return Err(Reason::MethodDiffers);
    }
    let assertion = match &presented.credentials {
        Credentials::None => None,
        Credentials::Basic(secret) | Credentials::Post(secret) if is_secret_of(&client, secret, proofs.sha256) => None,
        Credentials::Basic(_) | Credentials::Post(_) => return Err(Reason::SecretWrong),
        Credentials::Assertion(assertion) => {
            let claims = (proofs.assertion)(&client.jwks, assertion.expose()).ok_or(Reason::AssertionForged)?;
            Some(assertion::check(&client, claims, at)?)
        }
    };
    Ok(Verified { client: AuthenticatedClient(client), assertion })
}

/// The `WWW-Authenticate` that every `invalid_client` carries (RFC 6749 §5.2, RFC 9110 §15.5.2, RFC 7617 §2).
pub fn challenge(issuer: &Issuer) -> String {
    format!("Basic realm={}, charset=\"UTF-8\"", quoted(issuer.as_str()))
}

// SECURITY: hashes are compared in constant time, and all of them, so that the time tells neither which secret nor how much of it was right.
fn is_secret_of(client: &Client, secret: &Secret<String>, sha256: Sha256) -> bool {
    let hash = URL_SAFE_NO_PAD.encode(sha256(secret.expose().as_bytes()));
    client.secrets.iter().fold(Choice::from(0), |found, known| found | known.sha256.as_bytes().ct_eq(hash.as_bytes())).into()
}

fn stated(client_id: Option<&str>) -> Result<ClientId, Reason> {
    ClientId::parse(client_id.ok_or(Reason::ClientMissing)?).map_err(|_| Reason::ClientUnknown)
}

#[cfg(test)]
mod tests;
