//! How lists of a tenant's things are ordered and searched: by the beginning of what they are called, in a form that case and width don't matter to.

use caseless::default_case_fold_str;
use unicode_normalization::UnicodeNormalization;

use crate::identifier::{Canonical, is_control_or_format};
use crate::policy;
use crate::user::User;

/// A list of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum List {
    /// Its people, by what they are called.
    People,
    /// Those who have an address, by that.
    PeopleByEmail,
    /// Those who have a username, by that.
    PeopleByUsername,
    /// Its invitations, by the address that was invited.
    Invitations,
    /// Its apps, by name.
    Apps,
    /// Its APIs, by name.
    Apis,
    /// The zone's tenants, by slug; it is no tenant's.
    Tenants,
}

impl List {
    /// Those that each tenant has.
    pub const OF_TENANTS: [Self; 6] = [Self::People, Self::PeopleByEmail, Self::PeopleByUsername, Self::Invitations, Self::Apps, Self::Apis];

    /// The name in keys, without `#`; it never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::PeopleByEmail => "email",
            Self::PeopleByUsername => "username",
            Self::Invitations => "invitations",
            Self::Apps => "apps",
            Self::Apis => "apis",
            Self::Tenants => "tenants",
        }
    }
}

/// What a thing is listed under: compatible, folded, nothing invisible, cut to `policy::LISTED_MAX` characters.
pub fn listed(text: &str) -> String {
    let compatible: String = text.trim().nfkc().collect();
    let folded = default_case_fold_str(&compatible);
    folded.nfkc().filter(|c| !is_control_or_format(*c)).take(policy::LISTED_MAX).collect()
}

/// What addresses begin with that somebody looks for; the domain of a whole one is in the form of IDNA.
pub fn listed_email(text: &str) -> String {
    Canonical::email(text).map_or_else(|_| listed(text), |canonical| canonical.as_str().to_owned())
}

impl User {
    /// What the person is called in lists: by name, or else by username, address or `sub`.
    pub fn called(&self) -> &str {
        let email = self.email.as_ref().map(|email| email.address.as_str());
        self.profile.name.as_deref().or(self.username.as_deref()).or(email).unwrap_or(&self.sub)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::UserId;
    use crate::timestamp::Timestamp;
    use crate::user::Email;

    #[test]
    fn case_width_and_the_invisible_make_no_difference() {
        for variant in ["Ada Lovelace", "ADA LOVELACE", " ada lovelace ", "Ａda Lovelace", "Ada\u{200b} Love\u{202e}lace"] {
            assert_eq!(listed(variant), "ada lovelace", "{variant}");
        }
        assert_eq!(listed(&"x".repeat(policy::LISTED_MAX + 1)).len(), policy::LISTED_MAX);
    }

    #[test]
    fn a_whole_address_is_looked_for_in_its_canonical_form_and_a_part_as_it_is() {
        assert_eq!(listed_email("Ada@Bücher.example"), "ada@xn--bcher-kva.example");
        assert_eq!(listed_email("Ada@B"), "ada@b");
    }

    #[test]
    fn somebody_is_called_by_the_first_that_is_known() {
        let mut ada = User::new(UserId::from_random([1; 16]), Timestamp::from_seconds(0));
        assert_eq!(ada.called(), ada.sub);
        ada.email = Some(Email::first("ada@example.com", true));
        assert_eq!(ada.called(), "ada@example.com");
        ada.username = Some("ada".to_owned());
        assert_eq!(ada.called(), "ada");
        ada.profile.name = Some("Ada Lovelace".to_owned());
        assert_eq!(ada.called(), "Ada Lovelace");
    }
}
