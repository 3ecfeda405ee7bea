//! The answer to a redeemed grant (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).

use std::collections::BTreeSet;
use std::time::Duration;

use domain::Secret;
use serde::Serialize;

use crate::scope;

/// The body of a token response, always sent with `Cache-Control: no-store`.
#[derive(Serialize)]
pub struct TokenResponse<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
}

impl<'a> TokenResponse<'a> {
    /// The answer with these tokens, the access token with its lifetime. There is an ID token exactly when `openid` was granted.
    pub fn new(
        scopes: &BTreeSet<String>,
        (access_token, lifetime): (&'a Secret<String>, Duration),
        refresh_token: Option<&'a Secret<String>>,
        id_token: Option<&'a Secret<String>>,
    ) -> Self {
        Self {
            access_token: access_token.expose(),
            token_type: "Bearer",
            expires_in: lifetime.as_secs(),
            scope: scope::join(scopes),
            refresh_token: refresh_token.map(|token| token.expose().as_str()),
            id_token: id_token.map(|token| token.expose().as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_has_a_refresh_token_and_an_id_token_only_when_there_are() {
        let (access, id) = (Secret::new("at".to_owned()), Secret::new("id".to_owned()));
        let scopes = scope::parse("openid email");
        let json = |id_token| serde_json::to_value(TokenResponse::new(&scopes, (&access, Duration::from_mins(10)), None, id_token)).expect("JSON");
        let with = serde_json::json!({ "access_token": "at", "token_type": "Bearer", "expires_in": 600, "scope": "email openid", "id_token": "id" });
        assert_eq!(json(Some(&id)), with);
        assert_eq!((json(None).get("id_token"), json(None).get("refresh_token")), (None, None));
        let refresh = Secret::new("rt".to_owned());
        let with = serde_json::to_value(TokenResponse::new(&scopes, (&access, Duration::from_mins(10)), Some(&refresh), None)).expect("JSON");
        assert_eq!(with["refresh_token"], "rt");
    }
}
