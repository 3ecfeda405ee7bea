//! Codes and refresh tokens.

use std::time::Duration;

use http::StatusCode;
use testkit::form::with;
use testkit::scene::{CHALLENGE, VERIFIER};

use crate::oidf::returned::ResponseMode;
use crate::oidf::suite::Suite;

pub(crate) async fn oidcc_codereuse(mode: ResponseMode) {
    code_is_used_again_after(mode, Duration::ZERO).await;
}

pub(crate) async fn oidcc_codereuse_30seconds(mode: ResponseMode) {
    code_is_used_again_after(mode, Duration::from_secs(30)).await;
}

async fn code_is_used_again_after(mode: ResponseMode, pause: Duration) {
    let mut suite = Suite::start(mode).await;
    let app = suite.app.clone();
    let request = suite.request_of(&app);
    let code = suite.code(&request).await;
    let tokens = suite.read_tokens(&app, &suite.redeem(&app, &code).await).await;
    assert_eq!(suite.userinfo(&tokens.access_token).await.status, StatusCode::OK);
    suite.platform.clock.advance(pause);
    let again = suite.redeem(&app, &code).await;
    assert_eq!((again.status, again.text_of("error").as_str()), (StatusCode::BAD_REQUEST, "invalid_grant"));
    assert_eq!(suite.userinfo(&tokens.access_token).await.status, StatusCode::UNAUTHORIZED, "RFC 6749 §4.1.2");
}

pub(crate) async fn oidcc_ensure_request_with_valid_pkce_succeeds(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let app = suite.app.clone();
    let request = with(&with(&suite.request_of(&app), "code_challenge", CHALLENGE), "code_challenge_method", "S256");
    let code = suite.code(&request).await;
    let grant = vec![("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", app.redirect_uri), ("code_verifier", VERIFIER)];
    suite.read_tokens(&app, &suite.token(&app, &grant).await).await;
}

pub(crate) async fn oidcc_refresh_token(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let first = suite.tokens(&[("scope", "openid offline_access")]).await;
    assert!(!first.refresh_token.is_empty());
    suite.platform.clock.advance(Duration::from_secs(2));
    let app = suite.app.clone();
    let grant = vec![("grant_type", "refresh_token"), ("refresh_token", first.refresh_token.as_str())];
    let answer = suite.token(&app, &grant).await;
    let second = suite.read_tokens(&app, &answer).await;
    assert_ne!(second.access_token, first.access_token);
    for claim in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(second.claims[claim], first.claims[claim], "OpenID Connect Core §12.2: {claim}");
    }
    assert!(second.claims["iat"].as_u64() > first.claims["iat"].as_u64());
    assert_eq!(suite.userinfo(&second.access_token).await.status, StatusCode::OK);
    // A refresh token is its app's alone.
    let other = suite.second_app().await;
    let last = if second.refresh_token.is_empty() { &first.refresh_token } else { &second.refresh_token };
    let stolen = suite.token(&other, &vec![("grant_type", "refresh_token"), ("refresh_token", last)]).await;
    assert_eq!((stolen.status, stolen.text_of("error").as_str()), (StatusCode::BAD_REQUEST, "invalid_grant"));
}
