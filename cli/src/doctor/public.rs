//! What everybody may look at: the issuer, discovery, the published keys, the time.

use std::time::{Duration, SystemTime};

use domain::Timestamp;
use serde_json::Value;

use super::check::{Check, Noted, bad, good};
use crate::connection::Place;
use crate::failure::Failure;
use crate::http::Answer;

/// Clocks may differ by this much: what signs or compares times has as much leeway, or more.
const SKEW: Duration = Duration::from_mins(1);

pub(super) fn issuer(place: Result<&Place, &Failure>) -> Noted {
    match place {
        Ok(place) => good(Check::Issuer, format!("{}, administered at {}", place.issuer.as_str(), place.url(""))),
        Err(failure) => bad(Check::Issuer, failure.to_string(), "`countersign --help` lists how it is said."),
    }
}

pub(super) fn reachable(answer: &Result<Answer, Failure>) -> Noted {
    match answer {
        Ok(answer) => good(Check::Reachable, answer.place.clone()),
        Err(failure) => {
            bad(Check::Reachable, failure.to_string(), "Look at the name, the network, HTTPS_PROXY, and who signed the server's certificate.")
        }
    }
}

pub(super) fn discovery(answer: &Answer, document: &Value, issuer: &str) -> Noted {
    let advice = "The issuer is said as the tenant has it, to the byte; no other document may stand in for its own.";
    if answer.status != 200 {
        return bad(Check::Discovery, format!("status {}", answer.status), "There is no such tenant here, or what stands before it answers itself.");
    }
    match document["issuer"].as_str() {
        Some(named) if named == issuer => good(Check::Discovery, "of this issuer"),
        Some(_) => bad(Check::Discovery, "it names another issuer", advice),
        None => bad(Check::Discovery, "no document of an issuer", advice),
    }
}

pub(super) fn clock(date: Option<&str>, now: Timestamp) -> Noted {
    let advice = "Set this machine's clock by NTP: what it signs or judges by time is wrong else.";
    let there = date.and_then(|date| httpdate::parse_http_date(date).ok()).and_then(|date| date.duration_since(SystemTime::UNIX_EPOCH).ok());
    let Some(there) = there else { return good(Check::Clock, "the server doesn't say what time it has") };
    let skew = there.abs_diff(Duration::from_secs(now.seconds())).as_secs();
    if skew <= SKEW.as_secs() { good(Check::Clock, format!("{skew} s apart")) } else { bad(Check::Clock, format!("{skew} s apart"), advice) }
}

pub(super) fn keys(document: &Value, keys: Result<&Value, &Failure>) -> Noted {
    let advice = "Nobody can verify tokens like that. Whoever operates the platform looks at the function `discovery` and its log.";
    let keys = match keys {
        Ok(keys) => keys["keys"].as_array(),
        Err(failure) => return bad(Check::Keys, failure.to_string(), advice),
    };
    let Some(keys) = keys else { return bad(Check::Keys, "no key set", advice) };
    let advertised = document["id_token_signing_alg_values_supported"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let missing: Vec<&str> = advertised.filter(|algorithm| !keys.iter().any(|key| is_for(key, algorithm))).collect();
    if missing.is_empty() && !keys.is_empty() {
        good(Check::Keys, format!("{}, with one for each algorithm", keys.len()))
    } else {
        bad(Check::Keys, format!("no key for {}", missing.join(", ")), advice)
    }
}

// RFC 7517 §4.4: one that says nothing is of what its type is good for.
fn is_for(key: &Value, algorithm: &str) -> bool {
    match key["alg"].as_str() {
        Some(said) => said == algorithm,
        None => key["kty"] == if algorithm.starts_with("ES") { "EC" } else { "RSA" },
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;
    use serde_json::json;

    use super::super::check::Found;
    use super::*;

    fn is_good(noted: &Noted) -> bool {
        matches!(noted.1, Found::Good(_))
    }

    fn answer(status: u16) -> Answer {
        Answer { place: "https://a.example".to_owned(), status, headers: HeaderMap::new(), body: Vec::new() }
    }

    #[test]
    fn discovery_is_of_the_issuer_that_was_asked_or_of_none() {
        let (mine, other) = (json!({ "issuer": "https://a.example" }), json!({ "issuer": "https://b.example" }));
        assert!(is_good(&discovery(&answer(200), &mine, "https://a.example")));
        for (status, document) in [(200, &other), (200, &Value::Null), (404, &mine)] {
            assert!(!is_good(&discovery(&answer(status), document, "https://a.example")), "{status} {document}");
        }
    }

    #[test]
    fn clocks_may_be_a_minute_apart() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        let at = |seconds: u64| Timestamp::from_seconds(seconds);
        assert!([784_111_777, 784_111_717, 784_111_837].into_iter().all(|now| is_good(&clock(date, at(now)))));
        assert!(![784_111_716, 784_111_838, 0].into_iter().any(|now| is_good(&clock(date, at(now)))));
        assert!(is_good(&clock(None, at(1))) && is_good(&clock(Some("now"), at(1))), "who says nothing isn't wrong");
    }

    #[test]
    fn each_advertised_algorithm_has_a_key() {
        let document = json!({ "id_token_signing_alg_values_supported": ["ES256", "RS256"] });
        let set = |keys: Value| json!({ "keys": keys });
        let both = set(json!([{ "kty": "EC", "alg": "ES256" }, { "kty": "RSA" }]));
        assert!(is_good(&keys(&document, Ok(&both))));
        for wrong in [set(json!([{ "kty": "EC", "alg": "ES256" }])), set(json!([{ "kty": "RSA", "alg": "ES256" }])), set(json!([])), json!({})] {
            assert!(!is_good(&keys(&document, Ok(&wrong))), "{wrong}");
        }
    }
}
