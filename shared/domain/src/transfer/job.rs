//! A job that reads people from a file or writes them into one: it goes on where whoever was at it before left it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Format, Position};
use crate::event::Actor;
use crate::id::TenantId;
use crate::policy;
use crate::timestamp::Timestamp;

pub use crate::id::JobId;

/// What a job is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "purpose")]
pub enum Purpose {
    /// Making accounts of a file.
    Import {
        /// The file's length.
        bytes: u64,
    },
    /// Writing a file of accounts.
    Export {
        /// Whether with the hashes of their passwords.
        hashes: bool,
    },
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// The file is being sent.
    AwaitingUpload,
    /// Waits to be taken up.
    Queued,
    /// Under way.
    Running,
    /// All of it is done.
    Done,
    /// It can't be done.
    Failed,
    /// An administrator ended it; what was done until then stays.
    Cancelled,
}

/// Why a job can't be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "failure", content = "detail")]
pub enum JobFailure {
    /// This part of the file isn't there, or isn't as long as was said.
    MissingPart(u32),
    /// The first line doesn't name columns.
    Header(String),
    /// The file has more rows than one job takes.
    TooManyRows,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Rows that were read from the file, or written into it.
    pub rows: u64,
    /// Accounts that were made.
    pub created: u64,
    /// Rows that made none.
    pub refused: u64,
}

/// Where a job goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "of")]
pub enum Place {
    /// In the file that is read.
    File(Position),
    /// In the list of people that are written.
    List {
        /// Parts that were written.
        parts: u32,
        /// The last entry of the list that is in them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Whose people.
    pub tenant: TenantId,
    /// What it is for.
    #[serde(flatten)]
    pub purpose: Purpose,
    /// What the rows are written in.
    pub format: Format,
    /// Where it stands.
    pub state: JobState,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<JobFailure>,
    /// How far it is.
    pub progress: Progress,
    /// Where it goes on.
    pub place: Place,
    /// Counts what administrators are told of: beginning, start, end.
    pub version: u64,
    /// Counts who took it up. Who isn't the last one any more writes nothing.
    pub turn: u64,
    /// Until when nobody else takes it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leased_until: Option<Timestamp>,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<Actor>,
    /// When.
    pub asked_at: Timestamp,
    /// When it is forgotten, and whatever was of it.
    pub ends_at: Timestamp,
}

/// A job that is past that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the job is past that")]
pub struct NotNow;

impl Job {
    /// A job as it begins: an import waits for its file, an export for its turn.
    pub fn new((id, tenant): (JobId, TenantId), purpose: Purpose, format: Format, now: Timestamp) -> Self {
        let (state, place) = match purpose {
            Purpose::Import { .. } => (JobState::AwaitingUpload, Place::File(Position::default())),
            Purpose::Export { .. } => (JobState::Queued, Place::List { parts: 0, after: None }),
        };
        Self {
            id,
            tenant,
            purpose,
            format,
            state,
            failed: None,
            progress: Progress::default(),
            place,
            version: 1,
            turn: 0,
            leased_until: None,
            asked_by: None,
            asked_at: now,
            ends_at: now.plus(policy::TRANSFER_REMEMBERED),
        }
    }

    /// The import whose file is there.
    pub fn started(&self) -> Result<Self, NotNow> {
        if self.state != JobState::AwaitingUpload {
            return Err(NotNow);
        }
        Ok(Self { state: JobState::Queued, version: self.version + 1, ..self.clone() })
    }

    /// The job that an administrator ends.
    pub fn cancelled(&self) -> Result<Self, NotNow> {
        if self.is_over() { Err(NotNow) } else { Ok(self.over(JobState::Cancelled)) }
    }

    /// Whether it is done, failed or cancelled.
    pub const fn is_over(&self) -> bool {
        matches!(self.state, JobState::Done | JobState::Failed | JobState::Cancelled)
    }

    /// The job as it is taken up, where nobody is at it.
    pub fn taken(&self, now: Timestamp) -> Option<Self> {
        let is_free = match self.state {
            JobState::Queued => true,
            JobState::Running => self.leased_until.is_none_or(|until| until <= now),
            JobState::AwaitingUpload | JobState::Done | JobState::Failed | JobState::Cancelled => false,
        };
        let leased_until = Some(now.plus(policy::TRANSFER_LEASE));
        (is_free && now < self.ends_at).then(|| Self { state: JobState::Running, turn: self.turn + 1, leased_until, ..self.clone() })
    }

    /// The job after some more rows; whoever is at it keeps it.
    #[must_use]
    pub fn moved(&self, place: Place, progress: Progress, now: Timestamp) -> Self {
        Self { place, progress, leased_until: Some(now.plus(policy::TRANSFER_LEASE)), ..self.clone() }
    }

    /// The job as it is left for whoever takes it up next.
    #[must_use]
    pub fn left(&self, now: Timestamp) -> Self {
        Self { leased_until: Some(now), ..self.clone() }
    }

    /// The job when all of it is done.
    #[must_use]
    pub fn done(&self) -> Self {
        self.over(JobState::Done)
    }

    /// The job that can't be done.
    #[must_use]
    pub fn given_up(&self, failed: JobFailure) -> Self {
        Self { failed: Some(failed), ..self.over(JobState::Failed) }
    }

    fn over(&self, state: JobState) -> Self {
        Self { state, version: self.version + 1, leased_until: None, ..self.clone() }
    }
}

/// The lengths of the parts that a file of `bytes` is sent in; none where it is empty or longer than any.
pub fn parts(bytes: u64) -> Option<Vec<u64>> {
    let part = policy::TRANSFER_PART_BYTES;
    let length = |number: u64| part.min(bytes - number * part);
    (1..=policy::TRANSFER_BYTES_MAX).contains(&bytes).then(|| (0..bytes.div_ceil(part)).map(length).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

    fn job(purpose: Purpose) -> Job {
        Job::new((JobId::from_random([1; 16]), TenantId::from_random([2; 16])), purpose, Format::Csv, NOW)
    }

    #[test]
    fn an_import_waits_for_its_file_and_an_export_for_its_turn() {
        let import = job(Purpose::Import { bytes: 7 });
        assert_eq!((import.state, import.taken(NOW)), (JobState::AwaitingUpload, None));
        let started = import.started().expect("it waits");
        assert_eq!((started.state, started.version, started.started()), (JobState::Queued, 2, Err(NotNow)));
        let export = job(Purpose::Export { hashes: false });
        assert_eq!((export.state, export.started()), (JobState::Queued, Err(NotNow)));
        assert!(started.taken(NOW).is_some() && export.taken(NOW).is_some());
    }

    #[test]
    fn one_is_at_a_job_until_the_lease_is_over() {
        let first = job(Purpose::Export { hashes: false }).taken(NOW).expect("it is free");
        let (until, nearly) =
            (NOW.plus(policy::TRANSFER_LEASE), NOW.plus(policy::TRANSFER_LEASE.saturating_sub(std::time::Duration::from_millis(1))));
        assert_eq!((first.state, first.turn, first.leased_until), (JobState::Running, 1, Some(until)));
        assert_eq!(first.taken(nearly), None);
        assert_eq!(first.taken(until).map(|second| second.turn), Some(2));
        let later = first.moved(Place::List { parts: 1, after: None }, Progress { rows: 5, ..Progress::default() }, nearly);
        assert_eq!(later.taken(until), None, "who goes on keeps it");
        assert_eq!(later.left(until).taken(until).map(|job| (job.turn, job.progress.rows)), Some((2, 5)));
        assert_eq!(later.left(first.ends_at).taken(first.ends_at), None, "it is forgotten");
    }

    #[test]
    fn what_is_over_stays_so() {
        let running = job(Purpose::Export { hashes: false }).taken(NOW).expect("it is free");
        let cancelled = running.cancelled().expect("it runs");
        let failed = running.given_up(JobFailure::TooManyRows);
        assert_eq!((cancelled.state, cancelled.version, cancelled.leased_until), (JobState::Cancelled, 2, None));
        assert_eq!((failed.state, failed.failed.clone()), (JobState::Failed, Some(JobFailure::TooManyRows)));
        for over in [running.done(), cancelled, failed] {
            assert_eq!((over.cancelled(), over.started(), over.taken(over.ends_at)), (Err(NotNow), Err(NotNow), None));
            assert!(over.is_over());
        }
        assert!(job(Purpose::Import { bytes: 1 }).cancelled().is_ok());
    }

    #[test]
    fn a_file_is_sent_in_whole_parts_and_a_rest() {
        let part = policy::TRANSFER_PART_BYTES;
        assert_eq!([parts(1), parts(part), parts(part + 1)], [Some(vec![1]), Some(vec![part]), Some(vec![part, 1])]);
        assert_eq!([parts(0), parts(policy::TRANSFER_BYTES_MAX + 1)], [None, None]);
        let all = parts(policy::TRANSFER_BYTES_MAX).expect("the longest file");
        assert_eq!(all.iter().sum::<u64>(), policy::TRANSFER_BYTES_MAX);
    }
}
