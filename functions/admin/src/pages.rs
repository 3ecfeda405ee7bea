//! Lists a page at a time. A cursor is sealed for its tenant and says which list, of what beginning, so that it goes on with that and nothing else.

use crypto::artefact::Kind;
use domain::listing::List;
use domain::policy;
use runtime::Failure;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::arrival::Arrived;
use crate::problem::{Problem, Refused};

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// What is on it.
    pub(crate) items: Vec<T>,
    /// Where the next page begins: `cursor` of the next request. Absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// Which part of a list of things with names.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListWanted {
    /// What the name begins with.
    pub(crate) name: Option<String>,
    /// Where the page begins: `next` of the one before.
    pub(crate) cursor: Option<String>,
    /// How many are wanted.
    #[param(minimum = 1, maximum = 100, default = 25)]
    pub(crate) limit: Option<usize>,
}

#[derive(PartialEq, Serialize, Deserialize)]
struct Place {
    list: String,
    prefix: String,
    after: String,
}

/// How many rows are wanted.
pub(crate) fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    let limit = asked.unwrap_or(policy::PAGE);
    let most = policy::PAGE_MAX;
    if (1..=most).contains(&limit) { Ok(limit) } else { Err(Problem::Malformed(format!("limit: 1 to {most}"))) }
}

/// The entry after which a page begins.
pub(crate) fn after(at: &Arrived, list: List, prefix: &str, cursor: Option<&str>) -> Result<Option<String>, Refused> {
    after_in(at, (list.as_str(), prefix), cursor)
}

/// The same of a list that isn't one of the index.
pub(crate) fn after_in(at: &Arrived, (list, prefix): (&str, &str), cursor: Option<&str>) -> Result<Option<String>, Refused> {
    let Some(cursor) = cursor else { return Ok(None) };
    let place = at.tenant.open::<Place>(Kind::Cursor, None, cursor, at.now)?.map_err(|_| Problem::Cursor)?;
    if place.list == list && place.prefix == prefix { Ok(Some(place.after)) } else { Err(Problem::Cursor.into()) }
}

/// The cursor of what follows.
pub(crate) fn next(at: &Arrived, list: List, prefix: &str, after: Option<String>) -> Result<Option<String>, Failure> {
    next_in(at, (list.as_str(), prefix), after)
}

/// The same of a list that isn't one of the index.
pub(crate) fn next_in(at: &Arrived, (list, prefix): (&str, &str), after: Option<String>) -> Result<Option<String>, Failure> {
    let seal = |after| {
        let place = Place { list: list.to_owned(), prefix: prefix.to_owned(), after };
        at.tenant.seal(Kind::Cursor, None, at.now.plus(policy::CURSOR), at.deps.random.bytes(), &place)
    };
    after.map(seal).transpose()
}
