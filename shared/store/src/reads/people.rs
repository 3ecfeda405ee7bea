//! Several people of a tenant.

use domain::UserId;
use domain::user::User;

use super::batch;
use crate::error::StoreError;
use crate::keys;
use crate::region::TenantStore;

/// Keys of one read.
const AT_ONCE: usize = 100;

impl TenantStore {
    /// The people of these different ids, in their order; who isn't there is left out. One request for each hundred.
    pub async fn find_people(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let mut people = Vec::with_capacity(ids.len());
        for some in ids.chunks(AT_ONCE) {
            let wanted: Vec<_> = some.iter().map(|id| keys::user(&self.tenant, id)).collect();
            let mut found = batch::read(&self.database, &wanted).await?;
            for key in &wanted {
                people.extend(found.take(key)?);
            }
        }
        Ok(people)
    }
}
