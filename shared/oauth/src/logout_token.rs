//! Logout tokens (OpenID Connect Back-Channel Logout §2.4): what tells an app that a session it knows by `sid` is over.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::client::Client;
use domain::tenant::Issuer;
use domain::{EventId, SessionId, Timestamp, policy};
use serde::Serialize;

use crate::{Sha256, sid};

/// The `typ` of its header (§2.4).
pub const TYP: &str = "logout+jwt";
/// What its `events` says (§2.4).
pub const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What a token is about.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// The event that tells of it.
    pub event: &'a EventId,
    /// The session that ended.
    pub session: &'a SessionId,
    /// Whose it was, as apps know them; none when the person is gone.
    pub sub: Option<&'a str>,
}

/// The claims of a logout token. It has no `nonce`, so that it can't pass for an ID token (§2.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogoutTokenClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
    jti: String,
    events: Events,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    sid: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Events {
    #[serde(rename = "http://schemas.openid.net/event/backchannel-logout")]
    backchannel_logout: Nothing,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Nothing {}

/// The claims that tell `client` of an ending. `jti` is the same at every try, so that an app sees a token that came twice.
pub fn claims<'a>(issuer: &'a Issuer, client: &'a Client, ending: Ending<'a>, sha256: Sha256, now: Timestamp) -> LogoutTokenClaims<'a> {
    let named = format!("logout token|{}|{}|{}", issuer.as_str(), ending.event.as_str(), client.id.as_str());
    LogoutTokenClaims {
        iss: issuer.as_str(),
        aud: client.id.as_str(),
        iat: now.seconds(),
        exp: now.plus(policy::LOGOUT_TOKEN).seconds(),
        jti: URL_SAFE_NO_PAD.encode(&sha256(named.as_bytes())[..16]),
        events: Events::default(),
        sub: ending.sub,
        sid: sid::of(ending.session, sha256),
    }
}

/// What an app answered to a logout token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It took it.
    Taken,
    /// It will never take it.
    Refused,
    /// It may take it another time.
    NotNow,
}

/// What an HTTP status says (§2.8): 200, and in practice 204, is success; 400 says that the token is no good.
pub fn reply(status: u16) -> Reply {
    match status {
        200 | 204 => Reply::Taken,
        400 => Reply::Refused,
        _ => Reply::NotNow,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples::{self, NOW};

    #[test]
    fn a_logout_token_names_session_and_person_lives_two_minutes_and_has_no_nonce() {
        let (issuer, client, session) = (samples::issuer(), samples::public_client(), samples::session());
        let event = EventId::new(NOW, [7; 10]);
        let ending = Ending { event: &event, session: &session.id, sub: Some("sub-of-ada") };
        let mut token = serde_json::to_value(claims(&issuer, &client, ending, samples::sha256, NOW)).expect("JSON");
        let again = serde_json::to_value(claims(&issuer, &client, ending, samples::sha256, NOW.plus(policy::LOGOUT_TOKEN))).expect("JSON");
        assert_eq!(token["jti"], again["jti"]);
        assert_eq!(token["jti"].as_str().map(str::len), Some(22));
        token.as_object_mut().expect("an object").remove("jti");
        let expected = json!({
            "iss": "https://demo.id.example",
            "aud": "app",
            "iat": NOW.seconds(),
            "exp": NOW.seconds() + 120,
            "events": { EVENT: {} },
            "sub": "sub-of-ada",
            "sid": sid::of(&session.id, samples::sha256),
        });
        assert_eq!(token, expected);
    }

    #[test]
    fn another_app_or_another_ending_has_another_jti_and_a_person_who_is_gone_no_sub() {
        let (issuer, client, session) = (samples::issuer(), samples::public_client(), samples::session());
        let other = Client { id: domain::ClientId::parse("other").expect("an id"), ..client.clone() };
        let (event, later) = (EventId::new(NOW, [7; 10]), EventId::new(NOW, [8; 10]));
        let of = |client: &Client, event: &EventId| {
            let ending = Ending { event, session: &session.id, sub: None };
            serde_json::to_value(claims(&issuer, client, ending, samples::sha256, NOW)).expect("JSON")
        };
        assert_ne!(of(&client, &event)["jti"], of(&other, &event)["jti"]);
        assert_ne!(of(&client, &event)["jti"], of(&client, &later)["jti"]);
        assert_eq!(of(&client, &event).get("sub"), None);
    }

    #[test]
    fn an_app_takes_a_token_refuses_it_or_is_asked_again() {
        assert_eq!([200, 204].map(reply), [Reply::Taken; 2]);
        assert_eq!(reply(400), Reply::Refused);
        assert_eq!([100, 201, 202, 302, 401, 404, 429, 500, 503].map(reply), [Reply::NotNow; 9]);
    }
}
