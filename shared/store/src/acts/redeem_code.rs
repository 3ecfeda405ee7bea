//! Redeeming an authorization code: its family's key derives from the code's id, so that making the family is the claim (RFC 6749 §4.1.2).

use domain::event::RecordedEvent;
use domain::family::Family;

use crate::attempt::AttemptId;
use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};

/// What became of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redemption {
    /// This attempt redeemed it.
    Redeemed,
    /// Another one did, before; its family.
    Replay(Box<Family>),
}

const FAMILY: usize = 0;

impl TenantStore {
    /// Makes `family`, which redeems its code. `attempt` is made once per request: a retry after a lost answer meets its own row and is `Redeemed`.
    ///
    /// Costs 1 request, 5 write units: 2 for the family, 2 for the event, 1 for its index.
    pub async fn redeem_code(&self, family: &Family, attempt: AttemptId, event: &RecordedEvent) -> Result<Redemption, StoreError> {
        let key = keys::family(&self.tenant, &family.user_id, &family.id);
        let mut item = row::write(&key, family, Ends::At(family.kept_until()))?;
        attempt.sign(&mut item);
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction = Transaction::named(&self.database, &event.id).put_new(&key, item).put_new(&event_key, event_item);
        let Outcome::Refused(mut refusal) = transaction.commit().await? else { return Ok(Redemption::Redeemed) };
        let standing = refusal.take(FAMILY).ok_or_else(|| row::corrupt(&event_key))?;
        if attempt.signed(&standing) {
            return Ok(Redemption::Redeemed);
        }
        Ok(Redemption::Replay(Box::new(row::read(&key, standing)?)))
    }
}
