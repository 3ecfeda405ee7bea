//! Making an account of one's own: what is entered is checked, kept for a day, and becomes an account when the address is proved.
//!
//! Nothing is an account before that, so a sign-up under somebody else's address takes nothing from its owner.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::attributes::Values;
use crate::id::UserId;
use crate::identifier::{Canonical, is_control_or_format};
use crate::policy;
use crate::registration::{AcceptedTerms, RegistrationPolicy, UsernameField};
use crate::timestamp::Timestamp;
use crate::user::{Email, Profile, User};

/// What was entered, but for the password, which has rules of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entered<'a> {
    /// Address.
    pub email: &'a str,
    /// Name to sign in with, where one is asked for.
    pub username: Option<&'a str>,
    /// Given name.
    pub given_name: Option<&'a str>,
    /// Family name.
    pub family_name: Option<&'a str>,
    /// The version of the terms that was agreed to.
    pub terms: Option<&'a str>,
}

/// What is wrong with what was entered; a page says so beside the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// The address is none.
    Email,
    /// The tenant admits no address of its domain.
    EmailDomain,
    /// The username is none.
    Username,
    /// Somebody else has the username.
    UsernameTaken,
    /// A name is too long, or holds what no name does.
    Name,
    /// The terms weren't agreed to, or have changed since the page was shown.
    Terms,
}

/// A sign-up that may go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptable {
    /// The address.
    pub email: Canonical,
    /// The username.
    pub username: Option<Canonical>,
}

/// Checks what was entered, and names all that is wrong with it at once.
pub fn check(policy: &RegistrationPolicy, entered: &Entered<'_>) -> Result<Acceptable, BTreeSet<Problem>> {
    let mut problems = BTreeSet::new();
    let email = email(policy, entered.email).map_err(|problem| problems.insert(problem)).ok();
    let username = username(policy.username, entered.username).map_err(|problem| problems.insert(problem)).ok().flatten();
    if [entered.given_name, entered.family_name].into_iter().flatten().any(|name| !is_name(name)) {
        problems.insert(Problem::Name);
    }
    if policy.terms.as_ref().is_some_and(|terms| entered.terms != Some(terms.version.as_str())) {
        problems.insert(Problem::Terms);
    }
    match email {
        Some(email) if problems.is_empty() => Ok(Acceptable { email, username }),
        _ => Err(problems),
    }
}

fn email(policy: &RegistrationPolicy, entered: &str) -> Result<Canonical, Problem> {
    let canonical = Canonical::email(entered).map_err(|_| Problem::Email)?;
    if entered.trim().len() > policy::EMAIL_MAX {
        return Err(Problem::Email);
    }
    if policy.who.admits(&canonical) { Ok(canonical) } else { Err(Problem::EmailDomain) }
}

fn username(field: UsernameField, entered: Option<&str>) -> Result<Option<Canonical>, Problem> {
    match (field, entered) {
        (UsernameField::NotAsked, _) => Ok(None),
        (UsernameField::Required, None) => Err(Problem::Username),
        (UsernameField::Required, Some(entered)) => {
            let canonical = Canonical::username(entered).map_err(|_| Problem::Username)?;
            if is_username(canonical.as_str()) { Ok(Some(canonical)) } else { Err(Problem::Username) }
        }
    }
}

// SECURITY: of the letters that everybody can tell apart, so that no name passes for another by a letter of another script (UTS #39).
fn is_username(canonical: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    canonical.len() <= policy::USERNAME_MAX && canonical.chars().all(fits) && canonical.starts_with(|letter: char| letter.is_ascii_alphanumeric())
}

/// Whether a text may be a given or family name.
pub fn is_name(entered: &str) -> bool {
    entered.chars().nth(policy::NAME_MAX_CHARACTERS).is_none() && !entered.chars().any(is_control_or_format)
}

/// The names that were entered, and how they are shown together.
pub fn names(entered: &Entered<'_>) -> Profile {
    let (given_name, family_name) = (trimmed(entered.given_name), trimmed(entered.family_name));
    let names: Vec<&str> = [given_name.as_deref(), family_name.as_deref()].into_iter().flatten().collect();
    let name = Some(names.join(" ")).filter(|name| !name.is_empty());
    Profile { name, given_name, family_name, ..Profile::default() }
}

fn trimmed(text: Option<&str>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A sign-up whose address isn't proved yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingSignUp {
    /// Which sign-up, and who its person will be.
    pub id: UserId,
    /// Address, as entered.
    pub email: String,
    /// Username, as entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Names and language.
    #[serde(default)]
    pub profile: Profile,
    /// What was agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<AcceptedTerms>,
    /// What the tenant asks of its people beside that.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub attributes: Values,
    /// The browser that it came from, as states name it.
    pub browser: String,
    /// Until when the address may be proved.
    pub ends_at: Timestamp,
}

impl PendingSignUp {
    /// A sign-up of what was entered, from `browser`, by somebody who reads `locale`.
    pub fn begin(id: UserId, entered: &Entered<'_>, browser: String, locale: &str, now: Timestamp) -> Self {
        Self {
            id,
            email: entered.email.trim().to_owned(),
            username: trimmed(entered.username),
            profile: Profile { locale: Some(locale.to_owned()), ..names(entered) },
            terms: entered.terms.map(|version| AcceptedTerms { version: version.to_owned(), at: now }),
            attributes: Values::new(),
            browser,
            ends_at: now.plus(policy::SIGN_UP_PENDING),
        }
    }

    /// Whether the link of sign-up `id` may still make an account of this one: a newer sign-up under the same address replaced it otherwise.
    pub fn is_open_to(&self, id: &UserId, now: Timestamp) -> bool {
        self.id == *id && now < self.ends_at
    }

    /// The person that it becomes when its address is proved; without the username when somebody else took it meanwhile.
    pub fn become_person(&self, username: Option<&str>, now: Timestamp) -> User {
        User {
            username: username.map(str::to_owned),
            email: Some(Email::first(self.email.clone(), true)),
            profile: self.profile.clone(),
            terms: self.terms.clone(),
            attributes: self.attributes.clone(),
            ..User::new(self.id.clone(), now)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::registration::{Registration, Terms};

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn open() -> RegistrationPolicy {
        RegistrationPolicy { who: Registration::Open, ..RegistrationPolicy::default() }
    }

    fn entered() -> Entered<'static> {
        Entered { email: " Ada@Example.com ", given_name: Some("Ada"), family_name: Some(" Lovelace "), ..Entered::default() }
    }

    fn problems(policy: &RegistrationPolicy, entered: &Entered<'_>) -> Vec<Problem> {
        check(policy, entered).err().map(|problems| problems.into_iter().collect()).unwrap_or_default()
    }

    #[test]
    fn an_address_is_enough_where_nothing_else_is_asked() {
        let acceptable = check(&open(), &Entered { email: "ada@example.com", username: Some("@ignored"), ..Entered::default() });
        let acceptable = acceptable.expect("acceptable");
        assert_eq!((acceptable.email.as_str(), acceptable.username), ("ada@example.com", None));
    }

    #[test]
    fn all_that_is_wrong_is_named_at_once() {
        let terms = Some(Terms { version: "2".to_owned(), url: "https://example.com".to_owned() });
        let policy = RegistrationPolicy { username: UsernameField::Required, terms, ..open() };
        let wrong = Entered { email: "ada", username: None, given_name: Some("a\u{202e}b"), family_name: None, terms: Some("1") };
        assert_eq!(problems(&policy, &wrong), [Problem::Email, Problem::Username, Problem::Name, Problem::Terms]);
        let right = Entered { username: Some("ada"), terms: Some("2"), ..entered() };
        assert_eq!(problems(&policy, &right), []);
    }

    #[test]
    fn an_address_is_admitted_by_the_tenant_and_has_a_length() {
        let policy = RegistrationPolicy { who: Registration::of_domains(&["example.org"]).expect("a domain"), ..open() };
        assert_eq!(problems(&policy, &entered()), [Problem::EmailDomain]);
        assert_eq!(problems(&policy, &Entered { email: "ada@example.org", ..entered() }), []);
        let long = |letters: usize| format!("{}@example.org", "a".repeat(letters));
        assert_eq!(problems(&policy, &Entered { email: &long(policy::EMAIL_MAX - 12), ..entered() }), []);
        assert_eq!(problems(&policy, &Entered { email: &long(policy::EMAIL_MAX - 11), ..entered() }), [Problem::Email]);
        assert_eq!(problems(&RegistrationPolicy::default(), &entered()), [Problem::EmailDomain]);
    }

    #[test]
    fn a_username_has_letters_that_everybody_can_tell_apart() {
        let policy = RegistrationPolicy { username: UsernameField::Required, ..open() };
        for fine in ["ada", "Ada", "a.b_c-d", "1", &"a".repeat(policy::USERNAME_MAX)] {
            assert_eq!(problems(&policy, &Entered { username: Some(fine), ..entered() }), [], "{fine}");
        }
        // A Cyrillic a, a dotless i, an address, a path, a space, NUL.
        for wrong in ["", " ", "\u{430}da", "ad\u{131}", "ada@example.com", "../ada", ".ada", "a b", "a\0", &"a".repeat(policy::USERNAME_MAX + 1)] {
            assert_eq!(problems(&policy, &Entered { username: Some(wrong), ..entered() }), [Problem::Username], "{wrong:?}");
        }
    }

    #[test]
    fn a_name_is_of_any_script_and_has_an_end() {
        for fine in ["東京", "O’Brien-Müller", &"ä".repeat(policy::NAME_MAX_CHARACTERS)] {
            assert_eq!(problems(&open(), &Entered { given_name: Some(fine), ..entered() }), [], "{fine}");
        }
        for wrong in ["a\0", "a\nb", "\u{2066}a", &"ä".repeat(policy::NAME_MAX_CHARACTERS + 1)] {
            assert_eq!(problems(&open(), &Entered { family_name: Some(wrong), ..entered() }), [Problem::Name], "{wrong:?}");
        }
    }

    #[test]
    fn a_sign_up_is_open_to_its_own_link_for_a_day_and_becomes_the_person_that_was_entered() {
        let id = UserId::from_random([4; 16]);
        let entered = Entered { username: Some("ada"), terms: Some("2"), ..entered() };
        let pending = PendingSignUp::begin(id.clone(), &entered, "browser".to_owned(), "de", NOW);
        let last = Timestamp::from_millis(NOW.plus(Duration::from_hours(24)).millis() - 1);
        assert!(pending.is_open_to(&id, NOW) && pending.is_open_to(&id, last));
        assert!(!pending.is_open_to(&id, NOW.plus(Duration::from_hours(24))));
        assert!(!pending.is_open_to(&UserId::from_random([5; 16]), NOW));
        let person = pending.become_person(pending.username.as_deref(), NOW);
        assert_eq!((person.id, person.username.as_deref()), (id, Some("ada")));
        assert_eq!(person.email, Some(Email::first("Ada@Example.com", true)));
        assert_eq!(person.profile.name.as_deref(), Some("Ada Lovelace"));
        assert_eq!(person.profile.locale.as_deref(), Some("de"));
        assert_eq!(person.terms, Some(AcceptedTerms { version: "2".to_owned(), at: NOW }));
        assert_eq!(pending.become_person(None, NOW).username, None);
    }
}
