//! Invitations that make their person an administrator as well; and the first of all, by which somebody comes to own a tenant that nobody owns.

use serde::{Deserialize, Serialize};

use super::{Invitation, Invitee};
use crate::administration::{AdminRole, Administrators, Assignment, InvalidAdministrators};
use crate::id::UserId;
use crate::policy;
use crate::timestamp::Timestamp;

/// How the link of an invitation reaches its person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handover {
    /// It is mailed to the address.
    #[default]
    Mailed,
    /// Who operates the platform gives it to the first owner of a tenant.
    ByOperator,
}

impl Handover {
    /// Whether who has the link gets mail at the address.
    ///
    /// SECURITY: a link that an operator hands on proves that its holder was handed it, and nothing about the address that the operator typed. So the
    /// address stands unproved until its owner proves it on their account's page: no app is told that it is theirs on the operator's word alone.
    pub const fn proves_address(self) -> bool {
        matches!(self, Self::Mailed)
    }

    /// Whether it is the usual way.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references to its predicates")]
    pub(crate) const fn is_mailed(&self) -> bool {
        matches!(self, Self::Mailed)
    }
}

/// Why an invitation makes nobody an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotEnrolled {
    /// Somebody founded the tenant before.
    #[error("the tenant has an owner")]
    Owned,
    /// The tenant's administrators can't be so any more.
    #[error(transparent)]
    Administrators(#[from] InvalidAdministrators),
}

impl Invitation {
    /// Where a tenant's founding invitation stands, in place of an address' keyed hash: there is one of it, so that a newer one replaces it whomever
    /// either is for.
    pub const FOUNDING: &str = "founding";

    /// The invitation by which `email`, which was checked, becomes the first owner of a tenant.
    pub fn founding(id: UserId, email: &str, now: Timestamp) -> Self {
        let owner = Invitee { email: email.to_owned(), administers: Some(Assignment::of(AdminRole::Owner)), ..Invitee::default() };
        Self { handover: Handover::ByOperator, ends_at: now.plus(policy::FOUNDING_LINK), ..Self::begin(id, &owner, now) }
    }

    /// The tenant's administrators, as they stand, with the person that the invitation becomes; `None` when it makes nobody one.
    pub fn enrolled(&self, standing: Administrators) -> Result<Option<Administrators>, NotEnrolled> {
        let Some(assignment) = &self.administers else { return Ok(None) };
        if self.handover == Handover::ByOperator && standing.has_owner() {
            return Err(NotEnrolled::Owned);
        }
        let all = standing.with_person(&self.id, Some(assignment.clone()));
        all.check()?;
        Ok(Some(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::Values;
    use crate::roster::Roster;
    use crate::sign_up::Entered;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn user(number: u8) -> UserId {
        UserId::from_random([number; 16])
    }

    fn owned() -> Administrators {
        Administrators::default().with_person(&user(1), Some(Assignment::of(AdminRole::Owner)))
    }

    fn invited(role: AdminRole) -> Invitation {
        let invitee = Invitee { email: "grace@example.org".to_owned(), administers: Some(Assignment::of(role)), ..Invitee::default() };
        Invitation::begin(user(2), &invitee, NOW)
    }

    #[test]
    fn a_founding_invitation_is_open_for_a_day_and_makes_an_owner_where_there_is_none() {
        let founding = Invitation::founding(user(2), " grace@example.org ", NOW);
        assert_eq!((founding.email.as_str(), founding.ends_at), ("grace@example.org", NOW.plus(policy::FOUNDING_LINK)));
        let all = founding.enrolled(Administrators::default()).expect("nobody owns it").expect("administrators");
        assert!(all.person(&user(2)).is_some_and(Assignment::owns) && all.version == 1);
        assert_eq!(founding.enrolled(owned()), Err(NotEnrolled::Owned));
    }

    #[test]
    fn a_mailed_one_adds_an_administrator_beside_those_there_are() {
        assert_eq!(Invitation { administers: None, ..invited(AdminRole::Auditor) }.enrolled(owned()), Ok(None));
        let all = invited(AdminRole::Auditor).enrolled(owned()).expect("fine").expect("administrators");
        assert_eq!((all.people.len(), all.version), (2, 2));
        assert!(invited(AdminRole::Owner).enrolled(owned()).is_ok_and(|all| all.is_some()), "a second owner");
        let nobody = invited(AdminRole::Auditor).enrolled(Administrators::default());
        assert_eq!(nobody, Err(NotEnrolled::Administrators(InvalidAdministrators::NoOwner)));
        assert_eq!(invited(AdminRole::AppDeveloper).enrolled(owned()), Err(NotEnrolled::Administrators(InvalidAdministrators::Apps)));
    }

    #[test]
    fn a_link_that_was_mailed_proves_the_address_and_one_that_was_handed_over_does_not() {
        let entered = Entered { email: "grace@example.org", ..Entered::default() };
        let verified = |invitation: Invitation| {
            let person = invitation.become_person(&entered, Values::new(), (&Roster::default(), "en"), NOW);
            person.email.is_some_and(|email| email.verified)
        };
        assert!(verified(invited(AdminRole::Owner)));
        assert!(!verified(Invitation::founding(user(2), "grace@example.org", NOW)));
    }

    #[test]
    fn an_invitation_of_before_reads_as_a_mailed_one_of_no_administrator() {
        let plain = Invitation { administers: None, ..invited(AdminRole::Owner) };
        let written = serde_json::to_value(&plain).expect("JSON");
        assert_eq!((written.get("administers"), written.get("handover")), (None, None));
        assert_eq!(serde_json::from_value::<Invitation>(written).expect("an invitation"), plain);
    }
}
