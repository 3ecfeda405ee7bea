//! How many requests an administrator has left in a minute: counted beside the first read, said in every answer
//! (draft-ietf-httpapi-ratelimit-headers).

use std::sync::{Arc, OnceLock};

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use domain::attempt::{Window, window};
use domain::{Timestamp, policy};
use http::{HeaderMap, HeaderValue};
use runtime::{Failure, TenantContext};
use store::AttemptKey;

use crate::problem::{Problem, Refused};

/// What a request left of its sender's window, once it is known who sent it.
#[derive(Clone, Default)]
pub(crate) struct Tally(Arc<OnceLock<Left>>);

/// What is left of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    requests: u32,
    seconds: u64,
}

/// Says in an answer what is left.
pub(crate) async fn told(mut request: Request, next: Next) -> Response {
    let tally = Tally::default();
    request.extensions_mut().insert(tally.clone());
    let mut response = next.run(request).await;
    if let Some(left) = tally.0.get() {
        left.tell(response.headers_mut());
    }
    response
}

impl Tally {
    /// Keeps what is left; a sender who has used up their window waits for the next one.
    pub(crate) fn keep(&self, counted: Option<u32>, now: Timestamp) -> Result<(), Refused> {
        let Window { ends_at, .. } = current(now);
        // Whoever is told to wait no time at all comes back too early.
        let seconds = ends_at.since(now).as_millis().div_ceil(1000).try_into().unwrap_or(1).max(1);
        let requests = counted.map_or(0, |count| policy::ADMIN_REQUESTS_PER_WINDOW.saturating_sub(count));
        let _ = self.0.set(Left { requests, seconds });
        if counted.is_some() { Ok(()) } else { Err(Problem::TooManyRequests(seconds).into()) }
    }
}

impl Left {
    fn tell(self, headers: &mut HeaderMap) {
        let (most, window) = (policy::ADMIN_REQUESTS_PER_WINDOW, policy::ADMIN_REQUESTS_WINDOW.as_secs());
        let told = [
            ("ratelimit-policy", format!("\"requests\";q={most};w={window}")),
            ("ratelimit", format!("\"requests\";r={};t={}", self.requests, self.seconds)),
        ];
        for (name, value) in told {
            headers.extend(HeaderValue::try_from(value).ok().map(|value| (http::HeaderName::from_static(name), value)));
        }
    }
}

/// Counts a request of `sender`, a person or an app of the tenant that issued their token; which of its window it is, or `None` when they have used that up.
pub(crate) async fn count(of: &TenantContext, sender: &str, now: Timestamp) -> Result<Option<u32>, Failure> {
    let identifier = of.lookup("administrator's requests", sender)?;
    let key = AttemptKey { identifier, source: "requests".to_owned(), window: current(now) };
    Ok(of.home(now)?.count_attempt(&key, policy::ADMIN_REQUESTS_PER_WINDOW).await?)
}

fn current(now: Timestamp) -> Window {
    window(now, policy::ADMIN_REQUESTS_WINDOW)
}
