//! Keys of imports and exports, and of what is said of their rows.

use domain::{JobId, TenantId};

use super::{Key, Kind, fill, kind};
use crate::tables::Table;

pub(super) const JOB: Kind = kind(
    Table::Work,
    "JOB#{tenant}#{job}",
    "JOB",
    "an import or export of people: how far it is, where it goes on, who is at it",
    "three days after it was asked for",
);
pub(super) const REFUSED_ROW: Kind =
    kind(Table::Work, "JOB#{tenant}#{job}", "REFUSED#{line, 10 digits}", "a row of an import that made no account, and why", "with its job");
pub(super) const OPEN_JOB: Kind =
    kind(Table::Work, "OPENJOB#{shard}", "{tenant}#{job}", "a job that is to be worked on", "never; goes when the job is over");

pub(crate) fn job(tenant: &TenantId, job: &JobId) -> Key {
    JOB.key(&[tenant.as_str(), job.as_str()], &[])
}

// Ten digits are more lines than any file has.
pub(crate) fn refused_row(tenant: &TenantId, job: &JobId, line: u64) -> Key {
    REFUSED_ROW.key(&[tenant.as_str(), job.as_str()], &[&format!("{line:010}")])
}

pub(crate) fn open_job(tenant: &TenantId, job: &JobId, shard: u8) -> Key {
    OPEN_JOB.key(&[&shard.to_string()], &[tenant.as_str(), job.as_str()])
}

/// The rows of a job that made no account, from the one that follows `after` to the last that there can be.
pub(crate) fn refused_rows(tenant: &TenantId, job: &JobId, after: u64) -> [Key; 2] {
    [refused_row(tenant, job, after.saturating_add(1)), refused_row(tenant, job, 9_999_999_999)]
}

/// The partition of the jobs of a shard that are to be worked on.
pub(crate) fn open_jobs(shard: u8) -> String {
    fill(OPEN_JOB.partition, &[&shard.to_string()])
}
