//! The admin API: requests with a token, which is asked for when it is needed, and again when it is over.

use std::time::Duration;

use domain::Secret;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH, RETRY_AFTER};
use tokio::sync::Mutex;
use url::Url;

use crate::connection::{Connection, Place};
use crate::failure::Failure;
use crate::http::{Answer, Http};
use crate::problem::Problem;
use crate::token::{self, Token};

/// How often a request is sent again that was asked to come later.
const AGAIN: u32 = 5;
/// The longest wait for that: a minute is what is counted.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// The admin API of a tenant.
pub(crate) struct Api {
    pub(crate) http: Http,
    connection: Connection,
    token: Mutex<Option<Token>>,
}

/// A request below the tenant.
#[derive(Clone)]
pub(crate) struct Call {
    method: Method,
    below: String,
    of_version: Option<String>,
    body: Option<(&'static str, Vec<u8>)>,
}

impl Call {
    pub(crate) fn get(below: impl Into<String>) -> Self {
        Self { method: Method::GET, below: below.into(), of_version: None, body: None }
    }

    pub(crate) fn post(below: impl Into<String>) -> Self {
        Self { method: Method::POST, ..Self::get(below) }
    }

    pub(crate) fn put(below: impl Into<String>) -> Self {
        Self { method: Method::PUT, ..Self::get(below) }
    }

    /// Names the version that it is a change of, as `ETag` said it.
    pub(crate) fn of_version(self, version: &str) -> Self {
        Self { of_version: Some(version.to_owned()), ..self }
    }

    pub(crate) fn with_body(self, media_type: &'static str, body: Vec<u8>) -> Self {
        Self { body: Some((media_type, body)), ..self }
    }

    // What changes nothing may be sent again, whatever became of it; anything else only where it was told that nothing was done.
    fn comes_again(&self, status: u16) -> bool {
        status == 429 || (status == 503 && self.method == Method::GET)
    }
}

impl Api {
    pub(crate) fn new(connection: Connection) -> Result<Self, Failure> {
        let first = Url::parse(connection.place.issuer.as_str()).map_err(|_| Failure::usage("The issuer is no URL."))?;
        Ok(Self { http: Http::new(&first)?, connection, token: Mutex::default() })
    }

    /// Where it is.
    pub(crate) fn place(&self) -> &Place {
        &self.connection.place
    }

    /// The app that asks.
    pub(crate) fn client_id(&self) -> &str {
        &self.connection.client_id
    }

    /// A token: the one that is there, or a new one.
    pub(crate) async fn token(&self) -> Result<Token, Failure> {
        let mut held = self.token.lock().await;
        if held.is_none() {
            *held = Some(token::ask(&self.http, &self.connection).await?);
        }
        held.clone().ok_or_else(|| Failure::Said("There is no token.".to_owned()))
    }

    /// Sends a request; an answer that isn't a success is a problem.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer, Failure> {
        let answer = self.try_send(&call).await?;
        if (200..300).contains(&answer.status) { Ok(answer) } else { Err(Failure::Problem(Problem::read(answer.status, &answer.body))) }
    }

    async fn try_send(&self, call: &Call) -> Result<Answer, Failure> {
        let mut answer = self.send_once(call).await?;
        if answer.status == 401 && Problem::read(401, &answer.body).slug == "token" {
            // A token doesn't outlive a long import.
            *self.token.lock().await = None;
            answer = self.send_once(call).await?;
        }
        for _ in 0..AGAIN {
            let Some(wait) = answer.header(RETRY_AFTER.as_str()).and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs) else { break };
            if !call.comes_again(answer.status) {
                break;
            }
            tokio::time::sleep(wait.min(LONGEST_WAIT)).await;
            answer = self.send_once(call).await?;
        }
        Ok(answer)
    }

    async fn send_once(&self, call: &Call) -> Result<Answer, Failure> {
        let bearer = Secret::new(format!("Bearer {}", self.token().await?.text.expose()));
        let mut request = self.http.request(call.method.clone(), &self.place().url(&call.below))?.header(AUTHORIZATION, bearer.expose());
        if let Some(version) = &call.of_version {
            request = request.header(IF_MATCH, version);
        }
        if let Some((media_type, body)) = &call.body {
            request = request.header(CONTENT_TYPE, *media_type).body(body.clone());
        }
        self.http.send(request).await
    }
}

/// The version of what an answer shows.
pub(crate) fn version(answer: &Answer) -> Result<String, Failure> {
    answer.header("etag").map(str::to_owned).ok_or_else(|| Failure::strange(&answer.place, "no ETag"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_not_done_is_sent_again() {
        let (read, change) = (Call::get("/keys"), Call::post("/imports"));
        assert_eq!([429, 503, 500, 200].map(|status| read.comes_again(status)), [true, true, false, false]);
        assert_eq!([429, 503, 500, 200].map(|status| change.comes_again(status)), [true, false, false, false]);
    }
}
