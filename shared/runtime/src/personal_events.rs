//! Events with something personal in them: sealed under the person's own key, or under the tenant's key of the month where nobody is known.

use crypto::SymmetricKey;
use domain::event::{Event, EventKind, Personal, RecordedEvent, Subject};
use domain::key_ring::WrappedUserKey;
use domain::{Timestamp, UserId};

use crate::failure::Failure;
use crate::people::KeyOwner;
use crate::random::Random;
use crate::tenant_context::TenantContext;

impl TenantContext {
    /// An event about a person with an account, whose wrapped key was read with them.
    pub fn event_about(
        &self,
        (user, wrapped): (&UserId, Option<&WrappedUserKey>),
        kind: EventKind,
        personal: Personal,
        drawn: (&dyn Random, Timestamp),
    ) -> Result<RecordedEvent, Failure> {
        let wrapped = wrapped.ok_or_else(|| Failure::Broken("an account without a key".to_owned()))?;
        let key = self.open_personal_key(KeyOwner::User(user), wrapped)?;
        self.event_under(&key, Subject::User(user.clone()), (kind, personal), drawn)
    }

    /// An event about a name that no account is known by; `pseudonym` is its keyed hash.
    pub fn event_about_nobody(
        &self,
        (pseudonym, month_key): (&str, &SymmetricKey),
        kind: EventKind,
        personal: Personal,
        drawn: (&dyn Random, Timestamp),
    ) -> Result<RecordedEvent, Failure> {
        self.event_under(month_key, Subject::Unknown(pseudonym.to_owned()), (kind, personal), drawn)
    }

    /// An event whose personal fields are sealed under `key`.
    pub fn event_under(
        &self,
        key: &SymmetricKey,
        subject: Subject,
        (kind, personal): (EventKind, Personal),
        (random, now): (&dyn Random, Timestamp),
    ) -> Result<RecordedEvent, Failure> {
        let event = Event { id: random.event_id(now), tenant: self.record().id.clone(), subject, kind, personal };
        self.record_event(event, key, random.bytes())
    }

    /// The tenant's key of the month, `standing` as it was read; the first event of a month makes it, by one more request.
    pub async fn month_key(&self, standing: Option<&WrappedUserKey>, (random, now): (&dyn Random, Timestamp)) -> Result<SymmetricKey, Failure> {
        let month = now.month();
        let owner = KeyOwner::Month(&month);
        if let Some(standing) = standing {
            return self.open_personal_key(owner, standing);
        }
        let (_, made) = self.make_personal_key(owner, random, now)?;
        let standing = self.home(now)?.put_month_key(&month, &made).await?;
        self.open_personal_key(owner, &standing)
    }
}
