//! Each method, alone and as registered; and everything that isn't one.

use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::samples::{self, SECRET};

const WRONG: &str = "another-secret";
const JWT_BEARER: (&str, &str) = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");

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

const PROOFS: Proofs = Proofs { sha256: samples::sha256, assertion: signed_by_anybody };

// Signatures are the crypto provider's; here every assertion counts as signed.
fn signed_by_anybody(_: &[Value], assertion: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1)?).ok()?).ok()
}

fn assertion() -> String {
    let exp = samples::NOW.seconds() + 60;
    let claims = serde_json::json!({ "iss": "app", "sub": "app", "aud": "https://demo.id.example", "exp": exp, "jti": "j" });
    format!("h.{}.s", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn verified(client: Option<Client>, presented: &Presented) -> Result<Verified, Reason> {
    let issuer = samples::issuer();
    verify(client.map(Arc::new), presented, PROOFS, Presentation { issuer: &issuer, path: "/token", now: samples::NOW })
}

/// Whether a client that registered `method` is authenticated by what was presented.
fn outcome(method: ClientAuthenticationMethod, presented: &Presented) -> Result<(), Reason> {
    verified(Some(client(method)), presented).map(|_| ())
}

#[test]
fn each_method_authenticates_the_client_that_registered_it_and_no_other() {
    let by_method = [
        (ClientAuthenticationMethod::ClientSecretBasic, read(&[&basic_header("app", SECRET)], &[]).expect("Basic")),
        (ClientAuthenticationMethod::ClientSecretPost, read(&[], &[("client_id", "app"), ("client_secret", SECRET)]).expect("post")),
        (ClientAuthenticationMethod::PrivateKeyJwt, read(&[], &[("client_assertion", &assertion()), JWT_BEARER]).expect("an assertion")),
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
        let unknown = verified(None, &presented).expect_err("an unknown client");
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
    let tried = |client: &Client, secret| {
        let presented = read(&[&basic_header("app", secret)], &[]).expect("Basic");
        verified(Some(client.clone()), &presented).map(|_| ())
    };
    assert_eq!(tried(&rotating, "old"), Ok(()));
    assert_eq!(tried(&rotating, "new"), Ok(()));
    assert_eq!(tried(&rotating, "older"), Err(Reason::SecretWrong));
    let twice = Client { secrets: vec![hash("new"), hash("new")], ..samples::confidential_client() };
    assert_eq!(tried(&twice, "new"), Ok(()));
    assert_eq!(tried(&Client { secrets: Vec::new(), ..rotating }, ""), Err(Reason::SecretWrong));
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
fn a_client_without_a_name_or_with_half_an_assertion_is_not_authenticated() {
    assert_eq!(read(&[], &[]), Err(Reason::ClientMissing));
    assert_eq!(read(&[], &[("client_secret", SECRET)]), Err(Reason::ClientMissing));
    assert_eq!(read(&[], &[("client_id", "a#b")]), Err(Reason::ClientUnknown));
    for parameter in ["client_assertion", "client_assertion_type"] {
        assert_eq!(read(&[], &[("client_id", "app"), (parameter, "x")]), Err(Reason::AssertionIncomplete));
    }
    assert_eq!(read(&[], &[("client_id", "other"), ("client_assertion", &assertion()), JWT_BEARER]), Err(Reason::ClientIdsDiffer));
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
