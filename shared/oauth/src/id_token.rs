//! The claims of an ID token in the code flow (OpenID Connect Core §2, §3.1.3.6). What scopes ask for is at userinfo, not here (§5.4): about the
//! person it says what the `claims` parameter asked for by name (§5.5), and what the app's rules tell.

use domain::Timestamp;
use domain::claim_rules::ClaimPlace;
use domain::session::AuthenticationMethod;
use domain::tenant::Issuer;
use serde::Serialize;

use crate::grants::issuance::Issuance;
use crate::mapped::Mapped;
use crate::person_claims::{self, PersonClaims};
use crate::{Sha256, acr, scope, sid};

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
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'static str>,
    amr: &'a [AuthenticationMethod],
    at_hash: &'a str,
    sid: String,
    #[serde(flatten)]
    person: PersonClaims<'a>,
}

/// The claims for what is issued, with those of the app's rules; `None` without `openid`. `at_hash` is that of the access token beside it.
pub fn claims<'a>(
    issuer: &'a Issuer,
    issuance: &Issuance<'a>,
    at_hash: &'a str,
    sha256: Sha256,
    now: Timestamp,
) -> Option<Mapped<IdTokenClaims<'a>>> {
    issuance.scopes.contains(scope::OPENID).then(|| {
        let said = IdTokenClaims {
            iss: issuer.as_str(),
            sub: &issuance.user.sub,
            aud: issuance.family.client_id.as_str(),
            exp: now.plus(issuance.client.lifetimes.id_token()).seconds(),
            iat: now.seconds(),
            auth_time: issuance.authenticated_at.seconds(),
            nonce: issuance.nonce,
            acr: acr::reached(issuance.methods),
            amr: issuance.methods,
            at_hash,
            sid: sid::of(&issuance.family.session_id, sha256),
            person: person_claims::of(issuance.user, &issuance.tenant.roster, issuance.family.claims.id_token),
        };
        Mapped::of(said, issuance.client, (issuance.tenant, issuance.user), ClaimPlace::IdToken)
    })
}

#[cfg(test)]
mod tests {
    use domain::claims::{RequestedClaims, StandardClaim};
    use domain::family::Family;

    use super::*;
    use crate::grants::authorization_code::Redemption;
    use crate::samples::{self, NOW};

    #[test]
    fn an_id_token_says_who_signed_in_when_and_how_and_nothing_about_them() {
        let (issuer, user, code) = (samples::issuer(), samples::user(), samples::code());
        let tenant = samples::tenant();
        let redemption =
            Redemption { tenant: &tenant, client: &samples::public_client(), family: samples::family(), user: &user, code: &code, api: None };
        let json = serde_json::to_value(claims(&issuer, &redemption.issuance(), "half-a-hash", samples::sha256, NOW)).expect("JSON");
        let expected = serde_json::json!({
            "iss": "https://demo.id.example",
            "sub": "sub-of-ada",
            "aud": "app",
            "exp": NOW.seconds() + 300,
            "iat": NOW.seconds(),
            "auth_time": NOW.seconds() - 60,
            "nonce": "no",
            "acr": "urn:countersign:acr:password",
            "amr": ["pwd"],
            "at_hash": "half-a-hash",
            "sid": sid::of(&samples::session().id, samples::sha256),
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn what_the_claims_parameter_asked_for_by_name_is_there() {
        let (issuer, user, code) = (samples::issuer(), samples::user(), samples::code());
        let claims =
            RequestedClaims { userinfo: [StandardClaim::Email].into_iter().collect(), id_token: [StandardClaim::Name].into_iter().collect() };
        let family = Family { claims, ..samples::family() };
        let tenant = samples::tenant();
        let redemption = Redemption { tenant: &tenant, client: &samples::public_client(), family, user: &user, code: &code, api: None };
        let json = serde_json::to_value(super::claims(&issuer, &redemption.issuance(), "h", samples::sha256, NOW)).expect("JSON");
        assert_eq!((json.get("name"), json.get("email")), (Some(&serde_json::json!("Ada Lovelace")), None));
    }

    #[test]
    fn without_a_nonce_there_is_none_and_without_openid_there_is_no_token() {
        let (issuer, user) = (samples::issuer(), samples::user());
        let without_nonce = crate::code::AuthorizationCode { nonce: None, ..samples::code() };
        let tenant = samples::tenant();
        let redemption = Redemption {
            tenant: &tenant,
            client: &samples::public_client(),
            family: samples::family(),
            user: &user,
            code: &without_nonce,
            api: None,
        };
        let json = serde_json::to_value(claims(&issuer, &redemption.issuance(), "h", samples::sha256, NOW)).expect("JSON");
        assert_eq!(json.get("nonce"), None);

        let plain_oauth = crate::code::AuthorizationCode { scopes: samples::scopes(&["email"]), ..samples::code() };
        let family = Family { scopes: plain_oauth.scopes.clone(), ..samples::family() };
        let tenant = samples::tenant();
        let redemption = Redemption { tenant: &tenant, client: &samples::public_client(), family, user: &user, code: &plain_oauth, api: None };
        assert_eq!(claims(&issuer, &redemption.issuance(), "h", samples::sha256, NOW), None);
    }
}
