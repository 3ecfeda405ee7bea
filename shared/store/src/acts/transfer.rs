//! Imports and exports of people: asked for, started, taken up, moved on, ended. Whoever works on a job writes by the turn in which it was taken up.

use domain::event::RecordedEvent;
use domain::transfer::{Job, RefusedRow};

use crate::error::StoreError;
use crate::event_row;
use crate::keys::{self, Key};
use crate::once::{Made, MakingRequest};
use crate::region::TenantStore;
use crate::row::{self, Ends, Item};
use crate::shard::job_shard;
use crate::transaction::{Outcome, Transaction};
use crate::work::OpenJob;
use crate::write::{self, Change, Write};

/// What became of a change of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobChange {
    /// It stands.
    Changed,
    /// Another change came first: read again.
    Stale,
}

impl From<Outcome> for JobChange {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Committed => Self::Changed,
            Outcome::Refused(_) => Self::Stale,
        }
    }
}

impl From<Write> for JobChange {
    fn from(write: Write) -> Self {
        match write {
            Write::Done => Self::Changed,
            Write::Refused(_) => Self::Stale,
        }
    }
}

const OF_VERSION: &str = "attribute_exists(#pk) AND #version = :before";
const OF_TURN: &str = "attribute_exists(#pk) AND #version = :before AND #turn = :turn";

impl TenantStore {
    /// Writes a job that was asked for; an export is to be worked on at once.
    ///
    /// Costs 1 request, 4 write units: 2 for the job, 2 for the event; 2 more each for an export and for a request that makes it once.
    pub async fn create_job(&self, job: &Job, request: Option<&MakingRequest>, event: &RecordedEvent) -> Result<Made<JobChange>, StoreError> {
        self.own(&job.tenant)?;
        let key = keys::job(&self.tenant, &job.id);
        let (event_key, event_item) = event_row::write(self, event)?;
        let mut transaction = Transaction::named(&self.database, &event.id)
            .put_new(&key, row::write(&key, job, Ends::At(job.ends_at))?)
            .put_new(&event_key, event_item);
        if job.taken(job.asked_at).is_some() {
            let (key, item) = self.open(job)?;
            transaction = transaction.put_new(&key, item);
        }
        let Some(request) = request else { return Ok(Made::Now(transaction.commit().await?.into())) };
        let transaction = request.part_of(self, transaction)?;
        let claim = transaction.len() - 1;
        Ok(match transaction.commit().await? {
            Outcome::Committed => Made::Now(JobChange::Changed),
            Outcome::Refused(mut refusal) => request.before(&mut refusal, claim).unwrap_or(Made::Now(JobChange::Stale)),
        })
    }

    /// Writes that the file of an import is there, as `job` says, whose version is one ahead of the one that was read: it is to be worked on.
    ///
    /// Costs 1 request, 6 write units.
    pub async fn start_job(&self, job: &Job, event: &RecordedEvent) -> Result<JobChange, StoreError> {
        let (key, item) = self.open(job)?;
        let change = self.job_change(job, "SET #state = :state, #version = :version", OF_VERSION)?;
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction = Transaction::named(&self.database, &event.id).change(change).put_new(&event_key, event_item).put_new(&key, item);
        Ok(transaction.commit().await?.into())
    }

    /// Writes that an administrator ended a job, whose version is one ahead of the one that was read. Whoever is at it finds out at the next batch.
    ///
    /// Costs 1 request, 6 write units.
    pub async fn cancel_job(&self, job: &Job, event: &RecordedEvent) -> Result<JobChange, StoreError> {
        let change = self.job_change(job, "SET #state = :state, #version = :version REMOVE #leased_until", OF_VERSION)?;
        self.close(job, change, event).await
    }

    /// Takes up a job, whose turn is one ahead of the one that was read.
    ///
    /// Costs 1 request, 1 write unit.
    pub async fn take_job(&self, job: &Job) -> Result<JobChange, StoreError> {
        let key = keys::job(&self.tenant, &job.id);
        let condition = "attribute_exists(#pk) AND #version = :before AND #turn = :turn_before";
        let change = Change::of(key.clone(), "SET #state = :state, #turn = :turn, #leased_until = :leased_until", condition)
            .with(":state", row::value(&key, &job.state)?)
            .with(":turn", row::number(job.turn))
            .with(":turn_before", row::number(job.turn.saturating_sub(1)))
            .with(":leased_until", row::value(&key, &job.leased_until)?)
            .with(":before", row::number(job.version));
        Ok(write::update(&self.database, change).await?.into())
    }

    /// Writes how far a job is and where it goes on, by whoever took it up last.
    ///
    /// Costs 1 request, 1 write unit.
    pub async fn move_job(&self, job: &Job) -> Result<JobChange, StoreError> {
        let key = keys::job(&self.tenant, &job.id);
        let change = Change::of(key.clone(), "SET #place = :place, #progress = :progress, #leased_until = :leased_until", OF_TURN)
            .with(":place", row::value(&key, &job.place)?)
            .with(":progress", row::value(&key, &job.progress)?)
            .with(":leased_until", row::value(&key, &job.leased_until)?)
            .with(":before", row::number(job.version))
            .with(":turn", row::number(job.turn));
        Ok(write::update(&self.database, change).await?.into())
    }

    /// Writes that a job is over, by whoever took it up last; its version is one ahead of the one that was read.
    ///
    /// Costs 1 request, 6 write units.
    pub async fn end_job(&self, job: &Job, event: &RecordedEvent) -> Result<JobChange, StoreError> {
        let key = keys::job(&self.tenant, &job.id);
        let update = "SET #state = :state, #version = :version, #place = :place, #progress = :progress, #failed = :failed REMOVE #leased_until";
        let change = self
            .job_change(job, update, OF_TURN)?
            .with(":place", row::value(&key, &job.place)?)
            .with(":progress", row::value(&key, &job.progress)?)
            .with(":failed", row::value(&key, &job.failed)?)
            .with(":turn", row::number(job.turn));
        self.close(job, change, event).await
    }

    /// Forgets that a job is to be worked on, where the job itself is over or forgotten.
    ///
    /// Costs 1 request, 1 write unit.
    pub async fn close_job(&self, open: &OpenJob) -> Result<(), StoreError> {
        self.own(&open.tenant)?;
        write::remove(&self.database, &keys::open_job(&self.tenant, &open.job, job_shard(&open.job))).await
    }

    /// Notes that a row of an import made no account. The same row again changes nothing.
    ///
    /// Costs 1 request, 1 write unit.
    pub async fn note_refused(&self, job: &Job, refused: &RefusedRow) -> Result<(), StoreError> {
        let key = keys::refused_row(&self.tenant, &job.id, refused.line);
        write::put_new(&self.database, &key, row::write(&key, refused, Ends::At(job.ends_at))?).await?;
        Ok(())
    }

    fn open(&self, job: &Job) -> Result<(Key, Item), StoreError> {
        let key = keys::open_job(&self.tenant, &job.id, job_shard(&job.id));
        let item = row::write(&key, &OpenJob { tenant: self.tenant.clone(), job: job.id.clone() }, Ends::Never)?;
        Ok((key, item))
    }

    fn job_change(&self, job: &Job, update: &'static str, condition: &'static str) -> Result<Change, StoreError> {
        let key = keys::job(&self.tenant, &job.id);
        Ok(Change::of(key.clone(), update, condition)
            .with(":state", row::value(&key, &job.state)?)
            .with(":version", row::number(job.version))
            .with(":before", row::number(job.version.saturating_sub(1))))
    }

    async fn close(&self, job: &Job, change: Change, event: &RecordedEvent) -> Result<JobChange, StoreError> {
        let open = keys::open_job(&self.tenant, &job.id, job_shard(&job.id));
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction = Transaction::named(&self.database, &event.id).change(change).put_new(&event_key, event_item).remove(&open);
        Ok(transaction.commit().await?.into())
    }
}
