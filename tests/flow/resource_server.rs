//! An API that validates access tokens by the crate `jsonwebtoken` (RFC 9068 §4): signature by the published keys, issuer, audience, type, expiry and scope.

use std::collections::HashSet;
use std::time::Duration;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation, decode, decode_header};
use local::TestPlatform;
use local::seed::Api;
use runtime::{Clock, SystemClock};
use serde_json::Value;
use testkit::endpoint::Call;
use testkit::jwt::Shown;

use super::relying_party::{machine_call_for, path};
use super::visitor::answer;

/// An API that knows its issuer and its own name.
struct ResourceServer {
    issuer: String,
    audience: String,
    keys: JwkSet,
}

impl ResourceServer {
    async fn discover(platform: &TestPlatform, audience: &str) -> Self {
        let issuer = platform.demo.issuer().to_owned();
        let metadata = answer(platform, Call::get(path(&format!("{issuer}/.well-known/openid-configuration")))).await.json();
        assert_eq!(metadata["issuer"], issuer.as_str());
        let keys = answer(platform, Call::get(path(metadata["jwks_uri"].as_str().expect("a URL")))).await;
        Self { issuer, audience: audience.to_owned(), keys: serde_json::from_str(&keys.body).expect("a key set") }
    }

    /// The token, if it is one for this API with this scope; else the library's reason, or none when the scope isn't there.
    fn validated(&self, token: &str, scope: &str) -> Result<TokenData<Value>, Option<ErrorKind>> {
        let reason = |error: jsonwebtoken::errors::Error| Some(error.into_kind());
        let header = decode_header(token).map_err(reason)?;
        assert_eq!(header.typ.as_deref(), Some("at+jwt"), "the library leaves the type to its user");
        let jwk = self.keys.find(header.kid.as_deref().unwrap_or_default()).ok_or(None)?;
        // RFC 8725 §3.1: the key says the algorithm, and never the token.
        let algorithm: Algorithm = jwk.common.key_algorithm.expect("an alg").to_string().parse().expect("a known one");
        let mut validation = Validation::new(algorithm);
        validation.leeway = 0;
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let read = decode::<Value>(token, &DecodingKey::from_jwk(jwk).expect("a usable key"), &validation).map_err(reason)?;
        let scopes: HashSet<_> = read.claims["scope"].as_str().unwrap_or_default().split(' ').collect();
        if scopes.contains(scope) { Ok(read) } else { Err(None) }
    }
}

async fn own_token(platform: &TestPlatform, api: &Api) -> String {
    answer(platform, machine_call_for(platform, &api.audience)).await.text_of("access_token")
}

/// The same header and signature around other claims.
fn with_claim(token: &str, name: &str, value: Value) -> String {
    let mut claims = Shown::read(token).expect("a token").claims;
    claims[name] = value;
    let parts: Vec<_> = token.split('.').collect();
    format!("{}.{}.{}", parts[0], crypto::base64url::encode(claims.to_string()), parts[2])
}

#[tokio::test]
async fn an_api_validates_by_jsonwebtoken() {
    let platform = TestPlatform::start().await;
    // The library has a clock of its own.
    platform.clock.set(SystemClock.now());
    let apis = platform.demo.apis().to_vec();
    let mut algorithms = HashSet::new();
    for (api, other) in [(&apis[0], &apis[1]), (&apis[1], &apis[0])] {
        let server = ResourceServer::discover(&platform, &api.audience).await;
        let (token, scope) = (own_token(&platform, api).await, api.scopes[0].as_str());
        let read = server.validated(&token, scope).expect("a token for this API");
        assert_eq!((&read.claims["sub"], &read.claims["client_id"]), (&"client:demo-machine".into(), &"demo-machine".into()));
        algorithms.insert(format!("{:?}", read.header.alg));

        assert_eq!(server.validated(&token, "nothing:like-it").err(), Some(None), "a scope that it hasn't");
        assert_eq!(server.validated(&own_token(&platform, other).await, scope).err(), Some(Some(ErrorKind::InvalidAudience)));
        let elsewhere = ResourceServer { issuer: format!("{}/", server.issuer), keys: server.keys.clone(), audience: server.audience.clone() };
        assert_eq!(elsewhere.validated(&token, scope).err(), Some(Some(ErrorKind::InvalidIssuer)));
        for (name, value) in [("scope", "everything".into()), ("aud", api.audience.as_str().into()), ("exp", u64::MAX.into())] {
            let altered = with_claim(&token, name, value);
            // Written anew, even the same claim may differ by a byte.
            if altered != token {
                assert_eq!(server.validated(&altered, scope).err(), Some(Some(ErrorKind::InvalidSignature)), "{name}");
            }
        }
    }
    assert_eq!(algorithms, HashSet::from(["ES256".to_owned(), "RS256".to_owned()]));
}

#[tokio::test]
async fn an_api_refuses_an_expired_token_by_jsonwebtoken() {
    let platform = TestPlatform::start().await;
    let api = platform.demo.apis()[0].clone();
    let server = ResourceServer::discover(&platform, &api.audience).await;
    platform.clock.set(SystemClock.now().minus(Duration::from_mins(11)));
    let expired = own_token(&platform, &api).await;
    assert_eq!(server.validated(&expired, &api.scopes[0]).err(), Some(Some(ErrorKind::ExpiredSignature)));
    platform.clock.set(SystemClock.now());
    assert!(server.validated(&own_token(&platform, &api).await, &api.scopes[0]).is_ok());
}
