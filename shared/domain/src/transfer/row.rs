//! What a row says of somebody, and the account that comes of it: by the same rules as one that an administrator makes by hand.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::column::Column;
use super::job::JobId;
use crate::administration::Edit;
use crate::id::{GroupId, UserId};
use crate::profile::ProfileField;
use crate::roster::RoleName;
use crate::secret::Secret;
use crate::tenant::Tenant;
use crate::timestamp::Timestamp;
use crate::user::{User, UserStatus};

/// The row that an account was made of, by which a row that is read again knows its own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedRow {
    /// The import.
    pub job: JobId,
    /// The line of the file.
    pub line: u64,
}

/// Why a row makes no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The line is longer than any row.
    TooLong,
    /// The line isn't UTF-8.
    Encoding,
    /// The line isn't a row of the format.
    Form,
    /// There can be no such account.
    Invalid,
    /// The password's hash is none that may be brought.
    Hash,
    /// A name, address or `sub` is somebody else's.
    Taken,
}

/// A row that made no account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    /// The line of the file; zero until it is known.
    pub line: u64,
    /// Why.
    pub reason: Reason,
    /// What is wrong with it; it quotes names of columns, and no value.
    pub detail: String,
}

/// The longest detail, in characters.
const DETAIL_MAX: usize = 200;

impl RefusedRow {
    /// A refusal of a line that is said later.
    pub fn new(reason: Reason, detail: &str) -> Self {
        Self { line: 0, reason, detail: detail.chars().take(DETAIL_MAX).collect() }
    }

    /// The same of a line.
    #[must_use]
    pub fn of_line(self, line: u64) -> Self {
        Self { line, ..self }
    }
}

/// What is said of somebody. What isn't said is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The `sub` that they had elsewhere.
    pub sub: Option<String>,
    /// Name to sign in with.
    pub username: Option<String>,
    /// Address.
    pub email: Option<String>,
    /// Whether it is proved.
    pub email_verified: Option<bool>,
    /// Whether they may act.
    pub status: Option<UserStatus>,
    /// Standard claims.
    pub profile: BTreeMap<ProfileField, String>,
    /// Names of groups.
    pub groups: BTreeSet<String>,
    /// Roles beside those of the groups.
    pub roles: BTreeSet<String>,
    /// The tenant's own attributes, as a form holds them.
    pub attributes: BTreeMap<String, String>,
    /// The hash of their password.
    pub password_hash: Option<Secret<String>>,
}

fn invalid(detail: &str) -> RefusedRow {
    RefusedRow::new(Reason::Invalid, detail)
}

impl Row {
    /// What a row says of `user`; groups that the tenant has no more are left out.
    pub fn of(user: &User, tenant: &Tenant, password_hash: Option<Secret<String>>) -> Self {
        let fields = ProfileField::ALL.into_iter().filter_map(|field| Some((field, field.of(&user.profile)?.to_owned())));
        let group = |id: &GroupId| Some(tenant.roster.groups.get(id)?.name.as_str().to_owned());
        Self {
            sub: Some(user.sub.clone()),
            username: user.username.clone(),
            email: user.email.as_ref().map(|email| email.address.clone()),
            email_verified: user.email.as_ref().map(|email| email.verified),
            status: Some(user.status),
            profile: fields.collect(),
            groups: user.groups.iter().filter_map(group).collect(),
            roles: user.roles.iter().map(|role| role.as_str().to_owned()).collect(),
            attributes: user.attributes.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_entered())).collect(),
            password_hash,
        }
    }

    /// Takes one value; an empty one isn't said.
    pub(super) fn take(&mut self, column: &Column, text: &str) -> Result<(), RefusedRow> {
        if text.is_empty() {
            return Ok(());
        }
        let said = || Some(text.to_owned());
        match column {
            Column::Sub => self.sub = said(),
            Column::Username => self.username = said(),
            Column::Email => self.email = said(),
            Column::EmailVerified => self.email_verified = Some(boolean(text)?),
            Column::Status => self.status = Some(status(text)?),
            Column::Profile(field) => drop(self.profile.insert(*field, text.to_owned())),
            Column::Groups => drop(self.groups.insert(text.to_owned())),
            Column::Roles => drop(self.roles.insert(text.to_owned())),
            Column::PasswordHash => self.password_hash = said().map(Secret::new),
            Column::Attribute(name) => drop(self.attributes.insert(name.clone(), text.to_owned())),
        }
        Ok(())
    }

    /// What the row says in a column: the names of groups and roles, or the one value.
    pub(super) fn values(&self, column: &Column) -> Vec<String> {
        let one = |value: Option<&String>| value.cloned().into_iter().collect();
        match column {
            Column::Sub => one(self.sub.as_ref()),
            Column::Username => one(self.username.as_ref()),
            Column::Email => one(self.email.as_ref()),
            Column::EmailVerified => one(self.email_verified.map(|verified| verified.to_string()).as_ref()),
            Column::Status => one(self.status.map(|status| named(status).to_owned()).as_ref()),
            Column::Profile(field) => one(self.profile.get(field)),
            Column::Groups => self.groups.iter().cloned().collect(),
            Column::Roles => self.roles.iter().cloned().collect(),
            Column::PasswordHash => one(self.password_hash.as_ref().map(Secret::expose)),
            Column::Attribute(name) => one(self.attributes.get(name)),
        }
    }

    /// The person that the row says, if there can be such an account in `tenant`. Whose names those are, and whether the hash is one, isn't looked at.
    pub fn person(&self, tenant: &Tenant, drawn: UserId, from: ImportedRow, now: Timestamp) -> Result<User, RefusedRow> {
        let blank = User::of_sub(self.sub.as_deref(), drawn, now).map_err(|error| invalid(&format!("sub: {error}")))?;
        let edit = Edit {
            username: self.username.as_deref(),
            email: self.email.as_deref(),
            email_verified: self.email_verified,
            fields: self.profile.iter().map(|(field, value)| (*field, value.as_str())).collect(),
            attributes: self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            groups: Some(self.groups.iter().map(|name| group(tenant, name)).collect::<Result<_, _>>()?),
            roles: Some(
                self.roles.iter().map(|name| RoleName::parse(name)).collect::<Result<_, _>>().map_err(|error| invalid(&format!("roles: {error}")))?,
            ),
        };
        let user = blank.edited(tenant, &edit, now).map_err(|error| invalid(&error.to_string()))?.unwrap_or(blank);
        Ok(User { version: 1, status: self.status.unwrap_or(UserStatus::Active), imported: Some(from), ..user })
    }
}

fn group(tenant: &Tenant, name: &str) -> Result<GroupId, RefusedRow> {
    let found = tenant.roster.groups.iter().find(|(_, group)| group.name.as_str() == name);
    found.map(|(id, _)| id.clone()).ok_or_else(|| invalid("groups: the tenant has no group of that name"))
}

fn boolean(text: &str) -> Result<bool, RefusedRow> {
    // Spreadsheets write them in capitals.
    text.to_ascii_lowercase().parse().map_err(|_| RefusedRow::new(Reason::Form, "email_verified: true or false"))
}

fn status(text: &str) -> Result<UserStatus, RefusedRow> {
    let known = [UserStatus::Active, UserStatus::Disabled].into_iter().find(|status| named(*status) == text);
    known.ok_or_else(|| RefusedRow::new(Reason::Form, "status: active or disabled"))
}

const fn named(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Active => "active",
        UserStatus::Disabled => "disabled",
    }
}
