//! Looks, on a schedule, at the signing keys of every tenant whose time has come, and does what it is time for: publish, sign, retire, drop.

use std::sync::Arc;

use domain::key_ring::rotation::DueLook;
use domain::policy;
use futures_util::future::try_join_all;
use runtime::key_rotation::{KeyRotations, Looked};
use runtime::{Clock, Failure, Platform};
use serde::Serialize;
use store::Store;

/// Looks made per shard and run; what is left is due at the next.
const PER_SHARD: u16 = 250;

/// What its role may do: query due looks, read a tenant and its keys, change its ring with the event and the next look; unwrap `signing` keys.
pub struct Deps {
    store: Store,
    clock: Arc<dyn Clock>,
    rotations: KeyRotations,
}

impl Deps {
    /// Takes from the platform what the role allows.
    pub fn new(platform: &Platform) -> Self {
        Self { store: platform.store.clone(), clock: platform.clock.clone(), rotations: KeyRotations::new(platform) }
    }
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Turned {
    /// Tenants of this region whose keys were looked at.
    pub looked: usize,
    /// Those of them whose keys moved on.
    pub rotated: usize,
    /// Those that couldn't be looked at; their look is still due.
    pub failed: usize,
}

/// Looks at everything that is due. What fails for one tenant keeps no other from its turn, and is due again at the next run.
pub async fn turn(deps: &Deps) -> Result<Turned, Failure> {
    let now = deps.clock.now();
    let work = deps.store.work();
    let shards = try_join_all((0..policy::DUE_SHARDS).map(|shard| work.list_looks(shard, now, PER_SHARD))).await?;
    let mut turned = Turned::default();
    for shard in shards {
        for error in shard.corrupt {
            tracing::error!(alarm = "key_rotation_row_corrupt", %error, "a row about a look at keys does not parse");
        }
        // One after the other: making keys is what takes time, and there is one core.
        for due in &shard.rows {
            look(deps, due, &mut turned).await;
        }
    }
    Ok(turned)
}

async fn look(deps: &Deps, due: &DueLook, turned: &mut Turned) {
    let tenant = due.tenant.as_str();
    match deps.rotations.look(due).await {
        Ok(Looked::Elsewhere) => {}
        Ok(Looked::Rotated(changes)) => {
            tracing::info!(tenant, ?changes, "signing keys moved on");
            turned.looked += 1;
            turned.rotated += 1;
        }
        Ok(Looked::Nothing) => {
            tracing::warn!(tenant, "keys are to be looked at of a tenant without any");
            turned.looked += 1;
        }
        Ok(Looked::Early(_) | Looked::Stale) => turned.looked += 1,
        Err(failure @ Failure::Unavailable(_)) => {
            tracing::warn!(tenant, %failure, "signing keys could not be looked at");
            turned.failed += 1;
        }
        Err(failure @ (Failure::Broken(_) | Failure::Closed)) => {
            tracing::error!(alarm = "key_rotation_broken", tenant, %failure, "signing keys can not be rotated");
            turned.failed += 1;
        }
    }
}
