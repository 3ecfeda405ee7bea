//! Who asks at an endpoint for apps: one extractor finds the tenant, reads the form and authenticates the client (RFC 6749 §2.3).

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, Request};
use axum::response::Response;
use crypto::jwk::Jwk;
use crypto::{derive, jws};
use domain::Timestamp;
use domain::api::{Api, Audience};
use domain::attempt::Source;
use domain::client::Client;
use futures_util::future::join;
use http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use oauth::client_authentication::assertion::{self, Presentation, Used};
use oauth::client_authentication::{AuthenticatedClient, Proofs, Reason, Verified, challenge, presented, verify};
use oauth::{ErrorCode, RequestParameters};
use serde_json::{Map, Value};
use store::AttemptId;
use store::once::{self, Claiming, OnceKey, Thing};
use web::{Parameters, read_form, responders};

use crate::clock::Clock;
use crate::cors::Cors;
use crate::failure::Failure;
use crate::front::Incident;
use crate::json_failure::json_failure;
use crate::platform::Platform;
use crate::random::Random;
use crate::records::{Apis, Clients};
use crate::routing::Caller;
use crate::tenant_context::TenantContext;
use crate::tenants::{Name, Needs, Tenants, Visit};
use crate::wrong_secrets::WrongSecrets;

const PROOFS: Proofs = Proofs { sha256: derive::sha256, assertion: signed_by_one_of };

/// What a function authenticates the apps by that call it. A router's state hands it out by `FromRef`.
#[derive(Clone)]
pub struct ClientAuthentication {
    tenants: Arc<Tenants>,
    clients: Arc<Clients>,
    wrong_secrets: WrongSecrets,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
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
    // To be claimed before anything is decided.
    assertion: Option<(Used, AttemptId)>,
}

/// Why an app's request isn't answered as it hoped.
#[derive(Debug)]
pub enum RefusedRequest {
    /// The caller's doing: what it reads, and why for the log.
    Code(ErrorCode, String),
    /// Its network guessed at the client's secret too often, and waits this long.
    Throttled(Duration),
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
        Self {
            tenants: Arc::new(Tenants::new(platform, needs)),
            clients: Arc::new(Clients::default()),
            wrong_secrets: WrongSecrets::default(),
            clock: platform.clock.clone(),
            random: platform.random.clone(),
        }
    }

    /// The layer that lets scripts of registered origins read what these endpoints answer by `methods`.
    pub fn cors(&self, methods: &'static str) -> Cors {
        Cors { tenants: self.tenants.clone(), clock: self.clock.clone(), methods }
    }

    async fn authenticate(&self, visit: &mut Visit, asked: &Asked<'_>, now: Timestamp) -> Result<Verified, RefusedRequest> {
        let parameters: RequestParameters<'_> = asked.form.iter().collect();
        let authorization = asked.headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes);
        let presented = presented(authorization, &parameters).map_err(refused)?;
        let tenant = visit.tenant.clone();
        let guesses = self.wrong_secrets.of(&tenant, presented.client_id(), &asked.source, now)?;
        if let Some(wait) = guesses.wait(now) {
            return Err(RefusedRequest::Throttled(wait));
        }
        let found = self.clients.find(visit, presented.client_id(), now).await?;
        let at = Presentation { issuer: tenant.record().issuer(), path: asked.path, now };
        match verify(found, &presented, PROOFS, at) {
            Err(reason @ (Reason::SecretWrong | Reason::AssertionForged)) => match guesses.count(&tenant, now).await? {
                Some(wait) => Err(RefusedRequest::Throttled(wait)),
                None => Err(refused(reason)),
            },
            verified => verified.map_err(refused),
        }
    }
}

/// What is looked at of a request to tell who asks.
struct Asked<'a> {
    headers: &'a HeaderMap,
    form: &'a Parameters,
    path: &'a str,
    source: Source,
}

fn signed_by_one_of(keys: &[Value], assertion: &str) -> Option<Map<String, Value>> {
    let keys: Vec<Jwk> = keys.iter().filter_map(Jwk::of_foreign_set).collect();
    jws::verify_foreign(&keys, &assertion::TYPES, assertion).ok()
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
        let (Some(name), Some(incident)) = (parts.extensions.get::<Name>().cloned(), parts.extensions.get::<Incident>().cloned()) else {
            return Err(responders::not_found());
        };
        let mut visit = match clients.tenants.find(&name, now).await {
            Ok(Some(visit)) => visit,
            Ok(None) => return Err(responders::not_found()),
            Err(failure) => return Err(json_failure(&failure, &incident)),
        };
        let tenant = visit.tenant.clone();
        let (headers, path) = (parts.headers.clone(), parts.uri.path().to_owned());
        let source = Source::network(parts.extensions.get::<Caller>().and_then(|caller| caller.address));
        let Ok(body) = Bytes::from_request(Request::from_parts(parts, body), state).await else {
            return Err(responders::oauth_json(StatusCode::BAD_REQUEST, &ErrorCode::InvalidRequest.body()));
        };
        let form = read_form(&headers, &body).map_err(|error| {
            tracing::info!(incident = incident.0, %error, "the form of an app does not read");
            responders::oauth_json(error.status(), &ErrorCode::InvalidRequest.body())
        })?;
        let asked = Asked { headers: &headers, form: &form, path: &path, source };
        match clients.authenticate(&mut visit, &asked, now).await {
            Ok(Verified { client, assertion }) => {
                let assertion = assertion.map(|used| (used, AttemptId(clients.random.bytes())));
                Ok(Self { tenant, now, incident, form, visit, client, assertion })
            }
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

    /// The API called `audience`, from memory where it is known.
    pub async fn find_api(&mut self, apis: &Arc<Apis>, audience: &Audience) -> Result<Option<Arc<Api>>, Failure> {
        // Boxed, or what awaits this is nested deeper than the compiler looks.
        Box::pin(apis.find(&mut self.visit, audience, self.now)).await
    }

    /// The same for a request that may name none.
    pub async fn find_api_if(&mut self, apis: &Arc<Apis>, audience: Option<&Audience>) -> Result<Option<Arc<Api>>, Failure> {
        match audience {
            Some(audience) => self.find_api(apis, audience).await,
            None => Ok(None),
        }
    }

    /// Runs the request's first read, and beside it what is due: only then the app counts as authenticated.
    pub async fn beside<T, E>(&mut self, first_read: impl Future<Output = Result<T, E>>) -> Result<(AuthenticatedClient, T), RefusedRequest>
    where
        RefusedRequest: From<E>,
    {
        let claiming = claim(self.tenant.clone(), self.client().id.to_string(), self.assertion.take(), self.now);
        let (claimed, read) = self.visit.beside(join(claiming, first_read)).await;
        claimed?;
        Ok((self.client.clone(), read?))
    }

    /// For a request that reads nothing: what is due alone.
    pub async fn settle(&mut self) -> Result<AuthenticatedClient, RefusedRequest> {
        Ok(self.beside(std::future::ready(Ok::<_, Failure>(()))).await?.0)
    }

    /// The answer to a refused request.
    pub fn refuse(&self, refused: &RefusedRequest) -> Response {
        refusal(&self.tenant, refused, &self.incident)
    }
}

// RFC 7523 §3: an assertion is used once, here and at every other endpoint.
async fn claim(tenant: Arc<TenantContext>, client: String, assertion: Option<(Used, AttemptId)>, now: Timestamp) -> Result<(), RefusedRequest> {
    let Some((used, attempt)) = assertion else { return Ok(()) };
    let key = OnceKey::new(Thing::ClientAssertion, &client, &used.jti);
    match once::claim(tenant.home(now)?, &key, used.expires_at, attempt).await? {
        Claiming::First => Ok(()),
        Claiming::Replay => Err(refused(Reason::AssertionUsed)),
    }
}

fn refused(reason: Reason) -> RefusedRequest {
    RefusedRequest::Code(reason.code(), reason.to_string())
}

fn refusal(tenant: &TenantContext, refused: &RefusedRequest, incident: &Incident) -> Response {
    match refused {
        RefusedRequest::Failure(failure) => json_failure(failure, incident),
        RefusedRequest::Throttled(wait) => {
            tracing::warn!(incident = incident.0, "wrong secrets of an app are slowed");
            let mut response = responders::oauth_json(StatusCode::TOO_MANY_REQUESTS, &ErrorCode::TemporarilyUnavailable.body());
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
            response
        }
        RefusedRequest::Code(code, reason) => {
            tracing::info!(incident = incident.0, code = code.as_str(), reason, "a request of an app was refused");
            let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::BAD_REQUEST);
            let mut response = responders::oauth_json(status, &code.body());
            // RFC 6749 §5.2: a client that isn't authenticated is told how.
            if *code == ErrorCode::InvalidClient
                && let Ok(challenge) = HeaderValue::try_from(challenge(tenant.record().issuer()))
            {
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            }
            response
        }
    }
}
