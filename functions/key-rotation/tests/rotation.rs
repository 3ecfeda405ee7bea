//! The scheduled rotation: due looks are made, each step once (F25), what fails is due again, and nobody else is held up.

use std::time::Duration;

use domain::event::{Administered, Event, Lookups, Personal, Subject};
use domain::key_ring::rotation::DueLook;
use domain::key_ring::wish::{AskedOfKeys, KeyWish};
use domain::key_ring::{Algorithm, KeyState, Purpose, SigningRing};
use domain::registration::RegistrationPolicy;
use domain::tenant::SessionPolicy;
use domain::{Slug, TenantId, Timestamp, policy};
use futures_util::future::join_all;
use key_rotation::{Deps, Turned, turn};
use runtime::key_rotation::{KeyRotations, Looked};
use runtime::provision::{NewTenant, Provisioner};
use runtime::{Clock, Failure};
use store::{Signing, TenantStore, event_shard};
use testkit::keys::{Health, KeyCall};
use testkit::rows::{Value, text};
use testkit::transport::{Crash, Fault};
use testkit::{Log, Stage};

const HOUR: Duration = Duration::from_hours(1);
const NOTHING: Turned = Turned { looked: 0, rotated: 0, failed: 0 };
const ONE: Turned = Turned { looked: 1, rotated: 1, failed: 0 };

struct Place {
    stage: Stage,
    deps: Deps,
}

impl Place {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let deps = Deps::new(&stage.platform);
        Self { stage, deps }
    }

    /// A new process of the function.
    fn restart(&mut self) {
        self.deps = Deps::new(&self.stage.platform);
    }

    async fn turn(&self) -> Turned {
        turn(&self.deps).await.expect("a run")
    }

    /// Asks something of the tenant's keys as they stand.
    async fn ask(&self, wish: KeyWish) {
        let seen = self.ring().await.version;
        let (now, kind) = (self.stage.clock.now(), Administered::SigningKeysAsked { version: seen, wish: wish.clone() });
        let (id, tenant) = (self.stage.platform.random.event_id(now), self.stage.tenant.clone());
        let event = Event { id, tenant, subject: Subject::Tenant, kind: kind.into(), personal: Personal::default() };
        let (home, event) = (self.home(&self.stage.tenant).await, event.record(None, Lookups::default()));
        home.ask_of_keys(AskedOfKeys { seen, wish }, now, &event).await.expect("an answer");
    }

    async fn home(&self, tenant: &TenantId) -> TenantStore {
        let platform = &self.stage.platform;
        let zone = platform.store.directory().find_zone(&platform.zone).await.expect("a read").expect("a zone");
        platform.store.home(&zone.place(tenant)).expect("a client for the home region")
    }

    async fn ring_of(&self, tenant: &TenantId) -> SigningRing {
        let bundle = self.home(tenant).await.read_bundle(&[], Signing::Included).await.expect("a read");
        bundle.and_then(|bundle| bundle.signing).expect("a tenant with keys")
    }

    async fn ring(&self) -> SigningRing {
        self.ring_of(&self.stage.tenant).await
    }

    /// How many keys are in each state: next, active, retiring.
    async fn states(&self) -> [usize; 3] {
        let ring = self.ring().await;
        [KeyState::Next, KeyState::Active, KeyState::Retiring].map(|state| ring.keys.iter().filter(|key| key.state == state).count())
    }

    /// Lets time pass until the new keys of a new tenant are to be published.
    fn pass_until_published(&self) {
        self.stage.clock.advance(policy::SIGNING_KEY_SIGNS);
        self.stage.clock.set(self.stage.clock.now().minus(policy::NEXT_KEY_PUBLISHED));
    }

    /// The looks that stand, as rows.
    async fn looks(&self) -> Vec<testkit::rows::Row> {
        let rows = self.stage.rows("work").await;
        rows.into_iter().filter(|row| text(row, "pk").starts_with("ROTATION#")).collect()
    }

    async fn events(&self) -> usize {
        let rows = self.stage.rows("events").await;
        rows.into_iter().filter(|row| text(row, "type").starts_with("signing_keys.r")).count()
    }
}

fn retires() -> Duration {
    SessionPolicy::default().absolute() + policy::SIGNING_KEY_MARGIN
}

#[tokio::test]
async fn keys_are_published_sign_retire_and_go_each_when_it_is_time() {
    let mut place = Place::new().await;
    assert_eq!((place.turn().await, place.states().await), (NOTHING, [0, 2, 0]));
    place.pass_until_published();
    for (wait, states) in [
        (Duration::ZERO, [2, 2, 0]),
        (policy::NEXT_KEY_PUBLISHED, [0, 2, 2]),
        (retires(), [0, 2, 0]),
        (policy::SIGNING_KEY_SIGNS.saturating_sub(policy::NEXT_KEY_PUBLISHED + retires()), [2, 2, 0]),
    ] {
        if !wait.is_zero() {
            place.stage.clock.advance(wait.saturating_sub(Duration::from_millis(1)));
            assert_eq!(place.turn().await, NOTHING, "{states:?}: a moment too early");
            place.stage.clock.advance(Duration::from_millis(1));
        }
        assert_eq!((place.turn().await, place.states().await), (ONE, states));
        assert_eq!(place.turn().await, NOTHING, "{states:?}: again");
        place.restart();
    }
    assert_eq!((place.events().await, place.looks().await.len()), (4, 1));
}

#[tokio::test]
async fn the_event_tells_which_keys_moved_and_the_key_service_is_asked_for_a_new_one_alone() {
    let place = Place::new().await;
    place.stage.keys.allow_only(&[Purpose::Signing]);
    place.pass_until_published();
    let (before, calls) = (place.ring().await, place.stage.keys.call_count());
    place.turn().await;
    assert_eq!(place.stage.keys.calls()[calls..], [KeyCall::Decrypt(Purpose::Signing)]);
    let rows = place.stage.rows("events").await;
    let row = rows.into_iter().find(|row| text(row, "type") == "signing_keys.rotated").expect("an event");
    let id = serde_json::from_value(text(&row, "id").into()).expect("an event's id");
    let shard = event_shard(&Subject::Tenant);
    let home = place.home(&place.stage.tenant).await;
    let event = home.find_event(place.stage.clock.now(), shard, &id).await.expect("a read").expect("the event");
    assert_eq!(event.subject, Subject::Tenant);
    let told = serde_json::to_value(&event.kind).expect("JSON");
    let after = place.ring().await;
    let expected: Vec<_> = before.changes_to(&after).iter().map(|change| serde_json::to_value(change).expect("JSON")).collect();
    assert_eq!((told["version"].as_u64(), told["changes"].as_array()), (Some(2), Some(&expected)));
    assert_eq!(expected.iter().map(|change| change["to"].as_str().unwrap_or_default()).collect::<Vec<_>>(), ["next", "next"]);

    // To sign with what is published, nothing has to be unwrapped.
    place.stage.keys.be(Health::Down);
    place.stage.clock.advance(policy::NEXT_KEY_PUBLISHED);
    assert_eq!((place.turn().await, place.states().await), (ONE, [0, 2, 2]));
}

#[tokio::test]
async fn f25_of_six_runs_at_once_one_rotates() {
    let place = Place::new().await;
    place.pass_until_published();
    for states in [[2, 2, 0], [0, 2, 2]] {
        let version = place.ring().await.version;
        let processes: Vec<_> = (0..6).map(|_| Deps::new(&place.stage.platform)).collect();
        let runs = join_all(processes.iter().map(turn)).await;
        let rotated: usize = runs.iter().map(|run| run.as_ref().expect("a run").rotated).sum();
        // On a busy machine the one that rotates may not hear of it.
        assert!(rotated <= 1, "{runs:?}");
        assert_eq!((place.states().await, place.looks().await.len(), place.ring().await.version), (states, 1, version + 1));
        place.stage.clock.advance(policy::NEXT_KEY_PUBLISHED);
    }
    assert_eq!(place.events().await, 2);
}

#[tokio::test]
async fn f25_a_run_that_is_killed_at_any_request_is_finished_by_the_next() {
    let mut place = Place::new().await;
    for crash in [Crash::Before, Crash::After] {
        let mut deaths = 0;
        for nth in 1..=30 {
            let mut outlived = 0;
            // Publish, sign, drop: each killed at the same request.
            for states in [[2, 2, 0], [0, 2, 2], [0, 2, 0]] {
                let due_at = place.looks().await.iter().map(|row| testkit::rows::number(row, "due_at")).min().expect("a look");
                place.stage.clock.set(Timestamp::from_millis(due_at));
                let before = place.ring().await;
                place.stage.faulty.crash_at(nth, crash);
                let ended = place.stage.faulty.until_crash(turn(&place.deps)).await;
                place.stage.faulty.heal();
                outlived += usize::from(ended.is_ok());
                deaths += usize::from(ended.is_err());
                let between = place.ring().await;
                assert!(between == before || between.version == before.version + 1, "{crash:?} {nth}: all of it or nothing");
                place.restart();
                let again = place.turn().await;
                assert!(again.failed == 0 && place.turn().await == NOTHING, "{crash:?} {nth}");
                assert_eq!((place.states().await, place.ring().await.version), (states, before.version + 1), "{crash:?} {nth}");
                assert_eq!(place.looks().await.len(), 1, "{crash:?} {nth}");
            }
            if outlived == 3 {
                break;
            }
            assert!(nth < 30, "it never ends");
        }
        assert!(deaths > 12, "{crash:?}: {deaths}");
    }
    let ring = place.ring().await;
    assert_eq!(u64::try_from(place.events().await).expect("few"), ring.version - 1, "an event for every change, and no other");
}

#[tokio::test]
async fn a_look_that_stands_twice_becomes_one_and_one_that_is_lost_is_found_when_the_tenant_is_made_again() {
    let place = Place::new().await;
    let home = place.home(&place.stage.tenant).await;
    home.put_off_look(None, place.stage.clock.now()).await.expect("one more look");
    assert_eq!(place.looks().await.len(), 2);
    assert_eq!(place.turn().await, Turned { looked: 1, ..NOTHING });
    let looks = place.looks().await;
    assert_eq!(looks.len(), 1);
    place.stage.remove("work", &looks[0]).await;
    assert_eq!(place.looks().await, []);
    let slug = Slug::parse("demo").expect("a slug");
    let again = NewTenant { slug, name: "Demo".to_owned(), issuer: place.stage.issuer.clone(), registration: RegistrationPolicy::default() };
    for _ in 0..2 {
        Provisioner::new(&place.stage.platform).create_tenant(&again).await.expect("a tenant");
        assert_eq!(place.looks().await, looks);
    }
}

#[tokio::test]
async fn what_fails_for_one_tenant_is_due_again_and_holds_up_no_other() {
    let place = Place::new().await;
    let other = place.stage.second_tenant().await.tenant.record().id.clone();
    let rows = place.stage.rows("keys").await;
    let is_ring = |row: &&testkit::rows::Row| text(row, "pk") == format!("SIGNKEYS#{}", place.stage.tenant);
    let whole = rows.iter().find(is_ring).expect("a ring").clone();
    let mut broken = whole.clone();
    broken.insert("keys".to_owned(), Value::S("no keys".to_owned()));
    place.stage.overwrite("keys", broken).await;
    place.pass_until_published();
    let log = Log::listen();
    assert_eq!(place.turn().await, Turned { looked: 1, rotated: 1, failed: 1 });
    assert_eq!(log.alarms(), ["key_rotation_broken"]);
    assert_eq!(place.ring_of(&other).await.version, 2);
    place.stage.overwrite("keys", whole).await;
    assert_eq!((place.turn().await, place.states().await), (ONE, [2, 2, 0]));
}

#[tokio::test]
async fn f22_without_the_key_service_or_the_tables_the_next_run_heals() {
    let mut place = Place::new().await;
    place.pass_until_published();
    place.stage.keys.be(Health::Down);
    assert_eq!((place.turn().await, place.states().await), (Turned { failed: 1, ..NOTHING }, [0, 2, 0]));
    place.stage.keys.be(Health::Up);
    place.stage.faulty.always(Fault::Unreachable);
    assert!(matches!(turn(&place.deps).await, Err(Failure::Unavailable(_))));
    place.stage.faulty.heal();
    place.restart();
    assert_eq!((place.turn().await, place.states().await), (ONE, [2, 2, 0]));
}

#[tokio::test]
async fn a_look_at_a_tenant_that_is_not_there_is_put_off_and_a_broken_row_raises_an_alarm() {
    let place = Place::new().await;
    let nobody = TenantId::from_random([9; 16]);
    place.home(&nobody).await.put_off_look(None, place.stage.clock.now()).await.expect("a look");
    assert_eq!(place.turn().await, Turned { looked: 1, ..NOTHING });
    assert_eq!(place.turn().await, NOTHING);
    place.stage.clock.advance(policy::SIGNING_KEY_LOOK_AGAIN);
    assert_eq!(place.turn().await, Turned { looked: 1, ..NOTHING });
    let mut row = place.looks().await.into_iter().find(|row| text(row, "tenant") == nobody.as_str()).expect("a look");
    row.remove("tenant");
    place.stage.overwrite("work", row).await;
    place.stage.clock.advance(policy::SIGNING_KEY_LOOK_AGAIN);
    let log = Log::listen();
    assert_eq!((place.turn().await, log.alarms()), (NOTHING, vec!["key_rotation_row_corrupt".to_owned()]));
}

#[tokio::test]
async fn a_run_with_nothing_due_asks_each_shard_once_and_the_key_service_never() {
    let place = Place::new().await;
    place.stage.keys.be(Health::Down);
    let calls = place.stage.keys.call_count();
    place.stage.counting.reset();
    assert_eq!(place.turn().await, NOTHING);
    let operations: Vec<String> = place.stage.counting.take().operations.into_iter().map(|operation| operation.name).collect();
    assert_eq!(operations, ["Query"; policy::DUE_SHARDS as usize]);
    assert_eq!(place.stage.keys.call_count(), calls);
}

#[tokio::test]
async fn a_key_that_is_withdrawn_goes_at_the_next_run_and_the_rotation_starts_anew_from_there() {
    let place = Place::new().await;
    place.pass_until_published();
    place.turn().await;
    let before = place.ring().await;
    place.ask(KeyWish::Withdraw { algorithms: [Algorithm::Es256].into() }).await;
    assert_eq!(place.turn().await, ONE);
    let after = place.ring().await;
    let kid = |ring: &SigningRing, algorithm| ring.active(algorithm).expect("an active key").kid.clone();
    assert_ne!(kid(&after, Algorithm::Es256), kid(&before, Algorithm::Es256));
    assert_eq!(kid(&after, Algorithm::Rs256), kid(&before, Algorithm::Rs256));
    assert_eq!(after.keys.iter().filter(|key| key.algorithm == Algorithm::Es256).count(), 1, "the one that waited went with it");

    // RS256 goes its way; ES256 signs for its whole time.
    place.stage.clock.advance(policy::NEXT_KEY_PUBLISHED);
    assert_eq!((place.turn().await, place.states().await), (ONE, [0, 2, 1]));
    place.stage.clock.advance(policy::SIGNING_KEY_SIGNS.saturating_sub(policy::NEXT_KEY_PUBLISHED + HOUR));
    while place.turn().await.looked > 0 {}
    assert_eq!(kid(&place.ring().await, Algorithm::Es256), kid(&after, Algorithm::Es256));
}

#[tokio::test]
async fn what_was_asked_of_keys_that_changed_since_is_left_and_so_is_what_is_asked_twice() {
    let place = Place::new().await;
    let wish = KeyWish::Replace { algorithms: [Algorithm::Es256].into() };
    place.ask(wish.clone()).await;
    place.stage.clock.advance(Duration::from_millis(1));
    place.ask(wish).await;
    assert_eq!(place.turn().await, Turned { looked: 2, rotated: 1, failed: 0 });
    assert_eq!((place.states().await, place.ring().await.version, place.turn().await), ([0, 2, 1], 2, NOTHING));
    assert_eq!(place.looks().await.iter().filter(|look| look.contains_key("asked")).count(), 0);
}

#[tokio::test]
async fn a_home_that_moved_a_moment_ago_waits() {
    let place = Place::new().await;
    place.pass_until_published();
    let platform = &place.stage.platform;
    platform.store.directory().move_epoch(&platform.zone, domain::Epoch(0), place.stage.clock.now()).await.expect("a move");
    assert_eq!(place.turn().await, Turned { failed: 1, ..NOTHING });
    place.stage.clock.advance(policy::EPOCH_SETTLES_AFTER);
    assert_eq!(place.turn().await, ONE);
}

#[tokio::test]
async fn a_tenant_at_home_elsewhere_is_left_to_its_home() {
    let place = Place::new().await;
    place.pass_until_published();
    let mut platform = place.stage.platform.clone();
    platform.region = domain::Region::new("eu-central-1");
    let away = KeyRotations::new(&platform);
    let due = DueLook::at(place.stage.tenant.clone(), place.stage.clock.now());
    assert_eq!(away.look(&due).await.expect("an answer"), Looked::Elsewhere);
    assert_eq!((place.states().await, place.turn().await), ([0, 2, 0], ONE));
}
