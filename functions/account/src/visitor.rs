//! Who comes, before anything that they ask for: the tenant, the browser, and a form that was sent from our own page.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use crypto::artefact::Kind;
use domain::attempt::{Reservation, window};
use domain::event::RecordedEvent;
use domain::{Timestamp, policy};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use oauth::authorization_request::AuthorizationRequest;
use runtime::interaction::{Browser, Came, SignInState};
use runtime::{Failure, Refused, TenantContext, Visit};
use store::AttemptKey;
use web::{Brand, ErrorReason, FormError, Language, Notice, NoticePage, PageSecurity, Parameters, Upload, read_form, read_upload, responders};

use crate::Deps;

/// A browser at a tenant.
pub(crate) struct Visitor<'a> {
    tenant: Arc<TenantContext>,
    pub(crate) browser: Browser,
    pub(crate) came: &'a Came,
    pub(crate) now: Timestamp,
}

impl<'a> Visitor<'a> {
    /// Finds the tenant, and reads the browser's cookies. The visit is for what is read from memory, and first.
    pub(crate) async fn arrive(deps: &Deps, came: &'a Came) -> Result<(Self, Visit), Refused> {
        let now = deps.clock.now();
        let visit = deps.tenants.find(&came.name, now).await?.ok_or(ErrorReason::NotFound)?;
        let tenant = visit.tenant.clone();
        let browser = Browser::read(&tenant, &came.headers, now)?;
        Ok((Self { tenant, browser, came, now }, visit))
    }

    /// The tenant.
    pub(crate) fn tenant(&self) -> &TenantContext {
        &self.tenant
    }

    /// The form, if our own page sent it.
    pub(crate) fn form(&self, body: &[u8]) -> Result<Parameters, Refused> {
        web::origin::check(self.tenant().record().issuer(), &self.came.headers).map_err(|_| ErrorReason::CrossSite)?;
        Ok(read_form(&self.came.headers, body).map_err(|error| ErrorReason::from(&error))?)
    }

    /// The form with a file, if our own page sent it; `name` is that of the file.
    pub(crate) fn upload<'b>(&self, body: &'b [u8], name: &str) -> Result<Result<Upload<'b>, FormError>, Refused> {
        web::origin::check(self.tenant().record().issuer(), &self.came.headers).map_err(|_| ErrorReason::CrossSite)?;
        Ok(read_upload(&self.came.headers, body, name))
    }

    /// Where a page's form posts.
    pub(crate) fn action(&self, path: &str) -> String {
        format!("{}{path}", self.tenant().record().issuer().path())
    }

    /// What every page of the tenant is sent with.
    pub(crate) fn security(&self) -> PageSecurity {
        PageSecurity::of(self.tenant().record())
    }

    /// A page that says one thing.
    pub(crate) fn notice(&self, status: StatusCode, language: Language, notice: Notice) -> Response {
        let page = NoticePage { language, brand: Brand::of(self.tenant().record()), notice };
        responders::html(status, &page, &self.security())
    }

    /// The answer to a link that does nothing any more, whatever it did.
    pub(crate) fn dead_link(&self) -> Response {
        self.notice(StatusCode::GONE, self.came.language(), Notice::LinkDead)
    }
}

/// A parameter that is a link or a state of ours is no longer than such a thing gets.
pub(crate) fn link(parameters: &Parameters) -> Option<&str> {
    parameters.get("link").filter(|link| link.len() <= policy::LINK_MAX)
}

/// What the app asked whose sign-in page the browser comes from.
pub(crate) fn interrupted(visitor: &Visitor<'_>, sealed: &str) -> Result<AuthorizationRequest, Refused> {
    let opened = visitor.tenant().open::<SignInState>(Kind::SignInState, None, sealed, visitor.now)?;
    let state = opened.map_err(|_| ErrorReason::SignInExpired)?;
    if visitor.browser.is_bound_to(&state.binding) { Ok(state.request) } else { Err(ErrorReason::OtherBrowser.into()) }
}

/// The mails about a name, which are counted so that nobody can have an address flooded.
pub(crate) struct Mails {
    key: AttemptKey,
}

impl Mails {
    /// The mails of one kind about the name with this keyed hash.
    pub(crate) fn about(lookup: &str, kind: &str, now: Timestamp) -> Self {
        Self { key: AttemptKey { identifier: lookup.to_owned(), source: format!("mail-{kind}"), window: window(now, policy::MAIL_WINDOW) } }
    }

    /// Reserves one more; how long to wait else.
    pub(crate) async fn reserve(&self, visitor: &Visitor<'_>) -> Result<Result<(), Duration>, Failure> {
        let reservation = visitor.tenant().home(visitor.now)?.reserve_attempt(&self.key, policy::MAILS_PER_WINDOW).await?;
        Ok(self.answered(reservation, visitor.now))
    }

    /// Writes the event that sends one more; how long to wait else, and nothing is sent.
    pub(crate) async fn send(&self, visitor: &Visitor<'_>, event: &RecordedEvent) -> Result<Result<(), Duration>, Failure> {
        let reservation = visitor.tenant().home(visitor.now)?.record_counted(event, &self.key, policy::MAILS_PER_WINDOW).await?;
        Ok(self.answered(reservation, visitor.now))
    }

    fn answered(&self, reservation: Reservation, now: Timestamp) -> Result<(), Duration> {
        match reservation {
            Reservation::Granted => Ok(()),
            Reservation::Exhausted => Err(self.key.window.ends_at.since(now)),
        }
    }
}

/// The answer, and when to come again.
pub(crate) fn waiting(mut response: Response, retry_after: Option<Duration>) -> Response {
    if let Some(wait) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs()));
    }
    response
}
