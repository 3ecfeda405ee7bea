//! The UserInfo endpoint (OpenID Connect Core §5.3): one read, and a token whose family is dead is refused.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::get;
use domain::client::Client;
use domain::family::Evidence;
use domain::key_ring::Purpose;
use domain::{Secret, Timestamp};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use oauth::RequestParameters;
use oauth::access_token::AccessToken;
use oauth::bearer::{self, Reason, Refusal};
use oauth::mapped::Mapped;
use oauth::userinfo::{self, UserInfo};
use runtime::cors::{Cors, for_registered_origins};
use runtime::json_failure::json_failure;
use runtime::tenants::Name;
use runtime::{Clients, Clock, Failure, Incident, Needs, Platform, Signing, TenantContext, Tenants, Visit};
use store::PersonKeys;
use web::{read_form, responders};

const NEEDS: Needs = Needs { purposes: &[Purpose::Sealing, Purpose::Signing], signing: Signing::Signs };

/// What its role may do: read tenants, signing keys, apps, and a person's record, session and family; sign.
#[derive(Clone)]
pub struct Deps {
    tenants: Arc<Tenants>,
    clients: Arc<Clients>,
    clock: Arc<dyn Clock>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform) -> Self {
        Self { tenants: Arc::new(Tenants::new(platform, NEEDS)), clients: Arc::new(Clients::default()), clock: platform.clock.clone() }
    }
}

/// The routes.
pub fn router(deps: Deps) -> Router {
    let cors = Cors { tenants: deps.tenants.clone(), clock: deps.clock.clone(), methods: "GET, HEAD, POST" };
    let routes = Router::new()
        .route("/userinfo", get(userinfo_endpoint).post(userinfo_endpoint).fallback(async || responders::method_not_allowed("GET, HEAD, POST")))
        .fallback(async || responders::not_found())
        .with_state(deps);
    for_registered_origins(routes, cors)
}

async fn userinfo_endpoint(
    State(deps): State<Deps>,
    (Extension(name), Extension(incident)): (Extension<Name>, Extension<Incident>),
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let now = deps.clock.now();
    let visit = match deps.tenants.find(&name, now).await {
        Ok(Some(visit)) => visit,
        Ok(None) => return responders::not_found(),
        Err(failure) => return json_failure(&failure, &incident),
    };
    let tenant = visit.tenant.clone();
    match answer(&deps, visit, (&method, &headers, &body), now).await {
        Ok(Ok(response)) => response,
        Ok(Err(refusal)) => runtime::bearer::refused(&tenant, refusal, &incident),
        Err(failure) => json_failure(&failure, &incident),
    }
}

async fn answer(deps: &Deps, mut visit: Visit, request: (&Method, &HeaderMap, &[u8]), now: Timestamp) -> Result<Result<Response, Refusal>, Failure> {
    let tenant = visit.tenant.clone();
    let token = match presented(request) {
        Ok(token) => token,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (token, reference) = match runtime::bearer::read(&tenant, &token, now)? {
        Ok(read) => read,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(client) = deps.clients.find(&mut visit, token.client_id(), now).await? else { return Ok(Err(Reason::Dead.into())) };
    let keys = PersonKeys::of(reference.user_id).with_family(reference.family_id).with_session_if(reference.session_id);
    let person = visit.beside(tenant.home(now)?.read_person(&keys)).await?;
    let evidence = Evidence {
        tenant: tenant.record(),
        client: Some(&client),
        user: person.user.as_ref(),
        session: person.session.as_ref(),
        family: person.family.as_ref(),
    };
    match userinfo::answer(&token, &evidence, now) {
        Ok(claims) => Ok(Ok(shown(&tenant, (&client, &token), claims, now)?)),
        Err(reason) => Ok(Err(reason.into())),
    }
}

// OpenID Connect Core §5.3.2: signed for the clients that registered so.
fn shown(
    tenant: &TenantContext,
    (client, token): (&Client, &AccessToken),
    claims: Mapped<UserInfo<'_>>,
    now: Timestamp,
) -> Result<Response, Failure> {
    let Some(algorithm) = client.userinfo_signed_response_alg else { return Ok(responders::oauth_json(StatusCode::OK, &claims)) };
    let claims = claims.to_be_signed(tenant.record().issuer(), token, now);
    Ok(responders::jwt(tenant.sign(algorithm, userinfo::TYP, &claims)?))
}

fn presented((method, headers, body): (&Method, &HeaderMap, &[u8])) -> Result<Secret<String>, Refusal> {
    let authorization = headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
    // A POST without a form, as with the token in the header, has no parameters (RFC 6750 §2.2 asks for one only for a token in the body).
    let form = (method == Method::POST && !body.is_empty()).then(|| read_form(headers, body)).transpose().map_err(|_| Reason::Malformed)?;
    let parameters: Option<RequestParameters<'_>> = form.as_ref().map(|form| form.iter().collect());
    bearer::token(authorization, parameters.as_ref())
}
