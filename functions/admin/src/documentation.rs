//! What the API says of itself, in the terms of `OpenAPI` 3.1: `docs/openapi.json`, which is served as well.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::openapi::response::Response as Described;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoParams, IntoResponses, Modify, OpenApi, ToSchema};

/// The document without its paths, which the router knows.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Countersign admin API",
        version = "1",
        description = "What administrators and their scripts do. Who may do what is decided by the roles of whom the access token is for.",
        license(name = "Apache-2.0", url = "https://www.apache.org/licenses/LICENSE-2.0")
    ),
    servers((
        url = "https://admin.{zone}", description = "The admin API's own origin.",
        variables(("zone" = (default = "id.example.com", description = "The domain of the zone, beside whose tenants it stands."))),
    )),
    tags(
        (name = "tenants", description = "Tenants as a whole."),
        (name = "domains", description = "Domains of a tenant's own, each with another issuer and the same people."),
        (name = "administrators", description = "Who administers a tenant, and as what."),
        (name = "users", description = "The people of a tenant."),
        (name = "invitations", description = "Who is invited to have an account."),
        (name = "transfers", description = "Files of people that are imported and exported."),
        (name = "apps", description = "The apps of a tenant (OAuth clients)."),
        (name = "apis", description = "The APIs of a tenant (resource servers), and who is granted what of them."),
        (name = "groups and roles", description = "Groups and roles of people."),
        (name = "attributes", description = "What a tenant keeps of its people beside the standard claims."),
        (name = "configuration", description = "A tenant's configuration as one document."),
        (name = "policies", description = "What a tenant asks of its people, with every version of it."),
        (name = "keys", description = "Signing keys."),
        (name = "bulk", description = "Many requests in one."),
    ),
    modifiers(&Bearer),
    security(("bearer" = [])),
    components(schemas(ProblemDetails))
)]
pub(crate) struct Admin;

/// The document as its readers want it: every answer described, and every schema written once.
pub(crate) fn whole(document: Document) -> Value {
    referring(&worded(document))
}

// A page of things writes their schema out; whoever generates types from the document would have each of them twice.
fn referring(document: &Document) -> Value {
    // Whatever it holds was JSON, or is a text or a number.
    let mut value = serde_json::to_value(document).unwrap_or_default();
    let schemas = value["components"]["schemas"].as_object().cloned().unwrap_or_default();
    // Plain texts and numbers look alike and are different things.
    for (name, schema) in schemas.iter().filter(|(_, schema)| schema["properties"].is_object()) {
        for part in ["paths", "components"] {
            refer(&mut value[part], name, schema, 0);
        }
    }
    value
}

// The schema itself stands at depth 2 of the components.
fn refer(value: &mut Value, name: &str, schema: &Value, depth: usize) {
    if depth > 2 && value == schema {
        *value = json!({ "$ref": format!("#/components/schemas/{name}") });
        return;
    }
    match value {
        Value::Object(members) => members.values_mut().for_each(|member| refer(member, name, schema, depth + 1)),
        Value::Array(elements) => elements.iter_mut().for_each(|element| refer(element, name, schema, depth + 1)),
        _ => {}
    }
}

// Says of each answer that has no words of its own what its status says: a description is wanted of every one.
fn worded(mut document: Document) -> Document {
    for path in document.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.put, &mut path.post, &mut path.patch, &mut path.delete];
        for (status, answer) in operations.into_iter().flatten().flat_map(|operation| &mut operation.responses.responses) {
            if let RefOr::T(answer) = answer
                && answer.description.is_empty()
            {
                words(status).clone_into(&mut answer.description);
            }
        }
    }
    document
}

fn words(status: &str) -> &'static str {
    match status {
        "201" => "It is made.",
        "204" => "It is done.",
        _ => "As it is.",
    }
}

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.bearer_format = Some("JWT".to_owned());
        scheme.description = Some("An access token for this API, with the scope `admin`.".to_owned());
        document.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// A problem (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemDetails {
    /// `urn:countersign:problem:` and a slug that stays.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// What people read.
    pub(crate) title: String,
    /// The status of the answer.
    pub(crate) status: u16,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
}

fn problems(statuses: &[(&str, &str)]) -> BTreeMap<String, RefOr<Described>> {
    let described = |(status, description): &(&str, &str)| {
        let content = Content::new(Some(Ref::from_schema_name("ProblemDetails")));
        let response = ResponseBuilder::new().description(*description).content("application/problem+json", content).build();
        ((*status).to_owned(), RefOr::T(response))
    };
    statuses.iter().map(described).collect()
}

/// Why something isn't shown.
pub(crate) struct NotShown;

/// Why something isn't changed.
pub(crate) struct NotChanged;

const NOT_SHOWN: [(&str, &str); 6] = [
    ("400", "A parameter isn't what the resource takes."),
    ("401", "No good token came."),
    ("403", "None of the roles permits it."),
    ("404", "There is no such thing."),
    ("429", "Its sender has sent more requests than a minute takes: `RateLimit` and `Retry-After` say when to go on."),
    ("503", "It can't be done just now."),
];

const NOT_CHANGED: [(&str, &str); 6] = [
    ("409", "What stands doesn't allow it."),
    ("412", "It has changed since it was read."),
    ("413", "The body is too long."),
    ("415", "The body isn't of a type that the resource takes."),
    ("422", "It can't be so."),
    ("428", "The change doesn't name the version that it is of."),
];

impl IntoResponses for NotShown {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        problems(&NOT_SHOWN)
    }
}

impl IntoResponses for NotChanged {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        problems(&[NOT_SHOWN.as_slice(), &NOT_CHANGED].concat())
    }
}

/// What the sender of a request that makes something may call it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "tells in the document what `came` reads")]
pub(crate) struct IdempotencyKey {
    /// Makes it once, however often it is sent within a day.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255)]
    idempotency_key: Option<String>,
}
