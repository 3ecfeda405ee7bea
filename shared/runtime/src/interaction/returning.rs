//! Back to the app: a code is sealed, not stored, so issuing it costs no write.

use axum::response::Response;
use crypto::artefact::Kind;
use crypto::derive;
use domain::client::Client;
use domain::session::Session;
use domain::{Timestamp, policy};
use http::StatusCode;
use oauth::authorization_request::{AuthorizationRequest, AuthorizationResponse, Pushed, Reason, ReturnAddress};
use oauth::code::{AuthorizationCode, CodeId};
use store::AttemptId;
use store::once::{self, Claiming, OnceKey, Thing};
use web::{Brand, FormPostPage, Language, PageSecurity, responders};

use crate::failure::Failure;
use crate::random::Random;
use crate::tenant_context::TenantContext;

/// The way back to an app, in the response mode that it asked for.
#[derive(Clone, Copy)]
pub struct WayBack<'a> {
    /// Who answers.
    pub tenant: &'a TenantContext,
    /// Who asked.
    pub client: &'a Client,
    /// Where the answer goes.
    pub address: &'a ReturnAddress,
    /// The language of a page on the way.
    pub language: Language,
}

impl WayBack<'_> {
    /// Sends the browser back with a code for the person of `session`. A pushed request is claimed first, so that it is answered once.
    pub async fn with_code(
        &self,
        request: &AuthorizationRequest,
        session: &Session,
        (random, now): (&dyn Random, Timestamp),
    ) -> Result<Response, Failure> {
        if let Some(pushed) = &request.pushed
            && !self.claim(pushed, (random, now)).await?
        {
            return Ok(self.with_error(Reason::AnsweredBefore));
        }
        let code = AuthorizationCode::issue(CodeId::from_random(random.bytes()), request, session, derive::sha256);
        let expires_at = now.plus(policy::AUTHORIZATION_CODE);
        let sealed = self.tenant.seal(Kind::AuthorizationCode, Some(&request.client_id), expires_at, random.bytes(), &code)?;
        Ok(self.answer(self.address.success(&sealed)))
    }

    // RFC 9126 §4: the request may be loaded as often as its page is, and answered once.
    async fn claim(&self, pushed: &Pushed, (random, now): (&dyn Random, Timestamp)) -> Result<bool, Failure> {
        if now >= pushed.ends_at {
            return Ok(false);
        }
        let key = OnceKey::new(Thing::PushedRequest, self.client.id.as_str(), &pushed.id);
        let attempt = AttemptId(random.bytes());
        Ok(once::claim(self.tenant.home(now)?, &key, pushed.ends_at, attempt).await? == Claiming::First)
    }

    /// Sends the browser back with an error. The reason goes to the log, once, here.
    pub fn with_error(&self, reason: Reason) -> Response {
        tracing::info!(%reason, "an authorization request was refused");
        self.answer(self.address.error(reason.code()))
    }

    fn answer(&self, response: AuthorizationResponse<'_>) -> Response {
        match response {
            AuthorizationResponse::Redirect(url) => responders::see_other(&url),
            AuthorizationResponse::FormPost { redirect_uri, fields } => {
                let tenant = self.tenant.record();
                let page =
                    FormPostPage { language: self.language, brand: Brand::of(tenant), client_name: &self.client.name, redirect_uri, fields: &fields };
                let security = PageSecurity::of(tenant).returning_to(redirect_uri).posting_itself();
                responders::html(StatusCode::OK, &page, &security)
            }
        }
    }
}
