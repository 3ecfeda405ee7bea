//! Whether a password opens an account. The same work and the same answer for an account that doesn't exist.

use crate::user::User;

/// What comparing the password yielded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordVerdict {
    /// The right password.
    Match,
    /// The right password, hashed with parameters of the past.
    MatchNeedsUpgrade,
    /// The wrong password, or none was ever set.
    Mismatch,
}

/// Why a sign-in is refused. For the log and the event; the person reads one text for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Nobody has this identifier.
    #[error("unknown account")]
    UnknownAccount,
    /// The password is wrong.
    #[error("wrong password")]
    WrongPassword,
    /// The person is disabled.
    #[error("disabled account")]
    Disabled,
    /// The tenant's hook knows them, but there can be no account of what it says.
    #[error("can't be brought over")]
    NotBroughtOver,
    /// The tenant's hook was asked and didn't say.
    #[error("the hook didn't say")]
    NobodyToAsk,
}

/// Decides a sign-in by password.
pub fn decide(user: Option<&User>, verdict: PasswordVerdict) -> Result<&User, Refusal> {
    let user = user.ok_or(Refusal::UnknownAccount)?;
    match verdict {
        PasswordVerdict::Mismatch => Err(Refusal::WrongPassword),
        PasswordVerdict::Match | PasswordVerdict::MatchNeedsUpgrade if user.is_active() => Ok(user),
        PasswordVerdict::Match | PasswordVerdict::MatchNeedsUpgrade => Err(Refusal::Disabled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::UserId;
    use crate::timestamp::Timestamp;
    use crate::user::UserStatus;

    #[test]
    fn only_the_right_password_of_an_active_person_opens_an_account() {
        let ada = User::new(UserId::from_random([7; 16]), Timestamp::from_seconds(0));
        assert_eq!(decide(Some(&ada), PasswordVerdict::Match), Ok(&ada));
        assert_eq!(decide(Some(&ada), PasswordVerdict::MatchNeedsUpgrade), Ok(&ada));
        assert_eq!(decide(Some(&ada), PasswordVerdict::Mismatch), Err(Refusal::WrongPassword));
        assert_eq!(decide(None, PasswordVerdict::Match), Err(Refusal::UnknownAccount));
        let disabled = User { status: UserStatus::Disabled, ..ada };
        assert_eq!(decide(Some(&disabled), PasswordVerdict::Match), Err(Refusal::Disabled));
        assert_eq!(decide(Some(&disabled), PasswordVerdict::Mismatch), Err(Refusal::WrongPassword));
    }
}
