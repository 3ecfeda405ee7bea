//! What happened to an account.

use axum::extract::Path;
use crypto::derive;
use domain::event::{Actor, RecordedEvent};
use domain::{EventId, SessionId, policy};
use oauth::sid;
use runtime::people::{KeyOwner, open_event};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{OfUser, id};
use crate::access::Act;
use crate::arrival::Arrived;
use crate::came::{Answer, Done, Wanted};
use crate::documentation::NotShown;
use crate::pages::Page;
use crate::problem::{Problem, Refused, broken};

/// Which part of it.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryWanted {
    /// Where the page begins: `next` of the one before.
    cursor: Option<String>,
}

/// An event about somebody.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventShown {
    /// Its id.
    id: String,
    #[schema(format = DateTime)]
    at: String,
    /// What happened, `user.created`.
    #[serde(rename = "type")]
    kind: String,
    /// What else is told of it, by kind; a session by its `sid`.
    #[schema(value_type = Object)]
    data: serde_json::Map<String, serde_json::Value>,
    /// Which administrator did it, where one did.
    actor: Option<ActorShown>,
    /// Network address that it came from.
    address: Option<String>,
    /// Country of that address, where an edge tells it.
    country: Option<String>,
    /// `User-Agent`.
    user_agent: Option<String>,
}

/// An administrator.
#[derive(Serialize, ToSchema)]
#[schema(as = Actor)]
pub(crate) struct ActorShown {
    /// `person`, `app`, `platform_person` or `platform_app`: those of the platform are of the system tenant.
    kind: String,
    /// The id of the person or the app.
    id: String,
}

impl From<&Actor> for ActorShown {
    fn from(actor: &Actor) -> Self {
        let (kind, id) = match actor {
            Actor::Person(id) => ("person", id.to_string()),
            Actor::PlatformPerson(id) => ("platform_person", id.to_string()),
            Actor::App(id) => ("app", id.to_string()),
            Actor::PlatformApp(id) => ("platform_app", id.to_string()),
        };
        Self { kind: kind.to_owned(), id }
    }
}

/// What happened to somebody's account, the latest first.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/users/{user}/history", tag = "users", params(OfUser, HistoryWanted),
    responses((status = 200, body = Page<EventShown>), NotShown)
)]
pub(crate) async fn show_history(at: Arrived, Path(named): Path<OfUser>, Wanted(wanted): Wanted<HistoryWanted>) -> Answer<Page<EventShown>> {
    let id = id(&named.user)?;
    at.may_to(Act::ReadPerson, &id)?;
    let before = wanted.cursor.as_deref().map(EventId::parse).transpose().map_err(|_| Problem::Cursor)?;
    let home = at.home()?;
    let account = home.read_recovery(&id, &at.now.month()).await?;
    let user_key = account.user_key.ok_or(Problem::NotFound)?;
    let key = at.tenant.open_personal_key(KeyOwner::User(&id), &user_key)?;
    let events = home.list_history(&id, before.as_ref(), policy::HISTORY_PAGE).await?;
    let next = events.last().filter(|_| events.len() == policy::HISTORY_PAGE).map(|event| event.id.to_string());
    let items = events.iter().map(|event| shown(event, &key)).collect::<Result<_, Refused>>()?;
    Ok(Done::Shown(Page { items, next }, None))
}

// SECURITY: internal ids leave the platform in sealed claims alone: a session is known by its `sid`, a family of tokens by nothing.
fn name_by_what_is_known(data: &mut serde_json::Map<String, serde_json::Value>) {
    data.remove("family_id");
    if let Some(session) = data.remove("session_id").and_then(|id| serde_json::from_value::<SessionId>(id).ok()) {
        data.insert("sid".to_owned(), sid::of(&session, derive::sha256).into());
    }
}

fn shown(event: &RecordedEvent, key: &crypto::SymmetricKey) -> Result<EventShown, Refused> {
    let personal = open_event(event, key)?;
    let serde_json::Value::Object(mut data) = serde_json::to_value(&event.kind).map_err(broken)? else {
        return Err(broken("an event's kind is no object").into());
    };
    name_by_what_is_known(&mut data);
    let kind = data.remove("type").and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
    let actor = event.actor.as_ref().map(ActorShown::from);
    Ok(EventShown {
        id: event.id.to_string(),
        at: event.at.rfc3339(),
        kind,
        data,
        actor,
        address: personal.address,
        country: personal.country,
        user_agent: personal.user_agent,
    })
}
