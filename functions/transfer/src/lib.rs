//! Works off imports and exports of people. A job is taken up for as long as a run lasts, its place is written down after each batch, and who dies at it
//! is followed by the next run.

mod at;
mod export;
mod file;
mod import;
mod row;

use std::collections::BTreeMap;
use std::sync::Arc;

use cloud::parts::Parts;
use domain::event::{Administered, Event, Lookups, Personal, Subject};
use domain::key_ring::Purpose as KeyPurpose;
use domain::transfer::{Job, JobFailure, Purpose};
use domain::{TenantId, Timestamp, policy};
use futures_util::future::try_join_all;
use runtime::tenants::{Name, Needs, Signing, Tenants};
use runtime::{Clock, Failure, HomeRegion, Platform, Random};
use serde::Serialize;
use store::{JobChange, OpenJob, Work};

use at::At;

/// Open jobs looked at per shard and run; the others have their turn when these are over.
const PER_SHARD: u16 = 1000;

const NEEDS: Needs = Needs { purposes: &[KeyPurpose::People, KeyPurpose::Credentials], signing: Signing::None };

/// What its role may do: read the directory's zone, jobs and files; take jobs up and end them; make accounts with their events, note kinds of imported
/// hashes; list people and read their passwords; write files. It unwraps keys for people and for credentials.
pub struct Deps {
    work: Work,
    region: HomeRegion,
    tenants: Arc<Tenants>,
    parts: Arc<dyn Parts>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform) -> Self {
        Self {
            work: platform.store.work(),
            region: HomeRegion::new(platform),
            tenants: Arc::new(Tenants::new(platform, NEEDS)),
            parts: platform.parts.clone(),
            clock: platform.clock.clone(),
            random: platform.random.clone(),
        }
    }
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Worked {
    /// Jobs that were taken up.
    pub taken: usize,
    /// Those of them that are over.
    pub ended: usize,
    /// Jobs that couldn't be worked on for now; they are taken up again.
    pub failed: usize,
}

/// How a job's turn ends.
pub(crate) enum Turn {
    /// All of it is done.
    Done,
    /// It can't be done.
    GivenUp(JobFailure),
    /// The run is over before the job is.
    Later,
    /// Somebody else is at it, or ended it.
    Lost,
}

/// Works on the jobs that nobody is at until they are over or the run is. What fails for one keeps no other from its turn.
pub async fn work(deps: &Deps) -> Result<Worked, Failure> {
    let until = deps.clock.now().plus(policy::TRANSFER_RUN);
    let mut all = Vec::new();
    for shard in try_join_all((0..policy::DUE_SHARDS).map(|shard| deps.work.list_open_jobs(shard, PER_SHARD))).await? {
        for error in shard.corrupt {
            tracing::error!(alarm = "open_job_corrupt", %error, "a row about an open job does not parse");
        }
        all.extend(shard.rows);
    }
    let mut worked = Worked::default();
    for open in in_turn(all) {
        if deps.clock.now() < until {
            take_up(deps, &open, until, &mut worked).await;
        }
    }
    Ok(worked)
}

/// The first job of each tenant, then the second of each: a tenant with many keeps no other waiting.
fn in_turn(open: Vec<OpenJob>) -> Vec<OpenJob> {
    let mut before = BTreeMap::<TenantId, usize>::new();
    let mut ranked: Vec<(usize, OpenJob)> = Vec::new();
    for job in open {
        let rank = before.entry(job.tenant.clone()).or_default();
        *rank += 1;
        ranked.push((*rank, job));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, job)| job).collect()
}

async fn take_up(deps: &Deps, open: &OpenJob, until: Timestamp, worked: &mut Worked) {
    match turn(deps, open, until).await {
        Ok(None) => {}
        Ok(Some(turn)) => {
            worked.taken += 1;
            worked.ended += usize::from(matches!(turn, Turn::Done | Turn::GivenUp(_)));
        }
        Err(failure) => {
            worked.failed += 1;
            tracing::warn!(tenant = open.tenant.as_str(), job = open.job.as_str(), %failure, "a job can't be worked on for now");
        }
    }
}

// One turn at a job; none where it isn't ours to take.
async fn turn(deps: &Deps, open: &OpenJob, until: Timestamp) -> Result<Option<Turn>, Failure> {
    let now = deps.clock.now();
    // Open jobs are replicated to every region of the zone, and only the tenant's home works on them.
    let Some(home) = deps.region.tables_of(&open.tenant, now).await? else { return Ok(None) };
    let Some(job) = home.find_job(&open.job).await?.filter(|job| !job.is_over() && now < job.ends_at) else {
        home.close_job(open).await?;
        return Ok(None);
    };
    let Some(taken) = job.taken(now) else { return Ok(None) };
    if home.take_job(&taken).await? == JobChange::Stale {
        return Ok(None);
    }
    let visit = deps.tenants.find(&Name::Id(open.tenant.clone()), now).await?;
    let tenant = visit.ok_or_else(|| Failure::Broken(format!("no tenant {}", open.tenant)))?.tenant;
    let mut at = At::new(deps, tenant, taken, until);
    let turn = match at.job.purpose {
        Purpose::Import { bytes } => import::run(&mut at, bytes).await?,
        Purpose::Export { hashes } => export::run(&mut at, hashes).await?,
    };
    match &turn {
        Turn::Done => end(&at, &at.job.done()).await?,
        Turn::GivenUp(failure) => end(&at, &at.job.given_up(failure.clone())).await?,
        Turn::Later => drop(at.home()?.move_job(&at.job.left(at.now())).await?),
        Turn::Lost => return Ok(Some(turn)),
    }
    if let (Purpose::Import { bytes }, Turn::Done | Turn::GivenUp(_)) = (at.job.purpose, &turn) {
        file::remove(&at, bytes).await;
    }
    Ok(Some(turn))
}

// Who was overtaken in the end has nothing to tell.
async fn end(at: &At<'_>, job: &Job) -> Result<(), Failure> {
    let (rows, created) = (job.progress.rows, job.progress.created);
    let kind = Administered::TransferEnded { job: job.id.clone(), state: job.state, rows, created }.into();
    let (id, tenant, subject) = (at.deps.random.event_id(at.now()), job.tenant.clone(), Subject::Tenant);
    let event = Event { id, tenant, subject, kind, personal: Personal::default() }.record(None, Lookups::default());
    let event = match &job.asked_by {
        Some(actor) => event.done_by(actor.clone()),
        None => event,
    };
    // By the tenant's own tables, which keep events as long as it says.
    at.home()?.end_job(job, &event).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::JobId;

    use super::*;

    #[test]
    fn a_tenant_with_many_jobs_keeps_no_other_waiting() {
        let open = |tenant, job| OpenJob { tenant: TenantId::from_random([tenant; 16]), job: JobId::from_random([job; 16]) };
        let all = vec![open(1, 1), open(1, 2), open(1, 3), open(2, 4), open(3, 5), open(3, 6)];
        let turns = [open(1, 1), open(2, 4), open(3, 5), open(1, 2), open(3, 6), open(1, 3)];
        assert_eq!((in_turn(all), in_turn(vec![])), (turns.to_vec(), vec![]));
    }
}
