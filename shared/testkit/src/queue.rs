//! A queue of nudges that a test empties, and that can lose them.

use std::sync::Mutex;

use async_trait::async_trait;
use cloud::queue::{Nudges, QueueError};
use domain::delivery::DeliveryId;

use crate::lock;

/// What becomes of nudges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fortune {
    /// They are queued.
    #[default]
    Queued,
    /// They are accepted and never seen again.
    Lost,
    /// They are refused, and whoever sent them knows.
    Refused,
}

/// Keeps nudges in memory.
#[derive(Debug, Default)]
pub struct LocalQueue {
    waiting: Mutex<Vec<DeliveryId>>,
    fortune: Mutex<Fortune>,
}

impl LocalQueue {
    /// What becomes of nudges from now on.
    pub fn be(&self, fortune: Fortune) {
        *lock(&self.fortune) = fortune;
    }

    /// Takes out what is waiting, oldest first.
    pub fn take(&self) -> Vec<DeliveryId> {
        std::mem::take(&mut lock(&self.waiting))
    }
}

#[async_trait]
impl Nudges for LocalQueue {
    async fn nudge(&self, deliveries: &[DeliveryId]) -> Result<(), QueueError> {
        let fortune = *lock(&self.fortune);
        match fortune {
            Fortune::Queued => lock(&self.waiting).extend_from_slice(deliveries),
            Fortune::Lost => {}
            Fortune::Refused => return Err(QueueError { lost: deliveries.len(), asked: deliveries.len(), why: "an outage".to_owned() }),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::delivery::Channel;

    use super::*;
    use crate::{FixedClock, builders};

    #[tokio::test]
    async fn nudges_wait_unless_they_are_lost_or_refused() {
        let event = domain::EventId::new(FixedClock::USUAL, [1; 10]);
        let nudge = [DeliveryId { tenant: builders::tenant_id(), event, channel: Channel::MailNewBrowser }];
        let queue = LocalQueue::default();
        queue.be(Fortune::Lost);
        assert!(queue.nudge(&nudge).await.is_ok());
        queue.be(Fortune::Refused);
        assert!(queue.nudge(&nudge).await.is_err());
        assert!(queue.take().is_empty());
        queue.be(Fortune::Queued);
        assert!(queue.nudge(&nudge).await.is_ok());
        assert_eq!(queue.take(), nudge);
        assert!(queue.take().is_empty());
    }
}
