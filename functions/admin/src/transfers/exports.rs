//! Exports: asked for, followed, and fetched in parts past us.

use axum::extract::Path;
use cloud::parts::{PartName, Way};
use domain::event::Administered;
use domain::transfer::{Format, Job, JobState, Place, Purpose};
use domain::{JobId, policy};
use runtime::Failure;
use serde::{Deserialize, Serialize};
use store::JobChange;
use store::once::Made;
use utoipa::ToSchema;

use super::{JobShown, OfJob, cancel, find};
use crate::access::{Act, Thing};
use crate::arrival::Arrived;
use crate::came::{Answer, Done, New};
use crate::documentation::{IdempotencyKey, NotChanged, NotShown};
use crate::problem::{Problem, Refused, broken};
use crate::tenants::OfTenant;

/// A file that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewExport)]
pub(crate) struct ExportAsked {
    /// What its rows are to be written in.
    format: Format,
    /// Whether with the hashes of passwords: an owner asks for them, after a sign-in of just now.
    #[serde(default)]
    hashes: bool,
}

/// A part that is to be fetched.
#[derive(Serialize, ToSchema)]
struct PartToFetch {
    /// Which, from 1 on.
    number: u32,
    /// Where from.
    #[schema(format = "uri")]
    url: String,
}

/// How the file is fetched.
#[derive(Serialize, ToSchema)]
struct Download {
    /// Its parts, one after the other the whole file.
    parts: Vec<PartToFetch>,
    /// Until when the links are good.
    #[schema(format = DateTime)]
    good_until: String,
}

/// An export.
#[derive(Serialize, ToSchema)]
#[schema(as = Export)]
pub(crate) struct ExportShown {
    #[serde(flatten)]
    job: JobShown,
    /// Whether with the hashes of passwords.
    hashes: bool,
    /// How the file is fetched, once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    download: Option<Download>,
}

const fn hashes(job: &Job) -> Option<bool> {
    match job.purpose {
        Purpose::Export { hashes } => Some(hashes),
        Purpose::Import { .. } => None,
    }
}

// SECURITY: whoever gets the links has the hashes, so that each look at such an export is asked for as the export itself.
fn may(at: &Arrived, with_hashes: bool) -> Result<(), Refused> {
    at.may(Act::ExportPeople, Thing::Tenant)?;
    if with_hashes { at.may(Act::ExportHashes, Thing::Tenant) } else { Ok(()) }
}

async fn found(at: &Arrived, named: &OfJob) -> Result<Job, Refused> {
    may(at, false)?;
    let job = find(at, named, |job| hashes(job).is_some()).await?;
    may(at, hashes(&job).unwrap_or_default())?;
    Ok(job)
}

fn shown(at: &Arrived, job: &Job) -> Result<ExportShown, Failure> {
    let written = match &job.place {
        Place::List { parts, .. } if job.state == JobState::Done => Some(*parts),
        Place::List { .. } | Place::File(_) => None,
    };
    let download = written.map(|parts| download(at, &job.id, parts)).transpose()?;
    Ok(ExportShown { job: job.into(), hashes: hashes(job).unwrap_or_default(), download })
}

fn download(at: &Arrived, job: &JobId, parts: u32) -> Result<Download, Failure> {
    let part = |number: u32| {
        let name = PartName { way: Way::Out, tenant: at.tenant.record().id.clone(), job: job.clone(), number };
        let url = at.deps.links.to_fetch(&at.tenant.placement().home, &name).map_err(Failure::from)?;
        Ok(PartToFetch { number, url })
    };
    let parts = (1..=parts).map(part).collect::<Result<_, Failure>>()?;
    Ok(Download { parts, good_until: at.now.plus(policy::TRANSFER_LINK).rfc3339() })
}

/// Has people written into a file.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/exports", tag = "transfers", params(OfTenant, IdempotencyKey), request_body = ExportAsked,
    responses((status = 201, body = ExportShown, headers(("ETag" = String), ("Location" = String))), NotChanged)
)]
pub(crate) async fn create_export(at: Arrived, Path(_): Path<OfTenant>, New { body: asked, key }: New<ExportAsked>) -> Answer<ExportShown> {
    may(&at, asked.hashes)?;
    let making = at.making("export", key);
    let ids = (JobId::from_random(at.bits(making.as_ref())?), at.tenant.record().id.clone());
    let job = Job { asked_by: Some(at.actor()), ..Job::new(ids, Purpose::Export { hashes: asked.hashes }, asked.format, at.now) };
    let event = at.event_here(Administered::ExportStarted { job: job.id.clone(), hashes: asked.hashes });
    let job = match at.home()?.create_job(&job, making.as_ref().map(|making| &making.request), &event).await? {
        Made::Now(JobChange::Changed) => job,
        Made::Now(JobChange::Stale) => return Err(broken("an id that was drawn is taken").into()),
        Made::Before => at.home()?.find_job(&job.id).await?.ok_or(Problem::NotFound)?,
        Made::OtherRequest => return Err(Problem::OtherRequest.into()),
    };
    let place = at.path(&format!("/exports/{}", job.id));
    Ok(Done::Made(shown(&at, &job)?, job.version, place))
}

/// How far an export is; once it is done, with fresh links to its file.
#[utoipa::path(
    get, path = "/admin/v1/tenants/{tenant}/exports/{job}", tag = "transfers", params(OfJob),
    responses((status = 200, body = ExportShown, headers(("ETag" = String))), NotShown)
)]
pub(crate) async fn show_export(at: Arrived, Path(named): Path<OfJob>) -> Answer<ExportShown> {
    let job = found(&at, &named).await?;
    Ok(Done::Shown(shown(&at, &job)?, Some(job.version)))
}

/// Ends an export before it is done.
#[utoipa::path(
    post, path = "/admin/v1/tenants/{tenant}/exports/{job}/cancel", tag = "transfers",
    params(OfJob, ("If-Match" = String, Header, description = "The export's version.")),
    responses((status = 200, body = ExportShown, headers(("ETag" = String))), NotChanged)
)]
pub(crate) async fn cancel_export(at: Arrived, Path(named): Path<OfJob>) -> Answer<ExportShown> {
    let job = cancel(&at, &found(&at, &named).await?).await?;
    Ok(Done::Shown(shown(&at, &job)?, Some(job.version)))
}
