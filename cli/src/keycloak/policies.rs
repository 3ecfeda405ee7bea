//! What a realm asks of passwords, sign-up and sessions, as policies.

use domain::policy;
use serde_json::{Map, Value, json};

use super::report::Report;
use super::text;

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;

/// The policies that a realm says, by their kind.
pub(super) fn policies(realm: &Value, report: &mut Report) -> Value {
    let mut policies = Map::new();
    let mut say = |kind: &str, settings: Value| drop(policies.insert(kind.to_owned(), json!({ "settings": settings })));
    say("password", password(realm, report));
    say("registration", registration(realm));
    if let Some(settings) = session(realm, report) {
        say("session", settings);
    }
    if let Some(settings) = retention(realm, report) {
        say("retention", settings);
    }
    Value::Object(policies)
}

fn password(realm: &Value, report: &mut Report) -> Value {
    let recovery = if realm["resetPasswordAllowed"] == true { "by_mail" } else { "off" };
    let said = text(&realm["passwordPolicy"]).unwrap_or_default();
    let mut settings = json!({ "recovery": recovery });
    if said.is_empty() {
        return settings;
    }
    let (mut rules, mut composition) = (json!({}), Vec::new());
    for part in said.split(" and ").map(str::trim).filter(|part| !part.is_empty()) {
        let (name, argument) = part.split_once('(').map_or((part, ""), |(name, rest)| (name, rest.trim_end_matches(')')));
        let number: Option<u64> = argument.parse().ok();
        let mut kind = |kind: &'static str, number: Option<u64>, report: &mut Report| {
            composition.push(kind);
            if number.is_some_and(|number| number > 1) {
                report.changed("passwordPolicy", part, "One character of the kind is asked for, not several.");
            }
        };
        match (name, number) {
            ("length", Some(length)) => {
                let within = (8, u64::from(policy::PASSWORD_MIN_LONGEST));
                rules["minimum_alone"] = json!(bounded(length, within, ("passwordPolicy", part), report));
            }
            ("digits", number) => kind("digit", number, report),
            ("lowerCase", number) => kind("lower", number, report),
            ("upperCase", number) => kind("upper", number, report),
            ("specialChars", number) => kind("symbol", number, report),
            ("passwordHistory", Some(count)) => {
                rules["history"] = json!(bounded(count, (0, policy::PASSWORD_HISTORY_MAX as u64), ("passwordPolicy", part), report));
            }
            ("forceExpiredPasswordChange", Some(days)) => {
                rules["longest_days"] = json!(bounded(days, (1, u64::from(u16::MAX)), ("passwordPolicy", part), report));
            }
            // What a name, an address or the list holds is refused here in any case; how passwords are hashed isn't a tenant's to say.
            ("notUsername" | "notEmail" | "notContainsUsername" | "passwordBlacklist" | "hashAlgorithm" | "hashIterations", _) => {}
            _ => report.left("passwordPolicy", part, "No policy says that of passwords."),
        }
    }
    if !composition.is_empty() {
        composition.sort_unstable();
        composition.dedup();
        rules["composition"] = json!(composition);
    }
    settings["rules"] = rules;
    settings
}

fn registration(realm: &Value) -> Value {
    if realm["registrationAllowed"] != true {
        return json!({ "who": "closed" });
    }
    let username = if realm["registrationEmailAsUsername"] == true { "not_asked" } else { "required" };
    json!({ "who": "open", "username": username })
}

fn session(realm: &Value, report: &mut Report) -> Option<Value> {
    let (idle, longest) = (realm["ssoSessionIdleTimeout"].as_u64()?, realm["ssoSessionMaxLifespan"].as_u64()?);
    let usual = lifetimes(idle, longest, report);
    let mut settings = json!({ "lifetimes": usual });
    if realm["rememberMe"] == true {
        // Zero is as long as any other.
        let of = |name: &str, otherwise: u64| realm[name].as_u64().filter(|seconds| *seconds > 0).unwrap_or(otherwise);
        settings["kept"] = lifetimes(of("ssoSessionIdleTimeoutRememberMe", idle), of("ssoSessionMaxLifespanRememberMe", longest), report);
    }
    Some(settings)
}

fn lifetimes(idle: u64, longest: u64, report: &mut Report) -> Value {
    let within = (policy::SESSION_SHORTEST.as_secs(), policy::SESSION_LONGEST.as_secs());
    let at = "ssoSessionMaxLifespan";
    let longest = bounded(longest, within, (at, &longest.to_string()), report);
    let idle = bounded(idle, (within.0, longest), ("ssoSessionIdleTimeout", &idle.to_string()), report);
    json!({ "idle_seconds": idle, "absolute_seconds": longest })
}

fn retention(realm: &Value, report: &mut Report) -> Option<Value> {
    let seconds = realm["eventsExpiration"].as_u64().filter(|seconds| *seconds > 0 && realm["eventsEnabled"] == true)?;
    let within = (u64::from(policy::EVENT_RETENTION_LEAST), u64::from(policy::EVENT_RETENTION_MOST));
    Some(json!({ "days": bounded(seconds.div_ceil(DAY), within, ("eventsExpiration", &seconds.to_string()), report) }))
}

fn bounded(said: u64, (least, most): (u64, u64), (at, whose): (&str, &str), report: &mut Report) -> u64 {
    let bounded = said.clamp(least, most);
    if bounded != said {
        report.changed(at, whose, &format!("It is {bounded}: {least} to {most} may be said."));
    }
    bounded
}

#[cfg(test)]
mod tests {
    use domain::policies::{PasswordSettings, RegistrationSettings, RetentionSettings, SessionSettings};

    use super::*;

    fn translated(realm: &Value) -> (Value, Report) {
        let mut report = Report::default();
        (policies(realm, &mut report), report)
    }

    #[test]
    fn what_is_asked_of_passwords_is_asked_here() {
        let said = "length(10) and digits(2) and upperCase(1) and notUsername and passwordHistory(24) and forceExpiredPasswordChange(365) and regexPattern(^a) and hashIterations(27500)";
        let (policies, report) = translated(&json!({ "passwordPolicy": said, "resetPasswordAllowed": true }));
        let expected =
            json!({ "recovery": "by_mail", "rules": { "minimum_alone": 10, "composition": ["digit", "upper"], "history": 5, "longest_days": 365 } });
        assert_eq!(policies["password"]["settings"], expected);
        assert!(
            report.says("passwordPolicy", "regexPattern")
                && report.says("passwordPolicy", "passwordHistory(24)")
                && report.says("passwordPolicy", "digits(2)")
        );
        assert!(!report.says("passwordPolicy", "notUsername"));
        serde_json::from_value::<PasswordSettings>(policies["password"]["settings"].clone()).expect("a policy");
    }

    #[test]
    fn sessions_and_sign_up_are_as_they_were() {
        let (policies, report) = translated(&json!({
            "registrationAllowed": true, "ssoSessionIdleTimeout": 1800, "ssoSessionMaxLifespan": 36000, "rememberMe": true, "ssoSessionIdleTimeoutRememberMe": 0,
            "ssoSessionMaxLifespanRememberMe": 2_592_000, "eventsEnabled": true, "eventsExpiration": 172_800,
        }));
        assert_eq!(policies["registration"]["settings"], json!({ "who": "open", "username": "required" }));
        let lifetimes = |idle: u64, longest: u64| json!({ "idle_seconds": idle, "absolute_seconds": longest });
        assert_eq!(policies["session"]["settings"], json!({ "lifetimes": lifetimes(1800, 36000), "kept": lifetimes(1800, 2_592_000) }));
        assert_eq!(policies["retention"]["settings"], json!({ "days": 7 }));
        assert!(report.says("eventsExpiration", "172800"));
        serde_json::from_value::<SessionSettings>(policies["session"]["settings"].clone()).expect("a policy");
        serde_json::from_value::<RegistrationSettings>(policies["registration"]["settings"].clone()).expect("a policy");
        serde_json::from_value::<RetentionSettings>(policies["retention"]["settings"].clone()).expect("a policy");
    }

    #[test]
    fn what_a_realm_does_not_say_stays_as_the_tenant_has_it() {
        let (policies, _) = translated(&json!({}));
        assert_eq!(policies, json!({ "password": { "settings": { "recovery": "off" } }, "registration": { "settings": { "who": "closed" } } }));
    }
}
