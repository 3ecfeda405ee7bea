//! What each security profile of a client means: RFC 6749 with OpenID Connect Core, or OAuth 2.1.

use domain::client::{Client, SecurityProfile};
use domain::refresh::Rotation;

/// The rules of one client, values where standards leave a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether an authorization request must carry a PKCE challenge.
    pub pkce: Pkce,
    /// Whether `redirect_uri` is repeated when the code is redeemed.
    pub redirect_uri_at_redemption: RedirectUriAtRedemption,
    /// Whether a refresh token is replaced when it is used.
    pub refresh_rotation: Rotation,
    /// Whom a client assertion is meant for.
    pub assertion_audience: AssertionAudience,
}

/// Whom a client assertion is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssertionAudience {
    /// The issuer, as a string and nothing else: an assertion for another server's endpoint is worth nothing here (rfc7523bis §3).
    Issuer,
    /// The issuer, the token endpoint or the endpoint that is asked (OpenID Connect Core §9), alone or among others.
    IssuerOrEndpoint,
}

/// Whether an authorization request must carry a PKCE challenge. One that is sent always counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pkce {
    /// It must.
    Required,
    /// It may: the client has a secret, and may have a nonce.
    Optional,
}

/// Whether `redirect_uri` is repeated when the code is redeemed. One that is sent always has to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectUriAtRedemption {
    /// RFC 6749 §4.1.3: since the authorization request carried it.
    Required,
    /// OAuth 2.1 §10.2: PKCE took over its part.
    Optional,
}

/// The rules that `client` follows.
pub const fn rules(client: &Client) -> Rules {
    match client.security_profile {
        // RFC 9700 §2.1.1: public clients must, confidential ones may rely on their nonce. RFC 9700 §4.14.2: a refresh token of a confidential
        // client is bound to it by its authentication; without rotation a lost answer loses nothing.
        SecurityProfile::Oidc if client.is_confidential() => Rules {
            pkce: Pkce::Optional,
            redirect_uri_at_redemption: RedirectUriAtRedemption::Required,
            refresh_rotation: Rotation::None,
            assertion_audience: AssertionAudience::IssuerOrEndpoint,
        },
        SecurityProfile::Oidc => Rules {
            pkce: Pkce::Required,
            redirect_uri_at_redemption: RedirectUriAtRedemption::Required,
            refresh_rotation: Rotation::Required,
            assertion_audience: AssertionAudience::IssuerOrEndpoint,
        },
        // OAuth 2.1 §4.1.1, §4.3.1.
        SecurityProfile::OAuth21 => Rules {
            pkce: Pkce::Required,
            redirect_uri_at_redemption: RedirectUriAtRedemption::Optional,
            refresh_rotation: Rotation::Required,
            assertion_audience: AssertionAudience::Issuer,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn pkce_is_optional_for_confidential_clients_of_the_oidc_profile_alone() {
        let confidential = samples::confidential_client();
        let public = samples::public_client();
        let pkce = |client: &Client, security_profile| rules(&Client { security_profile, ..client.clone() }).pkce;
        assert_eq!(pkce(&confidential, SecurityProfile::Oidc), Pkce::Optional);
        assert_eq!(pkce(&public, SecurityProfile::Oidc), Pkce::Required);
        assert_eq!(pkce(&confidential, SecurityProfile::OAuth21), Pkce::Required);
        assert_eq!(pkce(&public, SecurityProfile::OAuth21), Pkce::Required);
    }

    #[test]
    fn the_oauth_2_1_profile_need_not_repeat_the_redirect_uri() {
        let repeats = |security_profile| rules(&Client { security_profile, ..samples::confidential_client() }).redirect_uri_at_redemption;
        assert_eq!(repeats(SecurityProfile::Oidc), RedirectUriAtRedemption::Required);
        assert_eq!(repeats(SecurityProfile::OAuth21), RedirectUriAtRedemption::Optional);
    }

    #[test]
    fn refresh_tokens_rotate_but_for_confidential_clients_of_the_oidc_profile() {
        let rotation = |client: Client, security_profile| rules(&Client { security_profile, ..client }).refresh_rotation;
        assert_eq!(rotation(samples::confidential_client(), SecurityProfile::Oidc), Rotation::None);
        assert_eq!(rotation(samples::public_client(), SecurityProfile::Oidc), Rotation::Required);
        assert_eq!(rotation(samples::confidential_client(), SecurityProfile::OAuth21), Rotation::Required);
        assert_eq!(rotation(samples::public_client(), SecurityProfile::OAuth21), Rotation::Required);
    }
}
