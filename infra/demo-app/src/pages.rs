//! The app's three pages, as HTML without scripts.

use askama::Template;
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::failure::Failure;
use crate::relying_party::{Claims, RelyingParty, SignedIn};

/// The page of somebody who isn't signed in.
pub(crate) fn start(relying_party: &RelyingParty) -> String {
    render(&Start { issuer: relying_party.issuer() })
}

/// What the app learned about a person.
pub(crate) fn signed_in(signed_in: &SignedIn) -> String {
    let userinfo = signed_in.userinfo.as_ref();
    let name = |claims: &Claims| ["name", "preferred_username", "email"].iter().find_map(|claim| Some(claims.get(*claim)?.as_str()?.to_owned()));
    render(&SignedInPage {
        name: userinfo.ok().and_then(name).or_else(|| name(&signed_in.claims)),
        header: rows(&signed_in.header),
        claims: rows(&signed_in.claims),
        userinfo: userinfo.map(rows),
        scopes: &signed_in.scopes,
        refreshes: signed_in.refreshes,
    })
}

/// Why nobody is signed in.
pub(crate) fn failure(failure: &Failure) -> String {
    render(&FailurePage { failure })
}

#[derive(Template)]
#[template(path = "start.html")]
struct Start<'a> {
    issuer: &'a str,
}

#[derive(Template)]
#[template(path = "signed_in.html")]
struct SignedInPage<'a> {
    name: Option<String>,
    header: Vec<Row>,
    claims: Vec<Row>,
    userinfo: Result<Vec<Row>, &'a String>,
    scopes: &'a [String],
    refreshes: u32,
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    failure: &'a Failure,
}

struct Row {
    name: String,
    value: String,
    /// The value, where it is a time, as people write it.
    moment: Option<String>,
    meaning: &'static str,
}

fn rows(claims: &Claims) -> Vec<Row> {
    let row = |(name, value): (&String, &Value)| Row {
        name: name.clone(),
        value: value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned),
        moment: moment(name, value),
        meaning: meaning(name),
    };
    claims.iter().map(row).collect()
}

/// A claim in plain words (OpenID Connect Core 1.0 §2, §5.1); empty for one that speaks for itself.
fn meaning(name: &str) -> &'static str {
    match name {
        "iss" => "who says so",
        "sub" => "the person, for as long as the account exists",
        "aud" => "the app this is for",
        "azp" => "the app that asked",
        "exp" => "good until",
        "iat" => "when it was issued",
        "auth_time" => "when the person signed in",
        "updated_at" => "when the profile last changed",
        "nonce" => "what this app sent along",
        "at_hash" => "half a hash of the access token",
        "sid" => "the session at the provider",
        "acr" => "how strong the sign-in was",
        "amr" => "how the person signed in",
        _ => "",
    }
}

fn moment(name: &str, value: &Value) -> Option<String> {
    let seconds = value.as_i64().filter(|_| ["exp", "iat", "auth_time", "updated_at"].contains(&name))?;
    let moment = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    moment.format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC")).ok()
}

fn render(page: &impl Template) -> String {
    page.render().expect("writing to a string doesn't fail")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::relying_party::Kept;

    fn object(value: &Value) -> Claims {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_claim_is_escaped_and_a_time_is_readable() {
        let page = signed_in(&SignedIn {
            header: object(&json!({"alg": "ES256"})),
            claims: object(&json!({"sub": "<script>", "exp": 1_800_000_000, "amr": ["pwd"]})),
            userinfo: Ok(object(&json!({"sub": "<script>", "name": "Ada & Co"}))),
            scopes: vec!["openid".to_owned()],
            refreshes: 0,
            kept: Kept::of_somebody(),
        });
        assert!(!page.contains("<script>"), "{page}");
        assert!(page.contains("2027-01-15 08:00:00 UTC") && page.contains("Ada &#38; Co"), "{page}");
    }

    #[test]
    fn claims_are_shown_when_userinfo_is_refused() {
        let claims = object(&json!({"sub": "s-1"}));
        let refused = Err("401 invalid_token".to_owned());
        let (header, scopes, kept) = (Claims::new(), Vec::new(), Kept::of_somebody());
        let page = signed_in(&SignedIn { header, claims, userinfo: refused, scopes, refreshes: 2, kept });
        assert!(page.contains("Refreshed 2 times"), "{page}");
        assert!(page.contains("s-1") && page.contains("401 invalid_token"), "{page}");
    }
}
