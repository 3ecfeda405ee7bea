//! A token that an app asks for as itself (RFC 6749 §4.4): for one API, with what it was granted of it. No person, no ID token, nothing to refresh.

use std::collections::BTreeSet;

use domain::api::{Api, ApiScope, Audience};
use domain::client::Client;

use super::ClientCredentialsGrant;
use crate::client_authentication::AuthenticatedClient;
use crate::error::reasons;

/// What the token is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnIssuance<'a> {
    /// Who asks, and whose token it is.
    pub client: &'a Client,
    /// For which API.
    pub api: &'a Api,
    /// Good for what; never empty.
    pub scopes: BTreeSet<String>,
}

reasons! {
    /// Why an app gets no token for itself.
    pub enum Reason {
        /// RFC 8707 §2: without one it would be for the platform's own endpoints, where an app has nothing to ask.
        ResourceMissing => InvalidTarget, "resource is missing";
        /// RFC 8707 §2.
        ResourceNotGranted => InvalidTarget, "the client was granted nothing of this API";
        /// RFC 8707 §2.
        ResourceUnknown => InvalidTarget, "no such API";
        /// RFC 6749 §3.3.
        ScopeNotGranted => InvalidScope, "a scope is not one of those that the client was granted of this API";
        /// RFC 6749 §3.3.
        NothingGranted => InvalidScope, "the API knows no scope any more that the client was granted";
    }
}

/// The API that is asked for, if `client` was granted anything of it: only then it is looked for.
pub fn target<'a>(client: &Client, grant: &'a ClientCredentialsGrant) -> Result<&'a Audience, Reason> {
    let audience = grant.resource.as_ref().ok_or(Reason::ResourceMissing)?;
    if client.apis.contains_key(audience) { Ok(audience) } else { Err(Reason::ResourceNotGranted) }
}

/// Decides what the token is good for: what is asked for, or everything that was granted (RFC 6749 §3.3).
pub fn issue<'a>(client: &'a AuthenticatedClient, grant: &ClientCredentialsGrant, api: Option<&'a Api>) -> Result<OwnIssuance<'a>, Reason> {
    let client = client.client();
    let audience = target(client, grant)?;
    let api = api.filter(|api| api.audience == *audience).ok_or(Reason::ResourceUnknown)?;
    let granted = granted(client, api);
    match &grant.scopes {
        Some(asked) if asked.is_subset(&granted) => Ok(OwnIssuance { client, api, scopes: asked.clone() }),
        Some(_) => Err(Reason::ScopeNotGranted),
        None if granted.is_empty() => Err(Reason::NothingGranted),
        None => Ok(OwnIssuance { client, api, scopes: granted }),
    }
}

/// What `client` may do at `api` as itself: what it was granted, of what the API still knows.
pub fn granted(client: &Client, api: &Api) -> BTreeSet<String> {
    let granted = client.apis.get(&api.audience).into_iter().flatten();
    granted.filter(|scope| api.scopes.contains(*scope)).map(ApiScope::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn issued(client: &Client, api: Option<&Api>, resource: Option<&str>, scope: Option<&[&str]>) -> Result<Vec<String>, Reason> {
        let client = AuthenticatedClient::for_test(client);
        let resource = resource.map(|text| Audience::parse(text).expect("an audience"));
        let grant = ClientCredentialsGrant { resource, scopes: scope.map(samples::scopes) };
        issue(&client, &grant, api).map(|issuance| issuance.scopes.into_iter().collect())
    }

    #[test]
    fn an_app_gets_what_it_asks_for_of_what_it_was_granted_or_all_of_it() {
        let (machine, api) = (samples::machine(), samples::api());
        let of_api = |scope: Option<&[&str]>| issued(&machine, Some(&api), Some(samples::AUDIENCE), scope);
        assert_eq!(of_api(None), Ok(vec!["read".to_owned(), "write".to_owned()]));
        assert_eq!(of_api(Some(&["read"])), Ok(vec!["read".to_owned()]));
        // The API knows `delete`, of which the app was granted nothing; the others are a person's.
        for not_granted in ["delete", "Read", "openid", "offline_access", "profile"] {
            assert_eq!(of_api(Some(&[not_granted])), Err(Reason::ScopeNotGranted), "{not_granted}");
            assert_eq!(of_api(Some(&["read", not_granted])), Err(Reason::ScopeNotGranted), "{not_granted}");
        }
    }

    #[test]
    fn a_target_that_is_missing_not_granted_or_gone_is_refused() {
        let (machine, api) = (samples::machine(), samples::api());
        assert_eq!(issued(&machine, None, None, None), Err(Reason::ResourceMissing));
        for other in ["https://other.example", "https://api.example/", "https://demo.id.example"] {
            let other_api = Api { audience: Audience::parse(other).expect("an audience"), ..api.clone() };
            assert_eq!(issued(&machine, Some(&other_api), Some(other), None), Err(Reason::ResourceNotGranted), "{other}");
            assert_eq!(issued(&machine, Some(&other_api), Some(samples::AUDIENCE), None), Err(Reason::ResourceUnknown), "{other}");
        }
        assert_eq!(issued(&machine, None, Some(samples::AUDIENCE), None), Err(Reason::ResourceUnknown));
        assert_eq!(issued(&samples::confidential_client(), Some(&api), Some(samples::AUDIENCE), None), Err(Reason::ResourceNotGranted));
    }

    #[test]
    fn a_scope_that_the_api_forgot_is_granted_no_more() {
        let (machine, api) = (samples::machine(), samples::api());
        let narrower = Api { scopes: [ApiScope::parse("read").expect("a scope")].into(), ..api.clone() };
        assert_eq!(issued(&machine, Some(&narrower), Some(samples::AUDIENCE), None), Ok(vec!["read".to_owned()]));
        assert_eq!(issued(&machine, Some(&narrower), Some(samples::AUDIENCE), Some(&["write"])), Err(Reason::ScopeNotGranted));
        let empty = Api { scopes: BTreeSet::new(), ..api };
        assert_eq!(issued(&machine, Some(&empty), Some(samples::AUDIENCE), None), Err(Reason::NothingGranted));
    }
}
