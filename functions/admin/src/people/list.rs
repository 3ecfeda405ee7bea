//! The people of a tenant in a list, and those whose address, username or name begins so.

use axum::extract::Path;
use domain::listing::{List, listed, listed_email};
use serde::Deserialize;
use utoipa::IntoParams;

use super::UserShown;
use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Done, Wanted};
use crate::documentation::NotShown;
use crate::pages::{self, Page};
use crate::problem::Problem;
use crate::tenants::OfTenant;

/// Which people.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeopleWanted {
    /// What their address begins with.
    email: Option<String>,
    /// What their username begins with.
    username: Option<String>,
    /// What they are called begins with: their name, or else username or address.
    name: Option<String>,
    /// Where the page begins: `next` of the one before.
    cursor: Option<String>,
    /// How many are wanted.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<usize>,
}

impl PeopleWanted {
    fn list(&self) -> Result<(List, String), Problem> {
        match (&self.email, &self.username, &self.name) {
            (None, None, None) => Ok((List::People, String::new())),
            (Some(email), None, None) => Ok((List::PeopleByEmail, listed_email(email))),
            (None, Some(username), None) => Ok((List::PeopleByUsername, listed(username))),
            (None, None, Some(name)) => Ok((List::People, listed(name))),
            _ => Err(Problem::Malformed("email, username, name: one of them".to_owned())),
        }
    }
}

/// The people of a tenant, by what they are called, or those whose address, username or name begins so. A list may be a moment behind.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/users", tag = "users", params(OfTenant, PeopleWanted),
    responses((status = 200, body = Page<UserShown>), NotShown)
)]
pub(crate) async fn list_users(at: Arrived, Path(_): Path<OfTenant>, Wanted(wanted): Wanted<PeopleWanted>) -> Answer<Page<UserShown>> {
    at.may(Act::ListPeople, Thing::Tenant)?;
    let (list, prefix) = wanted.list()?;
    let limit = pages::limit(wanted.limit)?;
    let after = pages::after(&at, list, &prefix, wanted.cursor.as_deref())?;
    let page = at.home()?.list_people(list, store::Wanted { prefix: &prefix, after: after.as_deref(), limit }).await?;
    let next = pages::next(&at, list, &prefix, page.next)?;
    Ok(Done::Shown(Page { items: page.rows.iter().map(UserShown::from).collect(), next }, None))
}
