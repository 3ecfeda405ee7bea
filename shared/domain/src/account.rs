//! What people change of their own account: another address, which has to be proved first, and the end of the account, which waits for a change of mind.

use serde::{Deserialize, Serialize};

use crate::identifier::Canonical;
use crate::policy;
use crate::timestamp::Timestamp;
use crate::user::{Email, User};

/// An address that is to take the place of a person's when it is proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingEmail {
    /// As entered.
    pub address: String,
    /// The version of the person's record that remembers it; its link names this version, so that a newer wish kills it.
    pub version: u64,
    /// When it was asked for.
    pub asked_at: Timestamp,
}

/// An address that was a person's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerEmail {
    /// As entered.
    pub address: String,
    /// The version of the person's record that another address came with.
    pub version: u64,
    /// When that was.
    pub until: Timestamp,
}

/// A person wants their account to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// When they said so.
    pub asked_at: Timestamp,
    /// When it will be.
    pub due_at: Timestamp,
}

/// Why an address can't be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailProblem {
    /// It is none.
    NoAddress,
    /// It is theirs already.
    Unchanged,
    /// The address changed too often lately.
    TooOften,
}

/// Why a link proves no address. The person reads one text for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeadLink {
    /// The person is gone or disabled.
    #[error("nobody may act")]
    NobodyActive,
    /// The wish was replaced, taken back or granted.
    #[error("no such address is waited for")]
    NotWaitedFor,
    /// A day is over.
    #[error("expired")]
    Expired,
}

impl User {
    /// The record, one version on.
    pub(crate) fn next(&self, now: Timestamp) -> Self {
        Self { version: self.version + 1, updated_at: now, ..self.clone() }
    }

    /// Remembers that the person wants `entered` as their address, in the place of an earlier wish.
    pub fn asking_for_email(&self, entered: &str, now: Timestamp) -> Result<(Self, Canonical), EmailProblem> {
        let address = entered.trim();
        let canonical = Canonical::email(address).ok().filter(|_| address.len() <= policy::EMAIL_MAX).ok_or(EmailProblem::NoAddress)?;
        if self.email.as_ref().is_some_and(|email| email.address == address && email.verified) {
            return Err(EmailProblem::Unchanged);
        }
        if self.remembered_emails(now).count() >= policy::EMAIL_CHANGES {
            return Err(EmailProblem::TooOften);
        }
        let next = self.next(now);
        let pending = PendingEmail { address: address.to_owned(), version: next.version, asked_at: now };
        Ok((Self { pending_email: Some(pending), ..next }, canonical))
    }

    /// Forgets the address that was asked for.
    #[must_use]
    pub fn without_pending_email(&self, now: Timestamp) -> Self {
        Self { pending_email: None, ..self.next(now) }
    }

    /// The record with the address that a link proves; the one before is remembered for a while.
    pub fn with_proved_email(&self, version: u64, now: Timestamp) -> Result<Self, DeadLink> {
        if !self.is_active() {
            return Err(DeadLink::NobodyActive);
        }
        let pending = self.pending_email.as_ref().filter(|pending| pending.version == version).ok_or(DeadLink::NotWaitedFor)?;
        if now >= pending.asked_at.plus(policy::EMAIL_LINK) {
            return Err(DeadLink::Expired);
        }
        let next = self.next(now);
        let former = self.email.as_ref().map(|email| FormerEmail { address: email.address.clone(), version: next.version, until: now });
        let former_emails = self.remembered_emails(now).cloned().chain(former).collect();
        let email = Email { address: pending.address.clone(), verified: true, since: Some(now) };
        Ok(Self { email: Some(email), pending_email: None, former_emails, ..next })
    }

    /// The record with the address that was theirs until `version`, as it was on that day, for whoever still gets its mail: later addresses, what is
    /// waited for and a deletion that was asked for are forgotten, and whatever began before `now` is over. `None` when it isn't remembered (any more).
    pub fn with_former_email(&self, version: u64, now: Timestamp) -> Option<Self> {
        let former = self.remembered_emails(now).find(|former| former.version == version)?;
        let email = Email { address: former.address.clone(), verified: true, since: Some(now) };
        let former_emails = self.remembered_emails(now).filter(|other| other.version < version).cloned().collect();
        Some(Self { email: Some(email), pending_email: None, former_emails, deletion: None, not_before: now, ..self.next(now) })
    }

    fn remembered_emails(&self, now: Timestamp) -> impl Iterator<Item = &FormerEmail> {
        self.former_emails.iter().filter(move |former| now < former.until.plus(policy::FORMER_EMAIL))
    }

    /// Remembers that the person wants their account to be deleted. Who says so again changes nothing about when.
    pub fn asking_for_deletion(&self, now: Timestamp) -> Option<(Self, Deletion)> {
        if self.deletion.is_some() {
            return None;
        }
        let deletion = Deletion { asked_at: now, due_at: now.plus(policy::DELETION_GRACE) };
        Some((Self { deletion: Some(deletion), ..self.next(now) }, deletion))
    }

    /// Forgets it; `None` when there is nothing to forget.
    pub fn without_deletion(&self, now: Timestamp) -> Option<Self> {
        self.deletion.map(|_| Self { deletion: None, ..self.next(now) })
    }

    /// Whether it is time to delete the account, as it was asked for when `due_at` was told.
    pub fn is_to_be_deleted(&self, due_at: Timestamp, now: Timestamp) -> bool {
        self.deletion.is_some_and(|deletion| deletion.due_at == due_at && due_at <= now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::id::UserId;
    use crate::user::UserStatus;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn ada() -> User {
        User { email: Some(Email::first("ada@example.com", true)), ..User::new(UserId::from_random([7; 16]), Timestamp::from_seconds(0)) }
    }

    fn asking(user: &User, address: &str, now: Timestamp) -> User {
        user.asking_for_email(address, now).expect("a wish").0
    }

    #[test]
    fn an_address_is_a_persons_when_the_link_of_the_newest_wish_proves_it() {
        let older = asking(&ada(), "first@example.org", NOW);
        let newer = asking(&older, " Second@Example.org ", NOW);
        assert_eq!(newer.email, ada().email, "nothing is theirs before it is proved");
        assert_eq!(newer.with_proved_email(older.version, NOW), Err(DeadLink::NotWaitedFor));
        let proved = newer.with_proved_email(newer.version, NOW).expect("proved");
        assert_eq!(proved.email, Some(Email { address: "Second@Example.org".to_owned(), verified: true, since: Some(NOW) }));
        assert_eq!((proved.version, &proved.pending_email), (newer.version + 1, &None));
        assert_eq!(proved.former_emails, [FormerEmail { address: "ada@example.com".to_owned(), version: proved.version, until: NOW }]);
        assert_eq!(proved.with_proved_email(newer.version, NOW), Err(DeadLink::NotWaitedFor), "once");
    }

    #[test]
    fn a_wish_is_good_for_a_day_for_somebody_who_may_act_and_until_it_is_taken_back() {
        let wish = asking(&ada(), "new@example.org", NOW);
        let last = Timestamp::from_millis(NOW.plus(policy::EMAIL_LINK).millis() - 1);
        assert!(wish.with_proved_email(wish.version, last).is_ok());
        assert_eq!(wish.with_proved_email(wish.version, NOW.plus(policy::EMAIL_LINK)), Err(DeadLink::Expired));
        let disabled = User { status: UserStatus::Disabled, ..wish.clone() };
        assert_eq!(disabled.with_proved_email(wish.version, NOW), Err(DeadLink::NobodyActive));
        assert_eq!(wish.without_pending_email(NOW).with_proved_email(wish.version, NOW), Err(DeadLink::NotWaitedFor));
    }

    #[test]
    fn what_is_no_other_address_is_not_waited_for() {
        for (entered, problem) in [
            ("", EmailProblem::NoAddress),
            ("ada", EmailProblem::NoAddress),
            ("ada@example.com", EmailProblem::Unchanged),
            (&format!("{}@example.org", "a".repeat(policy::EMAIL_MAX)), EmailProblem::NoAddress),
        ] {
            assert_eq!(ada().asking_for_email(entered, NOW), Err(problem), "{entered}");
        }
        // Another way to write the same address is a change: mail goes to what was entered.
        assert!(ada().asking_for_email("Ada@example.com", NOW).is_ok());
    }

    #[test]
    fn every_address_of_a_week_is_remembered_and_there_are_five_of_them() {
        let mut user = ada();
        for number in 0..policy::EMAIL_CHANGES {
            let wish = asking(&user, &format!("{number}@example.org"), NOW);
            user = wish.with_proved_email(wish.version, NOW).expect("proved");
        }
        assert_eq!(user.former_emails.len(), policy::EMAIL_CHANGES);
        let within = Timestamp::from_millis(NOW.plus(policy::FORMER_EMAIL).millis() - 1);
        assert_eq!(user.asking_for_email("x@example.org", within), Err(EmailProblem::TooOften));
        let later = NOW.plus(policy::FORMER_EMAIL);
        let wish = asking(&user, "x@example.org", later);
        assert_eq!(wish.with_proved_email(wish.version, later).expect("proved").former_emails.len(), 1);
    }

    #[test]
    fn an_address_is_given_back_within_a_week_and_with_it_goes_whatever_came_after() {
        let mut user = ada();
        for address in ["first@example.org", "second@example.org"] {
            let wish = asking(&user, address, NOW);
            user = wish.with_proved_email(wish.version, NOW).expect("proved");
        }
        let versions: Vec<_> = user.former_emails.iter().map(|former| former.version).collect();
        let (user, _) = asking(&user, "third@example.org", NOW).asking_for_deletion(NOW).expect("asked");
        let second_last = user.with_former_email(versions[1], NOW).expect("given back");
        assert_eq!(second_last.email, Some(Email { address: "first@example.org".to_owned(), verified: true, since: Some(NOW) }));
        assert_eq!(second_last.former_emails.iter().map(|former| former.version).collect::<Vec<_>>(), versions[..1]);
        assert_eq!((&second_last.pending_email, second_last.deletion, second_last.not_before), (&None, None, NOW));
        assert_eq!(second_last.version, user.version + 1);
        let first = user.with_former_email(versions[0], NOW).expect("given back");
        assert_eq!((first.email.map(|email| email.address).as_deref(), first.former_emails.len()), (Some("ada@example.com"), 0));
        assert_eq!(second_last.with_former_email(versions[1], NOW), None, "once");
        assert_eq!(user.with_former_email(versions[0] + 100, NOW), None);
        let late = NOW.plus(policy::FORMER_EMAIL);
        assert!(user.with_former_email(versions[0], Timestamp::from_millis(late.millis() - 1)).is_some());
        assert_eq!(user.with_former_email(versions[0], late), None);
    }

    #[test]
    fn a_deletion_waits_for_two_weeks_and_is_the_one_that_was_asked_for() {
        let (asked, deletion) = ada().asking_for_deletion(NOW).expect("asked");
        let due = deletion.due_at;
        assert_eq!(deletion.due_at, NOW.plus(Duration::from_hours(14 * 24)));
        assert_eq!(asked.asking_for_deletion(deletion.due_at), None);
        assert!(!asked.is_to_be_deleted(due, Timestamp::from_millis(deletion.due_at.millis() - 1)));
        assert!(asked.is_to_be_deleted(due, deletion.due_at));
        let stays = asked.without_deletion(NOW).expect("cancelled");
        assert!(!stays.is_to_be_deleted(due, deletion.due_at) && stays.without_deletion(NOW).is_none());
        let (again, _) = stays.asking_for_deletion(NOW.plus(Duration::from_secs(1))).expect("asked again");
        assert!(!again.is_to_be_deleted(due, deletion.due_at.plus(Duration::from_secs(1))), "the look of the first wish");
    }
}
