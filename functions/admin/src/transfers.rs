//! Imports and exports of people: jobs that are worked off elsewhere, and links by which their files are sent and fetched.

pub(crate) mod exports;
pub(crate) mod imports;

use domain::JobId;
use domain::event::Administered;
use domain::transfer::{Format, Job, JobFailure, JobState, NotNow};
use serde::{Deserialize, Serialize};
use store::JobChange;
use utoipa::{IntoParams, ToSchema};

use crate::arrival::Arrived;
use crate::problem::{Problem, Refused};

/// Names an import or export.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OfJob {
    /// The tenant's slug.
    #[expect(dead_code, reason = "who arrives is at the tenant already")]
    tenant: String,
    /// The job's id.
    pub(crate) job: String,
}

/// Why a job can't be done.
#[derive(Serialize, ToSchema)]
struct FailureShown {
    /// `missing_part`, `header` or `too_many_rows`.
    reason: &'static str,
    /// What is wrong with it.
    detail: String,
}

impl From<&JobFailure> for FailureShown {
    fn from(failure: &JobFailure) -> Self {
        let (reason, detail) = match failure {
            JobFailure::MissingPart(number) => ("missing_part", format!("part {number} isn't there, or isn't as long as was said")),
            JobFailure::Header(why) => ("header", why.clone()),
            JobFailure::TooManyRows => ("too_many_rows", format!("more than {} rows", domain::policy::TRANSFER_ROWS_MAX)),
        };
        Self { reason, detail }
    }
}

/// A job.
#[derive(Serialize, ToSchema)]
#[schema(as = Job)]
struct JobShown {
    /// The id, for good.
    id: JobId,
    /// What the rows are written in.
    format: Format,
    /// Where it stands.
    state: JobState,
    /// Why it failed, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureShown>,
    /// Rows that were read from the file, or written into it.
    rows: u64,
    #[schema(format = DateTime)]
    asked_at: String,
    /// When it is forgotten.
    #[schema(format = DateTime)]
    ends_at: String,
}

impl From<&Job> for JobShown {
    fn from(job: &Job) -> Self {
        Self {
            id: job.id.clone(),
            format: job.format,
            state: job.state,
            failure: job.failed.as_ref().map(FailureShown::from),
            rows: job.progress.rows,
            asked_at: job.asked_at.rfc3339(),
            ends_at: job.ends_at.rfc3339(),
        }
    }
}

fn not_now(_: NotNow) -> Problem {
    Problem::PastThat
}

/// The tenant's job of an id, where it is one of these.
async fn find(at: &Arrived, named: &OfJob, is_wanted: impl Fn(&Job) -> bool) -> Result<Job, Refused> {
    let id = JobId::parse(&named.job).map_err(|_| Problem::NotFound)?;
    let job = at.home()?.find_job(&id).await?;
    Ok(job.filter(|job| at.now < job.ends_at && is_wanted(job)).ok_or(Problem::NotFound)?)
}

/// Ends a job before it is done.
async fn cancel(at: &Arrived, job: &Job) -> Result<Job, Refused> {
    at.changes(job.version)?;
    let cancelled = job.cancelled().map_err(not_now)?;
    let event = at.event_here(Administered::TransferCancelled { job: job.id.clone() });
    match at.home()?.cancel_job(&cancelled, &event).await? {
        JobChange::Changed => Ok(cancelled),
        JobChange::Stale => Err(Problem::Stale.into()),
    }
}
