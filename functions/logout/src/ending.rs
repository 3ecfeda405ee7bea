//! What both ways of logging out share: the session's end with its event, and where the browser goes then.

use axum::response::{IntoResponse, Response};
use domain::Timestamp;
use domain::event::EventKind;
use domain::key_ring::WrappedUserKey;
use domain::session::{EndReason, Session, SessionEnd};
use domain::user::User;
use http::StatusCode;
use oauth::logout::{LogoutRequest, NoReturn, Return};
use runtime::{Failure, Visit};
use store::{Person, PersonKeys};
use web::{Brand, Cookie, CookiePolicy, Language, LoggedOutPage, LogoutOutcome, PageSecurity, responders};

use crate::{Deps, Visitor};

/// The browser's session with its person, if its cookie names one.
pub(crate) async fn read_person(visitor: &Visitor<'_>) -> Result<Person, Failure> {
    let Some(session) = &visitor.browser.session else { return Ok(Person::default()) };
    let keys = PersonKeys::of(session.user_id.clone()).with_session(session.session_id.clone()).with_user_key();
    Ok(visitor.tenant.home(visitor.now)?.read_person(&keys).await?)
}

/// Ends a session. One that another tab ended meanwhile has ended too.
pub(crate) async fn end(
    deps: &Deps,
    visitor: &Visitor<'_>,
    (user, session): (&User, &Session),
    user_key: Option<&WrappedUserKey>,
) -> Result<(), Failure> {
    let end = SessionEnd { at: visitor.now, reason: EndReason::SignedOut };
    let kind = EventKind::SessionEnded { session_id: session.id.clone(), reason: EndReason::SignedOut };
    let event = visitor.tenant.event_about((&user.id, user_key), kind, visitor.came.personal(), (&*deps.random, visitor.now))?;
    visitor.tenant.home(visitor.now)?.end_session(session, end, &event).await?;
    Ok(())
}

/// What the browser sees when it is over: the app's address, or a page of ours.
pub(crate) struct Goodbye {
    to: Result<Option<Return>, NoReturn>,
    ui_locales: Option<String>,
}

impl Goodbye {
    /// The goodbye of a request, whose app is read beside nothing else when it isn't known yet.
    pub(crate) async fn to(deps: &Deps, visit: &mut Visit, request: &LogoutRequest, now: Timestamp) -> Result<Self, Failure> {
        let client = match &request.client_id {
            Some(id) if request.post_logout_redirect_uri.is_some() => deps.clients.find(visit, id, now).await?,
            _ => None,
        };
        let to = request.destination(client.as_deref());
        if let Err(reason) = &to {
            tracing::info!(%reason, "a logout leads back to no app");
        }
        Ok(Self { to, ui_locales: request.ui_locales.clone() })
    }

    /// The person's language: the app's wish first, the browser's next.
    pub(crate) fn language(&self, visitor: &Visitor<'_>) -> Language {
        Language::negotiate(self.ui_locales.as_deref(), &visitor.came.headers)
    }

    /// A page whose form ends where this goodbye leads.
    pub(crate) fn secured(&self, page: PageSecurity) -> PageSecurity {
        match &self.to {
            Ok(Some(app)) => page.returning_to(&app.uri),
            Ok(None) | Err(_) => page,
        }
    }

    /// Sends the browser on without its session.
    pub(crate) fn say(&self, visitor: &Visitor<'_>) -> Response {
        let cleared = CookiePolicy::of(visitor.tenant.record().issuer()).clear(Cookie::Session);
        match &self.to {
            Ok(Some(app)) => (cleared, responders::see_other(&app.url)).into_response(),
            Ok(None) => (cleared, self.page(visitor, LogoutOutcome::SignedOut)).into_response(),
            Err(_) => (cleared, self.page(visitor, LogoutOutcome::SignedOutWithoutReturn)).into_response(),
        }
    }

    /// Leaves the person signed in.
    pub(crate) fn stay(&self, visitor: &Visitor<'_>) -> Response {
        self.page(visitor, LogoutOutcome::Stayed)
    }

    fn page(&self, visitor: &Visitor<'_>, outcome: LogoutOutcome) -> Response {
        let tenant = visitor.tenant.record();
        let page = LoggedOutPage { language: self.language(visitor), brand: Brand::of(tenant), outcome };
        responders::html(StatusCode::OK, &page, &PageSecurity::of(tenant))
    }
}
