//! The token endpoint (RFC 6749 §3.2): authenticates the client, then one file per grant.

mod grants;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::post;
use crypto::derive;
use domain::key_ring::Purpose;
use domain::{Slug, Timestamp};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use oauth::client_authentication::{self, challenge, presented};
use oauth::grants::TokenRequest;
use oauth::{ErrorCode, RequestParameters};
use runtime::json_failure::json_failure;
use runtime::tenants::Name;
use runtime::{Clients, Clock, Failure, Incident, Needs, Platform, Random, Signing, TenantContext, Tenants, Visit};
use web::{FormError, Parameters, read_form, responders};

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing, Purpose::Signing], signing: Signing::Signs };

/// What its role may do: read tenants, clients and a person; write families and their events; seal and sign.
#[derive(Clone)]
pub struct Deps {
    tenants: Arc<Tenants>,
    clients: Arc<Clients>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform) -> Self {
        Self {
            tenants: Arc::new(Tenants::new(platform, NEEDS)),
            clients: Arc::new(Clients::default()),
            clock: platform.clock.clone(),
            random: platform.random.clone(),
        }
    }
}

/// The routes.
pub fn router(deps: Deps) -> Router {
    Router::new()
        .route("/token", post(token).fallback(async || responders::method_not_allowed("POST")))
        .fallback(async || responders::not_found())
        .with_state(deps)
}

/// Why a token request isn't answered with tokens.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The caller's doing: what it reads, and why for the log.
    Code(ErrorCode, String),
    /// The platform's.
    Failure(Failure),
}

impl<F: Into<Failure>> From<F> for Refused {
    fn from(failure: F) -> Self {
        Self::Failure(failure.into())
    }
}

async fn token(
    State(deps): State<Deps>,
    (Extension(slug), Extension(incident)): (Extension<Slug>, Extension<Incident>),
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let now = deps.clock.now();
    let visit = match deps.tenants.find(&Name::Slug(slug), now).await {
        Ok(Some(visit)) => visit,
        Ok(None) => return responders::not_found(),
        Err(failure) => return json_failure(&failure, &incident),
    };
    let form = match read_form(&headers, &body) {
        Ok(form) => form,
        Err(error) => return unreadable(&error, &incident),
    };
    let tenant = visit.tenant.clone();
    match answer(&deps, visit, (&headers, &form), now).await {
        Ok(response) => response,
        Err(refused) => refusal(&tenant, &refused, &incident),
    }
}

async fn answer(deps: &Deps, mut visit: Visit, (headers, form): (&HeaderMap, &Parameters), now: Timestamp) -> Result<Response, Refused> {
    let parameters: RequestParameters<'_> = form.iter().collect();
    let authorization = headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
    let presented = presented(authorization, &parameters).map_err(|reason| Refused::Code(reason.code(), reason.to_string()))?;
    let found = deps.clients.find(&mut visit, presented.client_id(), now).await?;
    let client = client_authentication::verify(found.as_deref(), &presented, derive::sha256)
        .map_err(|reason| Refused::Code(reason.code(), reason.to_string()))?;
    match TokenRequest::parse(&parameters).map_err(|reason| Refused::Code(reason.code(), reason.to_string()))? {
        TokenRequest::AuthorizationCode(grant) => grants::authorization_code::redeem(deps, visit, client, &grant, now).await,
    }
}

fn unreadable(error: &FormError, incident: &Incident) -> Response {
    tracing::info!(incident = incident.0, %error, "a token request does not read");
    responders::oauth_json(error.status(), &ErrorCode::InvalidRequest.body())
}

fn refusal(tenant: &TenantContext, refused: &Refused, incident: &Incident) -> Response {
    match refused {
        Refused::Failure(failure) => json_failure(failure, incident),
        Refused::Code(code, reason) => {
            tracing::info!(incident = incident.0, code = code.as_str(), reason, "a token request was refused");
            let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::BAD_REQUEST);
            let mut response = responders::oauth_json(status, &code.body());
            // RFC 6749 §5.2: a client that isn't authenticated is told how.
            if *code == ErrorCode::InvalidClient
                && let Ok(challenge) = HeaderValue::try_from(challenge(&tenant.record().issuer))
            {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            }
            response
        }
    }
}
