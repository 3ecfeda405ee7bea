//! Sweeps what is due on a schedule: deliveries are nudged, so that a lost nudge, a crash or an outage heals by itself, and sessions that ran out
//! are ended, so that their apps are told.

mod expiries;

use std::sync::Arc;

use cloud::queue::Nudges;
use domain::{Timestamp, policy};
use futures_util::future::try_join_all;
use runtime::{Clock, Failure, HomeRegion, Platform, Random};
use serde::Serialize;
use store::{Due, StoreError, Work};

/// Due rows of one kind looked at per shard and sweep; what is left is due at the next.
const PER_SHARD: u16 = 200;

/// What its role may do: query due rows, nudge, read a tenant and a session, end it with the event that tells of it, move on when it is looked at.
pub struct Deps {
    work: Work,
    region: HomeRegion,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    nudges: Arc<dyn Nudges>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform, nudges: Arc<dyn Nudges>) -> Self {
        Self {
            work: platform.store.work(),
            region: HomeRegion::new(platform),
            clock: platform.clock.clone(),
            random: platform.random.clone(),
            nudges,
        }
    }
}

/// What a sweep did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Deliveries that were due and nudged.
    pub nudged: usize,
    /// Sessions that had run out and were ended.
    pub ended: usize,
}

/// Nudges for every delivery that is due, and ends every session that ran out.
pub async fn sweep(deps: &Deps) -> Result<Swept, Failure> {
    let now = deps.clock.now();
    let nudged = nudge(deps, now).await?;
    let ended = expiries::end(deps, now).await?;
    Ok(Swept { nudged, ended })
}

async fn nudge(deps: &Deps, now: Timestamp) -> Result<usize, Failure> {
    let due = of_all_shards(|shard| deps.work.list_due(shard, now, PER_SHARD)).await?;
    if !due.is_empty() {
        deps.nudges.nudge(&due).await.map_err(|error| Failure::Unavailable(error.to_string()))?;
    }
    Ok(due.len())
}

/// What is due in every shard. A row that doesn't parse is said loudly and keeps no other from going.
async fn of_all_shards<T, F>(list: impl Fn(u8) -> F) -> Result<Vec<T>, Failure>
where
    F: Future<Output = Result<Due<T>, StoreError>>,
{
    let mut rows = Vec::new();
    for shard in try_join_all((0..policy::DUE_SHARDS).map(list)).await? {
        rows.extend(shard.rows);
        for error in shard.corrupt {
            tracing::error!(alarm = "due_row_corrupt", %error, "a due row does not parse");
        }
    }
    Ok(rows)
}
