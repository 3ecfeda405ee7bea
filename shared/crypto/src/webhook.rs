//! Signatures of requests to a tenant's own systems, so that these know who asks (Standard Webhooks, the symmetric scheme `v1`).

use std::fmt::Display;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Secret, Timestamp};
use zeroize::Zeroizing;

/// What the text of a secret begins with.
const SECRET: &str = "whsec_";

/// A text is no secret that requests are signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret of webhooks is whsec_ and base64")]
pub struct NotASecret;

/// A secret of 256 random bits, in the form in which both sides keep it.
pub fn new_secret(random: &[u8; 32]) -> Secret<String> {
    Secret::new(format!("{SECRET}{}", STANDARD.encode(random)))
}

/// The header `webhook-signature` of a request with this `webhook-id`, `webhook-timestamp` and body.
pub fn sign(secret: &Secret<String>, id: impl Display, at: Timestamp, body: &str) -> Result<String, NotASecret> {
    let encoded = secret.expose().strip_prefix(SECRET).ok_or(NotASecret)?;
    let key = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| NotASecret)?);
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &key));
    context.update(format!("{id}.{}.", at.seconds()).as_bytes());
    context.update(body.as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(context.sign().as_ref())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_that_other_libraries_make() {
        // The sample of the Standard Webhooks reference libraries.
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let signed = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", Timestamp::from_seconds(1_614_265_330), r#"{"test": 2432232314}"#);
        assert_eq!(signed.as_deref(), Ok("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn a_secret_is_made_in_the_form_that_is_read() {
        let secret = new_secret(&[7; 32]);
        assert_eq!(secret.expose(), "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
        let at = Timestamp::from_seconds(1);
        let signed = sign(&secret, "a", at, "b").expect("a signature");
        for (id, at, body) in [("b", at, "b"), ("a", Timestamp::from_seconds(2), "b"), ("a", at, "c")] {
            assert_ne!(sign(&secret, id, at, body).as_ref(), Ok(&signed));
        }
        for wrong in ["", "BwcH", "whsec_*"] {
            assert_eq!(sign(&Secret::new(wrong.to_owned()), "a", at, "b"), Err(NotASecret), "{wrong}");
        }
    }
}
