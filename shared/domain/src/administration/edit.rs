//! What an administrator says of an account.

use std::collections::BTreeSet;

use crate::attributes::{self, AttributeName, Posted, Writer};
use crate::id::GroupId;
use crate::identifier::{Canonical, InvalidIdentifier};
use crate::policy;
use crate::profile::ProfileField;
use crate::roster::RoleName;
use crate::tenant::Tenant;
use crate::timestamp::Timestamp;
use crate::user::{Email, User};

/// What is said; what isn't named stays, and what is empty goes.
#[derive(Clone, Debug, Default)]
pub struct Edit<'a> {
    /// Name to sign in with.
    pub username: Option<&'a str>,
    /// Address.
    pub email: Option<&'a str>,
    /// Whether the address is proved; one that is new isn't, unless this says so.
    pub email_verified: Option<bool>,
    /// Values that every tenant keeps.
    pub fields: Vec<(ProfileField, &'a str)>,
    /// The tenant's own.
    pub attributes: Posted<'a>,
    /// The groups, all of them.
    pub groups: Option<BTreeSet<GroupId>>,
    /// The roles beside those of the groups, all of them.
    pub roles: Option<BTreeSet<RoleName>>,
}

/// Why an account can't be so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEdit {
    /// The username is none.
    #[error("username: {0}")]
    Username(InvalidIdentifier),
    /// The address is none.
    #[error("email: {0}")]
    Email(InvalidIdentifier),
    /// Nobody could sign in to it or be told anything.
    #[error("an account has an address or a username")]
    Nameless,
    /// Values that have another form.
    #[error("profile: {}", .0.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(", "))]
    Fields(BTreeSet<ProfileField>),
    /// Attributes that the tenant doesn't keep so.
    #[error("attributes: {}", named(.0))]
    Attributes(attributes::Problems),
    /// There is no such group or role, or they are more than tokens carry.
    #[error("at most {} groups and roles each, all of them the tenant's", policy::MEMBERSHIPS_MAX)]
    Membership,
}

fn named(problems: &attributes::Problems) -> String {
    let of = problems.of.keys().map(AttributeName::as_str);
    let all = of.chain(problems.unknown.iter().map(String::as_str)).collect::<Vec<_>>().join(", ");
    if problems.too_large { format!("{all} (too large)") } else { all }
}

impl User {
    /// The record as an administrator says; `None` when nothing changes. Another address is proved only if they say so, and what was known of former
    /// ones is forgotten: nobody takes this change back by an old link.
    pub fn edited(&self, tenant: &Tenant, edit: &Edit<'_>, now: Timestamp) -> Result<Option<Self>, InvalidEdit> {
        let mut next = self.clone();
        if let Some(username) = edit.username {
            next.username = text(username);
            next.username.as_deref().map(username_fits).transpose().map_err(InvalidEdit::Username)?;
        }
        next.take_email(edit, now).map_err(InvalidEdit::Email)?;
        if next.username.is_none() && next.email.is_none() {
            return Err(InvalidEdit::Nameless);
        }
        next.profile = self.with_fields(&edit.fields).map_err(InvalidEdit::Fields)?;
        next.attributes =
            attributes::change(&tenant.attributes, &self.attributes, &edit.attributes, Writer::Administrator).map_err(InvalidEdit::Attributes)?;
        if let Some(groups) = &edit.groups {
            next.groups.clone_from(groups);
        }
        if let Some(roles) = &edit.roles {
            next.roles.clone_from(roles);
        }
        let known = |asked: bool| if asked { Ok(()) } else { Err(InvalidEdit::Membership) };
        known(next.groups.len() <= policy::MEMBERSHIPS_MAX && next.roles.len() <= policy::MEMBERSHIPS_MAX)?;
        // What a person has already may be gone from the tenant; it does nothing, and stays until it is taken away.
        known(next.groups.difference(&self.groups).all(|group| tenant.roster.groups.contains_key(group)))?;
        known(next.roles.difference(&self.roles).all(|role| tenant.roster.roles.contains(role)))?;
        if next == *self {
            return Ok(None);
        }
        Ok(Some(Self { version: self.version + 1, updated_at: now, ..next }))
    }

    fn take_email(&mut self, edit: &Edit<'_>, now: Timestamp) -> Result<(), InvalidIdentifier> {
        let standing = self.email.as_ref().map(|email| email.address.clone());
        if let Some(entered) = edit.email
            && text(entered) != standing
        {
            let address = text(entered);
            address.as_deref().map(email_fits).transpose()?;
            self.email = address.map(|address| Email { address, verified: false, since: standing.map(|_| now) });
            self.pending_email = None;
            self.former_emails = Vec::new();
        }
        if let (Some(verified), Some(email)) = (edit.email_verified, &mut self.email) {
            email.verified = verified;
        }
        Ok(())
    }
}

fn text(entered: &str) -> Option<String> {
    Some(entered.trim().to_owned()).filter(|text| !text.is_empty())
}

fn username_fits(username: &str) -> Result<(), InvalidIdentifier> {
    if username.len() > policy::USERNAME_MAX { Err(InvalidIdentifier::TooLong) } else { Canonical::username(username).map(drop) }
}

fn email_fits(address: &str) -> Result<(), InvalidIdentifier> {
    if address.len() > policy::EMAIL_MAX { Err(InvalidIdentifier::TooLong) } else { Canonical::email(address).map(drop) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{Slug, TenantId, UserId};
    use crate::roster::{Group, GroupName, Roster};
    use crate::tenant::Issuer;

    const THEN: Timestamp = Timestamp::from_seconds(1_000);
    const NOW: Timestamp = Timestamp::from_seconds(2_000);

    fn role(name: &str) -> RoleName {
        RoleName::parse(name).expect("a name")
    }

    fn group(number: u8) -> GroupId {
        GroupId::from_random([number; 16])
    }

    fn tenant() -> Tenant {
        let issuer = Issuer::parse("https://demo.id.example").expect("an issuer");
        let writers = Group { name: GroupName::parse("Writers").expect("a name"), roles: BTreeSet::new() };
        let roster = Roster { version: 1, roles: [role("editor")].into(), groups: [(group(1), writers)].into(), ..Roster::default() };
        let slug = Slug::parse("demo").expect("a slug");
        Tenant { roster, ..Tenant::named(TenantId::from_random([1; 16]), slug, "Demo", issuer, THEN) }
    }

    fn ada() -> User {
        let id = UserId::from_random([2; 16]);
        User { username: Some("ada".to_owned()), email: Some(Email::first("ada@example.com", true)), ..User::new(id, THEN) }
    }

    fn edited(edit: &Edit<'_>) -> Result<Option<User>, InvalidEdit> {
        ada().edited(&tenant(), edit, NOW)
    }

    #[test]
    fn what_is_not_named_stays_and_what_changes_nothing_is_no_change() {
        assert_eq!(edited(&Edit::default()), Ok(None));
        assert_eq!(edited(&Edit { username: Some(" ada "), email: Some("ada@example.com"), ..Edit::default() }), Ok(None));
        let named = edited(&Edit { fields: vec![(ProfileField::Name, "Ada Lovelace")], ..Edit::default() }).expect("fine").expect("a change");
        assert_eq!((named.profile.name.as_deref(), named.version, named.updated_at), (Some("Ada Lovelace"), ada().version + 1, NOW));
        assert_eq!((named.username, named.email), (ada().username, ada().email));
    }

    #[test]
    fn another_address_is_not_proved_unless_that_is_said_and_old_links_are_dead() {
        let pending = crate::account::PendingEmail { address: "x@example.com".to_owned(), version: 1, asked_at: THEN };
        let former = crate::account::FormerEmail { address: "old@example.com".to_owned(), version: 1, until: THEN };
        let standing = User { pending_email: Some(pending), former_emails: vec![former], ..ada() };
        let other = |email_verified| {
            let edit = Edit { email: Some("grace@example.com"), email_verified, ..Edit::default() };
            standing.edited(&tenant(), &edit, NOW).expect("fine").expect("a change")
        };
        let email = |verified| Some(Email { address: "grace@example.com".to_owned(), verified, since: Some(NOW) });
        assert_eq!((other(None).email, other(Some(true)).email), (email(false), email(true)));
        assert_eq!((other(None).pending_email, other(None).former_emails), (None, Vec::new()));
        let proved = edited(&Edit { email_verified: Some(false), ..Edit::default() }).expect("fine").expect("a change");
        assert_eq!(proved.email, Some(Email::first("ada@example.com", false)));
    }

    #[test]
    fn an_account_keeps_one_of_its_names() {
        let gone = |username, email| edited(&Edit { username, email, ..Edit::default() });
        assert!(gone(Some(""), None).is_ok_and(|user| user.is_some_and(|user| user.username.is_none())));
        assert!(gone(None, Some("")).is_ok_and(|user| user.is_some_and(|user| user.email.is_none())));
        assert_eq!(gone(Some(""), Some(" ")), Err(InvalidEdit::Nameless));
    }

    #[test]
    fn what_can_not_be_is_refused_by_what_it_is() {
        let long = "a".repeat(policy::USERNAME_MAX + 1);
        let address = format!("{}@example.com", "a".repeat(policy::EMAIL_MAX));
        for (edit, why) in [
            (Edit { username: Some("a b"), ..Edit::default() }, InvalidEdit::Username(InvalidIdentifier::Username)),
            (Edit { username: Some(&long), ..Edit::default() }, InvalidEdit::Username(InvalidIdentifier::TooLong)),
            (Edit { email: Some("ada"), ..Edit::default() }, InvalidEdit::Email(InvalidIdentifier::Email)),
            (Edit { email: Some(&address), ..Edit::default() }, InvalidEdit::Email(InvalidIdentifier::TooLong)),
            (
                Edit { fields: vec![(ProfileField::Website, "javascript:alert(1)")], ..Edit::default() },
                InvalidEdit::Fields([ProfileField::Website].into()),
            ),
            (Edit { groups: Some([group(2)].into()), ..Edit::default() }, InvalidEdit::Membership),
            (Edit { roles: Some([role("root")].into()), ..Edit::default() }, InvalidEdit::Membership),
        ] {
            assert_eq!(edited(&edit), Err(why), "{edit:?}");
        }
        let unknown = edited(&Edit { attributes: [("shoe", "44")].into(), ..Edit::default() });
        assert!(matches!(&unknown, Err(InvalidEdit::Attributes(problems)) if problems.unknown.contains("shoe")), "{unknown:?}");
    }

    #[test]
    fn memberships_are_the_tenants_and_what_is_gone_from_it_is_no_obstacle() {
        let member = edited(&Edit { groups: Some([group(1)].into()), roles: Some([role("editor")].into()), ..Edit::default() });
        assert!(member.is_ok_and(|user| user.is_some_and(|user| user.groups.len() == 1 && user.roles.len() == 1)));
        let standing = User { groups: [group(9)].into(), ..ada() };
        let named = standing.edited(&tenant(), &Edit { fields: vec![(ProfileField::Name, "Ada")], ..Edit::default() }, NOW);
        assert!(named.is_ok_and(|user| user.is_some()));
    }
}
