//! A delivery by its id.

use domain::delivery::{Delivery, DeliveryId};

use super::Work;
use crate::error::StoreError;
use crate::keys;
use crate::reads::one;

impl Work {
    /// The delivery `id`. One request.
    pub async fn find_delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, StoreError> {
        one::find(&self.store.here()?, &keys::delivery(id)).await
    }
}
