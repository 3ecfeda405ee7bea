//! Who asks at the token endpoint: the client's credentials, read strictly and compared in constant time (RFC 6749 §2.3, OpenID Connect Core §9).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::client::{Client, ClientAuthenticationMethod};
use domain::tenant::Issuer;
use domain::{ClientId, Secret};
use subtle::{Choice, ConstantTimeEq};

use crate::Sha256;
use crate::error::{quoted, reasons};
use crate::parameters::RequestParameters;

/// What is offered, as metadata states it.
pub const SUPPORTED: [ClientAuthenticationMethod; 3] =
    [ClientAuthenticationMethod::ClientSecretBasic, ClientAuthenticationMethod::ClientSecretPost, ClientAuthenticationMethod::None];

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
}

/// A client that proved to be itself, or a public one that needn't. Only [`verify`] makes one.
#[derive(Clone, Copy, Debug)]
pub struct AuthenticatedClient<'a>(&'a Client);

impl<'a> AuthenticatedClient<'a> {
    /// The client.
    pub const fn client(self) -> &'a Client {
        self.0
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
        /// RFC 7523 §2.2.
        AssertionUnsupported => InvalidClient, "client assertions are not offered";
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
    let basic = basic(authorization)?;
    let post = parameters.get("client_secret").map(|secret| Secret::new(secret.to_owned()));
    let assertion = parameters.get("client_assertion").or(parameters.get("client_assertion_type"));
    if usize::from(basic.is_some()) + usize::from(post.is_some()) + usize::from(assertion.is_some()) > 1 {
        return Err(Reason::SeveralMethods);
    }
    if assertion.is_some() {
        return Err(Reason::AssertionUnsupported);
    }
    let in_body = parameters.get("client_id");
    match (basic, post) {
        (Some((client_id, _)), _) if in_body.is_some_and(|stated| stated != client_id.as_str()) => Err(Reason::ClientIdsDiffer),
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
        }
    }
}

/// Compares credentials with the client that the store found under their `client_id`, if any.
pub fn verify<'a>(client: Option<&'a Client>, presented: &Presented, sha256: Sha256) -> Result<AuthenticatedClient<'a>, Reason> {
    let client = client.filter(|client| client.id == presented.client_id).ok_or(Reason::ClientUnknown)?;
    if client.authentication != presented.method() {
        return Err(Reason::MethodDiffers);
    }
    match &presented.credentials {
        Credentials::None => Ok(AuthenticatedClient(client)),
        Credentials::Basic(secret) | Credentials::Post(secret) if is_secret_of(client, secret, sha256) => Ok(AuthenticatedClient(client)),
        Credentials::Basic(_) | Credentials::Post(_) => Err(Reason::SecretWrong),
    }
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

fn basic<'h>(authorization: impl IntoIterator<Item = &'h [u8]>) -> Result<Option<(ClientId, Secret<String>)>, Reason> {
    let mut headers = authorization.into_iter();
    let (first, second) = (headers.next(), headers.next());
    match (first, second) {
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(Reason::SeveralHeaders),
        (Some(header), None) => {
            let header = std::str::from_utf8(header).map_err(|_| Reason::SchemeUnsupported)?;
            let (scheme, credentials) = header.split_once(' ').unwrap_or((header, ""));
            if !scheme.eq_ignore_ascii_case("Basic") {
                return Err(Reason::SchemeUnsupported);
            }
            user_and_password(credentials).map(Some).ok_or(Reason::BasicMalformed)
        }
    }
}

// RFC 7617 §2 with strict base64; RFC 6749 §2.3.1: each half is form-encoded on its own.
fn user_and_password(credentials: &str) -> Option<(ClientId, Secret<String>)> {
    let decoded = Secret::new(STANDARD.decode(credentials.trim_start_matches(' ')).ok()?);
    let (user, password) = std::str::from_utf8(decoded.expose()).ok()?.split_once(':')?;
    let client_id = ClientId::parse(&form_decoded(user)?).ok()?;
    Some((client_id, Secret::new(form_decoded(password)?)))
}

/// One form-encoded value, strictly: a percent sign has two digits behind it, and the bytes are UTF-8.
fn form_decoded(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (digits, after) = rest.split_at_checked(2)?;
                rest = after;
                hexadecimal(digits[0])? << 4 | hexadecimal(digits[1])?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

const fn hexadecimal(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
