//! What people may write about themselves: each value with a form of its own, and all that is wrong named at once.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::identifier::is_control_or_format;
use crate::policy;
use crate::timestamp::Timestamp;
use crate::user::{Profile, User};

/// A value that people write themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileField {
    /// Full name, as it is shown.
    Name,
    /// Given name.
    GivenName,
    /// Family name.
    FamilyName,
    /// Casual name.
    Nickname,
    /// Page of theirs.
    Website,
    /// Birthday.
    Birthdate,
    /// Time zone.
    Zoneinfo,
    /// Language.
    Locale,
}

impl ProfileField {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 8] =
        [Self::Name, Self::GivenName, Self::FamilyName, Self::Nickname, Self::Website, Self::Birthdate, Self::Zoneinfo, Self::Locale];

    /// Its name in forms and JSON: that of the claim (OpenID Connect Core §5.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::Nickname => "nickname",
            Self::Website => "website",
            Self::Birthdate => "birthdate",
            Self::Zoneinfo => "zoneinfo",
            Self::Locale => "locale",
        }
    }

    /// Its value in a profile.
    pub fn of(self, profile: &Profile) -> Option<&str> {
        match self {
            Self::Name => profile.name.as_deref(),
            Self::GivenName => profile.given_name.as_deref(),
            Self::FamilyName => profile.family_name.as_deref(),
            Self::Nickname => profile.nickname.as_deref(),
            Self::Website => profile.website.as_deref(),
            Self::Birthdate => profile.birthdate.as_deref(),
            Self::Zoneinfo => profile.zoneinfo.as_deref(),
            Self::Locale => profile.locale.as_deref(),
        }
    }

    const fn place(self, profile: &mut Profile) -> &mut Option<String> {
        match self {
            Self::Name => &mut profile.name,
            Self::GivenName => &mut profile.given_name,
            Self::FamilyName => &mut profile.family_name,
            Self::Nickname => &mut profile.nickname,
            Self::Website => &mut profile.website,
            Self::Birthdate => &mut profile.birthdate,
            Self::Zoneinfo => &mut profile.zoneinfo,
            Self::Locale => &mut profile.locale,
        }
    }

    fn admits(self, value: &str) -> bool {
        let is_line = value.chars().nth(policy::NAME_MAX_CHARACTERS).is_none() && !value.chars().any(is_control_or_format);
        is_line
            && match self {
                Self::Name | Self::GivenName | Self::FamilyName | Self::Nickname => true,
                Self::Website => is_website(value),
                Self::Birthdate => is_birthdate(value),
                Self::Zoneinfo => is_zone(value),
                Self::Locale => matches!(value, "en" | "de"),
            }
    }
}

impl User {
    /// The record with the values that its person entered; an empty one takes a value away, one that wasn't entered stays. `None` when nothing changes.
    pub fn with_profile(&self, entered: &[(ProfileField, &str)], now: Timestamp) -> Result<Option<Self>, BTreeSet<ProfileField>> {
        let mut profile = self.profile.clone();
        let mut wrong = BTreeSet::new();
        for &(field, value) in entered {
            let value = value.trim();
            if value.is_empty() {
                *field.place(&mut profile) = None;
            } else if field.of(&self.profile) != Some(value) {
                if field.admits(value) {
                    *field.place(&mut profile) = Some(value.to_owned());
                } else {
                    wrong.insert(field);
                }
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let next = Self { profile, version: self.version + 1, updated_at: now, ..self.clone() };
        Ok((next.profile != self.profile).then_some(next))
    }
}

// SECURITY: apps show it as a link.
fn is_website(value: &str) -> bool {
    url::Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host() && url.username().is_empty())
}

// OpenID Connect Core §5.1: YYYY-MM-DD.
fn is_birthdate(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |text: &str, digits: usize| (text.len() == digits).then(|| text.parse::<u16>().ok()).flatten();
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap || year == 0 => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

// A name of the IANA database: `Europe/Berlin`, `UTC`, `America/Argentina/Buenos_Aires`.
fn is_zone(value: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic()) && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+'))
    };
    value.split('/').count() <= 3 && value.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::UserId;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn ada() -> User {
        let profile = Profile { name: Some("Ada Lovelace".to_owned()), picture: Some("https://example.com/a.png".to_owned()), ..Profile::default() };
        User { profile, ..User::new(UserId::from_random([7; 16]), Timestamp::from_seconds(0)) }
    }

    fn wrong(field: ProfileField, value: &str) -> bool {
        ada().with_profile(&[(field, value)], NOW) == Err(BTreeSet::from([field]))
    }

    #[test]
    fn what_is_entered_changes_and_nothing_else() {
        let entered = [(ProfileField::Name, " Ada King "), (ProfileField::Birthdate, "1815-12-10")];
        let changed = ada().with_profile(&entered, NOW).expect("fine").expect("a change");
        assert_eq!((changed.profile.name.as_deref(), changed.profile.birthdate.as_deref()), (Some("Ada King"), Some("1815-12-10")));
        assert_eq!((changed.profile.picture, changed.version, changed.updated_at), (ada().profile.picture, ada().version + 1, NOW));
        assert_eq!(ada().with_profile(&[(ProfileField::Name, "")], NOW).expect("fine").expect("a change").profile.name, None);
        assert_eq!(ada().with_profile(&[(ProfileField::Name, "Ada Lovelace"), (ProfileField::Nickname, "")], NOW), Ok(None));
    }

    #[test]
    fn each_value_has_a_form_of_its_own() {
        for (field, fine) in [
            (ProfileField::Name, "東京 O’Brien"),
            (ProfileField::Website, "https://ada.example/about?x=1"),
            (ProfileField::Birthdate, "2000-02-29"),
            (ProfileField::Birthdate, "0000-02-29"),
            (ProfileField::Zoneinfo, "America/Argentina/Buenos_Aires"),
            (ProfileField::Zoneinfo, "Etc/GMT+1"),
            (ProfileField::Locale, "de"),
        ] {
            assert!(!wrong(field, fine), "{field:?} {fine}");
        }
        for (field, bad) in [
            (ProfileField::Name, "a\u{202e}b"),
            (ProfileField::GivenName, "a\0b"),
            (ProfileField::FamilyName, &"ä".repeat(policy::NAME_MAX_CHARACTERS + 1)),
            (ProfileField::Website, "javascript:alert(1)"),
            (ProfileField::Website, "ada.example"),
            (ProfileField::Website, "https://bank.example@evil.example/"),
            (ProfileField::Birthdate, "1999-02-29"),
            (ProfileField::Birthdate, "1999-13-01"),
            (ProfileField::Birthdate, "99-1-1"),
            (ProfileField::Zoneinfo, "../etc"),
            (ProfileField::Zoneinfo, "Europe/"),
            (ProfileField::Locale, "tlh"),
        ] {
            assert!(wrong(field, bad), "{field:?} {bad:?}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_named_and_nothing_changes() {
        let entered = [(ProfileField::Name, "Ada"), (ProfileField::Website, "x"), (ProfileField::Locale, "x")];
        assert_eq!(ada().with_profile(&entered, NOW), Err(BTreeSet::from([ProfileField::Website, ProfileField::Locale])));
    }
}
