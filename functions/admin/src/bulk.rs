//! Many requests in one: each is decided and answered as if it came alone.

use axum::body::{Body as Payload, to_bytes};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use domain::policy;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use runtime::Incident;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tower::ServiceExt;
use utoipa::ToSchema;

use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Body, Done};
use crate::documentation::NotChanged;
use crate::problem::{Problem, Refused};
use crate::tenants::OfTenant;

/// Requests that are independent of each other: which of them is done first isn't said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Bulk)]
pub(crate) struct BulkAsked {
    /// At most a thousand.
    #[schema(min_items = 1, max_items = 1000)]
    requests: Vec<RequestAsked>,
}

/// One of them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkRequest)]
pub(crate) struct RequestAsked {
    /// What is done to it.
    method: MethodAsked,
    /// The path below the tenant's, `/users/{user}`.
    path: String,
    /// What it would have in `If-Match`: the version that it changes.
    #[serde(default)]
    if_match: Option<String>,
    /// What it would have in `Idempotency-Key`.
    #[serde(default)]
    idempotency_key: Option<String>,
    /// Its body.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    body: Option<Map<String, Value>>,
}

/// A method that changes something.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum MethodAsked {
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

/// What became of them, in their order.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkResults)]
pub(crate) struct BulkAnswer {
    results: Vec<Outcome>,
}

/// What became of one.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkResult)]
pub(crate) struct Outcome {
    /// The status that it would have had alone; 503 for one that there was no time for, which can be sent again.
    status: u16,
    /// The version afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    /// Where what was made is.
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    /// The body that it would have had alone, a problem's included.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    body: Option<Value>,
}

impl MethodAsked {
    const fn http(self) -> Method {
        match self {
            Self::Post => Method::POST,
            Self::Put => Method::PUT,
            Self::Patch => Method::PATCH,
            Self::Delete => Method::DELETE,
        }
    }
}

/// Does many things at once; one that is refused keeps no other from being done.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/bulk", tag = "bulk", params(OfTenant), request_body = BulkAsked,
    responses((status = 200, body = BulkAnswer), NotChanged)
)]
pub(crate) async fn do_in_bulk(
    at: Arrived,
    Path(_): Path<OfTenant>,
    incident: Option<Extension<Incident>>,
    Body(asked): Body<BulkAsked>,
) -> Answer<BulkAnswer> {
    at.may(Act::ReadTenant, Thing::Tenant)?;
    if asked.requests.is_empty() {
        return Err(Problem::Malformed("requests: none".to_owned()).into());
    }
    if asked.requests.len() > policy::BULK_MAX {
        return Err(Problem::TooLarge.into());
    }
    // Each comes in by the front door, so that nothing is let in here that isn't let in there.
    let routes =
        crate::bulk_routes(at.deps.clone()).layer(Extension(incident.map_or_else(|| Incident(String::new()), |Extension(incident)| incident)));
    let (at, routes) = (&at, &routes);
    let results = stream::iter(asked.requests).map(|asked| outcome(at, routes, asked)).buffered(policy::BULK_BESIDE).collect().await;
    Ok(Done::Shown(BulkAnswer { results }, None))
}

async fn outcome(at: &Arrived, routes: &Router, asked: RequestAsked) -> Outcome {
    let late = at.deps.clock.now().since(at.now) >= policy::BULK_TIME;
    let answer = match request(at, asked) {
        _ if late => Refused::from(Problem::Unavailable).into_response(),
        Err(problem) => Refused::from(problem).into_response(),
        Ok(request) => match routes.clone().oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        },
    };
    read(answer).await
}

fn request(at: &Arrived, asked: RequestAsked) -> Result<http::Request<Payload>, Problem> {
    let malformed = |what: &str| Problem::Malformed(format!("{what} of a request"));
    if !asked.path.starts_with('/') {
        return Err(malformed("path"));
    }
    let path = at.path(&asked.path).parse().map_err(|_| malformed("path"))?;
    let mut headers = HeaderMap::new();
    headers.extend(at.headers.get(header::AUTHORIZATION).map(|token| (header::AUTHORIZATION, token.clone())));
    let own = [(header::IF_MATCH, asked.if_match), (HeaderName::from_static("idempotency-key"), asked.idempotency_key)];
    for (name, value) in own {
        let value = value.map(|value| HeaderValue::try_from(value).map_err(|_| malformed("header"))).transpose()?;
        headers.extend(value.map(|value| (name, value)));
    }
    let mut request = http::Request::new(asked.body.map_or_else(Payload::empty, |body| {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Payload::from(Value::Object(body).to_string())
    }));
    *request.method_mut() = asked.method.http();
    *request.uri_mut() = path;
    *request.headers_mut() = headers;
    Ok(request)
}

async fn read(answer: Response) -> Outcome {
    let (parts, body) = answer.into_parts();
    let header = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned);
    // It was in memory before, and no answer is longer than a page.
    let body = to_bytes(body, usize::MAX).await.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    Outcome { status: parts.status.as_u16(), etag: header(header::ETAG), location: header(header::LOCATION), body }
}
