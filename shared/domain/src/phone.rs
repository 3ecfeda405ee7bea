//! Telephone numbers: their one form, and the code in flight that proves whose one is.
//!
//! A number names nobody: two people may have the same, and nobody signs in by it.

use serde::{Deserialize, Serialize};

use crate::id::{EventId, SessionId};
use crate::policy;
use crate::timestamp::Timestamp;
use crate::user::{Phone, Profile, User};

/// A number as the whole world dials it (ITU-T E.164): `+`, the country's code, at most fifteen digits in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// A text is no telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a telephone number with its country's code")]
pub struct InvalidNumber;

/// Why a number can't be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneProblem {
    /// It is none, or lacks its country's code.
    NoNumber,
    /// It is theirs already.
    Unchanged,
}

/// The digits that no number has fewer of; shorter ones are services, which no person has.
const FEWEST_DIGITS: usize = 7;
/// The most (E.164 §6).
const MOST_DIGITS: usize = 15;

impl PhoneNumber {
    /// Reads a number as people write it: spaces, hyphens, dots, slashes and parentheses go, the `+` has to be there.
    pub fn parse(entered: &str) -> Result<Self, InvalidNumber> {
        let entered = entered.trim();
        if entered.len() > policy::PHONE_MAX {
            return Err(InvalidNumber);
        }
        let written = entered.strip_prefix('+').ok_or(InvalidNumber)?;
        let digits: String = written.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}')).collect();
        let fits = (FEWEST_DIGITS..=MOST_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        // No country's code begins with a zero.
        if fits && !digits.starts_with('0') { Ok(Self(format!("+{digits}"))) } else { Err(InvalidNumber) }
    }

    /// `+` and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where it leads: its country and the beginning of what follows, whose messages are counted together.
    pub fn prefix(&self) -> &str {
        self.0.get(..=policy::PHONE_PREFIX_DIGITS).unwrap_or(&self.0)
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = InvalidNumber;
    fn try_from(text: String) -> Result<Self, InvalidNumber> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> String {
        number.0
    }
}

/// The newest code that was sent to a number a person wants to prove. It isn't kept: whoever has the tenant's key makes it from the event's id, to send
/// it and to compare it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneCode {
    /// The number that it proves.
    pub number: PhoneNumber,
    /// The event that had it sent, which a newer one supersedes.
    pub event: EventId,
    /// The session that it was asked for in; it counts in no other.
    pub session_id: SessionId,
    /// How often it was compared with something.
    pub attempts: u32,
    /// When it ends.
    pub ends_at: Timestamp,
}

impl PhoneCode {
    /// A code that `event` sends now.
    pub fn sent(number: PhoneNumber, event: EventId, session_id: SessionId, now: Timestamp) -> Self {
        Self { number, event, session_id, attempts: 0, ends_at: now.plus(policy::PHONE_CODE) }
    }

    /// Whether somebody in `session` may still type it.
    pub fn is_open(&self, session: &SessionId, now: Timestamp) -> bool {
        self.session_id == *session && now < self.ends_at && self.attempts < policy::PHONE_CODE_ATTEMPTS
    }
}

/// What somebody typed as a code, if it can be one: six digits, spaces apart.
pub fn typed_code(typed: &str) -> Option<String> {
    if typed.len() > policy::PHONE_MAX {
        return None;
    }
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    (digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

impl User {
    /// The number that the person wants to prove, from what they entered.
    pub fn asking_for_phone(&self, entered: &str) -> Result<PhoneNumber, PhoneProblem> {
        let number = PhoneNumber::parse(entered).map_err(|_| PhoneProblem::NoNumber)?;
        let is_theirs = self.profile.phone.as_ref().is_some_and(|phone| phone.verified && phone.number == number.as_str());
        if is_theirs { Err(PhoneProblem::Unchanged) } else { Ok(number) }
    }

    /// The record with the number that a code proved.
    #[must_use]
    pub fn with_proved_phone(&self, number: &PhoneNumber, now: Timestamp) -> Self {
        let phone = Phone { number: number.as_str().to_owned(), verified: true };
        Self { profile: Profile { phone: Some(phone), ..self.profile.clone() }, ..self.next(now) }
    }

    /// The record without a number; `None` when there is none.
    pub fn without_phone(&self, now: Timestamp) -> Option<Self> {
        self.profile.phone.as_ref()?;
        Some(Self { profile: Profile { phone: None, ..self.profile.clone() }, ..self.next(now) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::UserId;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text).expect("a number")
    }

    #[test]
    fn a_number_has_one_form_however_it_is_written() {
        for written in ["+49 (151) 2345-6789", "+4915123456789", " +49.151/23456789 "] {
            assert_eq!(number(written).as_str(), "+4915123456789");
        }
        assert_eq!(number("+123456789012345").as_str().len(), 16);
        let wrong = ["", "+", "015123456789", "0049151234567", "+049151234567", "+123456", "+1234567890123456", "+49151234567a", "+49151\u{0}234567"];
        for wrong in wrong.into_iter().chain(["+\u{0664}\u{0669}151234567", "++49151234567", "+49151234567;ext=5"]) {
            assert_eq!(PhoneNumber::parse(wrong), Err(InvalidNumber), "{wrong:?}");
        }
        assert!(PhoneNumber::parse(&format!("+{}", " ".repeat(policy::PHONE_MAX))).is_err());
    }

    #[test]
    fn numbers_of_one_network_share_a_prefix() {
        assert_eq!((number("+4915123456789").prefix(), number("+1 604 555 1234").prefix()), ("+4915", "+1604"));
    }

    #[test]
    fn a_code_is_open_in_its_session_for_ten_minutes_and_five_tries() {
        let (session, other) = (SessionId::from_random([1; 16]), SessionId::from_random([2; 16]));
        let code = PhoneCode::sent(number("+4915123456789"), EventId::new(NOW, [1; 10]), session.clone(), NOW);
        assert!(code.is_open(&session, NOW) && !code.is_open(&other, NOW));
        let last = Timestamp::from_millis(NOW.plus(policy::PHONE_CODE).millis() - 1);
        assert!(code.is_open(&session, last) && !code.is_open(&session, NOW.plus(policy::PHONE_CODE)));
        let tried = |attempts| PhoneCode { attempts, ..code.clone() };
        assert!(tried(policy::PHONE_CODE_ATTEMPTS - 1).is_open(&session, NOW) && !tried(policy::PHONE_CODE_ATTEMPTS).is_open(&session, NOW));
    }

    #[test]
    fn what_is_typed_as_a_code_is_six_digits() {
        assert_eq!(typed_code(" 012 345 "), Some("012345".to_owned()));
        for wrong in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "123-456"] {
            assert_eq!(typed_code(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_number_is_a_persons_when_it_is_proved_until_it_is_removed() {
        let ada = User::new(UserId::from_random([7; 16]), Timestamp::from_seconds(0));
        assert_eq!(ada.asking_for_phone("0151"), Err(PhoneProblem::NoNumber));
        let wanted = ada.asking_for_phone("+49 151 23456789").expect("a number");
        let proved = ada.with_proved_phone(&wanted, NOW);
        assert_eq!(proved.profile.phone, Some(Phone { number: "+4915123456789".to_owned(), verified: true }));
        assert_eq!((proved.version, proved.updated_at), (ada.version + 1, NOW));
        assert_eq!(proved.asking_for_phone("+49 151 234567-89"), Err(PhoneProblem::Unchanged));
        let gone = proved.without_phone(NOW).expect("a change");
        assert_eq!((&gone.profile.phone, gone.version), (&None, proved.version + 1));
        assert_eq!(gone.without_phone(NOW), None);
    }

    #[test]
    fn a_number_that_nobody_proved_can_be_proved() {
        let phone = Some(Phone { number: "+4915123456789".to_owned(), verified: false });
        let ada = User::new(UserId::from_random([7; 16]), NOW);
        let ada = User { profile: Profile { phone, ..Profile::default() }, ..ada };
        assert!(ada.asking_for_phone("+4915123456789").is_ok());
    }
}
