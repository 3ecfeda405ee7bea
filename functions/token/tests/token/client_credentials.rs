//! What an app gets as itself, and every way in which it gets nothing (RFC 6749 §4.4, RFC 8707 §2.2, RFC 9068).

use std::collections::BTreeSet;

use crypto::jws;
use domain::ClientId;
use domain::api::Api;
use domain::client::{Client, ClientAuthenticationMethod, GrantType, SecurityProfile, TokenLifetimes};
use domain::key_ring::Algorithm;
use domain::policy::WRONG_SECRETS_PER_WINDOW;
use http::StatusCode;
use runtime::Clock;
use testkit::assertion::{self, Signer, authenticated};
use testkit::builders::{self, AUDIENCE};
use testkit::jwt::Shown;
use testkit::rows::Value;
use testkit::{Call, FixedClock};

use crate::support::{Form, Place, basic, call, place, with, without};

const ISSUER: &str = "https://demo.id.example.com";
const INVALID_TARGET: &str =
    r#"400 {"error":"invalid_target","error_description":"The resource is missing, malformed, unknown or not granted, or there is more than one."}"#;
const INVALID_SCOPE: &str =
    r#"400 {"error":"invalid_scope","error_description":"No scope was requested that can be granted, or the scope is malformed."}"#;
const UNAUTHORIZED_CLIENT: &str = r#"400 {"error":"unauthorized_client","error_description":"The client is not registered for this grant type."}"#;
const INVALID_CLIENT: &str =
    r#"401 {"error":"invalid_client","error_description":"The client is unknown, or did not authenticate by its registered method."}"#;

fn own_grant() -> Form<'static> {
    vec![("grant_type", "client_credentials"), ("resource", AUDIENCE)]
}

impl Place {
    async fn with_api(self, api: &Api) -> Self {
        self.scene.register_api(api).await;
        self.scene.register(&builders::machine()).await;
        self
    }

    fn verified(&self, token: &str) -> Shown {
        jws::verify_with_set(self.scene.tenant.verifying_keys(), "at+jwt", token).expect("a signature of this tenant");
        Shown::read(token).expect("a token")
    }
}

async fn machine_place() -> (Place, Client) {
    (place().await.with_api(&builders::api()).await, builders::machine())
}

#[tokio::test]
async fn an_app_gets_a_token_for_its_api_and_nothing_beside_it() {
    let (place, machine) = machine_place().await;
    let answer = place.redeem(&machine, &own_grant()).await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    pragma: no-cache
    vary: origin
    x-content-type-options: nosniff

    {"access_token":"<token>","token_type":"Bearer","expires_in":600,"scope":"read write"}
    "#);
    let mut token = place.verified(&answer.text_of("access_token"));
    token.header["kid"] = "<kid>".into();
    token.claims["jti"] = "<jti>".into();
    insta::assert_snapshot!(serde_json::to_string_pretty(&token.snapshot()).expect("JSON"), @r#"
    {
      "claims": {
        "aud": "https://api.example",
        "client_id": "sample-machine",
        "exp": 1795358525,
        "iat": 1795357925,
        "iss": "https://demo.id.example.com",
        "jti": "<jti>",
        "scope": "read write",
        "sub": "client:sample-machine"
      },
      "header": {
        "alg": "ES256",
        "kid": "<kid>",
        "typ": "at+jwt"
      },
      "signature": "<signature>"
    }
    "#);
}

#[tokio::test]
async fn the_api_says_what_signs_its_tokens_and_how_long_they_live() {
    let api = Api { access_token_signed_response_alg: Algorithm::Rs256, access_token_seconds: 90, ..builders::api() };
    let (place, machine) = (place().await.with_api(&api).await, builders::machine());
    let answer = place.redeem(&machine, &own_grant()).await;
    assert_eq!(answer.json()["expires_in"], 90);
    let token = place.verified(&answer.text_of("access_token"));
    assert_eq!((&token.header["alg"], token.claims["exp"].as_u64()), (&"RS256".into(), Some(FixedClock::USUAL.seconds() + 90)));
}

#[tokio::test]
async fn a_narrower_scope_is_granted_and_any_other_refused() {
    let (place, machine) = machine_place().await;
    let asking = |scope: &'static str| with(&own_grant(), "scope", scope);
    assert_eq!(place.redeem(&machine, &asking("read")).await.json()["scope"], "read");
    // The API knows `delete`, but this app was granted nothing of it; the rest is a person's, or malformed.
    for refused in ["delete", "read delete", "unknown", "openid", "read openid", "offline_access", "profile", "a\"b", " "] {
        assert_eq!(place.redeem(&machine, &asking(refused)).await.outcome(), INVALID_SCOPE, "{refused}");
    }
    assert_eq!(place.redeem(&machine, &asking("write read")).await.json()["scope"], "read write");
}

#[tokio::test]
async fn a_resource_that_is_missing_several_malformed_unknown_foreign_or_not_granted_is_refused() {
    let (place, machine) = machine_place().await;
    let not_granted = builders::api();
    let not_granted = Api { audience: domain::api::Audience::parse("https://other.example").expect("an audience"), ..not_granted };
    place.scene.register_api(&not_granted).await;
    let elsewhere = place.stage.second_tenant().await;
    let foreign = Api { audience: domain::api::Audience::parse("https://foreign.example").expect("an audience"), ..builders::api() };
    elsewhere.register_api(&foreign).await;
    let bare = without(&own_grant(), "resource");
    let mut twice = own_grant();
    twice.push(("resource", AUDIENCE));
    let mut two = own_grant();
    two.push(("resource", "https://other.example"));
    for form in [bare.clone(), with(&bare, "resource", ""), twice, two] {
        assert_eq!(place.redeem(&machine, &form).await.outcome(), INVALID_TARGET, "{form:?}");
    }
    for resource in [
        "https://api.example/",
        "https://API.example",
        "https://api.example#x",
        "api.example",
        "https://nobody.example",
        "https://other.example",
        "https://foreign.example",
        ISSUER,
        "sample-machine",
    ] {
        assert_eq!(place.redeem(&machine, &with(&bare, "resource", resource)).await.outcome(), INVALID_TARGET, "{resource}");
    }
    assert_eq!(place.redeem(&machine, &own_grant()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_api_that_was_granted_and_is_not_there_is_refused_and_one_at_this_tenant_is_no_ones_else() {
    let place = place().await;
    let machine = builders::machine();
    place.scene.register(&machine).await;
    let elsewhere = place.stage.second_tenant().await;
    elsewhere.register_api(&builders::api()).await;
    elsewhere.register(&machine).await;
    assert_eq!(place.redeem(&machine, &own_grant()).await.outcome(), INVALID_TARGET);
    let at_home = place.endpoint.at("other.id.example.com").send(call(&machine, &own_grant())).await;
    assert_eq!(at_home.status, StatusCode::OK);
    place.scene.register_api(&builders::api()).await;
    assert_eq!(place.redeem(&machine, &own_grant()).await.status, StatusCode::OK, "unknown APIs aren't remembered");
}

#[tokio::test]
async fn only_a_registered_app_that_keeps_a_secret_asks_as_itself() {
    let (place, machine) = machine_place().await;
    let public = Client {
        id: ClientId::parse("public-machine").expect("an id"),
        authentication: ClientAuthenticationMethod::None,
        secrets: Vec::new(),
        ..machine.clone()
    };
    let for_people = Client { id: ClientId::parse("for-people").expect("an id"), grant_types: GrantType::for_people(), ..machine.clone() };
    for app in [&public, &for_people] {
        place.scene.register(app).await;
        assert_eq!(place.redeem(app, &own_grant()).await.outcome(), UNAUTHORIZED_CLIENT, "{}", app.id);
    }
    assert_eq!(place.redeem(&machine, &own_grant()).await.status, StatusCode::OK);
    let code = place.scene.code(&builders::client()).await;
    assert_eq!(place.redeem(&machine, &crate::support::grant(&code)).await.outcome(), UNAUTHORIZED_CLIENT, "nor anything else");
    let both: BTreeSet<_> = GrantType::for_people().into_iter().chain([GrantType::ClientCredentials]).collect();
    let both = Client { id: ClientId::parse("both").expect("an id"), grant_types: both, ..machine };
    place.scene.register(&both).await;
    assert_eq!(place.redeem(&both, &own_grant()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn wrong_secrets_are_refused_and_slowed_here_too() {
    let (place, machine) = machine_place().await;
    let guess = |secret| Call::form("/token", &own_grant()).with("authorization", &basic(machine.id.as_str(), secret)).from_address("198.51.100.7");
    for _ in 0..WRONG_SECRETS_PER_WINDOW {
        assert_eq!(place.endpoint.send(guess("wrong")).await.outcome(), INVALID_CLIENT);
    }
    assert_eq!(place.endpoint.send(guess("wrong")).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(place.endpoint.send(guess(builders::CLIENT_SECRET)).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(place.redeem(&machine, &own_grant()).await.status, StatusCode::OK, "from elsewhere");
}

#[tokio::test]
async fn an_assertion_of_the_app_is_good_once() {
    let (place, machine) = machine_place().await;
    let keyed = Client { grant_types: machine.grant_types, apis: machine.apis, ..assertion::client(SecurityProfile::OAuth21) };
    place.scene.register(&keyed).await;
    let signed = |signer, jti| assertion::signed(signer, &assertion::claims(&keyed, ISSUER, jti, place.stage.clock.now()));
    let (good, forged, second) = (signed(Signer::Own, "j"), signed(Signer::Foreign, "f"), signed(Signer::OwnRsa, "k"));
    let ask = async |assertion: &str| place.endpoint.send(Call::form("/token", &authenticated(&own_grant(), assertion))).await;
    assert_eq!(ask(&forged).await.outcome(), INVALID_CLIENT);
    assert_eq!(ask(&good).await.status, StatusCode::OK);
    assert_eq!(ask(&good).await.outcome(), INVALID_CLIENT, "used");
    assert_eq!(ask(&second).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_for_an_app_itself_is_written_nowhere_and_leaves_no_event() {
    let (place, machine) = machine_place().await;
    let (rows, events) = (place.stage.rows("identity").await.len(), place.stage.event_types().await.len());
    assert_eq!(place.redeem(&machine, &own_grant()).await.status, StatusCode::OK);
    place.stage.counting.reset();
    assert_eq!(place.redeem(&machine, &own_grant()).await.status, StatusCode::OK);
    assert_eq!(place.stage.counting.take().requests(), 0);
    assert_eq!((place.stage.rows("identity").await.len(), place.stage.event_types().await.len()), (rows, events));
}

#[tokio::test]
async fn a_change_of_an_api_is_seen_when_the_caches_have_run_out() {
    let (place, machine) = machine_place().await;
    assert_eq!(place.redeem(&machine, &own_grant()).await.json()["expires_in"], 600);
    place.scene.change_row(&place.stage, "API#", "access_token_seconds", Value::N("60".to_owned())).await;
    place.stage.clock.advance(domain::policy::CACHE_USABLE);
    assert_eq!(place.redeem(&machine, &own_grant()).await.json()["expires_in"], 60);
}

#[tokio::test]
async fn of_what_the_app_and_the_api_say_of_a_token_the_shorter_counts() {
    let hour = Api { access_token_seconds: 3600, ..builders::api() };
    let place = place().await;
    place.scene.register_api(&hour).await;
    for (id, said, lives) in [("unsaid", None, 3600), ("shorter", Some(90), 90), ("longer", Some(86_400), 3600)] {
        let lifetimes = TokenLifetimes { access_token_seconds: said, ..TokenLifetimes::default() };
        let app = Client { id: ClientId::parse(id).expect("an id"), lifetimes, ..builders::machine() };
        place.scene.register(&app).await;
        let answer = place.redeem(&app, &own_grant()).await;
        let claims = place.verified(&answer.text_of("access_token")).claims;
        let expected = FixedClock::USUAL.seconds() + lives;
        assert_eq!((answer.json()["expires_in"].as_u64(), claims["exp"].as_u64()), (Some(lives), Some(expected)), "{id}");
    }
}
