//! A telephone number is proved: a code is sent, tried, and gives way to the number in the person's record.

use domain::attempt::Reservation;
use domain::event::RecordedEvent;
use domain::phone::PhoneCode;
use domain::user::User;
use domain::{EventId, Timestamp, UserId, policy};

use super::change_user::{UserChange, UserPart};
use crate::error::StoreError;
use crate::event_row;
use crate::keys;
use crate::region::TenantStore;
use crate::row::{self, Ends};
use crate::transaction::{Outcome, Transaction};
use crate::write::{self, Change, Write};

impl TenantStore {
    /// Writes the code that `event` has sent, in the place of any before it. An event that stands already was this very one.
    ///
    /// Costs 1 request, 5 write units: 2 for the code, 2 for the event, 1 for its index.
    pub async fn send_phone_code(&self, user: &UserId, code: &PhoneCode, event: &RecordedEvent) -> Result<(), StoreError> {
        let key = keys::phone_code(&self.tenant, user);
        let item = row::write(&key, code, Ends::At(code.ends_at))?;
        let (event_key, event_item) = event_row::write(self, event)?;
        Transaction::named(&self.database, &event.id).put(&key, item).put_new(&event_key, event_item).commit().await.map(drop)
    }

    /// Counts a try of the code that `event` sent, before it is compared with anything; `Exhausted` when it is used up, over, superseded or gone.
    ///
    /// Costs 1 request, 1 write unit, granted or not. After a lost answer the SDK's retry counts twice: stricter, never laxer.
    pub async fn try_phone_code(&self, user: &UserId, event: &EventId, now: Timestamp) -> Result<Reservation, StoreError> {
        let change = Change::of(
            keys::phone_code(&self.tenant, user),
            "ADD #attempts :one",
            "attribute_exists(#pk) AND #event = :event AND #attempts < :max AND #ends_at > :now",
        )
        .with(":one", row::number(1))
        .with(":event", row::text(event.as_str()))
        .with(":max", row::number(u64::from(policy::PHONE_CODE_ATTEMPTS)))
        .with(":now", row::millis(now));
        match write::update(&self.database, change).await? {
            Write::Done => Ok(Reservation::Granted),
            Write::Refused(_) => Ok(Reservation::Exhausted),
        }
    }

    /// Writes the number of `user`, whose version is one ahead of the one that was read, and uses up the code that `sent` sent.
    ///
    /// Costs 1 request, 7 write units: 2 each for the person, the code and the event, 1 for its index.
    pub async fn prove_phone(&self, user: &User, sent: &EventId, event: &RecordedEvent) -> Result<UserChange, StoreError> {
        let (event_key, event_item) = event_row::write(self, event)?;
        let transaction = Transaction::named(&self.database, &event.id)
            .change(self.part_of(user, UserPart::Profile)?)
            .remove_named(&keys::phone_code(&self.tenant, &user.id), sent)
            .put_new(&event_key, event_item);
        Ok(match transaction.commit().await? {
            Outcome::Committed => UserChange::Changed,
            Outcome::Refused(_) => UserChange::Stale,
        })
    }
}
