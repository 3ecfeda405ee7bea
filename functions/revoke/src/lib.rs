//! The revocation endpoint (RFC 7009): one transaction ends the family of an own token; any other token is answered alike and changes nothing.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use domain::event::{Event, EventKind, Lookups, Personal, Subject};
use domain::family::RevocationReason;
use domain::key_ring::Purpose;
use domain::{FamilyId, Timestamp, UserId};
use http::StatusCode;
use oauth::client_authentication::AuthenticatedClient;
use oauth::revocation::{self, Reason};
use runtime::cors::for_registered_origins;
use runtime::{ClientAuthentication, ClientRequest, Failure, Needs, OwnToken, Platform, Random, RefusedRequest, Signing, TenantContext};
use web::{headers, responders};

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing], signing: Signing::Verifies };

/// What its role may do: read tenants, apps and public signing keys; end a family, with its event.
#[derive(Clone)]
pub struct Deps {
    clients: ClientAuthentication,
    random: Arc<dyn Random>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform) -> Self {
        Self { clients: ClientAuthentication::new(platform, NEEDS), random: platform.random.clone() }
    }
}

impl FromRef<Deps> for ClientAuthentication {
    fn from_ref(deps: &Deps) -> Self {
        deps.clients.clone()
    }
}

/// The routes.
pub fn router(deps: Deps) -> Router {
    let cors = deps.clients.cors("POST");
    let routes = Router::new()
        .route("/revoke", post(revoke).fallback(async || responders::method_not_allowed("POST")))
        .fallback(async || responders::not_found())
        .with_state(deps);
    for_registered_origins(routes, cors)
}

async fn revoke(State(deps): State<Deps>, mut request: ClientRequest) -> Response {
    match answer(&deps, &mut request).await {
        Ok(()) => {
            let mut response = StatusCode::OK.into_response();
            headers::not_stored(response.headers_mut());
            response
        }
        Err(refused) => request.refuse(&refused),
    }
}

async fn answer(deps: &Deps, request: &mut ClientRequest) -> Result<(), RefusedRequest> {
    let (tenant, now) = (request.tenant.clone(), request.now);
    let parameters = request.parameters();
    let text = revocation::token(&parameters).map_err(|reason| RefusedRequest::Code(reason.code(), reason.to_string()))?;
    let token = OwnToken::read(&tenant, &request.client().id, text, now)?;
    drop(parameters);
    // Nothing changes before the app has proved to be itself.
    let client = request.settle().await?;
    match token {
        Some(OwnToken::Family(token)) => end(deps, &tenant, &client, token.family(), now).await?,
        // RFC 7009 §2.2.1: whoever was told 200 would believe that it is dead.
        Some(OwnToken::Client(_)) => {
            let reason = Reason::OwnToken;
            return Err(RefusedRequest::Code(reason.code(), reason.to_string()));
        }
        None => {}
    }
    Ok(())
}

// RFC 7009 §2.2: whether it died now, before, or never was is the same to who gives it back.
async fn end(
    deps: &Deps,
    tenant: &TenantContext,
    client: &AuthenticatedClient,
    (user, family): (&UserId, &FamilyId),
    now: Timestamp,
) -> Result<(), Failure> {
    let reason = RevocationReason::Returned;
    let kind = EventKind::GrantRevoked { client_id: client.client().id.clone(), family_id: family.clone(), reason };
    let subject = Subject::User(user.clone());
    let event = Event { id: deps.random.event_id(now), tenant: tenant.record().id.clone(), subject, kind, personal: Personal::default() };
    // The app's server asks, not the person: nothing about this call is personal.
    let event = event.record(None, Lookups::default());
    tenant.home(now)?.revoke_family(user, family, reason, now, &event).await?;
    Ok(())
}
