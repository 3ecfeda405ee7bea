//! What people may write about themselves: each value with a form of its own, beside what the tenant keeps of them, and all that is wrong named at once.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::attributes::{self, Posted, Schema, Writer};
use crate::identifier::is_control_or_format;
use crate::policy;
use crate::timestamp::Timestamp;
use crate::user::{Profile, User};
use crate::web_url::leads_to_one_host;

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

    pub(crate) fn admits(self, value: &str) -> bool {
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

/// What a person entered; what isn't named stays, and what is empty goes.
#[derive(Clone, Debug, Default)]
pub struct Entered<'a> {
    /// Values that every tenant keeps.
    pub fields: Vec<(ProfileField, &'a str)>,
    /// The tenant's own.
    pub attributes: Posted<'a>,
}

/// What is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// Values that have another form.
    pub fields: BTreeSet<ProfileField>,
    /// What is wrong with attributes.
    pub attributes: attributes::Problems,
}

impl User {
    /// The record with the values that its person entered; `None` when nothing changes.
    pub fn with_profile(&self, schema: &Schema, entered: &Entered<'_>, now: Timestamp) -> Result<Option<Self>, Problems> {
        let changed = attributes::change(schema, &self.attributes, &entered.attributes, Writer::Person);
        match (self.with_fields(&entered.fields), changed) {
            (Ok(profile), Ok(attributes)) => {
                let next = Self { profile, attributes, version: self.version + 1, updated_at: now, ..self.clone() };
                Ok((next.profile != self.profile || next.attributes != self.attributes).then_some(next))
            }
            (fields, attributes) => Err(Problems { fields: fields.err().unwrap_or_default(), attributes: attributes.err().unwrap_or_default() }),
        }
    }

    pub(crate) fn with_fields(&self, entered: &[(ProfileField, &str)]) -> Result<Profile, BTreeSet<ProfileField>> {
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
        if wrong.is_empty() { Ok(profile) } else { Err(wrong) }
    }
}

// SECURITY: apps show it as a link.
fn is_website(value: &str) -> bool {
    url::Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && leads_to_one_host(&url))
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
    use crate::attributes::{Attribute, AttributeName, Reader, Translated};
    use crate::id::UserId;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn ada() -> User {
        let profile = Profile { name: Some("Ada Lovelace".to_owned()), picture: Some("https://example.com/a.png".to_owned()), ..Profile::default() };
        User { profile, ..User::new(UserId::from_random([7; 16]), Timestamp::from_seconds(0)) }
    }

    fn with(user: &User, fields: &[(ProfileField, &str)]) -> Result<Option<User>, Problems> {
        user.with_profile(&Schema::default(), &Entered { fields: fields.to_vec(), ..Entered::default() }, NOW)
    }

    fn wrong_fields(fields: &[ProfileField]) -> Problems {
        Problems { fields: fields.iter().copied().collect(), ..Problems::default() }
    }

    fn wrong(field: ProfileField, value: &str) -> bool {
        with(&ada(), &[(field, value)]) == Err(wrong_fields(&[field]))
    }

    #[test]
    fn what_is_entered_changes_and_nothing_else() {
        let entered = [(ProfileField::Name, " Ada King "), (ProfileField::Birthdate, "1815-12-10")];
        let changed = with(&ada(), &entered).expect("fine").expect("a change");
        assert_eq!((changed.profile.name.as_deref(), changed.profile.birthdate.as_deref()), (Some("Ada King"), Some("1815-12-10")));
        assert_eq!((changed.profile.picture, changed.version, changed.updated_at), (ada().profile.picture, ada().version + 1, NOW));
        assert_eq!(with(&ada(), &[(ProfileField::Name, "")]).expect("fine").expect("a change").profile.name, None);
        assert_eq!(with(&ada(), &[(ProfileField::Name, "Ada Lovelace"), (ProfileField::Nickname, "")]), Ok(None));
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
            (ProfileField::Website, "https://*.ada.example/"),
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
        assert_eq!(with(&ada(), &entered), Err(wrong_fields(&[ProfileField::Website, ProfileField::Locale])));
    }

    fn schema() -> Schema {
        let attribute = |name, kind, required, writer| Attribute {
            name: AttributeName::parse(name).expect("a name"),
            label: Translated::everywhere(name),
            hint: Translated::default(),
            kind,
            required,
            readers: [Reader::Person].into(),
            writer,
        };
        let floor = attribute("floor", attributes::Kind::Integer, true, Writer::Person);
        Schema { version: 1, attributes: vec![floor, attribute("badge", attributes::Kind::Integer, false, Writer::Administrator)] }
    }

    #[test]
    fn a_tenants_attributes_change_with_the_rest_or_nothing_does() {
        let change = |fields: &[(ProfileField, &'static str)], attributes: &[(&'static str, &'static str)]| {
            ada().with_profile(&schema(), &Entered { fields: fields.to_vec(), attributes: attributes.iter().copied().collect() }, NOW)
        };
        let changed = change(&[(ProfileField::Nickname, "Ada")], &[("floor", "3")]).expect("fine").expect("a change");
        assert_eq!(changed.profile.nickname.as_deref(), Some("Ada"));
        assert_eq!(changed.attributes.values().collect::<Vec<_>>(), [&attributes::Value::Integer(3)]);
        let problems = change(&[(ProfileField::Locale, "x")], &[("floor", ""), ("badge", "1"), ("desk", "2")]).expect_err("wrong");
        assert_eq!(problems.fields, [ProfileField::Locale].into());
        let of: Vec<_> = problems.attributes.of.iter().map(|(name, problem)| (name.as_str(), *problem)).collect();
        assert_eq!(of, [("badge", attributes::Problem::ReadOnly), ("floor", attributes::Problem::Missing)]);
        assert_eq!(problems.attributes.unknown, ["desk".to_owned()].into());
        assert!(change(&[(ProfileField::Nickname, "Ada")], &[("floor", "x")]).is_err());
        assert_eq!(
            change(&[(ProfileField::Nickname, "Ada")], &[]).expect("what isn't named isn't asked for").map(|user| user.attributes.len()),
            Some(0)
        );
    }
}
