//! A good code is answered with tokens (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3, RFC 9068 §2).

use domain::client::{Client, ClientAuthenticationMethod, SecurityProfile};
use domain::family::FamilyState;
use domain::key_ring::Algorithm;
use oauth::authorization_request::AuthorizationRequest;
use store::PersonKeys;
use testkit::builders;
use testkit::scene::{request, scopes};

use crate::support::{call, grant, place, without};

#[tokio::test]
async fn a_code_is_redeemed_for_an_access_token_and_an_id_token() {
    let place = place().await;
    let app = builders::confidential_client();
    let code = place.scene.code(&app).await;
    place.stage.clock.advance(std::time::Duration::from_secs(7));
    let answer = place.redeem(&app, &grant(&code)).await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    pragma: no-cache
    vary: origin
    x-content-type-options: nosniff

    {"access_token":"<token>","token_type":"Bearer","expires_in":600,"scope":"openid","id_token":"<token>"}
    "#);
    insta::assert_snapshot!(place.shown("at+jwt", &answer.text_of("access_token")), @r#"
    {
      "claims": {
        "aud": "https://demo.id.example.com",
        "auth_time": 1795357925,
        "client_id": "sample-confidential",
        "exp": 1795358532,
        "iat": 1795357932,
        "iss": "https://demo.id.example.com",
        "jti": "<jti>",
        "ref": "<sealed>",
        "scope": "openid",
        "sub": "<ada>"
      },
      "header": {
        "alg": "ES256",
        "kid": "<kid>",
        "typ": "at+jwt"
      },
      "signature": "<signature>"
    }
    "#);
    insta::assert_snapshot!(place.shown("JWT", &answer.text_of("id_token")), @r#"
    {
      "claims": {
        "acr": "urn:countersign:acr:password",
        "amr": [
          "pwd"
        ],
        "at_hash": "<at_hash>",
        "aud": "sample-confidential",
        "auth_time": 1795357925,
        "exp": 1795358232,
        "iat": 1795357932,
        "iss": "https://demo.id.example.com",
        "nonce": "n-0S6_WzA2Mj",
        "sid": "<sid>",
        "sub": "<ada>"
      },
      "header": {
        "alg": "ES256",
        "kid": "<kid>",
        "typ": "JWT"
      },
      "signature": "<signature>"
    }
    "#);
}

#[tokio::test]
async fn at_hash_is_that_of_the_access_token_beside_it() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    let answer = place.redeem(&app, &grant(&code)).await;
    let id_token = testkit::jwt::Shown::read(&answer.text_of("id_token")).expect("a token");
    assert_eq!(id_token.claims["at_hash"], crypto::jws::at_hash(&answer.text_of("access_token")));
}

#[tokio::test]
async fn id_tokens_of_one_session_name_it_alike_and_by_no_internal_id() {
    let place = place().await;
    let app = builders::client();
    place.scene.allow(&app, &["openid"]).await;
    let session = place.scene.session().await;
    for _ in 0..2 {
        let code = place.scene.seal_code(&app, &place.scene.code_of(&session, &testkit::scene::request(&app)));
        let answer = place.redeem(&app, &grant(&code)).await;
        let id_token = testkit::jwt::Shown::read(&answer.text_of("id_token")).expect("a token");
        assert_eq!(id_token.claims["sid"], oauth::sid::of(&session.id, crypto::derive::sha256));
        assert_ne!(id_token.claims["sid"], session.id.as_str());
    }
}

#[tokio::test]
async fn an_app_that_registered_rs256_gets_its_id_token_so() {
    let place = place().await;
    let app = Client { id_token_signed_response_alg: Algorithm::Rs256, id: domain::ClientId::parse("rs256").expect("an id"), ..builders::client() };
    place.scene.register(&app).await;
    place.scene.allow(&app, &["openid"]).await;
    let session = place.scene.session().await;
    let request = AuthorizationRequest { nonce: None, ..request(&app) };
    let code = place.scene.seal_code(&app, &place.scene.code_of(&session, &request));
    let answer = place.redeem(&app, &grant(&code)).await;
    // No nonce was sent, so none comes back.
    insta::assert_snapshot!(place.shown("JWT", &answer.text_of("id_token")), @r#"
    {
      "claims": {
        "acr": "urn:countersign:acr:password",
        "amr": [
          "pwd"
        ],
        "at_hash": "<at_hash>",
        "aud": "rs256",
        "auth_time": 1795357925,
        "exp": 1795358225,
        "iat": 1795357925,
        "iss": "https://demo.id.example.com",
        "sid": "<sid>",
        "sub": "<ada>"
      },
      "header": {
        "alg": "RS256",
        "kid": "<kid>",
        "typ": "JWT"
      },
      "signature": "<signature>"
    }
    "#);
    insta::assert_snapshot!(place.shown("at+jwt", &answer.text_of("access_token")), @r#"
    {
      "claims": {
        "aud": "https://demo.id.example.com",
        "auth_time": 1795357925,
        "client_id": "rs256",
        "exp": 1795358525,
        "iat": 1795357925,
        "iss": "https://demo.id.example.com",
        "jti": "<jti>",
        "ref": "<sealed>",
        "scope": "openid",
        "sub": "<ada>"
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
async fn without_openid_there_is_an_access_token_alone() {
    let place = place().await;
    let app = builders::client();
    place.scene.allow(&app, &["profile", "email"]).await;
    let session = place.scene.session().await;
    let request = AuthorizationRequest { scopes: scopes(&["profile", "email"]), ..request(&app) };
    let code = place.scene.seal_code(&app, &place.scene.code_of(&session, &request));
    let answer = place.redeem(&app, &grant(&code)).await;
    insta::assert_snapshot!(answer.outcome(), @r#"200 {"access_token":"<token>","token_type":"Bearer","expires_in":600,"scope":"email profile"}"#);
}

#[tokio::test]
async fn redeeming_makes_a_family_and_leaves_an_event() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    place.redeem(&app, &grant(&code)).await;
    assert_eq!(place.stage.count("identity", "FAMILY#").await, 1);
    let row = place.stage.rows("identity").await.into_iter().find(|row| testkit::rows::text(row, "sk").starts_with("FAMILY#")).expect("a family");
    let id = domain::FamilyId::parse(testkit::rows::text(&row, "id")).expect("an id");
    let keys = PersonKeys::of(place.scene.person.id.clone()).with_family(id);
    let family = place.scene.home().read_person(&keys).await.expect("an answer").family.expect("a family");
    assert_eq!((family.state, family.client_id, family.scopes), (FamilyState::Active, app.id, scopes(&["openid"])));
    let issued = place.stage.event_types().await.into_iter().filter(|kind| kind == "grant.issued").count();
    assert_eq!(issued, 1);
}

#[tokio::test]
async fn oauth_2_1_needs_no_redirect_uri_here_and_openid_connect_does() {
    let place = place().await;
    let public = builders::client();
    let code = place.scene.code(&public).await;
    assert_eq!(place.redeem(&public, &without(&grant(&code), "redirect_uri")).await.status, 200);
    let confidential = builders::confidential_client();
    let code = place.scene.code(&confidential).await;
    let answer = place.redeem(&confidential, &without(&grant(&code), "redirect_uri")).await;
    assert_eq!(answer.outcome(), crate::support::INVALID_GRANT);
    assert_eq!(place.redeem(&confidential, &grant(&code)).await.status, 200, "nothing was consumed");
}

#[tokio::test]
async fn unknown_parameters_are_ignored_and_an_empty_one_is_as_good_as_absent() {
    let place = place().await;
    let app = builders::client();
    let code = place.scene.code(&app).await;
    let mut form = grant(&code);
    form.extend([("resource_hint", "x"), ("client_secret", "")]);
    assert_eq!(place.endpoint.send(call(&app, &form)).await.status, 200);
}

#[tokio::test]
async fn a_confidential_app_may_do_without_pkce() {
    let place = place().await;
    let app = Client {
        authentication: ClientAuthenticationMethod::ClientSecretBasic,
        security_profile: SecurityProfile::Oidc,
        ..builders::confidential_client()
    };
    place.scene.allow(&app, &["openid"]).await;
    let session = place.scene.session().await;
    let request = AuthorizationRequest { code_challenge: None, ..request(&app) };
    let code = place.scene.seal_code(&app, &place.scene.code_of(&session, &request));
    assert_eq!(place.redeem(&app, &without(&grant(&code), "code_verifier")).await.status, 200);
}
