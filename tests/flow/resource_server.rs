//! An API that validates access tokens by the crate `jsonwebtoken` (RFC 9068 §4): signature by the published keys, issuer, audience, type, expiry and scope.

use std::collections::HashSet;
use std::time::Duration;

use domain::GroupId;
use domain::api::{ApiScope, Audience};
use domain::roster::{Group, GroupName, RoleName};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation, decode, decode_header};
use local::TestPlatform;
use local::seed::Api;
use runtime::Provisioner;
use runtime::provision::Membership;
use runtime::{Clock, SystemClock};
use serde_json::Value;
use store::{TenantChange, UserChange};
use testkit::endpoint::Call;
use testkit::jwt::Shown;

use super::relying_party::{RelyingParty, assert_refused, machine_call_for, path};
use super::visitor::{Visitor, answer};

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

/// A role that alone opens `orders:write`, and a group that has it.
async fn bind_writing(platform: &TestPlatform) {
    let role = RoleName::parse("editor").expect("a name");
    let group = Group { name: GroupName::parse("Editors").expect("a name"), roles: [role.clone()].into() };
    let audience = Audience::parse(&platform.demo.apis()[0].audience).expect("an audience");
    let scope = ApiScope::parse("orders:write").expect("a scope");
    let provisioner = Provisioner::new(platform.platform());
    let change = provisioner.change_roster(&platform.demo.tenant, |roster| {
        roster.roles.insert(role.clone());
        roster.groups.insert(editors(), group);
        roster.scopes.insert(audience, [(scope, [role].into())].into());
    });
    assert_eq!(change.await.expect("an answer"), TenantChange::Changed);
}

fn editors() -> GroupId {
    GroupId::from_random([5; 16])
}

async fn assign(platform: &TestPlatform, membership: Membership) {
    let username = platform.demo.person().username.clone();
    let outcome = Provisioner::new(platform.platform()).assign(&platform.demo.tenant, &username, &membership).await;
    assert_eq!(outcome.expect("an answer"), UserChange::Changed);
}

#[tokio::test]
async fn a_persons_token_has_the_scopes_and_claims_of_their_groups_and_roles_as_long_as_they_have_them() {
    let platform = TestPlatform::start().await;
    platform.clock.set(SystemClock.now());
    bind_writing(&platform).await;
    let api = platform.demo.apis()[0].clone();
    let server = ResourceServer::discover(&platform, &api.audience).await;
    let scope = "openid offline_access groups roles orders:read orders:write";
    let app = RelyingParty::public(&platform).at_resource(&api.audience, scope);
    let mut ada = Visitor::ada(&platform, 1);

    // Without the role: what is everybody's.
    let first = app.redeem(&platform, &ada.arrive(&platform, &app).await).await;
    assert_eq!(first.text_of("scope"), "orders:read");
    let read = server.validated(&first.text_of("access_token"), "orders:read").expect("a token for this API");
    assert!(read.claims.get("groups").is_none() && read.claims.get("roles").is_none());
    assert_eq!(server.validated(&first.text_of("access_token"), "orders:write").err(), Some(None));
    let only_writing = app.at_resource(&api.audience, "openid orders:write");
    let refused = ada.ask(&platform, &only_writing).await;
    assert_eq!(refused.returned("error"), "invalid_scope", "{}", refused.outcome());

    // With it: consented to anew, since it wasn't asked about before.
    assign(&platform, Membership { groups: [editors()].into(), ..Membership::default() }).await;
    let second = app.redeem(&platform, &ada.arrive(&platform, &app).await).await;
    assert_eq!(second.text_of("scope"), "orders:read orders:write");
    let read = server.validated(&second.text_of("access_token"), "orders:write").expect("a token for this API");
    assert_eq!((&read.claims["groups"], &read.claims["roles"]), (&serde_json::json!(["Editors"]), &serde_json::json!(["editor"])));
    let known = app.redeem_with(&platform, &ada.arrive(&platform, &app).await, ("resource", &app.issuer)).await;
    let known = app.userinfo(&platform, &known.text_of("access_token")).await.json();
    assert_eq!((&known["groups"], &known["roles"]), (&serde_json::json!(["Editors"]), &serde_json::json!(["editor"])));

    // Without it again: the same refresh token is good for less.
    assign(&platform, Membership::default()).await;
    let third = app.refreshed(&platform, &second.text_of("refresh_token")).await;
    assert_eq!(third.text_of("scope"), "orders:read");
    assert_eq!(server.validated(&third.text_of("access_token"), "orders:write").err(), Some(None));
    let token = third.text_of("refresh_token");
    let mut form = app.refresh(&token);
    form.push(("scope", "orders:write"));
    assert_refused(&answer(&platform, app.token_call(&form)).await, "invalid_scope");
}
