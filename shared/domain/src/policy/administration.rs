//! Lifetimes and limits of the admin API, and of what it starts.

use std::time::Duration;

use super::{DAY, HOUR, MINUTE};

/// Rows on a page of a list, where nobody says how many.
pub const PAGE: usize = 25;
/// The most that anybody may ask for.
pub const PAGE_MAX: usize = 100;
/// How long the key of a request that makes something is remembered.
pub const MAKING_REQUEST: Duration = DAY;
/// Such a key, in bytes.
pub const IDEMPOTENCY_KEY_MAX: usize = 255;
/// A cursor of a list.
pub const CURSOR: Duration = DAY;
/// What a thing is listed under, in characters.
pub const LISTED_MAX: usize = 100;
/// Scopes of an API.
pub const API_SCOPES_MAX: usize = 100;
/// Addresses of a kind, and origins, that an app has.
pub const APP_ADDRESSES_MAX: usize = 50;
/// An origin, in bytes: `https://`, the longest name of the DNS, and a port.
pub const ORIGIN_MAX: usize = 267;
/// Origins of a tenant's apps in all: they are read with its record.
pub const TENANT_ORIGINS_MAX: usize = 500;
/// Domains that a tenant has or wants: they are read with its record.
pub const DOMAINS_MAX: usize = 10;
/// A name in the DNS, in characters as people write it (RFC 1035 §2.3.4: 255 bytes with the lengths of its labels).
pub const DOMAIN_NAME_MAX: usize = 253;
/// A label of such a name (RFC 1035 §2.3.4).
pub const DOMAIN_LABEL_MAX: usize = 63;
/// How long one question to the DNS waits, and how often it is asked: whoever administers waits for it.
pub const DNS_TIMEOUT: Duration = Duration::from_secs(2);
/// How often it is asked before nobody answers.
pub const DNS_ATTEMPTS: usize = 2;
/// How long an answer is waited for in all, whatever servers the system names.
pub const DNS_PATIENCE: Duration = Duration::from_secs(6);
/// TXT records that are looked at; a name with more of them isn't one that was set up for us.
pub const DNS_TXT_MAX: usize = 50;
/// Hosts that are nobody's that a process remembers, so that a flood at one of them reads nothing.
pub const STRANGE_HOSTS_MAX: usize = 1000;
/// Keys that an app's assertions verify with.
pub const APP_KEYS_MAX: usize = 5;
/// Such a key as JSON, in bytes: RSA of 4096 bits with a chain of certificates.
pub const APP_KEY_BYTES_MAX: usize = 8 * 1024;
/// APIs that an app asks for as itself.
pub const APP_APIS_MAX: usize = 20;
/// Rules by which an app is told something of people: they stand in its record.
pub const CLAIM_RULES_MAX: usize = 20;
/// The name of a claim that a rule tells, in bytes.
pub const CLAIM_NAME_MAX: usize = 100;
/// What a rule states itself, as JSON, in bytes.
pub const CLAIM_VALUE_BYTES_MAX: usize = 1024;
/// What rules tell in one token or answer, names and values, in bytes: tokens travel in headers, of which many servers take 8 KB.
pub const CLAIMS_BYTES_MAX: usize = 2048;
/// Secrets of an app that are good at a time: two while one is rotated.
pub const APP_SECRETS_MAX: usize = 2;
/// A body of the admin API, in bytes: a whole bulk.
pub const ADMIN_BODY_MAX: usize = 4 * 1024 * 1024;
/// Requests of one administrator, person or app, in a window: fifty a second are a script's, more are a mistake's.
pub const ADMIN_REQUESTS_PER_WINDOW: u32 = 3000;
/// The window in which they count.
pub const ADMIN_REQUESTS_WINDOW: Duration = MINUTE;
/// Requests in one bulk.
pub const BULK_MAX: usize = 1000;
/// Requests of a bulk that are under way beside each other.
pub const BULK_BESIDE: usize = 8;
/// What a bulk hasn't begun after this long isn't done: a function has ten seconds.
pub const BULK_TIME: Duration = Duration::from_secs(7);
/// A file of people, in bytes: a million rows of the usual kind.
pub const TRANSFER_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// What it is sent in: each part but the last has so many bytes.
pub const TRANSFER_PART_BYTES: u64 = 64 * 1024 * 1024;
/// A row of it, in bytes.
pub const TRANSFER_LINE_MAX: usize = 64 * 1024;
/// Rows of it.
pub const TRANSFER_ROWS_MAX: u64 = 1_000_000;
/// A link by which a part is sent or fetched.
pub const TRANSFER_LINK: Duration = HOUR;
/// A job and what came of it. Its files are gone a day later, by a rule of their bucket.
pub const TRANSFER_REMEMBERED: Duration = Duration::from_hours(3 * 24);
/// Whoever works on a job and is silent for longer is taken to be dead.
pub const TRANSFER_LEASE: Duration = Duration::from_mins(2);
/// One run works so long; what is left is the next one's. The function has a minute more.
pub const TRANSFER_RUN: Duration = Duration::from_mins(4);
/// Rows between two moments at which a job's place is written down.
pub const TRANSFER_BATCH: usize = 100;
/// A part of what is written, in bytes: it ends with the page of people that makes it longer.
pub const TRANSFER_WRITTEN_PART: usize = 4 * 1024 * 1024;
/// Apps, and APIs, of a tenant whose configuration is one document: a function has the time and the memory to read so many.
pub const CONFIGURATION_THINGS_MAX: usize = 500;
/// Rows that one configuration changes, with those of its events: as many as one transaction of DynamoDB has.
pub const CONFIGURATION_ROWS_MAX: usize = 100;
/// What one event names of what a configuration changed, in bytes: with the rest of it an event stays within 1 KB.
pub const CONFIGURATION_EVENT_BYTES: usize = 600;
/// How deep a configuration is nested.
pub const CONFIGURATION_DEPTH_MAX: usize = 32;
/// Aliases of YAML in a configuration.
pub const CONFIGURATION_ALIASES_MAX: usize = 200;
/// Nodes that those stand for in all.
pub const CONFIGURATION_ALIASED_MAX: usize = 10_000;
/// Nodes of a configuration in all.
pub const CONFIGURATION_NODES_MAX: usize = 250_000;
