//! What wants a token: the admin API, who the app is there, the tenant and its signing keys.

use domain::{Timestamp, policy};
use serde_json::Value;

use super::check::{Check, Noted, bad, good};
use crate::connection::Place;
use crate::failure::Failure;
use crate::http::Answer;
use crate::screen::plain;
use crate::token::Token;

pub(super) fn token(token: Result<&Token, &Failure>) -> Noted {
    match token {
        Ok(token) => good(Check::Token, format!("good for {} s", token.seconds)),
        Err(failure) => bad(Check::Token, failure.to_string(), advice_about(failure)),
    }
}

fn advice_about(failure: &Failure) -> &'static str {
    match failure {
        Failure::NoToken { error, .. } if error == "invalid_client" => {
            "Look at the app's id and its secret: one that was taken back is good for nothing."
        }
        Failure::NoToken { error, .. } if error == "invalid_target" || error == "invalid_scope" => {
            "The app's `apis` name the admin API, to the byte, with the scope `admin`; --admin says the same."
        }
        Failure::NoToken { error, .. } if error == "unauthorized_client" => {
            "The app is no machine: only one that acts for itself has tokens of its own."
        }
        Failure::Usage(_) => "`countersign --help` lists how it is said.",
        _ => "Try it again; whoever operates the platform looks at the function `token` and its log.",
    }
}

pub(super) fn admin_api(place: &Place, tenant: &Result<Answer, Failure>) -> Noted {
    match tenant {
        Ok(_) => good(Check::AdminApi, place.admin.clone()),
        Err(failure) => {
            let advice = match failure {
                Failure::Problem(problem) if problem.status == 403 => {
                    "An owner makes the app an administrator, after a sign-in of just now: PUT administrators/apps/{client_id}."
                }
                Failure::Problem(problem) if problem.status == 404 => "There is no such tenant: --tenant says its slug.",
                Failure::Problem(problem) if problem.status == 401 => {
                    "The token is another tenant's: the tenant itself issues it, or the tenant `system`."
                }
                _ => "Look at --admin, and whether what stands before it lets this through.",
            };
            bad(Check::AdminApi, failure.to_string(), advice)
        }
    }
}

pub(super) fn administrator(place: &Place, shown: Result<Value, Failure>) -> Noted {
    let of_platform = place.own.as_ref().is_some_and(domain::Slug::is_system) && !place.tenant.is_system();
    match shown {
        Ok(shown) => good(Check::Administrator, format!("as {}", names(&shown["roles"]))),
        // Who may see the tenant administers, whatever they may see beside it; the platform's are in no other tenant's list.
        Err(Failure::Problem(problem)) if problem.status == 404 && of_platform => good(Check::Administrator, "one of the platform's"),
        Err(Failure::Problem(problem)) if problem.status == 403 => good(Check::Administrator, "one who may not see who administers"),
        Err(failure) => bad(Check::Administrator, failure.to_string(), "An owner looks at administrators/apps/{client_id}."),
    }
}

pub(super) fn tenant(shown: &Value) -> Noted {
    match shown["status"].as_str() {
        Some("active") => good(Check::Tenant, format!("{}, active", plain(shown["slug"].as_str().unwrap_or_default()))),
        Some("suspended") => bad(Check::Tenant, "suspended: it lets nobody in", "The platform's administrators resume it."),
        Some("ending") => bad(Check::Tenant, "about to be deleted", "The platform's administrators can restore it until it is erased."),
        _ => bad(Check::Tenant, "no known status", "This program may be older than the platform."),
    }
}

pub(super) fn signing_keys(shown: Result<Value, Failure>, now: Timestamp) -> Noted {
    let shown = match shown {
        Ok(shown) => shown,
        Err(Failure::Problem(problem)) if problem.status == 403 => return good(Check::SigningKeys, "the app may not see them"),
        Err(failure) => return bad(Check::SigningKeys, failure.to_string(), "Try it again."),
    };
    let keys: Vec<&Value> = shown["items"].as_array().into_iter().flatten().collect();
    let in_state = |state: &str| keys.iter().filter(|key| key["state"] == state).copied().collect::<Vec<_>>();
    let (active, next) = (in_state("active"), in_state("next"));
    if active.is_empty() {
        return bad(Check::SigningKeys, "none signs", "Whoever operates the platform looks at the function `key-rotation` and its log.");
    }
    // RFC 3339 in UTC: what is earlier is smaller.
    let overdue = now.minus(policy::SIGNING_KEY_SIGNS.saturating_add(policy::SIGNING_KEY_OVERDUE)).rfc3339();
    let described = |key: &&Value| format!("{} since {}", text(&key["algorithm"]), text(&key["since"]).chars().take(10).collect::<String>());
    let told = active.iter().map(described).collect::<Vec<_>>().join(", ");
    let told = if next.is_empty() { told } else { format!("{told}; next: {}", next.iter().map(described).collect::<Vec<_>>().join(", ")) };
    if active.iter().any(|key| text(&key["since"]) < overdue) {
        bad(Check::SigningKeys, told, "They sign for longer than they should: the function `key-rotation` doesn't run, or fails.")
    } else {
        good(Check::SigningKeys, told)
    }
}

fn text(value: &Value) -> String {
    plain(value.as_str().unwrap_or_default())
}

fn names(value: &Value) -> String {
    value.as_array().into_iter().flatten().map(text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::check::Found;
    use super::*;
    use crate::arguments::ConnectionAsked;
    use crate::problem::Problem;

    fn is_good(noted: &Noted) -> bool {
        matches!(noted.1, Found::Good(_))
    }

    fn place(issuer: &str, tenant: &str) -> Place {
        let asked = ConnectionAsked { issuer: Some(issuer.to_owned()), tenant: Some(tenant.to_owned()), ..ConnectionAsked::default() };
        Place::of(&asked).expect("a place")
    }

    fn refused(status: u16) -> Result<Value, Failure> {
        Err(Failure::Problem(Problem::read(status, b"{}")))
    }

    #[test]
    fn an_app_that_is_no_administrator_is_told_so() {
        let (own, system) = (place("https://shop.id.example", "shop"), place("https://system.id.example", "shop"));
        assert!(is_good(&administrator(&own, Ok(json!({ "roles": ["admin"] })))));
        assert!(is_good(&administrator(&own, refused(403))) && is_good(&administrator(&system, refused(404))));
        assert!(!is_good(&administrator(&own, refused(404))));
    }

    #[test]
    fn a_tenant_that_lets_nobody_in_is_not_well() {
        let of = |status: &str| is_good(&tenant(&json!({ "slug": "shop", "status": status })));
        assert_eq!(["active", "suspended", "ending", "other"].map(of), [true, false, false, false]);
    }

    #[test]
    fn keys_that_nobody_rotates_are_found() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let keys = |state: &str, since: Timestamp| Ok(json!({ "items": [{ "algorithm": "ES256", "state": state, "since": since.rfc3339() }] }));
        let longest = policy::SIGNING_KEY_SIGNS + policy::SIGNING_KEY_OVERDUE;
        assert!(is_good(&signing_keys(keys("active", now.minus(longest)), now)));
        assert!(!is_good(&signing_keys(keys("active", now.minus(longest * 2)), now)));
        assert!(!is_good(&signing_keys(keys("next", now), now)) && is_good(&signing_keys(refused(403), now)));
    }

    #[test]
    fn a_token_that_is_refused_comes_with_what_to_look_at() {
        for (error, about) in
            [("invalid_client", "secret"), ("invalid_target", "`apis`"), ("unauthorized_client", "machine"), ("server_error", "again")]
        {
            let failure = Failure::NoToken { error: error.to_owned(), description: String::new() };
            let Found::Bad { advice, .. } = token(Err(&failure)).1 else { panic!("a refusal is bad") };
            assert!(advice.contains(about), "{error}: {advice}");
        }
    }
}
