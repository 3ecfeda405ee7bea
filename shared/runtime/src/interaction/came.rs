//! A browser's request as it came, before anything about it is known.

use axum::extract::Extension;
use axum::response::Response;
use domain::event::{Personal, kept_user_agent};
use http::HeaderMap;
use http::header::USER_AGENT;
use web::Language;

use crate::front::Incident;
use crate::refused::Refused;
use crate::routing::{Caller, Name};

/// What a handler takes from a request beside its query or body.
pub type Asked = (Extension<Name>, Extension<Incident>, Option<Extension<Caller>>, HeaderMap);

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Came {
    /// Whose tenant.
    pub name: Name,
    /// From where.
    pub caller: Caller,
    /// With what.
    pub headers: HeaderMap,
    incident: Incident,
}

impl Came {
    /// A request of what the front found.
    pub fn of((Extension(name), Extension(incident), caller, headers): Asked) -> Self {
        Self { name, caller: caller.map(|Extension(caller)| caller).unwrap_or_default(), headers, incident }
    }

    /// What an event keeps of who came.
    pub fn personal(&self) -> Personal {
        let user_agent = self.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).map(kept_user_agent);
        let Caller { address, country } = self.caller;
        Personal {
            address: address.map(|address| address.to_string()),
            country: country.map(|country| country.to_string()),
            user_agent,
            ..Personal::default()
        }
    }

    /// What names the request in the log.
    pub const fn incident(&self) -> &Incident {
        &self.incident
    }

    /// The browser's language.
    pub fn language(&self) -> Language {
        Language::negotiate(None, &self.headers)
    }

    /// The answer, or the error page.
    pub fn answer(&self, answer: Result<Response, Refused>) -> Response {
        answer.unwrap_or_else(|refused| refused.page(self.language(), &self.incident.0))
    }
}
