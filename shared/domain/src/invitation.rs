//! An account that is waiting for its owner: somebody of the tenant names an address, and whoever gets mail there makes the account.

mod enrolment;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::administration::Assignment;
use crate::attributes::Values;
use crate::id::{GroupId, UserId};
use crate::identifier::{Canonical, InvalidIdentifier};
use crate::policy;
use crate::profile::ProfileField;
use crate::registration::AcceptedTerms;
use crate::roster::{RoleName, Roster};
use crate::sign_up::{self, Entered};
use crate::timestamp::Timestamp;
use crate::user::{Email, Profile, User};

pub use enrolment::{Handover, NotEnrolled};

/// Who is invited, as what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invitee {
    /// Address, as entered.
    pub email: String,
    /// Given name, if it is known.
    pub given_name: Option<String>,
    /// Family name, if it is known.
    pub family_name: Option<String>,
    /// Language of the mail, if it is known (BCP 47).
    pub locale: Option<String>,
    /// The groups that they will be in.
    pub groups: BTreeSet<GroupId>,
    /// The roles that they will have beside those of the groups.
    pub roles: BTreeSet<RoleName>,
    /// What they will administer, if anything.
    pub administers: Option<Assignment>,
    /// The administrator who invites; nobody where a program does.
    pub invited_by: Option<UserId>,
}

/// Why nobody can be invited so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidInvitee {
    /// The address is none.
    #[error(transparent)]
    Email(#[from] InvalidIdentifier),
    /// A name is too long, or holds what no name does.
    #[error("a name has at most {} characters, none of them invisible", policy::NAME_MAX_CHARACTERS)]
    Name,
    /// No mail is written in that language.
    #[error("a locale is `en` or `de`")]
    Locale,
    /// There is no such group or role.
    #[error("no such group or role")]
    NoSuchThing,
    /// More than a token carries.
    #[error("more than {} groups or roles", policy::MEMBERSHIPS_MAX)]
    TooMany,
}

impl Invitee {
    /// The address in its canonical form, if somebody may be invited so.
    pub fn check(&self, roster: &Roster) -> Result<Canonical, InvalidInvitee> {
        let email = Canonical::email(&self.email)?;
        if self.email.trim().len() > policy::EMAIL_MAX {
            return Err(InvalidIdentifier::TooLong.into());
        }
        if [&self.given_name, &self.family_name].into_iter().flatten().any(|name| !sign_up::is_name(name)) {
            return Err(InvalidInvitee::Name);
        }
        if self.locale.as_deref().is_some_and(|locale| !ProfileField::Locale.admits(locale)) {
            return Err(InvalidInvitee::Locale);
        }
        if self.groups.len() > policy::MEMBERSHIPS_MAX || self.roles.len() > policy::MEMBERSHIPS_MAX {
            return Err(InvalidInvitee::TooMany);
        }
        let known = self.groups.iter().all(|group| roster.groups.contains_key(group)) && self.roles.is_subset(&roster.roles);
        if known { Ok(email) } else { Err(InvalidInvitee::NoSuchThing) }
    }
}

/// What became of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvitationStatus {
    /// It waits for its owner.
    Open,
    /// It became an account.
    Accepted,
    /// It was taken back.
    Revoked,
}

/// An invitation; the newest under an address counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Which invitation, and who its person will be.
    pub id: UserId,
    /// Counts its changes: a link names the version that it was sent for, and any other is dead.
    pub version: u64,
    /// Address, as entered.
    pub email: String,
    /// Names and language.
    #[serde(default)]
    pub profile: Profile,
    /// The groups that its person will be in.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub groups: BTreeSet<GroupId>,
    /// The roles that they will have beside those of the groups.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub roles: BTreeSet<RoleName>,
    /// What they will administer, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub administers: Option<Assignment>,
    /// How its link reaches its person.
    #[serde(default, skip_serializing_if = "Handover::is_mailed")]
    pub handover: Handover,
    /// Who invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<UserId>,
    /// What became of it.
    pub status: InvitationStatus,
    /// Until when it may be accepted.
    pub ends_at: Timestamp,
}

impl Invitation {
    /// An invitation of `invitee`, who was checked.
    pub fn begin(id: UserId, invitee: &Invitee, now: Timestamp) -> Self {
        let names = Entered { given_name: invitee.given_name.as_deref(), family_name: invitee.family_name.as_deref(), ..Entered::default() };
        Self {
            id,
            version: 1,
            email: invitee.email.trim().to_owned(),
            profile: Profile { locale: invitee.locale.clone(), ..sign_up::names(&names) },
            groups: invitee.groups.clone(),
            roles: invitee.roles.clone(),
            administers: invitee.administers.clone(),
            handover: Handover::Mailed,
            invited_by: invitee.invited_by.clone(),
            status: InvitationStatus::Open,
            ends_at: now.plus(policy::INVITATION),
        }
    }

    /// The same, to be sent anew: older links are dead, and the time begins again. `None` when it isn't open any more; one that ran out may be renewed.
    pub fn renewed(&self, now: Timestamp) -> Option<Self> {
        let renewed = Self { version: self.version + 1, ends_at: now.plus(policy::INVITATION), ..self.clone() };
        (self.status == InvitationStatus::Open).then_some(renewed)
    }

    /// The same, taken back; `None` when there is nothing to take back.
    pub fn revoked(&self) -> Option<Self> {
        let revoked = Self { version: self.version + 1, status: InvitationStatus::Revoked, ..self.clone() };
        (self.status == InvitationStatus::Open).then_some(revoked)
    }

    /// Whether a link that was sent for invitation `id` in `version` may still make an account of it.
    pub fn is_open_to(&self, (id, version): (&UserId, u64), now: Timestamp) -> bool {
        self.status == InvitationStatus::Open && self.id == *id && self.version == version && now < self.ends_at
    }

    /// The person that it becomes when `entered` was checked; groups and roles that are gone by then are left out.
    pub fn become_person(&self, entered: &Entered<'_>, attributes: Values, (roster, locale): (&Roster, &str), now: Timestamp) -> User {
        let profile = sign_up::names(entered);
        let locale = self.profile.locale.clone().or_else(|| Some(locale.to_owned()));
        User {
            username: entered.username.map(|username| username.trim().to_owned()),
            email: Some(Email::first(self.email.clone(), self.handover.proves_address())),
            profile: Profile { locale, ..profile },
            terms: entered.terms.map(|version| AcceptedTerms { version: version.to_owned(), at: now }),
            groups: self.groups.iter().filter(|group| roster.groups.contains_key(*group)).cloned().collect(),
            roles: self.roles.intersection(&roster.roles).cloned().collect(),
            attributes,
            ..User::new(self.id.clone(), now)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::roster::{Group, GroupName};

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn role(name: &str) -> RoleName {
        RoleName::parse(name).expect("a name")
    }

    fn group(number: u8) -> GroupId {
        GroupId::from_random([number; 16])
    }

    fn roster() -> Roster {
        let writers = Group { name: GroupName::parse("Writers").expect("a name"), roles: BTreeSet::new() };
        Roster { version: 1, roles: [role("editor")].into(), groups: [(group(1), writers)].into(), ..Roster::default() }
    }

    fn invitee() -> Invitee {
        Invitee {
            email: " Grace@Example.org ".to_owned(),
            given_name: Some("Grace".to_owned()),
            groups: [group(1)].into(),
            roles: [role("editor")].into(),
            ..Invitee::default()
        }
    }

    fn invitation() -> Invitation {
        Invitation::begin(UserId::from_random([4; 16]), &invitee(), NOW)
    }

    #[test]
    fn somebody_with_an_address_is_invited_into_what_there_is() {
        assert_eq!(invitee().check(&roster()).map(|email| email.as_str().to_owned()), Ok("grace@example.org".to_owned()));
        let many = (0..=50).map(|number| role(&format!("r{number}"))).collect();
        for (wrong, why) in [
            (Invitee { email: "grace".to_owned(), ..invitee() }, InvalidInvitee::Email(InvalidIdentifier::Email)),
            (Invitee { email: format!("{}@example.org", "a".repeat(250)), ..invitee() }, InvalidInvitee::Email(InvalidIdentifier::TooLong)),
            (Invitee { given_name: Some("a\u{202e}".to_owned()), ..invitee() }, InvalidInvitee::Name),
            (Invitee { family_name: Some("a".repeat(101)), ..invitee() }, InvalidInvitee::Name),
            (Invitee { locale: Some("xx".to_owned()), ..invitee() }, InvalidInvitee::Locale),
            (Invitee { groups: [group(2)].into(), ..invitee() }, InvalidInvitee::NoSuchThing),
            (Invitee { roles: [role("admin")].into(), ..invitee() }, InvalidInvitee::NoSuchThing),
            (Invitee { roles: many, ..invitee() }, InvalidInvitee::TooMany),
        ] {
            assert_eq!(wrong.check(&roster()), Err(why), "{wrong:?}");
        }
    }

    #[test]
    fn an_invitation_is_open_to_its_newest_link_for_a_week() {
        let first = invitation();
        let link = (&first.id, 1);
        let last = Timestamp::from_millis(NOW.plus(policy::INVITATION).millis() - 1);
        assert!(first.is_open_to(link, NOW) && first.is_open_to(link, last));
        assert!(!first.is_open_to(link, NOW.plus(policy::INVITATION)));
        assert!(!first.is_open_to((&UserId::from_random([5; 16]), 1), NOW));
        let renewed = first.renewed(last).expect("it is open");
        assert!(!renewed.is_open_to(link, last) && renewed.is_open_to((&first.id, 2), last.plus(Duration::from_hours(1))));
        let ran_out = NOW.plus(Duration::from_hours(24 * 30));
        assert!(first.renewed(ran_out).is_some_and(|renewed| renewed.is_open_to((&first.id, 2), ran_out)), "one that ran out is sent anew");
    }

    #[test]
    fn what_was_taken_back_or_accepted_stays_so() {
        let revoked = invitation().revoked().expect("it is open");
        assert!(!revoked.is_open_to((&revoked.id, 1), NOW) && !revoked.is_open_to((&revoked.id, 2), NOW));
        let accepted = Invitation { status: InvitationStatus::Accepted, ..invitation() };
        assert!(!accepted.is_open_to((&accepted.id, 1), NOW));
        for closed in [revoked, accepted] {
            assert_eq!((closed.renewed(NOW), closed.revoked()), (None, None));
        }
    }

    #[test]
    fn it_becomes_who_was_invited_by_the_names_that_they_entered_in_what_there_still_is() {
        let entered = Entered {
            email: "evil@example.com",
            given_name: Some(" Grace "),
            family_name: Some("Hopper"),
            username: Some("grace"),
            terms: Some("2"),
        };
        let grace = invitation().become_person(&entered, Values::new(), (&roster(), "de"), NOW);
        assert_eq!(grace.email, Some(Email::first("Grace@Example.org", true)));
        assert_eq!((grace.username.as_deref(), grace.profile.name.as_deref()), (Some("grace"), Some("Grace Hopper")));
        assert_eq!((grace.profile.locale.as_deref(), grace.terms.map(|terms| terms.version)), (Some("de"), Some("2".to_owned())));
        assert_eq!((grace.groups, grace.roles), ([group(1)].into(), [role("editor")].into()));
        let bare = invitation().become_person(&entered, Values::new(), (&Roster::default(), "de"), NOW);
        assert_eq!((bare.groups.len(), bare.roles.len()), (0, 0));
    }
}
