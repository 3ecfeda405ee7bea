//! Tokens as snapshots show them: header and claims, and `<signature>` for what differs every time.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A JWS in compact form (RFC 7515 §3.1) taken apart. The signature isn't checked: verify first, then show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The protected header.
    pub header: Value,
    /// The claims.
    pub claims: Value,
}

impl Shown {
    /// Takes a token apart; `None` when it isn't a JWS of three parts with JSON in the first two.
    pub fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let mut json = || serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok();
        let (header, claims) = (json()?, json()?);
        let signature = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
        (!signature.is_empty() && parts.next().is_none()).then_some(Self { header, claims })
    }

    /// As a snapshot shows it.
    pub fn snapshot(&self) -> Value {
        let mut shown = json!({ "header": self.header, "claims": self.claims, "signature": "<signature>" });
        shown.sort_all_objects();
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_shown_without_its_signature_and_anything_else_is_none() {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let token = format!("{}.{}.{}", part(r#"{"alg":"ES256"}"#), part(r#"{"sub":"a"}"#), part("signature"));
        let shown = Shown::read(&token).expect("a token").snapshot();
        assert_eq!(shown, json!({"header": {"alg": "ES256"}, "claims": {"sub": "a"}, "signature": "<signature>"}));
        for wrong in ["", "a.b.c", &format!("{token}.x"), token.rsplit_once('.').expect("dots").0] {
            assert_eq!(Shown::read(wrong), None, "{wrong}");
        }
    }
}
