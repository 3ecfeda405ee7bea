//! Samples, and a look at rows past the store.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::api::{Api, ApiScope, Audience};
use domain::claims::RequestedClaims;
use domain::client::Client;
use domain::consent::Consent;
use domain::credential::PasswordCredential;
use domain::delivery::{Channel, Delivery, DeliveryId, DeliveryState};
use domain::event::{Browser, Event, EventKind, Lookups, Personal, RecordedEvent, Subject};
use domain::family::{Family, FamilyState};
use domain::identifier::{CANONICAL_VERSION, IdentifierKind};
use domain::key_ring::{Algorithm, KeyState, Purpose, SigningKeyRecord, SigningRing, WrappedDataKey, WrappedKeyVersion, WrappedUserKey};
use domain::secret::SealedBytes;
use domain::session::{AuthenticationMethod, Keeping, Session};
use domain::tenant::{Issuer, Tenant};
use domain::user::{Email, Profile, User};
use domain::{ClientId, Epoch, EventId, FamilyId, Placement, Region, SessionId, Slug, TenantId, Timestamp, UserId, ZoneName};
use store::{Claim, NewTenant, NewUser, TenantStore};
use testkit::Embedded;

/// 2026-11-22T14:32:05Z.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_795_357_925);

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

pub(crate) fn tenant_id() -> TenantId {
    TenantId::from_random([1; 16])
}

pub(crate) fn user_id() -> UserId {
    UserId::from_random([2; 16])
}

pub(crate) fn client_id() -> ClientId {
    ClientId::parse("app").expect("a client id")
}

pub(crate) fn session_id() -> SessionId {
    SessionId::from_random([3; 16])
}

pub(crate) fn family_id() -> FamilyId {
    FamilyId::from_random([4; 16])
}

/// The sample tenant at home in `region`.
pub(crate) fn placement(region: &Region) -> Placement {
    Placement { tenant: tenant_id(), zone: ZoneName::new("eu"), home: region.clone(), epoch: Epoch(0), epoch_began_at: Timestamp::from_seconds(0) }
}

/// The sample tenant's rows.
pub(crate) fn tenant_store(embedded: &Embedded) -> TenantStore {
    embedded.store().home(&placement(embedded.region())).expect("a client for the home region")
}

/// An event of the sample person; `number` makes its id another one.
pub(crate) fn event(kind: EventKind, number: u8) -> RecordedEvent {
    event_about(Subject::User(user_id()), kind, number)
}

pub(crate) fn event_about(subject: Subject, kind: EventKind, number: u8) -> RecordedEvent {
    let event = Event { id: EventId::new(NOW, [number; 10]), tenant: tenant_id(), subject, kind, personal: Personal::default() };
    let lookups = Lookups { address: Some("a".repeat(43)), identifier: Some("i".repeat(43)) };
    event.record(Some(SealedBytes::new(vec![7; 300])), lookups)
}

pub(crate) fn session_started(number: u8) -> RecordedEvent {
    event(
        EventKind::SessionStarted {
            session_id: session_id(),
            client_id: client_id(),
            browser: Browser::New,
            credential_version: 1,
            runs_out_at: Some(later(800)),
        },
        number,
    )
}

pub(crate) fn session() -> Session {
    Session {
        id: session_id(),
        user_id: user_id(),
        authenticated_at: NOW,
        methods: vec![AuthenticationMethod::Password],
        last_used_at: NOW,
        idle_seconds: 800,
        ends_at: later(2000),
        ended: None,
        keeping: Keeping::WhileOpen,
        seen_from: None,
    }
}

pub(crate) fn scopes(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub(crate) fn family() -> Family {
    Family {
        id: family_id(),
        user_id: user_id(),
        client_id: client_id(),
        session_id: session_id(),
        scopes: scopes(&["openid", "profile", "email"]),
        claims: RequestedClaims::default(),
        audience: None,
        state: FamilyState::Active,
        issued_at: NOW,
        ends_at: later(4200),
        session_ends_at: later(2000),
        epoch: Epoch(3),
        offline: None,
        domain: None,
    }
}

pub(crate) fn grant_issued(number: u8) -> RecordedEvent {
    event(EventKind::GrantIssued { client_id: client_id(), family_id: family_id() }, number)
}

pub(crate) fn consent() -> Consent {
    Consent { client_id: client_id(), scopes: scopes(&["openid", "profile"]), given_at: NOW }
}

pub(crate) fn user(id: UserId) -> User {
    User {
        username: Some("ada".to_owned()),
        email: Some(Email::first("ada@example.com", true)),
        profile: Profile { name: Some("Ada".to_owned()), ..Profile::default() },
        not_before: Timestamp::from_seconds(0),
        ..User::new(id, NOW)
    }
}

pub(crate) fn password(version: u64) -> PasswordCredential {
    PasswordCredential { version, ..PasswordCredential::first(SealedBytes::new(vec![8; 150]), NOW) }
}

pub(crate) fn wrapped_key(byte: u8) -> WrappedUserKey {
    WrappedUserKey { wrapped: SealedBytes::new(vec![byte; 60]), created_at: NOW }
}

pub(crate) fn claim(kind: IdentifierKind, of: &str) -> Claim {
    Claim { kind, version: CANONICAL_VERSION, hmac: of.to_owned() }
}

/// A person numbered `number`; all of them have the same address and their own username.
pub(crate) fn new_user(number: u8) -> NewUser {
    NewUser {
        user: user(UserId::from_random([number; 16])),
        password: Some(password(1)),
        claims: vec![claim(IdentifierKind::Username, &format!("username {number}")), claim(IdentifierKind::Email, "ada")],
        user_key: wrapped_key(number),
    }
}

/// A delivery numbered `number`, due now.
pub(crate) fn delivery(number: u8) -> Delivery {
    Delivery {
        id: DeliveryId { tenant: tenant_id(), event: EventId::new(NOW, [number; 10]), channel: Channel::MailNewBrowser },
        event_at: NOW,
        event_shard: 3,
        attempts: 0,
        state: DeliveryState::Due { due_at: NOW },
    }
}

/// A tenant with keys for every purpose.
pub(crate) fn new_tenant(id: TenantId) -> NewTenant {
    let issuer = Issuer::parse("https://demo.id.example.com").expect("an issuer");
    let tenant = Tenant::named(id, Slug::parse("demo").expect("a slug"), "Demo", issuer, NOW);
    let version = WrappedKeyVersion { id: 1, wrapped: SealedBytes::new(vec![5; 180]), created_at: NOW };
    let data_keys = Purpose::ALL.map(|purpose| WrappedDataKey { purpose, versions: vec![version.clone()] }).to_vec();
    NewTenant { tenant, data_keys, signing: SigningRing { version: 1, keys: Vec::new() }, first_look_at: later(500) }
}

/// A ring of keys of ES256, each by its number, in these states.
pub(crate) fn ring(version: u64, keys: &[(u8, KeyState)]) -> SigningRing {
    let key = |(number, state): &(u8, KeyState)| SigningKeyRecord {
        kid: format!("{number}").repeat(43),
        algorithm: Algorithm::Es256,
        state: *state,
        since: NOW,
        asked: false,
        public_jwk: serde_json::json!({ "kty": "EC", "kid": number }),
        private_key: SealedBytes::new(vec![*number; 180]),
    };
    SigningRing { version, keys: keys.iter().map(key).collect() }
}

/// The event of a rotation; `number` makes its id another one.
pub(crate) fn rotated(before: &SigningRing, after: &SigningRing, number: u8) -> RecordedEvent {
    event_about(Subject::Tenant, EventKind::SigningKeysRotated { version: after.version, changes: before.changes_to(after) }, number)
}

/// An app registered as `id`.
pub(crate) fn client(id: &str) -> Client {
    Client::named(ClientId::parse(id).expect("a client id"), "App", NOW)
}

/// An API registered as `audience`.
pub(crate) fn api(audience: &str) -> Api {
    let scopes = ["read", "write"].map(|name| ApiScope::parse(name).expect("a scope")).into();
    Api { scopes, ..Api::named(Audience::parse(audience).expect("an audience"), "API", NOW) }
}

/// Every row of a table, past the store.
pub(crate) async fn rows(embedded: &Embedded, table: &str) -> Vec<Item> {
    embedded.client().scan().table_name(table).send().await.expect("a scan").items.unwrap_or_default()
}

pub(crate) async fn identity_rows(embedded: &Embedded) -> Vec<Item> {
    rows(embedded, &embedded.tables().expect("six tables").identity).await
}

pub(crate) async fn event_rows(embedded: &Embedded) -> Vec<Item> {
    rows(embedded, &embedded.tables().expect("six tables").events).await
}

/// The one row of `table` whose sort key begins with `kind`.
pub(crate) async fn row(embedded: &Embedded, table: &str, kind: &str) -> Item {
    let mut found: Vec<_> = rows(embedded, table).await.into_iter().filter(|row| text(row, "sk").starts_with(kind)).collect();
    assert_eq!(found.len(), 1, "one {kind} in {table}");
    found.remove(0)
}

/// Writes a row back as a test has changed it.
pub(crate) async fn overwrite(embedded: &Embedded, table: &str, row: Item) {
    embedded.client().put_item().table_name(table).set_item(Some(row)).send().await.expect("a put");
}

pub(crate) fn text<'a>(row: &'a Item, attribute: &str) -> &'a str {
    row.get(attribute).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

pub(crate) fn number(row: &Item, attribute: &str) -> u64 {
    row.get(attribute).and_then(|value| value.as_n().ok()).and_then(|number| number.parse().ok()).unwrap_or(0)
}
