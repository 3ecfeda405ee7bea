//! The claims of an ID token in the code flow (OpenID Connect Core §2, §3.1.3.6). What scopes ask for is at userinfo, not here (§5.4).

use domain::session::AuthenticationMethod;
use domain::tenant::Issuer;
use domain::{Timestamp, policy};
use serde::Serialize;

use crate::grants::authorization_code::Redemption;
use crate::scope;

/// The `typ` of its header (RFC 7519 §5.1).
pub const TYP: &str = "JWT";

/// The claims of an ID token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdTokenClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: u64,
    iat: u64,
    auth_time: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    amr: &'a [AuthenticationMethod],
    at_hash: &'a str,
}

/// The claims for what was redeemed; `None` when `openid` isn't granted. `at_hash` is that of the access token beside it.
pub fn claims<'a>(issuer: &'a Issuer, redemption: &'a Redemption<'a>, at_hash: &'a str, now: Timestamp) -> Option<IdTokenClaims<'a>> {
    let code = redemption.code;
    code.scopes.contains(scope::OPENID).then(|| IdTokenClaims {
        iss: issuer.as_str(),
        sub: &redemption.user.sub,
        aud: redemption.family.client_id.as_str(),
        exp: now.plus(policy::ID_TOKEN).seconds(),
        iat: now.seconds(),
        auth_time: code.authenticated_at.seconds(),
        nonce: code.nonce.as_deref(),
        amr: &code.methods,
        at_hash,
    })
}
