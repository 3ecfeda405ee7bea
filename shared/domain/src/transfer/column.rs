//! What is said of a person in a file, by column.

use std::fmt;

use crate::profile::ProfileField;

/// What the names of columns begin with that hold the tenant's own attributes.
const ATTRIBUTES: &str = "attributes.";

/// A column of a CSV file, or a member of a JSON object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The `sub` of tokens.
    Sub,
    /// Name to sign in with.
    Username,
    /// Address.
    Email,
    /// Whether it is proved.
    EmailVerified,
    /// Whether the person may act.
    Status,
    /// A standard claim.
    Profile(ProfileField),
    /// The names of their groups.
    Groups,
    /// The roles beside those of the groups.
    Roles,
    /// The hash of their password.
    PasswordHash,
    /// One of the tenant's attributes.
    Attribute(String),
}

/// The columns that every tenant has, and what they hold: the table of `docs/how-to/import-and-export.md`.
pub const MEANINGS: [(&str, &str); 15] = [
    ("sub", "the `sub` that they had elsewhere, for good: visible ASCII, nobody's before; drawn where it isn't said"),
    ("username", "name to sign in with; a person has this or `email`"),
    ("email", "address"),
    ("email_verified", "`true` or `false`; not proved where it isn't said"),
    ("status", "`active` or `disabled`; active where it isn't said"),
    ("name", "full name, as it is shown"),
    ("given_name", "given name"),
    ("family_name", "family name"),
    ("nickname", "casual name"),
    ("website", "page of theirs, by https or http"),
    ("birthdate", "`YYYY-MM-DD`"),
    ("zoneinfo", "time zone of the IANA database"),
    ("locale", "BCP 47 language tag"),
    ("groups", "names of groups that the tenant has"),
    ("roles", "roles that the tenant has, beside those of the groups"),
];

/// The one that holds no claim: it is in a file only where it is asked for.
const PASSWORD_HASH: &str = "password_hash";

impl Column {
    /// The column of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "sub" => Self::Sub,
            "username" => Self::Username,
            "email" => Self::Email,
            "email_verified" => Self::EmailVerified,
            "status" => Self::Status,
            "groups" => Self::Groups,
            "roles" => Self::Roles,
            PASSWORD_HASH => Self::PasswordHash,
            other => match other.strip_prefix(ATTRIBUTES) {
                Some(attribute) => Self::Attribute(attribute.to_owned()),
                None => Self::Profile(ProfileField::ALL.into_iter().find(|field| field.as_str() == other)?),
            },
        })
    }
}

/// Its name.
impl fmt::Display for Column {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sub => formatter.write_str("sub"),
            Self::Username => formatter.write_str("username"),
            Self::Email => formatter.write_str("email"),
            Self::EmailVerified => formatter.write_str("email_verified"),
            Self::Status => formatter.write_str("status"),
            Self::Profile(field) => formatter.write_str(field.as_str()),
            Self::Groups => formatter.write_str("groups"),
            Self::Roles => formatter.write_str("roles"),
            Self::PasswordHash => formatter.write_str(PASSWORD_HASH),
            Self::Attribute(name) => write!(formatter, "{ATTRIBUTES}{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_called_as_it_is_written() {
        for name in MEANINGS.iter().map(|(name, _)| *name).chain([PASSWORD_HASH, "attributes.floor"]) {
            assert_eq!(Column::parse(name).map(|column| column.to_string()).as_deref(), Some(name));
        }
        for none in ["", "Email", "password", "phone", "attributes"] {
            assert_eq!(Column::parse(none), None, "{none}");
        }
    }
}
