//! Who asks at the token endpoint: the client's credentials, read strictly and compared in constant time (RFC 6749 §2.3, OpenID Connect Core §9).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::client::{Client, ClientAuthenticationMethod};
use domain::tenant::Issuer;
use domain::{ClientId, Secret};
use subtle::{Choice, ConstantTimeEq};

use crate::Sha256;
use crate::error::{quoted, reasons};
use crate::parameters::RequestParameters;

mod basic;

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
    let basic = basic::credentials(authorization)?;
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
pub fn verify(client: Option<Arc<Client>>, presented: &Presented, sha256: Sha256) -> Result<AuthenticatedClient, Reason> {
    let client = client.filter(|client| client.id == presented.client_id).ok_or(Reason::ClientUnknown)?;
    if client.authentication != presented.method() {
        return Err(Reason::MethodDiffers);
    }
    match &presented.credentials {
        Credentials::None => Ok(AuthenticatedClient(client)),
        Credentials::Basic(secret) | Credentials::Post(secret) if is_secret_of(&client, secret, sha256) => Ok(AuthenticatedClient(client)),
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

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::samples::{self, SECRET};

    const WRONG: &str = "another-secret";

    fn basic_header(user: &str, password: &str) -> Vec<u8> {
        format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))).into_bytes()
    }

    fn read(headers: &[&[u8]], body: &[(&str, &str)]) -> Result<Presented, Reason> {
        presented(headers.iter().copied(), &body.iter().copied().collect())
    }

    fn client(authentication: ClientAuthenticationMethod) -> Client {
        let secrets = if authentication == ClientAuthenticationMethod::None { Vec::new() } else { samples::confidential_client().secrets };
        Client { authentication, secrets, ..samples::confidential_client() }
    }

    /// Whether a client that registered `method` is authenticated by what was presented.
    fn outcome(method: ClientAuthenticationMethod, presented: &Presented) -> Result<(), Reason> {
        verify(Some(Arc::new(client(method))), presented, samples::sha256).map(|_| ())
    }

    #[test]
    fn each_method_authenticates_the_client_that_registered_it_and_no_other() {
        let by_method = [
            (ClientAuthenticationMethod::ClientSecretBasic, read(&[&basic_header("app", SECRET)], &[]).expect("Basic")),
            (ClientAuthenticationMethod::ClientSecretPost, read(&[], &[("client_id", "app"), ("client_secret", SECRET)]).expect("post")),
            (ClientAuthenticationMethod::None, read(&[], &[("client_id", "app")]).expect("none")),
        ];
        for (presented_method, presented) in &by_method {
            for registered in SUPPORTED {
                let expected = if registered == *presented_method { Ok(()) } else { Err(Reason::MethodDiffers) };
                assert_eq!(outcome(registered, presented), expected, "{registered:?} by {presented_method:?}");
            }
        }
    }

    #[test]
    fn a_wrong_secret_and_an_unknown_client_are_answered_alike() {
        for presented in
            [read(&[&basic_header("app", WRONG)], &[]).expect("Basic"), read(&[], &[("client_id", "app"), ("client_secret", WRONG)]).expect("post")]
        {
            let wrong = outcome(presented.method(), &presented).expect_err("a wrong secret");
            let unknown = verify(None, &presented, samples::sha256).expect_err("an unknown client");
            assert_eq!((wrong, unknown), (Reason::SecretWrong, Reason::ClientUnknown));
            assert_eq!(wrong.code(), unknown.code());
            assert_eq!((wrong.code().as_str(), wrong.code().status()), ("invalid_client", 401));
        }
    }

    #[test]
    fn a_record_of_another_client_is_as_unknown_as_none() {
        let presented = read(&[], &[("client_id", "other")]).expect("none");
        assert_eq!(outcome(ClientAuthenticationMethod::None, &presented), Err(Reason::ClientUnknown));
    }

    #[test]
    fn both_secrets_are_good_while_one_is_rotated_and_none_when_there_is_none() {
        let hash = |secret: &str| domain::client::SecretHash {
            sha256: URL_SAFE_NO_PAD.encode(samples::sha256(secret.as_bytes())),
            created_at: domain::Timestamp::from_seconds(0),
        };
        let rotating = Client { secrets: vec![hash("old"), hash("new")], ..samples::confidential_client() };
        let verified = |client: &Client, secret| {
            let presented = read(&[&basic_header("app", secret)], &[]).expect("Basic");
            verify(Some(Arc::new(client.clone())), &presented, samples::sha256).map(|_| ())
        };
        assert_eq!(verified(&rotating, "old"), Ok(()));
        assert_eq!(verified(&rotating, "new"), Ok(()));
        assert_eq!(verified(&rotating, "older"), Err(Reason::SecretWrong));
        assert_eq!(verified(&Client { secrets: Vec::new(), ..rotating }, ""), Err(Reason::SecretWrong));
    }

    #[test]
    fn more_than_one_method_is_an_invalid_request() {
        let basic = basic_header("app", SECRET);
        for (headers, body) in [
            (vec![basic.as_slice()], vec![("client_secret", SECRET)]),
            (vec![basic.as_slice()], vec![("client_assertion", "x")]),
            (vec![], vec![("client_id", "app"), ("client_secret", SECRET), ("client_assertion", "x")]),
        ] {
            let refused = read(&headers, &body).expect_err("two methods");
            assert_eq!((refused, refused.code().as_str()), (Reason::SeveralMethods, "invalid_request"), "{body:?}");
        }
        assert_eq!(read(&[&basic, &basic], &[]), Err(Reason::SeveralHeaders));
    }

    #[test]
    fn a_client_id_beside_basic_has_to_be_the_same() {
        let basic = basic_header("app", SECRET);
        assert_eq!(read(&[&basic], &[("client_id", "app")]).map(|presented| presented.client_id().to_string()), Ok("app".to_owned()));
        assert_eq!(read(&[&basic], &[("client_id", "other")]), Err(Reason::ClientIdsDiffer));
    }

    #[test]
    fn a_client_without_a_name_or_with_an_assertion_is_not_authenticated() {
        assert_eq!(read(&[], &[]), Err(Reason::ClientMissing));
        assert_eq!(read(&[], &[("client_secret", SECRET)]), Err(Reason::ClientMissing));
        assert_eq!(read(&[], &[("client_id", "a#b")]), Err(Reason::ClientUnknown));
        for parameter in ["client_assertion", "client_assertion_type"] {
            assert_eq!(read(&[], &[("client_id", "app"), (parameter, "x")]), Err(Reason::AssertionUnsupported));
        }
    }

    #[test]
    fn a_secret_is_never_printed() {
        let presented = read(&[], &[("client_id", "app"), ("client_secret", SECRET)]).expect("post");
        assert!(!format!("{presented:?}").contains(SECRET));
    }

    #[test]
    fn the_challenge_names_the_tenant() {
        assert_eq!(challenge(&samples::issuer()), r#"Basic realm="https://demo.id.example", charset="UTF-8""#);
    }
}
