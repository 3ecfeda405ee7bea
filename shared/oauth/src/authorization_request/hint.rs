//! Who is expected: `id_token_hint` and `login_hint` (OpenID Connect Core §3.1.2.1).

use domain::ClientId;
use domain::policy::{IDENTIFIER_MAX_CHARACTERS, SUB_MAX};
use domain::tenant::Tenant;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Reason;

/// Gives the claims of an ID token that a key of the tenant signed, expired or not.
pub type VerifyIdToken<'a> = &'a dyn Fn(&str) -> Option<Map<String, Value>>;

/// What a hint has to say; a claim of another type is as wrong as a missing one.
#[derive(Deserialize)]
struct Hint {
    iss: String,
    sub: String,
    aud: Audience,
}

// RFC 7519 §4.1.3.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn has(&self, client_id: &ClientId) -> bool {
        match self {
            Self::One(only) => only == client_id.as_str(),
            Self::Several(all) => all.iter().any(|one| one == client_id.as_str()),
        }
    }
}

/// The `sub` of a hint that this issuer signed for this client. It may have expired: it says who, not that they are here.
pub fn subject(hint: Option<&str>, verify: VerifyIdToken<'_>, tenant: &Tenant, client_id: &ClientId) -> Result<Option<String>, Reason> {
    let Some(token) = hint else { return Ok(None) };
    let claims = verify(token).ok_or(Reason::HintUnsigned)?;
    let hint: Hint = serde_json::from_value(claims.into()).map_err(|_| Reason::HintForeign)?;
    if !tenant.is_issuer(&hint.iss) || !hint.aud.has(client_id) || hint.sub.len() > SUB_MAX {
        return Err(Reason::HintForeign);
    }
    Ok(Some(hint.sub))
}

/// What the sign-in page begins with. A wish: one that no account can have is ignored.
pub fn login(hint: Option<&str>) -> Option<String> {
    hint.filter(|hint| hint.chars().nth(IDENTIFIER_MAX_CHARACTERS).is_none() && !hint.chars().any(char::is_control)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples;

    fn read(claims: Option<&Value>) -> Result<Option<String>, Reason> {
        let verify = |token: &str| (token == "hint").then(|| claims?.as_object().cloned()).flatten();
        subject(Some("hint"), &verify, &samples::tenant(), &samples::public_client().id)
    }

    #[test]
    fn a_hint_of_this_issuer_for_this_client_names_its_person_even_when_it_has_expired() {
        for (aud, sub) in [(json!("app"), "ada"), (json!(["other", "app"]), &*"s".repeat(255))] {
            let claims = json!({ "iss": "https://demo.id.example", "sub": sub, "aud": aud, "exp": 1 });
            assert_eq!(read(Some(&claims)), Ok(Some(sub.to_owned())));
        }
        assert_eq!(subject(None, &|_| None, &samples::tenant(), &samples::public_client().id), Ok(None));
    }

    #[test]
    fn any_other_hint_is_refused() {
        assert_eq!(read(None), Err(Reason::HintUnsigned));
        for (iss, sub, aud) in [
            (json!("https://other.id.example"), json!("ada"), json!("app")),
            (json!("https://demo.id.example"), json!("ada"), json!("other")),
            (json!("https://demo.id.example"), json!("ada"), json!([])),
            (json!("https://demo.id.example"), json!("ada"), json!(["other"])),
            (json!("https://demo.id.example"), json!(1), json!("app")),
            (json!("https://demo.id.example"), json!("s".repeat(256)), json!("app")),
            (json!("https://demo.id.example"), json!(null), json!("app")),
        ] {
            let claims = json!({ "iss": iss, "sub": sub, "aud": aud });
            assert_eq!(read(Some(&claims)), Err(Reason::HintForeign), "{claims}");
        }
    }

    #[test]
    fn a_login_hint_is_a_wish() {
        assert_eq!(login(Some("ada@example.com")), Some("ada@example.com".to_owned()));
        assert_eq!(login(Some(&"ü".repeat(320))), Some("ü".repeat(320)));
        assert_eq!(login(Some(&"a".repeat(321))), None);
        assert_eq!(login(Some("a\r\nb")), None);
        assert_eq!(login(None), None);
    }
}
