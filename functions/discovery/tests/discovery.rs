//! The documents of a tenant: metadata and keys, for everybody, without the key service.

use std::time::Duration;

use discovery::Deps;
use domain::TenantId;
use http::{Method, StatusCode};
use serde_json::Value;
use testkit::keys::Health;
use testkit::transport::Fault;
use testkit::{Call, Endpoint, Stage};

const METADATA: [&str; 2] = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];
const ALL: [&str; 3] = [METADATA[0], METADATA[1], "/jwks"];

struct Place {
    stage: Stage,
    endpoint: Endpoint,
}

async fn place() -> Place {
    let stage = Stage::new().await;
    let endpoint = endpoint(&stage);
    Place { stage, endpoint }
}

fn endpoint(stage: &Stage) -> Endpoint {
    Endpoint::new(stage, discovery::router(Deps::new(&stage.platform)))
}

/// A JSON text, laid out to be read; the members of an object have no order, and stand in that of their names.
fn laid_out(body: &str) -> String {
    let mut value: Value = serde_json::from_str(body).expect("JSON");
    value.sort_all_objects();
    serde_json::to_string_pretty(&value).expect("JSON")
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "the document is long, and shown whole")]
async fn metadata_states_what_exists_for_both_specifications_alike() {
    let place = place().await;
    let mut openid = place.endpoint.get(METADATA[0]).await;
    assert_eq!(place.endpoint.get(METADATA[1]).await.body, openid.body);
    openid.body = laid_out(&openid.body);
    insta::assert_snapshot!(openid.snapshot(), @r#"
    200
    cache-control: public, max-age=900
    content-type: application/json
    vary: origin
    x-content-type-options: nosniff

    {
      "acr_values_supported": [
        "urn:countersign:acr:password"
      ],
      "authorization_endpoint": "https://demo.id.example.com/authorize",
      "authorization_response_iss_parameter_supported": true,
      "backchannel_logout_session_supported": true,
      "backchannel_logout_supported": true,
      "claim_types_supported": [
        "normal"
      ],
      "claims_parameter_supported": true,
      "claims_supported": [
        "sub",
        "iss",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "at_hash",
        "sid",
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
        "email",
        "email_verified",
        "address",
        "phone_number",
        "phone_number_verified",
        "groups",
        "roles"
      ],
      "code_challenge_methods_supported": [
        "S256"
      ],
      "display_values_supported": [
        "page",
        "popup",
        "touch"
      ],
      "end_session_endpoint": "https://demo.id.example.com/logout",
      "grant_types_supported": [
        "authorization_code",
        "refresh_token",
        "client_credentials"
      ],
      "id_token_signing_alg_values_supported": [
        "RS256",
        "ES256"
      ],
      "introspection_endpoint": "https://demo.id.example.com/introspect",
      "introspection_endpoint_auth_methods_supported": [
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt"
      ],
      "introspection_endpoint_auth_signing_alg_values_supported": [
        "ES256",
        "RS256"
      ],
      "issuer": "https://demo.id.example.com",
      "jwks_uri": "https://demo.id.example.com/jwks",
      "prompt_values_supported": [
        "none",
        "login",
        "consent",
        "select_account"
      ],
      "pushed_authorization_request_endpoint": "https://demo.id.example.com/par",
      "request_parameter_supported": false,
      "request_uri_parameter_supported": false,
      "require_pushed_authorization_requests": false,
      "response_modes_supported": [
        "query",
        "fragment",
        "form_post"
      ],
      "response_types_supported": [
        "code"
      ],
      "revocation_endpoint": "https://demo.id.example.com/revoke",
      "revocation_endpoint_auth_methods_supported": [
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
        "none"
      ],
      "revocation_endpoint_auth_signing_alg_values_supported": [
        "ES256",
        "RS256"
      ],
      "scopes_supported": [
        "openid",
        "profile",
        "email",
        "address",
        "phone",
        "offline_access",
        "groups",
        "roles",
        "account"
      ],
      "subject_types_supported": [
        "public"
      ],
      "token_endpoint": "https://demo.id.example.com/token",
      "token_endpoint_auth_methods_supported": [
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
        "none"
      ],
      "token_endpoint_auth_signing_alg_values_supported": [
        "ES256",
        "RS256"
      ],
      "ui_locales_supported": [
        "en",
        "de"
      ],
      "userinfo_endpoint": "https://demo.id.example.com/userinfo",
      "userinfo_signing_alg_values_supported": [
        "RS256",
        "ES256"
      ]
    }
    "#);
}

#[tokio::test]
async fn the_keys_are_public_and_verify_what_the_tenant_signs() {
    let place = place().await;
    let mut answer = place.endpoint.get("/jwks").await;
    let scene = place.stage.scene().await;
    let keys: Vec<crypto::jwk::Jwk> = serde_json::from_value(answer.json()["keys"].clone()).expect("keys");
    for algorithm in [domain::key_ring::Algorithm::Es256, domain::key_ring::Algorithm::Rs256] {
        let token = scene.tenant.sign(algorithm, "JWT", &serde_json::json!({"sub": "ada"})).expect("a token");
        assert!(crypto::jws::verify_with_set(&keys, "JWT", &token).is_ok(), "{algorithm:?}");
    }
    let mut shown = answer.json();
    for key in shown["keys"].as_array_mut().expect("keys") {
        for (name, value) in key.as_object_mut().expect("a key") {
            if ["kid", "n", "x", "y"].contains(&name.as_str()) {
                *value = Value::from("<random>");
            }
        }
    }
    answer.body = laid_out(&shown.to_string());
    insta::assert_snapshot!(answer.snapshot(), @r#"
    200
    cache-control: public, max-age=900
    content-type: application/json
    vary: origin
    x-content-type-options: nosniff

    {
      "keys": [
        {
          "alg": "ES256",
          "crv": "P-256",
          "kid": "<random>",
          "kty": "EC",
          "use": "sig",
          "x": "<random>",
          "y": "<random>"
        },
        {
          "alg": "RS256",
          "e": "AQAB",
          "kid": "<random>",
          "kty": "RSA",
          "n": "<random>",
          "use": "sig"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn other_methods_are_told_which_are_served() {
    let place = place().await;
    for path in ALL {
        let head = place.endpoint.send(Call::new(Method::HEAD, path)).await;
        assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""), "{path}");
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = place.endpoint.send(Call::new(method.clone(), path)).await;
            assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"), "{method} {path}");
        }
    }
    for path in ["/", "/.well-known/openid-configuration/", "/.well-known/webfinger", "/jwks.json"] {
        assert_eq!(place.endpoint.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn no_header_and_no_query_changes_an_issuer() {
    let place = place().await;
    let plain = place.endpoint.get(METADATA[0]).await;
    let forged = Call::get(format!("{}?issuer=https://evil.example&%00=%ff", METADATA[0]))
        .with("x-forwarded-host", "evil.example")
        .with("x-forwarded-proto", "http")
        .with("x-forwarded-prefix", "/evil")
        .with("forwarded", "host=evil.example;proto=http");
    assert_eq!(place.endpoint.send(forged).await.body, plain.body);
    for host in ["DEMO.ID.EXAMPLE.COM", "demo.id.example.com:443"] {
        assert_eq!(place.endpoint.at(host).get(METADATA[0]).await.body, plain.body, "{host}");
    }
}

#[tokio::test]
async fn a_host_without_a_tenant_is_404() {
    let place = place().await;
    for host in
        ["nobody.id.example.com", "evil.example", "demo.id.example.com.evil.example", "demo.id.example.com@evil.example", "id.example.com", ""]
    {
        for path in ALL {
            let answer = place.endpoint.at(host).get(path).await;
            assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::NOT_FOUND, "no-store"), "{host}");
        }
    }
    insta::assert_snapshot!(place.endpoint.at("nobody.id.example.com").get("/jwks").await.page(), @"
        404

        <title>There’s nothing here · Countersign
        There’s nothing here
        The address may be mistyped, or the page may have moved.
        Check the address, or go back to the app that you came from.
        Incident number
        <incident>
        ");
}

#[tokio::test]
async fn each_tenant_has_its_own_documents() {
    let place = place().await;
    place.stage.second_tenant().await;
    let other = place.endpoint.at("other.id.example.com");
    assert_eq!(other.get(METADATA[0]).await.json()["issuer"], "https://other.id.example.com");
    assert_ne!(other.get("/jwks").await.body, place.endpoint.get("/jwks").await.body);
}

#[tokio::test]
async fn f23_the_documents_need_no_key_service_even_cold() {
    let place = place().await;
    let calls = place.stage.keys.call_count();
    place.stage.keys.be(Health::Down);
    for path in ALL {
        assert_eq!(endpoint(&place.stage).get(path).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(place.stage.keys.call_count(), calls);
}

#[tokio::test]
async fn a_warm_process_asks_nobody_and_reads_again_beside_a_request() {
    let place = place().await;
    place.endpoint.get("/jwks").await;
    place.stage.counting.reset();
    for path in ALL {
        assert_eq!(place.endpoint.get(path).await.status, StatusCode::OK);
    }
    assert_eq!(place.stage.counting.take().requests(), 0);
    place.stage.clock.advance(Duration::from_secs(29));
    place.endpoint.get("/jwks").await;
    assert!(place.stage.counting.take().requests() > 0, "the refresh beside it");
}

#[tokio::test]
async fn tables_that_do_not_answer_are_503_once_what_is_known_is_too_old() {
    let place = place().await;
    assert_eq!(place.endpoint.get("/jwks").await.status, StatusCode::OK);
    place.stage.faulty.always(Fault::Unreachable);
    place.stage.clock.advance(Duration::from_secs(29));
    assert_eq!(place.endpoint.get("/jwks").await.status, StatusCode::OK, "a refresh that fails is no failure of the request beside it");
    place.stage.clock.advance(Duration::from_secs(1));
    for path in ALL {
        let answer = place.endpoint.get(path).await;
        assert_eq!((answer.status, answer.header("retry-after"), answer.header("cache-control")), (StatusCode::SERVICE_UNAVAILABLE, "5", "no-store"));
    }
    place.stage.faulty.heal();
    assert_eq!(place.endpoint.get("/jwks").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_slug_of_another_zone_is_404_here() {
    let place = place().await;
    let slug = domain::Slug::parse("elsewhere").expect("a slug");
    let there = store::SlugPlace { tenant: TenantId::from_random([9; 16]), zone: domain::ZoneName::new("us"), state: store::SlugState::Given };
    place.stage.platform.store.directory().claim_slug(&slug, &there).await.expect("an answer");
    assert_eq!(place.endpoint.at("elsewhere.id.example.com").get("/jwks").await.status, StatusCode::NOT_FOUND);
}
