//! Bearer tokens at the platform's own endpoints: where one may stand, and what is answered when it isn't good (RFC 6750 §2, §3).

use domain::family::{self, Dead, Evidence, Family};
use domain::tenant::Issuer;
use domain::user::User;
use domain::{Secret, Timestamp};

use crate::access_token::AccessToken;
use crate::error::{ErrorCode, quoted, reasons};
use crate::parameters::RequestParameters;
use crate::scope;

reasons! {
    /// Why a bearer token isn't honoured.
    pub enum Reason {
        /// RFC 6750 §2: one place per request.
        SeveralTokens => InvalidRequest, "the access token stands in more than one place";
        /// RFC 6750 §2.1.
        Malformed => InvalidRequest, "the Authorization header is malformed";
        /// RFC 9068 §4: forged, another type, or signed by no key of this tenant.
        Signature => InvalidToken, "not an access token signed by this tenant";
        /// RFC 9068 §2.2.
        Claims => InvalidToken, "a claim is missing or malformed";
        /// RFC 9068 §4.
        OtherIssuer => InvalidToken, "issued by another issuer";
        /// RFC 9068 §4.
        OtherAudience => InvalidToken, "issued for another audience";
        /// RFC 9068 §4.
        Expired => InvalidToken, "expired";
        /// It is an app's own.
        NoPerson => InvalidToken, "the token names no person";
        /// The sealed claim doesn't open.
        Reference => InvalidToken, "the sealed reference does not open";
        /// What the token says about its person or client isn't what the store says.
        OtherFamily => InvalidToken, "the token is not of the family it names";
        /// The family is revoked, ended or gone, or its person is.
        Dead => InvalidToken, "the family or its user does not count any more";
        /// The app is for other groups since.
        NotAdmitted => InvalidToken, "the app is not for the user any more";
        /// OpenID Connect Core §5.3.
        OpenidMissing => InsufficientScope, "openid was not granted";
        /// The admin API is for who was granted it.
        AdminMissing => InsufficientScope, "admin was not granted";
        /// The account API is for who was granted it.
        AccountMissing => InsufficientScope, "account was not granted";
    }
}

/// What a request is answered that brings no good token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It brings none (RFC 6750 §3.1: a challenge without an error).
    #[error("no access token")]
    Missing,
    /// It brings one that isn't honoured.
    #[error(transparent)]
    NotHonoured(#[from] Reason),
}

impl Refusal {
    /// The code that a caller reads; none when no token was sent.
    pub const fn code(self) -> Option<ErrorCode> {
        match self {
            Self::Missing => None,
            Self::NotHonoured(reason) => Some(reason.code()),
        }
    }

    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::Missing => 401,
            Self::NotHonoured(reason) => reason.code().status(),
        }
    }

    /// The `WWW-Authenticate` header (RFC 6750 §3).
    pub fn challenge(self, issuer: &Issuer) -> String {
        let mut parameters = vec![("realm", issuer.as_str())];
        if let Some(code) = self.code() {
            parameters.extend([("error", code.as_str()), ("error_description", code.description())]);
        }
        match self {
            Self::NotHonoured(Reason::OpenidMissing) => parameters.push(("scope", scope::OPENID)),
            Self::NotHonoured(Reason::AdminMissing) => parameters.push(("scope", scope::ADMIN)),
            Self::NotHonoured(Reason::AccountMissing) => parameters.push(("scope", scope::ACCOUNT)),
            Self::Missing | Self::NotHonoured(_) => {}
        }
        let written: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", quoted(value))).collect();
        format!("Bearer {}", written.join(", "))
    }
}

impl From<Dead> for Reason {
    fn from(dead: Dead) -> Self {
        if dead == Dead::NotAdmitted { Self::NotAdmitted } else { Self::Dead }
    }
}

/// Whose token of which family counts at `now`, of what was found under the token's reference; `needed` is the scope without which it doesn't.
pub fn holder<'a>(
    token: &AccessToken,
    evidence: &Evidence<'a>,
    (needed, missing): (&str, Reason),
    now: Timestamp,
) -> Result<(&'a Family, &'a User), Reason> {
    let (family, user) = family::live(evidence, now)?;
    if family.client_id != *token.client_id() || user.sub != token.sub() {
        return Err(Reason::OtherFamily);
    }
    if token.scopes().contains(needed) { Ok((family, user)) } else { Err(missing) }
}

/// The token that a request brings: in its `Authorization` header, or in the form of a POST. A query is never looked at (OAuth 2.1 §5.2.1).
pub fn token<'h>(authorization: impl IntoIterator<Item = &'h [u8]>, form: Option<&RequestParameters<'_>>) -> Result<Secret<String>, Refusal> {
    let mut in_header = None;
    for header in authorization {
        if let Some(token) = bearer_credentials(header)
            && in_header.replace(token?).is_some()
        {
            return Err(Reason::SeveralTokens.into());
        }
    }
    let in_form = form.and_then(|form| form.get("access_token")).map(|token| Secret::new(token.to_owned()));
    match (in_header, in_form) {
        (Some(_), Some(_)) => Err(Reason::SeveralTokens.into()),
        (Some(token), None) | (None, Some(token)) => Ok(token),
        (None, None) => Err(Refusal::Missing),
    }
}

// RFC 6750 §2.1: "Bearer" 1*SP b64token; RFC 9110 §11.1: a scheme has no case. Another scheme is no bearer token at all.
fn bearer_credentials(header: &[u8]) -> Option<Result<Secret<String>, Reason>> {
    let end = header.iter().position(|&byte| byte == b' ').unwrap_or(header.len());
    let (scheme, rest) = header.split_at(end);
    if !scheme.eq_ignore_ascii_case(b"Bearer") {
        return None;
    }
    let token = rest.trim_ascii_start();
    let fits = !token.is_empty() && token.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte));
    let text = if fits { std::str::from_utf8(token).ok() } else { None };
    Some(text.map(|text| Secret::new(text.to_owned())).ok_or(Reason::Malformed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn read(headers: &[&[u8]], form: Option<&[(&str, &str)]>) -> Result<String, Refusal> {
        let form = form.map(|pairs| pairs.iter().copied().collect::<RequestParameters<'_>>());
        token(headers.iter().copied(), form.as_ref()).map(|token| token.expose().clone())
    }

    #[test]
    fn a_token_stands_in_the_header_or_in_the_form() {
        for header in [b"Bearer a.b-c_d~e+f/g==".as_slice(), b"bearer a.b-c_d~e+f/g==", b"BEARER  a.b-c_d~e+f/g=="] {
            assert_eq!(read(&[header], None), Ok("a.b-c_d~e+f/g==".to_owned()));
        }
        assert_eq!(read(&[], Some(&[("access_token", "t")])), Ok("t".to_owned()));
        assert_eq!(read(&[b"Bearer t"], Some(&[])), Ok("t".to_owned()));
    }

    #[test]
    fn without_a_token_there_is_a_challenge_without_an_error() {
        for (headers, form) in [(vec![], None), (vec![b"Basic YTpi".as_slice()], None), (vec![], Some([("access_token", "")].as_slice()))] {
            let refused = read(&headers, form).expect_err("no token");
            assert_eq!((refused, refused.status(), refused.code()), (Refusal::Missing, 401, None));
            assert_eq!(refused.challenge(&samples::issuer()), r#"Bearer realm="https://demo.id.example""#);
        }
    }

    #[test]
    fn two_tokens_are_an_invalid_request_even_when_they_are_the_same() {
        for (headers, form) in
            [(vec![b"Bearer t".as_slice()], Some([("access_token", "t")].as_slice())), (vec![b"Bearer t".as_slice(), b"Bearer t"], None)]
        {
            let refused = read(&headers, form).expect_err("two tokens");
            assert_eq!((refused, refused.status()), (Refusal::NotHonoured(Reason::SeveralTokens), 400));
        }
    }

    #[test]
    fn a_malformed_header_is_an_invalid_request() {
        for malformed in [b"Bearer".as_slice(), b"Bearer ", b"Bearer a b", b"Bearer a,b", b"Bearer \xff", b"Bearer \"a\""] {
            assert_eq!(read(&[malformed], None), Err(Reason::Malformed.into()), "{}", String::from_utf8_lossy(malformed));
        }
    }

    #[test]
    fn a_refusal_names_its_error_and_the_missing_scope() {
        let expired = Refusal::from(Reason::Expired);
        assert_eq!(expired.status(), 401);
        assert_eq!(
            expired.challenge(&samples::issuer()),
            r#"Bearer realm="https://demo.id.example", error="invalid_token", error_description="The access token is malformed, expired or revoked.""#
        );
        let narrow = Refusal::from(Reason::OpenidMissing);
        assert_eq!(narrow.status(), 403);
        assert!(narrow.challenge(&samples::issuer()).ends_with(r#", scope="openid""#));
    }

    #[test]
    fn every_reason_is_one_of_rfc_6750() {
        for reason in Reason::ALL {
            assert!(["invalid_request", "invalid_token", "insufficient_scope"].contains(&reason.code().as_str()), "{reason}");
        }
    }
}
