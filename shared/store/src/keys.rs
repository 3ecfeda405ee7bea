//! Every key of every table: the templates, what stands under them, and the typed functions that fill them. Nothing else spells a key.
//!
//! Partition keys of a tenant's rows begin with their kind and the tenant's id, so that a role can be confined to kinds (`dynamodb:LeadingKeys`).
//! `docs/data-model.md` is generated from [`KINDS`].

mod indexes;
mod jobs;
mod key;
mod ranges;

use domain::api::Audience;
use domain::custom_domain::DomainName;
use domain::delivery::DeliveryId;
use domain::key_ring::Purpose;
use domain::key_ring::rotation::DueLook;
use domain::policies::PolicyKind;
use domain::session::Expiry;
use domain::{ClientId, EventId, FamilyId, SessionId, Slug, TenantId, Timestamp, UserId, ZoneName};

use crate::attempt::{AttemptKey, ClientAttemptKey, FailureKey};
use crate::identifier::Claim;
use crate::once::OnceKey;
use crate::tables::Table;

pub use indexes::{LIST_ENTRY, LIST_INDEX, SUBJECT_INDEX};
pub(crate) use indexes::{LIST_INDEX_NAME, SUBJECT_INDEX_NAME, list, list_entry, subject};
pub(crate) use jobs::{job, open_job, open_jobs, refused_row, refused_rows};
pub(crate) use key::{Key, PARTITION, SORT};
pub(crate) use ranges::{Range, Until, consents, counted, due_until, expiries_until, families, policy_versions, rotation_until, sessions};

/// A kind of row: where it stands and what it holds.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The table.
    pub table: Table,
    /// Template of the partition key, `pk`.
    pub partition: &'static str,
    /// Template of the sort key, `sk`.
    pub sort: &'static str,
    /// What it holds.
    pub holds: &'static str,
    /// When the sweeper may take it (`expires_at`).
    pub ends: &'static str,
}

const fn kind(table: Table, partition: &'static str, sort: &'static str, holds: &'static str, ends: &'static str) -> Kind {
    Kind { table, partition, sort, holds, ends }
}

const SLUG: Kind = kind(Table::Directory, "SLUG#{slug}", "PLACE", "tenant id and zone of a slug; stays reserved when the tenant goes", "never");
const SYSTEM: Kind = kind(
    Table::Directory,
    "SLUG#system.{zone}",
    "PLACE",
    "tenant id of a zone's system tenant: a slug has no dot, so that it is no other's",
    "never",
);
const DOMAIN: Kind = kind(
    Table::Directory,
    "DOMAIN#{domain}",
    "PLACE",
    "tenant id and zone of a domain of a tenant's own, and the record that proved it",
    "never; goes with the domain",
);
const ZONE: Kind = kind(Table::Directory, "ZONE#{zone}", "ZONE", "regions and epoch of a zone", "never");

const TENANT: Kind = kind(Table::Identity, "TENANT#{tenant}", "TENANT", "the tenant: slug, issuer, policies", "never");
const CLIENT: Kind = kind(Table::Identity, "CLIENT#{tenant}#{client}", "CLIENT", "an app as registered", "never");
const API: Kind = kind(Table::Identity, "API#{tenant}#{audience}", "API", "an API: its scopes, how its access tokens are signed", "never");
const ADMINISTRATORS: Kind =
    kind(Table::Identity, "ADMIN#{tenant}", "ADMINISTRATORS", "who administers the tenant, people and apps, and as what", "never");
const POLICY: Kind = kind(
    Table::Identity,
    "POLICY#{tenant}",
    "{policy}#{version, 10 digits}",
    "what a policy of the tenant said from a change on, of whom, and who changed it",
    "never",
);
const USER: Kind = kind(Table::Identity, "USER#{tenant}#{user}", "USER", "a person: names, profile, status, watermark", "never");
const SESSION: Kind = kind(Table::Identity, "USER#{tenant}#{user}", "SESSION#{session}", "a browser's session", "a day after its absolute end");
const CONSENT: Kind = kind(Table::Identity, "USER#{tenant}#{user}", "CONSENT#{client}", "scopes allowed to an app", "never");
const FAMILY: Kind = kind(
    Table::Identity,
    "USER#{tenant}#{user}",
    "FAMILY#{family}",
    "tokens of one code; making it redeems the code",
    "when no token of it can live and its session is over",
);
const PHONE_CODE: Kind = kind(
    Table::Identity,
    "USER#{tenant}#{user}",
    "CODE#PHONE",
    "the newest code sent to prove a telephone number, named by its event, and how often it was tried",
    "after ten minutes",
);
const PASSWORD: Kind = kind(Table::Identity, "CRED#{tenant}#{user}", "PASSWORD", "sealed Argon2id hash and the password's version", "never");
const PENDING_PASSWORD: Kind =
    kind(Table::Identity, "CRED#{tenant}#{user}", "PENDING", "sealed Argon2id hash of a sign-up whose address isn't proved", "with its sign-up");
const SIGN_UP: Kind = kind(
    Table::Identity,
    "SIGNUP#{tenant}#{HMAC of identifier}",
    "PENDING",
    "a sign-up whose address isn't proved; the newest under it counts",
    "a day after it began",
);
const INVITATION: Kind = kind(
    Table::Identity,
    "INVITE#{tenant}#{HMAC of identifier, or founding}",
    "INVITATION",
    "an invitation; the newest under an address counts; under `founding` that of the first owner",
    "thirty days after it could be accepted",
);
const CLAIM: Kind = kind(
    Table::Identity,
    "CLAIM#{tenant}#{identifier kind}#{canonical version}#{HMAC of identifier}",
    "CLAIM",
    "whose identifier this is; makes it unique",
    "never",
);
const ATTEMPTS: Kind = kind(
    Table::Identity,
    "ATTEMPT#{tenant}#{HMAC of identifier}",
    "SOURCE#{HMAC of source, or kind of message}#{window}",
    "attempts of one source at one identifier; mails and text messages of a kind that were asked for by it; an administrator's requests",
    "with its window",
);
const FAILURES: Kind =
    kind(Table::Identity, "ATTEMPT#{tenant}#{HMAC of account}", "TOTAL#{window}", "failed sign-ins of one account from anywhere", "with its window");

const CLIENT_ATTEMPTS: Kind = kind(
    Table::Identity,
    "GUESS#{tenant}#{client}",
    "SOURCE#{HMAC of source}#{window}",
    "wrong secrets of an app from one network",
    "with its window",
);

const DATA_KEY: Kind = kind(Table::Keys, "DATAKEYS#{tenant}", "{purpose}", "wrapped versions of a tenant's data key", "never");
const SIGNING_RING: Kind = kind(Table::Keys, "SIGNKEYS#{tenant}", "RING", "signing keys: public JWK in clear, private key wrapped", "never");
const USER_KEY: Kind = kind(Table::Keys, "USERKEY#{tenant}#{user}", "KEY", "a person's wrapped key; erasing it erases the person's events", "never");
const MONTH_KEY: Kind = kind(Table::Keys, "MONTHKEY#{tenant}#{month}", "KEY", "wrapped key of a month's events without a person", "never");

const EVENT: Kind = kind(Table::Events, "EVENT#{tenant}#{day}#{shard}", "{event}", "an event; shard by subject", "after its retention");
const THROTTLED: Kind = kind(
    Table::Events,
    "EVENT#{tenant}#{day}#{shard}",
    "THROTTLED#{minute}#{HMAC of source}",
    "the one event that a throttled source leaves per minute",
    "after its retention",
);

const ONCE: Kind =
    kind(Table::Once, "ONCE#{tenant}#{kind}#{issuer or client}#{hash of id}", "CLAIM", "proof that a thing was used", "with the thing it names");

const DELIVERY: Kind =
    kind(Table::Work, "DELIVERY#{tenant}#{event}", "{channel}", "a delivery and what became of it", "some days after it is done; never when parked");
const DUE: Kind =
    kind(Table::Work, "DUE#{shard}", "{due, 15 digits}#{tenant}#{event}#{channel}", "when a delivery is to be tried", "never; goes with its try");

const ROTATION: Kind = kind(
    Table::Work,
    "ROTATION#{shard}",
    "{due, 15 digits}#{tenant}",
    "when a tenant's signing keys are to be looked at",
    "never; moves on with each look",
);
const EXPIRY: Kind = kind(
    Table::Work,
    "EXPIRY#{shard}",
    "{due, 15 digits}#{tenant}#{user}#{session}",
    "when a session may have run out",
    "never; goes with its session",
);

/// Every kind of row, in the order of the data model.
pub const KINDS: [&Kind; 36] = [
    &SLUG,
    &SYSTEM,
    &DOMAIN,
    &ZONE,
    &TENANT,
    &CLIENT,
    &API,
    &ADMINISTRATORS,
    &POLICY,
    &USER,
    &SESSION,
    &CONSENT,
    &FAMILY,
    &PHONE_CODE,
    &PASSWORD,
    &PENDING_PASSWORD,
    &SIGN_UP,
    &INVITATION,
    &CLAIM,
    &ATTEMPTS,
    &FAILURES,
    &CLIENT_ATTEMPTS,
    &DATA_KEY,
    &SIGNING_RING,
    &USER_KEY,
    &MONTH_KEY,
    &EVENT,
    &THROTTLED,
    &ONCE,
    &DELIVERY,
    &DUE,
    &ROTATION,
    &EXPIRY,
    &jobs::JOB,
    &jobs::REFUSED_ROW,
    &jobs::OPEN_JOB,
];

impl Kind {
    fn key(&self, partition: &[&str], sort: &[&str]) -> Key {
        Key { table: self.table, partition: fill(self.partition, partition), sort: fill(self.sort, sort) }
    }
}

// Puts `values` into the braces of `template`, in order.
fn fill(template: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut filled = String::with_capacity(96);
    for piece in template.split('{') {
        match piece.split_once('}') {
            Some((_, rest)) => {
                filled.push_str(values.next().expect("every constructor below is called by a test that counts its values"));
                filled.push_str(rest);
            }
            None => filled.push_str(piece),
        }
    }
    debug_assert!(values.next().is_none(), "more values than braces in {template}");
    filled
}

pub(crate) fn domain(domain: &DomainName) -> Key {
    DOMAIN.key(&[domain.as_str()], &[])
}

// Each zone has a system tenant of its own; every other slug names one tenant in all zones.
pub(crate) fn slug(slug: &Slug, zone: &ZoneName) -> Key {
    if slug.is_system() { SYSTEM.key(&[zone.as_str()], &[]) } else { SLUG.key(&[slug.as_str()], &[]) }
}

pub(crate) fn zone(zone: &ZoneName) -> Key {
    ZONE.key(&[zone.as_str()], &[])
}

pub(crate) fn tenant(tenant: &TenantId) -> Key {
    TENANT.key(&[tenant.as_str()], &[])
}

pub(crate) fn client(tenant: &TenantId, client: &ClientId) -> Key {
    CLIENT.key(&[tenant.as_str(), client.as_str()], &[])
}

// A URI without a fragment has no `#`.
pub(crate) fn api(tenant: &TenantId, audience: &Audience) -> Key {
    API.key(&[tenant.as_str(), audience.as_str()], &[])
}

pub(crate) fn administrators(tenant: &TenantId) -> Key {
    ADMINISTRATORS.key(&[tenant.as_str()], &[])
}

pub(crate) fn policy(tenant: &TenantId, policy: PolicyKind, version: u64) -> Key {
    // Ten digits are a change a second for three hundred years; texts of one length sort as their numbers do.
    POLICY.key(&[tenant.as_str()], &[policy.as_str(), &format!("{version:010}")])
}

pub(crate) fn user(tenant: &TenantId, user: &UserId) -> Key {
    USER.key(&[tenant.as_str(), user.as_str()], &[])
}

pub(crate) fn session(tenant: &TenantId, user: &UserId, session: &SessionId) -> Key {
    SESSION.key(&[tenant.as_str(), user.as_str()], &[session.as_str()])
}

pub(crate) fn consent(tenant: &TenantId, user: &UserId, client: &ClientId) -> Key {
    CONSENT.key(&[tenant.as_str(), user.as_str()], &[client.as_str()])
}

pub(crate) fn family(tenant: &TenantId, user: &UserId, family: &FamilyId) -> Key {
    FAMILY.key(&[tenant.as_str(), user.as_str()], &[family.as_str()])
}

pub(crate) fn phone_code(tenant: &TenantId, user: &UserId) -> Key {
    PHONE_CODE.key(&[tenant.as_str(), user.as_str()], &[])
}

pub(crate) fn password(tenant: &TenantId, user: &UserId) -> Key {
    PASSWORD.key(&[tenant.as_str(), user.as_str()], &[])
}

pub(crate) fn pending_password(tenant: &TenantId, user: &UserId) -> Key {
    PENDING_PASSWORD.key(&[tenant.as_str(), user.as_str()], &[])
}

pub(crate) fn sign_up(tenant: &TenantId, address: &str) -> Key {
    SIGN_UP.key(&[tenant.as_str(), address], &[])
}

pub(crate) fn invitation(tenant: &TenantId, address: &str) -> Key {
    INVITATION.key(&[tenant.as_str(), address], &[])
}

pub(crate) fn claim(tenant: &TenantId, claim: &Claim) -> Key {
    CLAIM.key(&[tenant.as_str(), claim.kind.as_str(), &claim.version.to_string(), &claim.hmac], &[])
}

pub(crate) fn attempts(tenant: &TenantId, attempt: &AttemptKey) -> Key {
    ATTEMPTS.key(&[tenant.as_str(), &attempt.identifier], &[&attempt.source, &attempt.window.number.to_string()])
}

pub(crate) fn failures(tenant: &TenantId, failures: &FailureKey) -> Key {
    FAILURES.key(&[tenant.as_str(), &failures.account], &[&failures.window.number.to_string()])
}

pub(crate) fn client_attempts(tenant: &TenantId, attempt: &ClientAttemptKey) -> Key {
    CLIENT_ATTEMPTS.key(&[tenant.as_str(), attempt.client.as_str()], &[&attempt.source, &attempt.window.number.to_string()])
}

pub(crate) fn data_key(tenant: &TenantId, purpose: Purpose) -> Key {
    DATA_KEY.key(&[tenant.as_str()], &[purpose.as_str()])
}

pub(crate) fn signing_ring(tenant: &TenantId) -> Key {
    SIGNING_RING.key(&[tenant.as_str()], &[])
}

pub(crate) fn user_key(tenant: &TenantId, user: &UserId) -> Key {
    USER_KEY.key(&[tenant.as_str(), user.as_str()], &[])
}

pub(crate) fn month_key(tenant: &TenantId, month: &str) -> Key {
    MONTH_KEY.key(&[tenant.as_str(), month], &[])
}

pub(crate) fn event(tenant: &TenantId, at: Timestamp, shard: u8, id: &EventId) -> Key {
    EVENT.key(&[tenant.as_str(), &at.day(), &shard.to_string()], &[id.as_str()])
}

pub(crate) fn throttled(tenant: &TenantId, at: Timestamp, shard: u8, source: &str) -> Key {
    THROTTLED.key(&[tenant.as_str(), &at.day(), &shard.to_string()], &[&(at.seconds() / 60).to_string(), source])
}

// The hash has no `#` and a fixed length, so an issuer that holds one can't pass for another.
pub(crate) fn once(tenant: &TenantId, key: &OnceKey) -> Key {
    ONCE.key(&[tenant.as_str(), key.thing.as_str(), &key.issuer_or_client, &key.id_hash], &[])
}

pub(crate) fn delivery(id: &DeliveryId) -> Key {
    DELIVERY.key(&[id.tenant.as_str(), id.event.as_str()], &[&id.channel.to_string()])
}

pub(crate) fn due(id: &DeliveryId, due_at: Timestamp, shard: u8) -> Key {
    DUE.key(&[&shard.to_string()], &[&due_digits(due_at), id.tenant.as_str(), id.event.as_str(), &id.channel.to_string()])
}

pub(crate) fn rotation(look: &DueLook, shard: u8) -> Key {
    ROTATION.key(&[&shard.to_string()], &[&due_digits(look.due_at), look.tenant.as_str()])
}

pub(crate) fn expiry(expiry: &Expiry, shard: u8) -> Key {
    let Expiry { tenant, user_id, session_id, due_at } = expiry;
    EXPIRY.key(&[&shard.to_string()], &[&due_digits(*due_at), tenant.as_str(), user_id.as_str(), session_id.as_str()])
}

// Fifteen digits reach the year 33658; texts of one length sort as their numbers do.
fn due_digits(due_at: Timestamp) -> String {
    format!("{:015}", due_at.millis())
}
