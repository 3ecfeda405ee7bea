//! "This wasn't me": whose link from a notice may still raise an alarm, which ends every session and grant and locks the password.
//!
//! A link names the version of the password that stood when the notice's cause happened. An alarm and a new password each kill it; the notice of the
//! new password brings another.

use crate::credential::PasswordCredential;
use crate::password_reset::{Dead, Promise, standing};
use crate::timestamp::Timestamp;
use crate::user::User;

/// The person and the password that an alarm locks.
///
/// The person's own watermark doesn't count: whoever is signed out everywhere may still be somebody whose password another knows.
pub fn decide<'a>(
    notice: Promise,
    found: (Option<&'a User>, Option<&'a PasswordCredential>),
    tenant_not_before: Timestamp,
) -> Result<(&'a User, &'a PasswordCredential), Dead> {
    standing(notice, found, tenant_not_before)
}

/// The record of the person whom the address of before `version` is given back to, as whoever still gets its mail asks.
///
/// No version of the password counts: whoever took the address may have changed that as well.
pub fn give_back(version: u64, user: Option<&User>, tenant_not_before: Timestamp, now: Timestamp) -> Result<User, Dead> {
    let user = user.filter(|user| user.is_active()).ok_or(Dead::NobodyActive)?;
    let former = user.former_emails.iter().find(|former| former.version == version).ok_or(Dead::AddressChanged)?;
    if former.until < tenant_not_before {
        return Err(Dead::BeforeWatermark);
    }
    user.with_former_email(version, now).ok_or(Dead::AddressChanged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::FormerEmail;
    use crate::id::UserId;
    use crate::policy;
    use crate::secret::SealedBytes;
    use crate::user::UserStatus;

    const HAPPENED: Timestamp = Timestamp::from_seconds(1000);
    const LATER: Timestamp = Timestamp::from_seconds(1001);

    fn decided(user: &User, password: Option<&PasswordCredential>, tenant_not_before: Timestamp) -> Option<Dead> {
        decide(Promise { credential_version: 1, asked_at: HAPPENED }, (Some(user), password), tenant_not_before).err()
    }

    #[test]
    fn an_alarm_is_raised_once_and_by_no_link_from_before_a_change() {
        let (ada, password) = (User::new(UserId::from_random([7; 16]), HAPPENED), PasswordCredential::first(SealedBytes::new(vec![1]), HAPPENED));
        assert_eq!(decided(&ada, Some(&password), HAPPENED), None);
        for gone in [Some(password.locked(LATER)), None] {
            assert_eq!(decided(&ada, gone.as_ref(), HAPPENED), Some(Dead::Changed));
        }
        assert_eq!(decided(&ada, Some(&password), LATER), Some(Dead::BeforeWatermark));
        let disabled = User { status: UserStatus::Disabled, ..ada };
        assert_eq!(decided(&disabled, Some(&password), HAPPENED), Some(Dead::NobodyActive));
    }

    #[test]
    fn an_address_is_given_back_to_somebody_who_may_act_and_not_from_before_a_tenants_watermark() {
        let former = FormerEmail { address: "ada@example.com".to_owned(), version: 3, until: HAPPENED };
        let ada = User { former_emails: vec![former], not_before: LATER, ..User::new(UserId::from_random([7; 16]), HAPPENED) };
        let asked = |user: &User, version, tenant_not_before, now| give_back(version, Some(user), tenant_not_before, now).err();
        assert_eq!(asked(&ada, 3, HAPPENED, LATER), None, "whoever is signed out everywhere may be the one it was taken from");
        assert_eq!(asked(&ada, 2, HAPPENED, LATER), Some(Dead::AddressChanged));
        assert_eq!(asked(&ada, 3, LATER, LATER), Some(Dead::BeforeWatermark));
        assert_eq!(asked(&ada, 3, HAPPENED, HAPPENED.plus(policy::FORMER_EMAIL)), Some(Dead::AddressChanged));
        let disabled = User { status: UserStatus::Disabled, ..ada };
        assert_eq!(asked(&disabled, 3, HAPPENED, LATER), Some(Dead::NobodyActive));
        assert_eq!(give_back(3, None, HAPPENED, LATER), Err(Dead::NobodyActive));
    }

    #[test]
    fn of_several_addresses_the_one_of_the_link_is_given_back_if_it_is_not_from_before_the_watermark() {
        let former = |version, until| FormerEmail { address: format!("{version}@example.com"), version, until };
        let former_emails = vec![former(2, HAPPENED), former(3, LATER)];
        let ada = User { former_emails, ..User::new(UserId::from_random([7; 16]), HAPPENED) };
        let given = give_back(3, Some(&ada), LATER, LATER).expect("an address");
        assert_eq!(given.email.map(|email| email.address).as_deref(), Some("3@example.com"));
        assert_eq!(give_back(2, Some(&ada), LATER, LATER), Err(Dead::BeforeWatermark));
    }

    #[test]
    fn somebody_who_is_signed_out_everywhere_may_still_raise_one() {
        let cut_off = User { not_before: LATER, ..User::new(UserId::from_random([7; 16]), HAPPENED) };
        let password = PasswordCredential::first(SealedBytes::new(vec![1]), HAPPENED);
        assert_eq!(decided(&cut_off, Some(&password), HAPPENED), None);
    }
}
