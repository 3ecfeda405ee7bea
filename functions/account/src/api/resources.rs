//! The resources of the account API, each with what it does.

use axum::response::{IntoResponse, Response};
use domain::EventId;
use domain::attributes::{self, Reader};
use domain::profile::{Entered, ProfileField};
use http::{Method, StatusCode};
use runtime::Failure;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use web::{Parameters, Wrong, responders};

use super::Asked;
use super::problem::Problem;
use crate::mine::{Owner, activity, apps, data, phone, photo, profile, security, sessions};

type Answer = Result<Result<Response, Problem>, Failure>;

/// Does what is asked of a resource.
pub(super) async fn answer(owner: &Owner<'_>, asked: Asked<'_>) -> Answer {
    let (resource, item) = asked.path.split_once('/').map_or((asked.path, None), |(resource, item)| (resource, Some(item)));
    match (resource, item, asked.method) {
        ("profile", None, &Method::GET) => Ok(Ok(ok(&shown(owner)))),
        ("profile", None, &Method::PATCH) => change_profile(owner, asked.body).await,
        ("password", None, &Method::POST) => change_password(owner, asked.body).await,
        ("email", None, &Method::POST) => ask_for_email(owner, asked.body).await,
        ("email", None, &Method::DELETE) => Ok(security::forget_email(owner).await?.map(|_| done()).map_err(Problem::from)),
        ("photo", None, &Method::PUT) => Ok(photo::change(owner, asked.body).await?.map(|next| ok(&shown(&next))).map_err(Problem::from)),
        ("photo", None, &Method::DELETE) => Ok(photo::take_away(owner).await?.map(|_| done()).map_err(Problem::from)),
        ("phone", None, &Method::POST) => ask_for_phone(owner, asked.body).await,
        ("phone", None, &Method::PUT) => prove_phone(owner, asked.body).await,
        ("phone", None, &Method::DELETE) => remove_phone(owner).await,
        ("sessions", None, &Method::GET) => list_sessions(owner).await,
        ("sessions", None, &Method::DELETE) => sessions::end_others(owner, None).await.map(|_| Ok(done())),
        ("sessions", Some(sid), &Method::DELETE) => {
            Ok(if sessions::end_others(owner, Some(sid)).await? > 0 { Ok(done()) } else { Err(Problem::NotFound) })
        }
        ("apps", None, &Method::GET) => list_apps(owner).await,
        ("apps", Some(client_id), &Method::DELETE) => Ok(if apps::take_back(owner, client_id).await? { Ok(done()) } else { Err(Problem::NotFound) }),
        ("history", None, &Method::GET) => list_history(owner, asked.query).await,
        ("data", None, &Method::GET) => all_data(owner).await,
        ("deletion", None, &Method::POST) => delete(owner).await,
        ("deletion", None, &Method::DELETE) => Ok(data::keep(owner).await?.map(|_| done()).map_err(Problem::from)),
        _ => Ok(Err(methods(resource, item).map_or(Problem::NotFound, Problem::Method))),
    }
}

/// What a resource does, if there is one.
fn methods(resource: &str, item: Option<&str>) -> Option<&'static str> {
    match (resource, item) {
        ("profile", None) => Some("GET, PATCH"),
        ("password", None) => Some("POST"),
        ("email" | "deletion", None) => Some("POST, DELETE"),
        ("photo", None) => Some("PUT, DELETE"),
        ("phone", None) => Some("POST, PUT, DELETE"),
        ("sessions", None) => Some("GET, DELETE"),
        ("apps" | "history" | "data", None) => Some("GET"),
        ("sessions" | "apps", Some(_)) => Some("DELETE"),
        _ => None,
    }
}

fn ok(body: &Value) -> Response {
    responders::oauth_json(StatusCode::OK, body)
}

fn done() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    web::headers::not_stored(response.headers_mut());
    response
}

fn read<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|_| Problem::Malformed)
}

fn shown(owner: &Owner<'_>) -> Value {
    let user = &owner.user;
    let mut body = Map::new();
    body.insert("sub".to_owned(), json!(user.sub));
    body.insert("username".to_owned(), json!(user.username));
    body.insert("email".to_owned(), json!(user.email.as_ref().map(|email| &email.address)));
    body.insert("email_verified".to_owned(), json!(user.email.as_ref().is_some_and(|email| email.verified)));
    body.insert("pending_email".to_owned(), json!(user.pending_email.as_ref().map(|pending| &pending.address)));
    body.insert("picture".to_owned(), json!(user.profile.picture));
    let phone = phone::part(owner);
    body.insert("phone_number".to_owned(), json!(phone.number.map(|(number, _)| number)));
    body.insert("phone_number_verified".to_owned(), json!(phone.number.is_some_and(|(_, proved)| proved)));
    body.insert("pending_phone_number".to_owned(), json!(phone.waiting));
    body.insert("deletion_due_at".to_owned(), json!(user.deletion.map(|deletion| deletion.due_at.rfc3339())));
    for field in ProfileField::ALL {
        body.insert(field.as_str().to_owned(), json!(field.of(&user.profile)));
    }
    let schema = &owner.visitor.tenant().record().attributes;
    body.insert("attributes".to_owned(), json!(attributes::shown(schema, &user.attributes, Reader::Person)));
    Value::Object(body)
}

// RFC 7396: what isn't named stays, `null` takes away. A name that isn't a field of the person's is refused, so that nothing is thought to be written.
async fn change_profile(owner: &Owner<'_>, body: &[u8]) -> Answer {
    let named: Map<String, Value> = match read(body) {
        Ok(named) => named,
        Err(problem) => return Ok(Err(problem)),
    };
    let Some((fields, attributes)) = patched(&named) else { return Ok(Err(Problem::Malformed)) };
    let attributes = attributes.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let entered = Entered { fields, attributes };
    Ok(profile::write(owner, &entered).await?.map(|next| ok(&shown(&next))).map_err(Problem::from))
}

type Patched<'b> = (Vec<(ProfileField, &'b str)>, Vec<(&'b str, String)>);

fn patched(named: &Map<String, Value>) -> Option<Patched<'_>> {
    let (mut fields, mut attributes) = (Vec::new(), Vec::new());
    for (name, value) in named {
        if let ("attributes", Value::Object(values)) = (name.as_str(), value) {
            for (name, value) in values {
                attributes.push((name.as_str(), as_entered(value)?));
            }
            continue;
        }
        let field = ProfileField::ALL.into_iter().find(|field| field.as_str() == name)?;
        fields.push((field, if value.is_null() { "" } else { value.as_str()? }));
    }
    Some((fields, attributes))
}

// A value as a form holds it.
fn as_entered(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    current_password: String,
    new_password: String,
}

// The session that asks ends with all others: the app signs its person in anew.
async fn change_password(owner: &Owner<'_>, body: &[u8]) -> Answer {
    let wanted: NewPassword = match read(body) {
        Ok(wanted) => wanted,
        Err(problem) => return Ok(Err(problem)),
    };
    let changed = security::change_password(owner, &wanted.current_password, &wanted.new_password).await?;
    Ok(changed.map(|_| done()).map_err(Problem::from))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEmail {
    email: String,
}

async fn ask_for_email(owner: &Owner<'_>, body: &[u8]) -> Answer {
    let wanted: NewEmail = match read(body) {
        Ok(wanted) => wanted,
        Err(problem) => return Ok(Err(problem)),
    };
    if !owner.is_fresh() {
        return Ok(Err(Problem::NotFresh));
    }
    Ok(security::ask_for_email(owner, &wanted.email).await?.map(|next| accepted(&shown(&next))).map_err(Problem::from))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPhone {
    phone_number: String,
}

async fn ask_for_phone(owner: &Owner<'_>, body: &[u8]) -> Answer {
    let wanted: NewPhone = match read(body) {
        Ok(wanted) => wanted,
        Err(problem) => return Ok(Err(problem)),
    };
    if !owner.is_fresh() {
        return Ok(Err(Problem::NotFresh));
    }
    Ok(phone::ask(owner, &wanted.phone_number).await?.map(|next| accepted(&shown(&next))).map_err(Problem::from))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedCode {
    code: String,
}

async fn prove_phone(owner: &Owner<'_>, body: &[u8]) -> Answer {
    let typed: TypedCode = match read(body) {
        Ok(typed) => typed,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(phone::prove(owner, &typed.code).await?.map(|next| ok(&shown(&next))).map_err(Problem::from))
}

async fn remove_phone(owner: &Owner<'_>) -> Answer {
    if !owner.is_fresh() {
        return Ok(Err(Problem::NotFresh));
    }
    Ok(phone::take_away(owner).await?.map(|_| done()).map_err(Problem::from))
}

fn accepted(body: &Value) -> Response {
    responders::oauth_json(StatusCode::ACCEPTED, body)
}

async fn list_sessions(owner: &Owner<'_>) -> Answer {
    let shown = |known: sessions::Known| {
        json!({
            "sid": known.sid,
            "is_this": known.session.id == owner.session.id,
            "address": known.seen.address,
            "country": known.seen.country,
            "user_agent": known.seen.user_agent,
            "began_at": known.session.authenticated_at.rfc3339(),
            "last_used_at": known.session.last_used_at.rfc3339(),
        })
    };
    let sessions: Vec<Value> = sessions::list(owner).await?.into_iter().map(shown).collect();
    Ok(Ok(ok(&json!({ "sessions": sessions }))))
}

async fn list_apps(owner: &Owner<'_>) -> Answer {
    let shown = |app: apps::App| json!({ "client_id": app.client_id, "name": app.name, "scope": app.scopes, "since": app.since.rfc3339() });
    let apps: Vec<Value> = apps::connected(owner).await?.into_iter().map(shown).collect();
    Ok(Ok(ok(&json!({ "apps": apps }))))
}

async fn list_history(owner: &Owner<'_>, query: &str) -> Answer {
    let Ok(parameters) = Parameters::parse(query.as_bytes()) else { return Ok(Err(Problem::Malformed)) };
    let Ok(before) = parameters.get("before").map(EventId::parse).transpose() else { return Ok(Err(Problem::Malformed)) };
    let (happened, next) = activity::read(owner, before.as_ref()).await?;
    let shown = |entry: &activity::Happened| {
        let from = json!({ "address": entry.seen.address, "country": entry.seen.country, "user_agent": entry.seen.user_agent });
        json!({ "what": entry.what, "is_alert": entry.what.is_alert(), "at": entry.at.rfc3339(), "from": from, "app": entry.app })
    };
    let entries: Vec<Value> = happened.iter().map(shown).collect();
    Ok(Ok(ok(&json!({ "entries": entries, "next": next.map(|next| next.to_string()) }))))
}

async fn all_data(owner: &Owner<'_>) -> Answer {
    if owner.is_fresh() { Ok(Ok(ok(&data::all(owner).await?))) } else { Ok(Err(Problem::NotFresh)) }
}

async fn delete(owner: &Owner<'_>) -> Answer {
    if !owner.is_fresh() {
        return Ok(Err(Problem::NotFresh));
    }
    Ok(data::delete(owner).await?.map(|next| accepted(&shown(&next))).map_err(|wrong: Wrong| wrong.into()))
}
