//! What a person allowed an app to learn, remembered per client and scope.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::client::{Client, ConsentPolicy};
use crate::id::ClientId;
use crate::timestamp::Timestamp;

/// A person's consent to one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// To whom.
    pub client_id: ClientId,
    /// Every scope that was ever allowed and not withdrawn.
    pub scopes: BTreeSet<String>,
    /// When it was last given.
    pub given_at: Timestamp,
}

/// Whether the person must be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// Everything asked for is allowed already.
    NotNeeded,
    /// Something new is asked for.
    Needed,
}

/// Decides whether `client` may have `scopes` without a question.
pub fn asking(client: &Client, remembered: Option<&Consent>, scopes: &BTreeSet<String>) -> Asking {
    let covered = client.consent == ConsentPolicy::Implied || remembered.is_some_and(|consent| scopes.is_subset(&consent.scopes));
    if covered { Asking::NotNeeded } else { Asking::Needed }
}

/// The consent after the person allowed `scopes`: what was allowed before stays allowed.
pub fn given(client_id: &ClientId, remembered: Option<&Consent>, scopes: &BTreeSet<String>, now: Timestamp) -> Consent {
    let before = remembered.map(|consent| consent.scopes.clone()).unwrap_or_default();
    Consent { client_id: client_id.clone(), scopes: before.union(scopes).cloned().collect(), given_at: now }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(consent: ConsentPolicy) -> Client {
        Client { consent, ..Client::named(ClientId::parse("app").expect("a client id"), "App", Timestamp::from_seconds(0)) }
    }

    fn scopes(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_person_is_asked_again_only_for_something_new() {
        let app = client(ConsentPolicy::Ask);
        assert_eq!(asking(&app, None, &scopes(&["openid"])), Asking::Needed);
        let first = given(&app.id, None, &scopes(&["openid", "email"]), Timestamp::from_seconds(1));
        assert_eq!(asking(&app, Some(&first), &scopes(&["openid"])), Asking::NotNeeded);
        assert_eq!(asking(&app, Some(&first), &scopes(&["openid", "profile"])), Asking::Needed);
        let second = given(&app.id, Some(&first), &scopes(&["openid", "profile"]), Timestamp::from_seconds(2));
        assert_eq!(second.scopes, scopes(&["openid", "email", "profile"]));
    }

    #[test]
    fn an_organisations_own_app_asks_nothing() {
        assert_eq!(asking(&client(ConsentPolicy::Implied), None, &scopes(&["openid"])), Asking::NotNeeded);
    }
}
