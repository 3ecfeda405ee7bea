//! A token by client credentials (RFC 6749 §4.4) for the admin API (RFC 8707).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Secret;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::api::Api;
use crate::arguments::Format;
use crate::connection::Connection;
use crate::failure::Failure;
use crate::http::Http;
use crate::outcome::Outcome;
use crate::screen::{Screen, plain};

/// The scope that the admin API asks for.
const SCOPE: &str = "admin";

/// A token.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) text: Secret<String>,
    /// How long it is good, in seconds.
    pub(crate) seconds: u64,
}

/// Discovery (OpenID Connect Discovery §4), where it is of the issuer that was asked.
pub(crate) async fn discovery(http: &Http, issuer: &str) -> Result<Value, Failure> {
    let answer = http.get(&format!("{issuer}/.well-known/openid-configuration")).await?;
    if answer.status != 200 {
        return Err(Failure::strange(&answer.place, format!("discovery has status {}", answer.status)));
    }
    let document = answer.json()?;
    // SECURITY: OpenID Connect Discovery §4.3: what isn't of this issuer says nothing of where its secrets go.
    if document["issuer"] == issuer { Ok(document) } else { Err(Failure::strange(&answer.place, "discovery names another issuer")) }
}

/// Asks for one.
pub(crate) async fn ask(http: &Http, connection: &Connection) -> Result<Token, Failure> {
    let Connection { place, client_id, client_secret } = connection;
    let document = discovery(http, place.issuer.as_str()).await?;
    let endpoint = document["token_endpoint"].as_str().unwrap_or_default();
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("resource", &place.admin)
        .append_pair("scope", SCOPE)
        .finish();
    let request = http.request(Method::POST, endpoint)?.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
    let answer = http.send(request.header(AUTHORIZATION, basic(client_id, client_secret).expose())).await?;
    let body = answer.json()?;
    match (answer.status, body["access_token"].as_str()) {
        (200, Some(text)) => Ok(Token { text: Secret::new(text.to_owned()), seconds: body["expires_in"].as_u64().unwrap_or_default() }),
        _ => Err(refusal(&body, answer.status)),
    }
}

fn refusal(body: &Value, status: u16) -> Failure {
    let error = body["error"].as_str().map_or_else(|| format!("status {status}"), plain);
    let description = body["error_description"].as_str().map(|text| format!(": {}", plain(text).trim_end_matches('.')));
    Failure::NoToken { error, description: description.unwrap_or_default() }
}

// RFC 6749 §2.3.1: both are encoded before they are put together.
fn basic(id: &str, secret: &Secret<String>) -> Secret<String> {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Secret::new(format!("{}:{}", encoded(id), encoded(secret.expose())));
    Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())))
}

/// Prints one: the one place where a token is shown.
pub(crate) async fn show(api: &Api, format: Format, screen: &mut Screen) -> Result<Outcome, Failure> {
    let token = api.token().await?;
    match format {
        Format::Text => screen.out(&format!("{}\n", token.text.expose())),
        Format::Json => screen.out(&format!("{}\n", json!({ "access_token": token.text.expose(), "expires_in": token.seconds }))),
    }
    Ok(Outcome::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_secret_are_encoded_before_they_are_put_together() {
        let header = basic("my app", &Secret::new("a:b%".to_owned()));
        assert_eq!(header.expose(), &format!("Basic {}", STANDARD.encode("my+app:a%3Ab%25")));
    }

    #[test]
    fn a_refusal_is_what_the_token_endpoint_says_of_it() {
        let body = json!({ "error": "invalid_client", "error_description": "The client is unknown." });
        assert_eq!(refusal(&body, 401).to_string(), "No token: invalid_client: The client is unknown.");
        assert_eq!(refusal(&Value::Null, 502).to_string(), "No token: status 502.");
    }
}
