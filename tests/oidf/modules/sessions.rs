//! When people are asked to sign in, and when not.

use std::time::Duration;

use testkit::form::with;

use crate::oidf::returned::ResponseMode;
use crate::oidf::suite::Suite;

pub(crate) async fn oidcc_prompt_login(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let first = suite.tokens(&[]).await;
    suite.platform.clock.advance(Duration::from_secs(2));
    suite.browser.used.clear();
    let second = suite.tokens(&[("prompt", "login")]).await;
    assert_eq!(suite.browser.used, ["sign-in"]);
    assert_eq!(second.claims["sub"], first.claims["sub"]);
    assert!(second.claims["auth_time"].as_u64() > first.claims["auth_time"].as_u64(), "{} {}", first.claims, second.claims);
}

pub(crate) async fn oidcc_prompt_none_not_logged_in(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let app = suite.app.clone();
    let answer = suite.ask(&with(&suite.request_of(&app), "prompt", "none")).await;
    let returned = suite.returned(&answer);
    assert_eq!((returned.get("error"), returned.get("state"), returned.get("code")), ("login_required", "8sJ2hGqV0k", ""));
}

pub(crate) async fn oidcc_prompt_none_logged_in(mode: ResponseMode) {
    silently(mode, &[("prompt", "none")]).await;
}

pub(crate) async fn oidcc_max_age_1(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let first = suite.tokens(&[]).await;
    suite.platform.clock.advance(Duration::from_secs(2));
    suite.browser.used.clear();
    let second = suite.tokens(&[("max_age", "1")]).await;
    assert_eq!(suite.browser.used, ["sign-in"]);
    assert_eq!(second.claims["sub"], first.claims["sub"]);
    assert_eq!(second.claims["auth_time"], suite.now().seconds());
}

pub(crate) async fn oidcc_max_age_10000(mode: ResponseMode) {
    silently(mode, &[("max_age", "10000")]).await;
}

pub(crate) async fn oidcc_id_token_hint(mode: ResponseMode) {
    let mut suite = Suite::start(mode).await;
    let first = suite.tokens(&[]).await;
    // Long expired, and good enough for a hint (OpenID Connect Core §3.1.2.1).
    suite.platform.clock.advance(Duration::from_secs(3600));
    let second = suite.tokens(&[("prompt", "none"), ("id_token_hint", &first.id_token)]).await;
    assert_eq!(second.claims["sub"], first.claims["sub"]);
}

/// A second request that nobody is asked for: same person, same time of authentication.
async fn silently(mode: ResponseMode, further: &[(&str, &str)]) {
    let mut suite = Suite::start(mode).await;
    let first = suite.tokens(&[]).await;
    suite.platform.clock.advance(Duration::from_secs(2));
    suite.browser.used.clear();
    let second = suite.tokens(further).await;
    assert!(suite.browser.used.is_empty(), "{:?}", suite.browser.used);
    for claim in ["sub", "auth_time"] {
        assert_eq!(second.claims[claim], first.claims[claim], "{claim}");
        assert!(!second.claims[claim].is_null(), "{claim}");
    }
}
