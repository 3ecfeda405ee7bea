//! A forgotten password: whose link may still set a new one.
//!
//! A link names the version of the password that it replaces, so that any change of the password kills it and its elders.

use crate::credential::PasswordCredential;
use crate::timestamp::Timestamp;
use crate::user::User;

/// What a link says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The version of the password that it replaces.
    pub credential_version: u64,
    /// When it was asked for.
    pub asked_at: Timestamp,
}

/// Why a link sets no password. The person reads one text for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Dead {
    /// The person is gone or disabled.
    #[error("nobody may act")]
    NobodyActive,
    /// The password changed since.
    #[error("the password changed since")]
    Changed,
    /// It was mailed to an address that is theirs no more.
    #[error("the address changed since")]
    AddressChanged,
    /// Everything from before a watermark is over, and so is the link.
    #[error("asked for before a watermark")]
    BeforeWatermark,
}

/// The person and the password that the link of a promise may replace.
pub fn decide<'a>(
    promise: Promise,
    (user, password): (Option<&'a User>, Option<&'a PasswordCredential>),
    tenant_not_before: Timestamp,
) -> Result<(&'a User, &'a PasswordCredential), Dead> {
    let (user, password) = standing(promise, (user, password), tenant_not_before)?;
    if promise.asked_at < user.not_before { Err(Dead::BeforeWatermark) } else { Ok((user, password)) }
}

/// The person and the password of the version that a link was made for, since the tenant's watermark.
pub(crate) fn standing<'a>(
    promise: Promise,
    (user, password): (Option<&'a User>, Option<&'a PasswordCredential>),
    tenant_not_before: Timestamp,
) -> Result<(&'a User, &'a PasswordCredential), Dead> {
    let user = user.filter(|user| user.is_active()).ok_or(Dead::NobodyActive)?;
    let password = password.filter(|password| password.version == promise.credential_version).ok_or(Dead::Changed)?;
    if user.email.as_ref().and_then(|email| email.since).is_some_and(|since| promise.asked_at < since) {
        return Err(Dead::AddressChanged);
    }
    if promise.asked_at < tenant_not_before { Err(Dead::BeforeWatermark) } else { Ok((user, password)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::UserId;
    use crate::secret::SealedBytes;
    use crate::user::{Email, UserStatus};

    const ASKED: Timestamp = Timestamp::from_seconds(1000);
    const LATER: Timestamp = Timestamp::from_seconds(1001);

    fn ada() -> User {
        User::new(UserId::from_random([7; 16]), ASKED)
    }

    fn password(version: u64) -> PasswordCredential {
        PasswordCredential { version, ..PasswordCredential::first(SealedBytes::new(vec![1]), ASKED) }
    }

    fn decided(user: Option<&User>, password: Option<&PasswordCredential>, tenant_not_before: Timestamp) -> Option<Dead> {
        decide(Promise { credential_version: 3, asked_at: ASKED }, (user, password), tenant_not_before).err()
    }

    #[test]
    fn a_link_replaces_the_password_that_it_was_made_for_and_no_other() {
        assert_eq!(decided(Some(&ada()), Some(&password(3)), ASKED), None);
        for changed in [Some(password(2)), Some(password(4)), None] {
            assert_eq!(decided(Some(&ada()), changed.as_ref(), ASKED), Some(Dead::Changed));
        }
    }

    #[test]
    fn a_link_that_was_mailed_to_an_address_of_before_is_dead() {
        let address = |since| User { email: Some(Email { address: "new@example.com".to_owned(), verified: true, since: Some(since) }), ..ada() };
        assert_eq!(decided(Some(&address(LATER)), Some(&password(3)), ASKED), Some(Dead::AddressChanged));
        assert_eq!(decided(Some(&address(ASKED)), Some(&password(3)), ASKED), None);
    }

    #[test]
    fn a_link_is_for_somebody_who_may_act_and_no_older_than_the_watermarks() {
        let disabled = User { status: UserStatus::Disabled, ..ada() };
        for nobody in [None, Some(&disabled)] {
            assert_eq!(decided(nobody, Some(&password(3)), ASKED), Some(Dead::NobodyActive));
        }
        let cut_off = User { not_before: LATER, ..ada() };
        assert_eq!(decided(Some(&cut_off), Some(&password(3)), ASKED), Some(Dead::BeforeWatermark));
        assert_eq!(decided(Some(&ada()), Some(&password(3)), LATER), Some(Dead::BeforeWatermark));
    }
}
