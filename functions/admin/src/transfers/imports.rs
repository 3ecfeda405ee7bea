//! Imports: a file is announced, sent in parts past us, started, and followed.

use axum::extract::Path;
use cloud::parts::{PartName, Way};
use domain::event::Administered;
use domain::transfer::{Format, Job, JobState, Purpose, Reason, parts};
use domain::{JobId, policy};
use runtime::Failure;
use serde::{Deserialize, Serialize};
use store::JobChange;
use store::once::Made;
use utoipa::{IntoParams, ToSchema};

use super::{JobShown, OfJob, cancel, find, not_now};
use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Done, New, Wanted};
use crate::documentation::{IdempotencyKey, NotChanged, NotShown};
use crate::pages::{self, Page};
use crate::problem::{Problem, Refused, broken};
use crate::tenants::OfTenant;

/// A file that is to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewImport)]
pub(crate) struct ImportAsked {
    /// What its rows are written in.
    format: Format,
    /// Its length.
    #[schema(minimum = 1, maximum = 2_147_483_648_u64)]
    bytes: u64,
}

/// A part that is to be sent.
#[derive(Serialize, ToSchema)]
struct PartToSend {
    /// Which, from 1 on.
    number: u32,
    /// How long it is: `PUT` sends exactly so many bytes.
    bytes: u64,
    /// Where to.
    #[schema(format = "uri")]
    url: String,
}

/// How the file is sent.
#[derive(Serialize, ToSchema)]
struct Upload {
    /// Its parts, one after the other the whole file.
    parts: Vec<PartToSend>,
    /// Until when the links are good.
    #[schema(format = DateTime)]
    good_until: String,
}

/// An import.
#[derive(Serialize, ToSchema)]
#[schema(as = Import)]
pub(crate) struct ImportShown {
    #[serde(flatten)]
    job: JobShown,
    /// The file's length.
    bytes: u64,
    /// Accounts that were made.
    created: u64,
    /// Rows that made none.
    refused: u64,
    /// How the file is sent, until the import is started.
    #[serde(skip_serializing_if = "Option::is_none")]
    upload: Option<Upload>,
}

/// A row that made no account.
#[derive(Serialize, ToSchema)]
#[schema(as = RefusedRow)]
pub(crate) struct RefusedShown {
    /// The line of the file, from 1 on.
    line: u64,
    /// Why.
    reason: Reason,
    /// What is wrong with it.
    detail: String,
}

/// Which rows.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RefusedWanted {
    /// Where the page begins: `next` of the one before.
    cursor: Option<String>,
    /// How many are wanted.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<usize>,
}

const fn bytes(job: &Job) -> Option<u64> {
    match job.purpose {
        Purpose::Import { bytes } => Some(bytes),
        Purpose::Export { .. } => None,
    }
}

async fn found(at: &Arrived, named: &OfJob) -> Result<Job, Refused> {
    find(at, named, |job| bytes(job).is_some()).await
}

fn shown(at: &Arrived, job: &Job) -> Result<ImportShown, Failure> {
    let bytes = bytes(job).unwrap_or_default();
    let upload = (job.state == JobState::AwaitingUpload).then(|| upload(at, &job.id, bytes)).transpose()?;
    let progress = job.progress;
    Ok(ImportShown { job: job.into(), bytes, created: progress.created, refused: progress.refused, upload })
}

fn upload(at: &Arrived, job: &JobId, bytes: u64) -> Result<Upload, Failure> {
    let part = |(number, bytes): (u32, u64)| {
        let name = PartName { way: Way::In, tenant: at.tenant.record().id.clone(), job: job.clone(), number };
        let url = at.deps.links.to_send(&at.tenant.placement().home, &name, bytes).map_err(Failure::from)?;
        Ok(PartToSend { number, bytes, url })
    };
    let parts = (1..).zip(parts(bytes).unwrap_or_default()).map(part).collect::<Result<_, Failure>>()?;
    Ok(Upload { parts, good_until: at.now.plus(policy::TRANSFER_LINK).rfc3339() })
}

/// Announces a file of people. The answer says how it is sent.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/imports", tag = "transfers", params(OfTenant, IdempotencyKey), request_body = ImportAsked,
    responses((status = 201, body = ImportShown, headers(("ETag" = String), ("Location" = String))), NotChanged)
)]
pub(crate) async fn create_import(at: Arrived, Path(_): Path<OfTenant>, New { body: asked, key }: New<ImportAsked>) -> Answer<ImportShown> {
    at.may(Act::ImportPeople, Thing::Tenant)?;
    if parts(asked.bytes).is_none() {
        return Err(Problem::Unfit("bytes", format!("1 to {}", policy::TRANSFER_BYTES_MAX)).into());
    }
    let making = at.making("import", key);
    let ids = (JobId::from_random(at.bits(making.as_ref())?), at.tenant.record().id.clone());
    let job = Job { asked_by: Some(at.actor()), ..Job::new(ids, Purpose::Import { bytes: asked.bytes }, asked.format, at.now) };
    let event = at.event_here(Administered::ImportAsked { job: job.id.clone() });
    let job = match at.home()?.create_job(&job, making.as_ref().map(|making| &making.request), &event).await? {
        Made::Now(JobChange::Changed) => job,
        Made::Now(JobChange::Stale) => return Err(broken("an id that was drawn is taken").into()),
        Made::Before => at.home()?.find_job(&job.id).await?.ok_or(Problem::NotFound)?,
        Made::OtherRequest => return Err(Problem::OtherRequest.into()),
    };
    let place = at.path(&format!("/imports/{}", job.id));
    Ok(Done::Made(shown(&at, &job)?, job.version, place))
}

/// How far an import is; until it is started, with fresh links for its file.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/imports/{job}", tag = "transfers", params(OfJob),
    responses((status = 200, body = ImportShown, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn show_import(at: Arrived, Path(named): Path<OfJob>) -> Answer<ImportShown> {
    at.may(Act::ImportPeople, Thing::Tenant)?;
    let job = found(&at, &named).await?;
    Ok(Done::Shown(shown(&at, &job)?, Some(job.version)))
}

/// Starts an import whose file was sent.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/imports/{job}/start", tag = "transfers",
    params(OfJob, ("If-Match" = String, Header, description = "The import's version.")),
    responses((status = 200, body = ImportShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn start_import(at: Arrived, Path(named): Path<OfJob>) -> Answer<ImportShown> {
    at.may(Act::ImportPeople, Thing::Tenant)?;
    let job = found(&at, &named).await?;
    at.changes(job.version)?;
    let started = job.started().map_err(not_now)?;
    let event = at.event_here(Administered::ImportStarted { job: job.id.clone() });
    match at.home()?.start_job(&started, &event).await? {
        JobChange::Changed => Ok(Done::Shown(shown(&at, &started)?, Some(started.version))),
        JobChange::Stale => Err(Problem::Stale.into()),
    }
}

/// Ends an import before it is done. Accounts that were made stay.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/imports/{job}/cancel", tag = "transfers",
    params(OfJob, ("If-Match" = String, Header, description = "The import's version.")),
    responses((status = 200, body = ImportShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn cancel_import(at: Arrived, Path(named): Path<OfJob>) -> Answer<ImportShown> {
    at.may(Act::ImportPeople, Thing::Tenant)?;
    let job = cancel(&at, &found(&at, &named).await?).await?;
    Ok(Done::Shown(shown(&at, &job)?, Some(job.version)))
}

/// The rows of an import that made no account, by their line.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/imports/{job}/results", tag = "transfers", params(OfJob, RefusedWanted),
    responses((status = 200, body = Page<RefusedShown>), NotShown)
)]
pub(crate) async fn list_import_results(at: Arrived, Path(named): Path<OfJob>, Wanted(wanted): Wanted<RefusedWanted>) -> Answer<Page<RefusedShown>> {
    at.may(Act::ImportPeople, Thing::Tenant)?;
    let job = found(&at, &named).await?;
    let limit = pages::limit(wanted.limit)?;
    let after = pages::after_in(&at, ("import results", job.id.as_str()), wanted.cursor.as_deref())?;
    let after = after.and_then(|line| line.parse().ok()).unwrap_or_default();
    let rows = at.home()?.list_refused(&job.id, after, limit).await?;
    let last = rows.last().filter(|_| rows.len() == limit).map(|row| row.line.to_string());
    let next = pages::next_in(&at, ("import results", job.id.as_str()), last)?;
    let items = rows.into_iter().map(|row| RefusedShown { line: row.line, reason: row.reason, detail: row.detail });
    Ok(Done::Shown(Page { items: items.collect(), next }, None))
}
