//! Which imports and exports are to be worked on.

use domain::{JobId, TenantId};
use serde::{Deserialize, Serialize};

use super::{Due, Work};
use crate::error::StoreError;
use crate::keys;

/// A job that isn't over, wherever it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenJob {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub job: JobId,
}

impl Work {
    /// At most `limit` jobs of `shard` (below `policy::DUE_SHARDS`) that are to be worked on, or are under way. One request.
    pub async fn list_open_jobs(&self, shard: u8, limit: u16) -> Result<Due<OpenJob>, StoreError> {
        let all = keys::Until { partition: keys::open_jobs(shard), beyond: "~".to_owned() };
        self.list(&all, limit).await
    }
}
