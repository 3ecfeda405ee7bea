//! Signed tokens: what verifies, and everything that RFC 8725 wants refused.

use std::sync::LazyLock;

use crypto::base64url;
use crypto::jwk::Jwk;
use crypto::jws::{Generated, KeyError, LONGEST, Refusal, SigningKey, at_hash, verify, verify_foreign, verify_with_set};
use domain::key_ring::Algorithm;
use jsonwebtoken::{DecodingKey, EncodingKey, Validation};
use serde_json::{Value, json};

static ES256: LazyLock<Generated> = LazyLock::new(|| SigningKey::generate(Algorithm::Es256).expect("a key pair"));
static RS256: LazyLock<Generated> = LazyLock::new(|| SigningKey::generate(Algorithm::Rs256).expect("a key pair"));

fn both() -> [&'static Generated; 2] {
    [&ES256, &RS256]
}

fn signing_key(pair: &Generated) -> SigningKey {
    SigningKey::from_pkcs8(pair.public.algorithm, &pair.public.kid, pair.pkcs8.expose()).expect("its private key")
}

fn claims() -> Value {
    json!({ "iss": "https://demo.example", "sub": "someone", "exp": 4_000_000_000_u64 })
}

fn token(pair: &Generated) -> String {
    signing_key(pair).sign("at+jwt", &claims()).expect("a token")
}

/// Signs any header with the ES256 key: what only its holder could make.
fn with_header(header: &str) -> String {
    let message = format!("{}.{}", base64url::encode(header), base64url::encode(claims().to_string()));
    let key = EncodingKey::from_ec_der(ES256.pkcs8.expose());
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::ES256).expect("a signature");
    format!("{message}.{signature}")
}

fn header(changes: &Value) -> String {
    let mut header = json!({ "alg": "ES256", "kid": ES256.public.kid, "typ": "at+jwt" });
    for (name, value) in changes.as_object().expect("an object") {
        header[name] = value.clone();
    }
    header.to_string()
}

fn outcome(token: &str) -> Result<Value, Refusal> {
    verify(&ES256.public, "at+jwt", token).map(Value::Object)
}

#[test]
fn a_token_verifies_with_the_published_key_of_its_kid() {
    let set = both().map(|pair| pair.public.clone());
    for pair in both() {
        let token = token(pair);
        assert_eq!(verify_with_set(&set, "at+jwt", &token).map(Value::Object), Ok(claims()));
        assert_eq!(verify(&pair.public, "at+jwt", &token).map(Value::Object), Ok(claims()));
    }
}

#[test]
fn another_library_verifies_our_tokens_from_our_jwk() {
    for pair in both() {
        let written = serde_json::to_string(&pair.public).expect("a JWK");
        let read: jsonwebtoken::jwk::Jwk = serde_json::from_str(&written).expect("a JWK to others as well");
        assert_eq!(read.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256), pair.public.kid);

        let token = token(pair);
        let algorithm = match pair.public.algorithm {
            Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
            Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        };
        let key = DecodingKey::from_jwk(&read).expect("a usable JWK");
        let decoded = jsonwebtoken::decode::<Value>(&token, &key, &Validation::new(algorithm)).expect("a valid token");
        assert_eq!(decoded.claims, claims());
        assert_eq!(decoded.header.typ.as_deref(), Some("at+jwt"));
        assert_eq!(decoded.header.kid, Some(pair.public.kid.clone()));
    }
}

#[test]
fn a_token_of_another_librarys_making_verifies_here() {
    assert_eq!(outcome(&with_header(&header(&json!({})))), Ok(claims()));
}

#[test]
fn every_changed_character_is_refused() {
    for pair in both() {
        let token = token(pair);
        for at in 0..token.len() {
            let other = if token.as_bytes()[at] == b'A' { 'B' } else { 'A' };
            let forged = format!("{}{other}{}", &token[..at], &token[at + 1..]);
            assert!(verify(&pair.public, "at+jwt", &forged).is_err(), "changed at {at}");
            assert!(verify(&pair.public, "at+jwt", &token[..at]).is_err(), "truncated to {at}");
        }
        assert!(verify(&pair.public, "at+jwt", &format!("{token}=")).is_err());
        assert!(verify(&pair.public, "at+jwt", &format!("{token}.")).is_err());
        assert!(verify(&pair.public, "at+jwt", &token).is_ok());
    }
}

#[test]
fn a_key_of_the_same_algorithm_that_did_not_sign_is_refused() {
    let stranger = SigningKey::generate(Algorithm::Es256).expect("a key pair");
    assert_eq!(verify(&stranger.public, "at+jwt", &token(&ES256)), Err(Refusal::Forged));
    assert_eq!(verify_with_set(&[stranger.public], "at+jwt", &token(&ES256)), Err(Refusal::UnknownKey));
}

#[test]
fn the_algorithm_is_the_keys_and_never_the_tokens() {
    // RFC 8725 §3.1: RS256 under an EC key, and the other way round.
    assert_eq!(verify(&RS256.public, "at+jwt", &token(&ES256)), Err(Refusal::OtherAlgorithm));
    assert_eq!(verify(&ES256.public, "at+jwt", &token(&RS256)), Err(Refusal::OtherAlgorithm));
    for alg in ["none", "None", "HS256", "ES384", "PS256", "es256", ""] {
        assert_eq!(outcome(&with_header(&header(&json!({ "alg": alg })))), Err(Refusal::OtherAlgorithm), "{alg}");
    }
    assert!(outcome(&token(&ES256)).is_ok());
}

#[test]
fn an_unsigned_token_is_refused() {
    let payload = base64url::encode(claims().to_string());
    for alg in ["none", "ES256"] {
        let unsigned = format!("{}.{payload}.", base64url::encode(header(&json!({ "alg": alg }))));
        assert!(outcome(&unsigned).is_err(), "{alg}");
    }
}

#[test]
fn an_hmac_keyed_with_the_public_key_is_refused() {
    // RFC 8725 §2.1: the public key taken for a shared secret.
    let message = format!("{}.{}", base64url::encode(header(&json!({ "alg": "HS256" }))), base64url::encode(claims().to_string()));
    let shared = EncodingKey::from_secret(serde_json::to_string(&ES256.public).expect("a JWK").as_bytes());
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &shared, jsonwebtoken::Algorithm::HS256).expect("a signature");
    assert_eq!(outcome(&format!("{message}.{signature}")), Err(Refusal::OtherAlgorithm));
}

#[test]
fn a_key_in_the_header_is_not_believed() {
    let stranger = SigningKey::generate(Algorithm::Es256).expect("a key pair");
    let own_key = header(&json!({ "jwk": stranger.public, "jku": "https://attacker.example" }));
    let message = format!("{}.{}", base64url::encode(own_key), base64url::encode(claims().to_string()));
    let key = EncodingKey::from_ec_der(stranger.pkcs8.expose());
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::ES256).expect("a signature");
    assert_eq!(outcome(&format!("{message}.{signature}")), Err(Refusal::Forged));
}

#[test]
fn a_key_whose_type_does_not_fit_its_algorithm_verifies_nothing() {
    let mut confused = RS256.public.clone();
    confused.algorithm = Algorithm::Es256;
    assert_eq!(verify(&confused, "at+jwt", &token(&ES256)), Err(Refusal::Forged));
}

#[test]
fn one_type_of_token_does_not_stand_in_for_another() {
    assert_eq!(verify(&ES256.public, "JWT", &token(&ES256)), Err(Refusal::OtherType));
    for typ in ["JWT", "at+jw", "at+jwt ", "application/x/at+jwt", "text/at+jwt", ""] {
        assert_eq!(outcome(&with_header(&header(&json!({ "typ": typ })))), Err(Refusal::OtherType), "{typ}");
    }
    assert_eq!(outcome(&with_header(&header(&json!({ "typ": null })))), Err(Refusal::OtherType));
    // RFC 7515 §4.1.9: without case, with or without the prefix.
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        assert_eq!(outcome(&with_header(&header(&json!({ "typ": typ })))), Ok(claims()), "{typ}");
    }
}

#[test]
fn a_critical_header_parameter_is_refused_whatever_it_says() {
    for crit in [json!(["b64"]), json!([]), json!(null), json!("exp")] {
        assert_eq!(outcome(&with_header(&header(&json!({ "crit": crit, "b64": false })))), Err(Refusal::Critical), "{crit}");
    }
    assert_eq!(outcome(&with_header(&header(&json!({ "unknown": true })))), Ok(claims()));
}

#[test]
fn a_header_member_that_stands_twice_is_refused() {
    let twice = header(&json!({})).replacen('{', "{\"alg\":\"none\",", 1);
    assert_eq!(outcome(&with_header(&twice)), Err(Refusal::Malformed));
}

#[test]
fn a_token_without_kid_chooses_no_key_of_a_set() {
    let set = [ES256.public.clone()];
    let without = with_header(&header(&json!({ "kid": null })));
    assert_eq!(verify_with_set(&set, "at+jwt", &without), Err(Refusal::UnknownKey));
    assert!(verify(&set[0], "at+jwt", &without).is_ok());
}

#[test]
fn what_is_not_a_compact_jws_is_malformed() {
    let honest = token(&ES256);
    let (message, signature) = honest.rsplit_once('.').expect("three parts");
    let five_parts = format!("{message}.{signature}.{signature}.{signature}");
    let padded = format!("{message}=.{signature}");
    for wrong in ["", ".", "..", "...", "a.b.c", "e30.e30.e30", &five_parts, &padded, &format!(" {honest}"), &format!("{honest}\n")] {
        assert!(outcome(wrong).is_err(), "{wrong}");
    }
    assert!(outcome(&honest).is_ok());
}

#[test]
fn a_payload_that_is_no_object_is_malformed() {
    let listed = signing_key(&ES256).sign("at+jwt", &json!(["a", "list"])).expect("a token");
    assert_eq!(outcome(&listed), Err(Refusal::Malformed));
}

#[test]
fn a_token_longer_than_the_cap_is_not_looked_at() {
    let sized = |padding: usize| signing_key(&ES256).sign("at+jwt", &json!({ "padding": "a".repeat(padding) })).expect("a token");
    let (fits, long) = (sized(5_000), sized(LONGEST));
    assert!(fits.len() <= LONGEST && outcome(&fits).is_ok());
    assert_eq!(outcome(&long), Err(Refusal::TooLong));
}

#[test]
fn a_private_key_under_another_kid_is_refused() {
    let stranger = SigningKey::generate(Algorithm::Es256).expect("a key pair");
    let swapped = SigningKey::from_pkcs8(Algorithm::Es256, &ES256.public.kid, stranger.pkcs8.expose());
    assert_eq!(swapped.err(), Some(KeyError::OtherKid));
    assert!(SigningKey::from_pkcs8(Algorithm::Es256, &stranger.public.kid, stranger.pkcs8.expose()).is_ok());
}

#[test]
fn a_private_key_of_another_algorithm_or_in_another_form_is_refused() {
    for (algorithm, bytes) in
        [(Algorithm::Es256, &RS256.pkcs8), (Algorithm::Rs256, &ES256.pkcs8)].map(|(algorithm, pkcs8)| (algorithm, pkcs8.expose().as_slice()))
    {
        assert_eq!(SigningKey::from_pkcs8(algorithm, "kid", bytes).err(), Some(KeyError::Unreadable));
        assert_eq!(SigningKey::from_pkcs8(algorithm, "kid", &bytes[1..]).err(), Some(KeyError::Unreadable));
    }
}

#[test]
fn a_signing_key_prints_its_name_only() {
    let printed = format!("{:?} {:?}", signing_key(&ES256), *RS256);
    assert!(printed.starts_with(&format!("SigningKey(ES256 {})", ES256.public.kid)), "{printed}");
    assert!(printed.contains("pkcs8: ***"), "{printed}");
}

#[test]
fn the_hash_of_an_access_token_is_the_left_half_of_its_sha_256() {
    // The example of OpenID Connect Core, appendix A.3.
    assert_eq!(at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
}

#[test]
fn a_foreign_token_verifies_with_the_registered_key_that_it_means_and_no_other() {
    let types = ["JWT", "client-authentication+jwt"];
    let set: Vec<Jwk> = both().iter().map(|pair| pair.public.clone()).collect();
    let without_kid = with_header(r#"{"alg":"ES256","typ":"JWT"}"#);
    for header in [header(&json!({ "typ": "JWT" })), header(&json!({ "typ": "client-authentication+jwt" })), r#"{"alg":"ES256"}"#.to_owned()] {
        assert_eq!(verify_foreign(&set, &types, &with_header(&header)).map(Value::Object), Ok(claims()), "{header}");
    }
    assert_eq!(verify_foreign(&set, &types, &without_kid).map(Value::Object), Ok(claims()));
    let another = SigningKey::generate(Algorithm::Es256).expect("a key pair").public;
    assert_eq!(verify_foreign(&[set[0].clone(), another.clone()], &types, &without_kid), Err(Refusal::UnknownKey), "it isn't clear which");
    assert_eq!(verify_foreign(&[another], &types, &without_kid), Err(Refusal::Forged));
    for (wrong, why) in [
        (header(&json!({ "typ": "at+jwt" })), Refusal::OtherType),
        (header(&json!({ "kid": "x" })), Refusal::UnknownKey),
        (header(&json!({ "typ": "JWT", "crit": ["b64"] })), Refusal::Critical),
        (header(&json!({ "typ": "JWT", "alg": "none" })), Refusal::OtherAlgorithm),
        (header(&json!({ "typ": "JWT", "alg": "HS256" })), Refusal::OtherAlgorithm),
    ] {
        assert_eq!(verify_foreign(&set, &types, &with_header(&wrong)), Err(why), "{wrong}");
    }
}

#[test]
fn a_member_of_a_foreign_set_is_a_public_key_for_signatures_or_nothing() {
    let own = serde_json::to_value(&ES256.public).expect("a JWK");
    let with = |name: &str, value: Value| {
        let mut member = own.clone();
        member[name] = value;
        Jwk::of_foreign_set(&member)
    };
    assert_eq!(Jwk::of_foreign_set(&own), Some(ES256.public.clone()));
    let mut bare = own.clone();
    for name in ["use", "alg", "kid"] {
        bare.as_object_mut().expect("an object").remove(name);
    }
    assert_eq!(Jwk::of_foreign_set(&bare), Some(ES256.public.clone()), "what isn't said is plain");
    assert_eq!(with("d", json!("secret")), None);
    assert_eq!(with("use", json!("enc")), None);
    assert_eq!(with("alg", json!("ES384")), None);
    assert_eq!(with("alg", json!("RS256")), None);
    assert_eq!(with("kty", json!("oct")), None);
    assert_eq!(with("crv", json!("P-384")), None);
}
