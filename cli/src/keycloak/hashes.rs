//! Passwords as Keycloak keeps them, in the forms that an import takes: PHC strings of Argon2 and PBKDF2.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use domain::Secret;
use serde_json::Value;

/// A hash, and what it was made with.
#[derive(Debug)]
pub(super) struct Hash {
    pub(super) text: Secret<String>,
    /// Algorithm and parameters: a tenant takes few of these.
    pub(super) kind: String,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoHash {
    /// It isn't written as Keycloak writes it.
    Form,
    /// By an algorithm that no import takes.
    Algorithm,
}

/// The hash of a credential of the type `password`; since Keycloak 8 it is two texts of JSON, before it was members.
pub(super) fn hash(credential: &Value) -> Result<Hash, NoHash> {
    let inner = |name: &str| -> Option<Value> { serde_json::from_str(credential[name].as_str()?).ok() };
    let (secret, data) = match (inner("secretData"), inner("credentialData")) {
        (Some(secret), Some(data)) => (secret, data),
        _ => (legacy_secret(credential), credential.clone()),
    };
    let (value, salt) = (bytes(&secret["value"])?, bytes(&secret["salt"])?);
    let iterations = number(&data["hashIterations"]).ok_or(NoHash::Form)?;
    let begins = match data["algorithm"].as_str().ok_or(NoHash::Form)? {
        "pbkdf2" => format!("$pbkdf2-sha1$i={iterations}"),
        algorithm @ ("pbkdf2-sha256" | "pbkdf2-sha512") => format!("${algorithm}$i={iterations}"),
        "argon2" => argon2(&data["additionalParameters"], iterations)?,
        _ => return Err(NoHash::Algorithm),
    };
    let text = Secret::new(format!("{begins}${}${}", STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(&value)));
    Ok(Hash { text, kind: format!("{begins} of {} bytes", value.len()) })
}

fn legacy_secret(credential: &Value) -> Value {
    serde_json::json!({ "value": credential["hashedSaltedValue"], "salt": credential["salt"] })
}

// Keycloak's `hashIterations` are Argon2's passes, its memory is in KiB.
fn argon2(parameters: &Value, passes: u64) -> Result<String, NoHash> {
    let parameter = |name: &str| parameters[name].as_array().and_then(|all| all.first()).unwrap_or(&parameters[name]);
    let kind = parameter("type").as_str().filter(|kind| matches!(*kind, "id" | "i" | "d")).ok_or(NoHash::Form)?;
    let version = match parameter("version").as_str() {
        Some("1.3") => 19,
        Some("1.0") => 16,
        _ => return Err(NoHash::Form),
    };
    let memory = number(parameter("memory")).ok_or(NoHash::Form)?;
    let lanes = number(parameter("parallelism")).ok_or(NoHash::Form)?;
    Ok(format!("$argon2{kind}$v={version}$m={memory},t={passes},p={lanes}"))
}

fn bytes(value: &Value) -> Result<Vec<u8>, NoHash> {
    STANDARD.decode(value.as_str().ok_or(NoHash::Form)?).ok().filter(|bytes| !bytes.is_empty()).ok_or(NoHash::Form)
}

// Numbers of `additionalParameters` are texts.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn credential(secret: &Value, data: &Value) -> Value {
        json!({ "type": "password", "secretData": secret.to_string(), "credentialData": data.to_string() })
    }

    fn secret() -> Value {
        json!({ "value": STANDARD.encode([1; 32]), "salt": STANDARD.encode([2; 16]), "additionalParameters": {} })
    }

    #[test]
    fn pbkdf2_is_a_phc_string_of_its_digest() {
        for (algorithm, begins) in [("pbkdf2", "$pbkdf2-sha1$"), ("pbkdf2-sha256", "$pbkdf2-sha256$"), ("pbkdf2-sha512", "$pbkdf2-sha512$")] {
            let data = json!({ "hashIterations": 27500, "algorithm": algorithm, "additionalParameters": {} });
            let hash = hash(&credential(&secret(), &data)).expect("a hash");
            let (salt, value) = (STANDARD_NO_PAD.encode([2; 16]), STANDARD_NO_PAD.encode([1; 32]));
            assert_eq!(hash.text.expose(), &format!("{begins}i=27500${salt}${value}"));
            assert!(!hash.kind.contains(&value) && !hash.kind.contains(&salt));
        }
    }

    #[test]
    fn argon2_is_a_phc_string_of_its_type_version_and_costs() {
        let parameters = json!({ "hashLength": ["32"], "memory": ["7168"], "type": ["id"], "version": ["1.3"], "parallelism": ["1"] });
        let data = json!({ "hashIterations": 5, "algorithm": "argon2", "additionalParameters": parameters });
        let hash = hash(&credential(&secret(), &data)).expect("a hash");
        assert!(hash.text.expose().starts_with("$argon2id$v=19$m=7168,t=5,p=1$"), "{}", hash.text.expose());
    }

    #[test]
    fn what_was_exported_before_keycloak_8_is_read_as_well() {
        let secret = secret();
        let old = json!({ "type": "password", "hashedSaltedValue": secret["value"], "salt": secret["salt"], "hashIterations": 20000, "algorithm": "pbkdf2-sha256" });
        assert!(hash(&old).expect("a hash").text.expose().starts_with("$pbkdf2-sha256$i=20000$"));
    }

    #[test]
    fn what_no_import_takes_is_none() {
        let data = |algorithm: &str| json!({ "hashIterations": 1, "algorithm": algorithm });
        assert_eq!(hash(&credential(&secret(), &data("md5-crypt"))).expect_err("none"), NoHash::Algorithm);
        assert_eq!(hash(&credential(&json!({}), &data("pbkdf2"))).expect_err("none"), NoHash::Form);
        assert_eq!(hash(&credential(&secret(), &data("argon2"))).expect_err("none"), NoHash::Form);
        assert_eq!(hash(&json!({ "type": "password", "value": "clear text" })).expect_err("none"), NoHash::Form);
    }
}
