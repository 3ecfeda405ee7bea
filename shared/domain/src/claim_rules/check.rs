//! Which rules an app of a tenant may have.

use super::{ClaimRule, ClaimSource, Condition, Constant};
use crate::attributes::{self, Reader};
use crate::claims::StandardClaim;
use crate::policy;
use crate::tenant::Tenant;

/// Names beside the registered ones by which APIs and libraries know what a token is, or what it opens.
const TAKEN_FOR_MORE: [&str; 6] = ["typ", "toe", "scp", "scopes", "authorization_details", "client"];

/// Why a rule can't be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRule {
    /// The app's record holds them.
    #[error("an app has at most {}", policy::CLAIM_RULES_MAX)]
    TooMany,
    /// No claim is called so.
    #[error("a claim's name begins with a letter and has 1 to {} letters, digits and characters of a URL", policy::CLAIM_NAME_MAX)]
    Name,
    /// Whoever reads the token would take it for what it isn't.
    #[error("the claim means something else to whoever reads a token; groups are told as `groups` and roles as `roles`, and nothing else is")]
    Registered,
    /// There is no such thing, or it isn't for apps.
    #[error("the attribute is a standard claim, or one of the tenant's that apps read")]
    Attribute,
    /// There is no such role.
    #[error("the role is one of the tenant's")]
    Role,
    /// There is no such group.
    #[error("the group is one of the tenant's")]
    Group,
    /// More than a token carries, or an integer that JSON readers don't agree on.
    #[error("a value has at most {} bytes, and an integer at most 53 bits", policy::CLAIM_VALUE_BYTES_MAX)]
    Value,
    /// It is told nowhere.
    #[error("a claim is told somewhere")]
    Nowhere,
    /// There is nobody to tell of.
    #[error("an app that acts for itself is told of nobody")]
    Machine,
}

/// Whether an app of `tenant` may have these rules; if not, which one, and why.
pub fn check(rules: &[ClaimRule], tenant: &Tenant) -> Result<(), (usize, InvalidRule)> {
    if rules.len() > policy::CLAIM_RULES_MAX {
        return Err((policy::CLAIM_RULES_MAX, InvalidRule::TooMany));
    }
    rules.iter().enumerate().try_for_each(|(at, rule)| checked(rule, tenant).map_err(|why| (at, why)))
}

fn checked(rule: &ClaimRule, tenant: &Tenant) -> Result<(), InvalidRule> {
    if !is_name(&rule.claim) {
        return Err(InvalidRule::Name);
    }
    if !may_say(rule) {
        return Err(InvalidRule::Registered);
    }
    if rule.places.is_empty() {
        return Err(InvalidRule::Nowhere);
    }
    match &rule.from {
        ClaimSource::Attribute { name } => readable(name, tenant)?,
        ClaimSource::Groups { prefix } | ClaimSource::Roles { prefix } => fits(prefix.as_ref())?,
        ClaimSource::Constant { value: Constant::Integer(number) } => is_interoperable(*number)?,
        ClaimSource::Constant { value } => fits(value)?,
    }
    match &rule.when {
        Some(Condition::Role { role }) if !tenant.roster.roles.contains(role) => Err(InvalidRule::Role),
        Some(Condition::Group { group }) if !tenant.roster.groups.contains_key(group) => Err(InvalidRule::Group),
        Some(Condition::Attribute { name, equals }) => readable(name, tenant).and_then(|()| fits(equals)),
        _ => Ok(()),
    }
}

fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:/~".contains(&byte);
    (1..=policy::CLAIM_NAME_MAX).contains(&text.len()) && text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(allowed)
}

/// Whether the claim says what its name says: it is no protocol's, and of the standard ones groups are groups and roles are roles.
pub(super) fn may_say(rule: &ClaimRule) -> bool {
    match StandardClaim::parse(&rule.claim) {
        Some(StandardClaim::Groups) => matches!(rule.from, ClaimSource::Groups { .. }),
        Some(StandardClaim::Roles) => matches!(rule.from, ClaimSource::Roles { .. }),
        Some(_) => false,
        None => !attributes::is_of_a_protocol(&rule.claim) && !TAKEN_FOR_MORE.contains(&rule.claim.as_str()),
    }
}

fn readable(name: &str, tenant: &Tenant) -> Result<(), InvalidRule> {
    let standard = StandardClaim::parse(name).is_some_and(|claim| !matches!(claim, StandardClaim::Groups | StandardClaim::Roles));
    let of_the_tenant = tenant.attributes.find(name).is_some_and(|attribute| attribute.readers.contains(&Reader::Apps));
    if standard || of_the_tenant { Ok(()) } else { Err(InvalidRule::Attribute) }
}

fn fits(value: impl serde::Serialize) -> Result<(), InvalidRule> {
    let bytes = serde_json::to_string(&value).map_or(usize::MAX, |text| text.len());
    if bytes <= policy::CLAIM_VALUE_BYTES_MAX { Ok(()) } else { Err(InvalidRule::Value) }
}

// RFC 7493 §2.2.
fn is_interoperable(number: i64) -> Result<(), InvalidRule> {
    if number.unsigned_abs() < 1 << 53 { Ok(()) } else { Err(InvalidRule::Value) }
}
