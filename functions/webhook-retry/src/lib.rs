//! Sweeps due deliveries on a schedule and nudges `deliver`, so that a lost nudge, a crash or an outage heals by itself.

use std::sync::Arc;

use cloud::queue::Nudges;
use domain::policy;
use futures_util::future::try_join_all;
use runtime::{Clock, Failure, Platform};
use serde::Serialize;
use store::Store;

/// Due rows looked at per shard and sweep; what is left is due at the next.
const PER_SHARD: u16 = 200;

/// What its role may do: query due rows, nudge.
pub struct Deps {
    store: Store,
    clock: Arc<dyn Clock>,
    nudges: Arc<dyn Nudges>,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform, nudges: Arc<dyn Nudges>) -> Self {
        Self { store: platform.store.clone(), clock: platform.clock.clone(), nudges }
    }
}

/// What a sweep did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Deliveries that were due and nudged.
    pub nudged: usize,
}

/// Nudges for every delivery that is due.
pub async fn sweep(deps: &Deps) -> Result<Swept, Failure> {
    let now = deps.clock.now();
    let work = deps.store.work();
    let shards = try_join_all((0..policy::DUE_SHARDS).map(|shard| work.list_due(shard, now, PER_SHARD))).await?;
    let mut due = Vec::new();
    for shard in shards {
        due.extend(shard.deliveries);
        for error in shard.corrupt {
            tracing::error!(alarm = "due_row_corrupt", %error, "a due row does not parse");
        }
    }
    if !due.is_empty() {
        deps.nudges.nudge(&due).await.map_err(|error| Failure::Unavailable(error.to_string()))?;
    }
    Ok(Swept { nudged: due.len() })
}
