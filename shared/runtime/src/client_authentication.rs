//! Who asks at an endpoint for apps: one extractor finds the tenant, reads the form and authenticates the client (RFC 6749 §2.3).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, Request};
use axum::response::Response;
use crypto::derive;
use domain::client::Client;
use domain::{Slug, Timestamp};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use oauth::client_authentication::{AuthenticatedClient, Reason, challenge, presented, verify};
use oauth::{ErrorCode, RequestParameters};
use web::{Parameters, read_form, responders};

use crate::clients::Clients;
use crate::clock::Clock;
use crate::cors::Cors;
use crate::failure::Failure;
use crate::front::Incident;
use crate::json_failure::json_failure;
use crate::platform::Platform;
use crate::tenant_context::TenantContext;
use crate::tenants::{Name, Needs, Tenants, Visit};

/// What a function authenticates the apps by that call it. A router's state hands it out by `FromRef`.
#[derive(Clone)]
pub struct ClientAuthentication {
    tenants: Arc<Tenants>,
    clients: Arc<Clients>,
    clock: Arc<dyn Clock>,
}

/// A request of an app that authenticated.
pub struct ClientRequest {
    /// The tenant, for as long as the request lasts.
    pub tenant: Arc<TenantContext>,
    /// When the request came.
    pub now: Timestamp,
    incident: Incident,
    form: Parameters,
    visit: Visit,
    client: AuthenticatedClient,
}

/// Why an app's request isn't answered as it hoped.
#[derive(Debug)]
pub enum RefusedRequest {
    /// The caller's doing: what it reads, and why for the log.
    Code(ErrorCode, String),
    /// The platform's.
    Failure(Failure),
}

impl<F: Into<Failure>> From<F> for RefusedRequest {
    fn from(failure: F) -> Self {
        Self::Failure(failure.into())
    }
}

impl ClientAuthentication {
    /// For a function that works with these keys of a tenant.
    pub fn new(platform: &Platform, needs: Needs) -> Self {
        Self { tenants: Arc::new(Tenants::new(platform, needs)), clients: Arc::new(Clients::default()), clock: platform.clock.clone() }
    }

    /// The layer that lets scripts of registered origins read what these endpoints answer by `methods`.
    pub fn cors(&self, methods: &'static str) -> Cors {
        Cors { tenants: self.tenants.clone(), clock: self.clock.clone(), methods }
    }

    async fn authenticate(
        &self,
        visit: &mut Visit,
        (headers, form): (&HeaderMap, &Parameters),
        now: Timestamp,
    ) -> Result<AuthenticatedClient, RefusedRequest> {
        let parameters: RequestParameters<'_> = form.iter().collect();
        let authorization = headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes);
        let presented = presented(authorization, &parameters).map_err(refused)?;
        let found = self.clients.find(visit, presented.client_id(), now).await?;
        verify(found, &presented, derive::sha256).map_err(refused)
    }
}

impl<S> FromRequest<S> for ClientRequest
where
    S: Send + Sync,
    ClientAuthentication: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let clients = ClientAuthentication::from_ref(state);
        let now = clients.clock.now();
        let (parts, body) = request.into_parts();
        // The front puts both before every request that it passes on.
        let (Some(slug), Some(incident)) = (parts.extensions.get::<Slug>().cloned(), parts.extensions.get::<Incident>().cloned()) else {
            return Err(responders::not_found());
        };
        let mut visit = match clients.tenants.find(&Name::Slug(slug), now).await {
            Ok(Some(visit)) => visit,
            Ok(None) => return Err(responders::not_found()),
            Err(failure) => return Err(json_failure(&failure, &incident)),
        };
        let tenant = visit.tenant.clone();
        let headers = parts.headers.clone();
        let Ok(body) = Bytes::from_request(Request::from_parts(parts, body), state).await else {
            return Err(responders::oauth_json(StatusCode::BAD_REQUEST, &ErrorCode::InvalidRequest.body()));
        };
        let form = read_form(&headers, &body).map_err(|error| {
            tracing::info!(incident = incident.0, %error, "the form of an app does not read");
            responders::oauth_json(error.status(), &ErrorCode::InvalidRequest.body())
        })?;
        match clients.authenticate(&mut visit, (&headers, &form), now).await {
            Ok(client) => Ok(Self { tenant, now, incident, form, visit, client }),
            Err(refused) => Err(refusal(&tenant, &refused, &incident)),
        }
    }
}

impl ClientRequest {
    /// The app that asks, for what has to be known before the first read. What is decided takes the [`AuthenticatedClient`].
    pub fn client(&self) -> &Client {
        self.client.client()
    }

    /// The parameters of the form.
    pub fn parameters(&self) -> RequestParameters<'_> {
        self.form.iter().collect()
    }

    /// Runs the request's first read, and beside it what is due: only then the app counts as authenticated.
    pub async fn beside<T, E>(&mut self, first_read: impl Future<Output = Result<T, E>>) -> Result<(AuthenticatedClient, T), RefusedRequest>
    where
        RefusedRequest: From<E>,
    {
        let read = self.visit.beside(first_read).await?;
        Ok((self.client.clone(), read))
    }

    /// For a request that reads nothing: what is due alone.
    pub async fn settle(&mut self) -> Result<AuthenticatedClient, RefusedRequest> {
        self.visit.settle().await;
        Ok(self.client.clone())
    }

    /// The answer to a refused request.
    pub fn refuse(&self, refused: &RefusedRequest) -> Response {
        refusal(&self.tenant, refused, &self.incident)
    }
}

fn refused(reason: Reason) -> RefusedRequest {
    RefusedRequest::Code(reason.code(), reason.to_string())
}

fn refusal(tenant: &TenantContext, refused: &RefusedRequest, incident: &Incident) -> Response {
    match refused {
        RefusedRequest::Failure(failure) => json_failure(failure, incident),
        RefusedRequest::Code(code, reason) => {
            tracing::info!(incident = incident.0, code = code.as_str(), reason, "a request of an app was refused");
            let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::BAD_REQUEST);
            let mut response = responders::oauth_json(status, &code.body());
            // RFC 6749 §5.2: a client that isn't authenticated is told how.
            if *code == ErrorCode::InvalidClient
                && let Ok(challenge) = HeaderValue::try_from(challenge(&tenant.record().issuer))
            {
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            }
            response
        }
    }
}
