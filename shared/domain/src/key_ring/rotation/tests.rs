use proptest::prelude::*;

use super::*;
use crate::Slug;
use crate::tenant::{Issuer, SessionPolicy};

const START: Timestamp = Timestamp::from_seconds(1_795_357_925);
const HOUR: Duration = Duration::from_hours(1);

fn tenant() -> Tenant {
    let issuer = Issuer::parse("https://demo.id.example.com").expect("an issuer");
    Tenant::named(TenantId::from_random([1; 16]), Slug::parse("demo").expect("a slug"), "Demo", issuer, START)
}

fn policy() -> RotationPolicy {
    RotationPolicy::of(&tenant())
}

fn made(number: usize, algorithm: Algorithm) -> NewKey {
    let kid = format!("{} {number}", algorithm.as_str());
    NewKey { kid, algorithm, public_jwk: serde_json::Value::Null, private_key: SealedBytes::new(vec![7; 9]) }
}

/// A new tenant's ring.
fn ring() -> SigningRing {
    let keys = Algorithm::OF_TENANTS.map(|algorithm| made(0, algorithm).record(KeyState::Active, START));
    SigningRing { version: 1, keys: keys.to_vec() }
}

fn names(ring: &SigningRing, state: KeyState) -> Vec<&str> {
    ring.keys.iter().filter(|key| key.state == state).map(|key| key.kid.as_str()).collect()
}

/// Does what it is time for; whether that was anything.
fn turn(ring: &mut SigningRing, number: usize, now: Timestamp) -> bool {
    let steps = ring.steps(&policy(), now);
    if steps.is_empty() {
        return false;
    }
    let keys = steps.publish.iter().map(|algorithm| made(number, *algorithm)).collect();
    *ring = ring.rotated(&steps, keys, now);
    true
}

#[test]
fn a_key_is_published_signs_verifies_alone_and_goes() {
    let policy = policy();
    let mut ring = ring();
    let publish = START.plus(policy.signs).minus(policy.published_ahead);
    assert_eq!(ring.due_at(&policy), publish);
    assert!(ring.steps(&policy, Timestamp::from_millis(publish.millis() - 1)).is_empty());

    assert!(turn(&mut ring, 1, publish));
    assert_eq!((names(&ring, KeyState::Active), names(&ring, KeyState::Next)), (vec!["ES256 0", "RS256 0"], vec!["ES256 1", "RS256 1"]));
    let promote = START.plus(policy.signs);
    assert_eq!(ring.due_at(&policy), promote);
    assert!(!turn(&mut ring, 2, Timestamp::from_millis(promote.millis() - 1)));

    assert!(turn(&mut ring, 2, promote));
    assert_eq!((names(&ring, KeyState::Active), names(&ring, KeyState::Retiring)), (vec!["ES256 1", "RS256 1"], vec!["ES256 0", "RS256 0"]));
    let gone = promote.plus(policy.retires);
    assert_eq!(ring.due_at(&policy), gone);
    assert!(!turn(&mut ring, 3, Timestamp::from_millis(gone.millis() - 1)));

    assert!(turn(&mut ring, 3, gone));
    assert_eq!((ring.version, ring.keys.len()), (4, 2));
    assert_eq!(names(&ring, KeyState::Active), ["ES256 1", "RS256 1"]);
    assert_eq!(ring.due_at(&policy), promote.plus(policy.signs).minus(policy.published_ahead));
}

#[test]
fn a_rotation_that_nobody_came_to_starts_late_and_takes_its_time() {
    let policy = policy();
    let mut ring = ring();
    let late = START.plus(policy.signs * 3);
    assert!(ring.is_overdue(late) && !ring.is_overdue(START.plus(policy.signs)));
    assert!(turn(&mut ring, 1, late));
    assert_eq!(names(&ring, KeyState::Active), ["ES256 0", "RS256 0"], "the new ones are known to nobody yet");
    assert!(!turn(&mut ring, 2, late.plus(policy.published_ahead).minus(HOUR)));
    assert!(turn(&mut ring, 2, late.plus(policy.published_ahead)));
    assert_eq!(names(&ring, KeyState::Active), ["ES256 1", "RS256 1"]);
    assert!(!ring.is_overdue(late.plus(policy.published_ahead)));
}

#[test]
fn an_algorithm_that_comes_later_is_published_before_it_signs() {
    let mut ring = ring();
    ring.keys.pop();
    let now = START.plus(HOUR);
    assert_eq!(ring.steps(&policy(), now), Steps { publish: vec![Algorithm::Rs256], ..Steps::default() });
    assert!(turn(&mut ring, 1, now));
    assert_eq!((names(&ring, KeyState::Active), names(&ring, KeyState::Next)), (vec!["ES256 0"], vec!["RS256 1"]));
    assert!(turn(&mut ring, 2, now.plus(policy().published_ahead)));
    assert_eq!(names(&ring, KeyState::Active), ["ES256 0", "RS256 1"]);
}

#[test]
fn keys_stay_published_as_long_as_the_longest_token_or_session_of_the_tenant() {
    let lives = |absolute: Duration| SessionPolicy { idle_seconds: 60, absolute_seconds: absolute.as_secs() };
    let of_sessions = |absolute| RotationPolicy::of(&Tenant { sessions: lives(absolute), ..tenant() }).retires;
    let kept = Tenant { kept_sessions: Some(lives(Duration::from_hours(90 * 24))), ..tenant() };
    assert_eq!(RotationPolicy::of(&kept).retires, Duration::from_hours(90 * 24) + policy::SIGNING_KEY_MARGIN);
    assert_eq!(of_sessions(Duration::from_secs(60)), policy::LONGEST_TOKEN + policy::SIGNING_KEY_MARGIN);
    assert_eq!(of_sessions(Duration::from_hours(720)), Duration::from_hours(720) + policy::SIGNING_KEY_MARGIN);
}

/// A ring in the middle of a rotation: each algorithm has a retiring, an active and a next key.
fn busy_ring() -> SigningRing {
    let mut ring = ring();
    let mut now = START;
    while names(&ring, KeyState::Retiring).is_empty() {
        now = ring.due_at(&policy());
        let number = usize::try_from(ring.version).expect("small");
        turn(&mut ring, number, now);
    }
    let next = Algorithm::OF_TENANTS.map(|algorithm| made(9, algorithm).record(KeyState::Next, now));
    ring.keys.extend(next);
    ring
}

#[test]
fn a_key_replaced_at_once_retires_or_is_withdrawn_and_the_other_algorithm_is_left_alone() {
    let (before, now) = (busy_ring(), START.plus(policy().signs * 2));
    let retired = before.replaced(vec![made(10, Algorithm::Es256)], Replaced::Retire, now);
    assert_eq!(names(&retired, KeyState::Active), ["RS256 1", "ES256 10"]);
    assert_eq!(names(&retired, KeyState::Retiring), ["ES256 0", "RS256 0", "ES256 1"]);
    assert_eq!(names(&retired, KeyState::Next), ["RS256 9"], "what waited is not trusted either");
    assert_eq!(retired.version, before.version + 1);

    let withdrawn = before.replaced(vec![made(10, Algorithm::Es256)], Replaced::Withdrawn, now);
    let es256: Vec<_> = withdrawn.published().filter(|key| key.algorithm == Algorithm::Es256).map(|key| key.kid.as_str()).collect();
    assert_eq!(es256, ["ES256 10"]);
    let of_rs256 = |ring: &SigningRing| ring.keys.iter().filter(|key| key.algorithm == Algorithm::Rs256).cloned().collect::<Vec<_>>();
    assert_eq!(of_rs256(&withdrawn), of_rs256(&before));
}

#[test]
fn a_key_that_signs_no_more_keeps_no_private_half() {
    let busy = busy_ring();
    let replaced = busy.replaced(vec![made(10, Algorithm::Es256)], Replaced::Retire, START);
    for ring in [busy, replaced] {
        for key in &ring.keys {
            assert_eq!(key.private_key.as_bytes().is_empty(), key.state == KeyState::Retiring, "{} {:?}", key.kid, key.state);
        }
    }
}

#[test]
fn changes_name_each_key_that_is_another_thing_now() {
    let before = busy_ring();
    let after = before.replaced(vec![made(10, Algorithm::Es256)], Replaced::Withdrawn, START);
    let change = |kid: &str, to| KeyChange { kid: kid.to_owned(), algorithm: Algorithm::Es256, to };
    let gone = ["ES256 0", "ES256 1", "ES256 9"].map(|kid| change(kid, KeyState::Gone));
    assert_eq!(before.changes_to(&after), [gone.as_slice(), &[change("ES256 10", KeyState::Active)]].concat());
    assert_eq!(before.changes_to(&before), []);
}

/// A key that signed, or was seen in a key set, and when.
struct Seen {
    at: Timestamp,
    kids: Vec<String>,
}

proptest! {
    /// Looks come at any pace, none for weeks among them: at every time one key of each algorithm signs, it is known to everybody who keeps a
    /// key set within the policy, and everything that an unexpired token needs is published.
    #[test]
    fn at_every_time_one_key_signs_and_everybody_knows_it(pauses in prop::collection::vec((1_u64..60, prop::bool::weighted(0.05)), 1..400)) {
        let policy = policy();
        let (mut ring, mut now) = (ring(), START);
        let kids = |ring: &SigningRing| ring.published().map(|key| key.kid.clone()).collect::<Vec<_>>();
        let mut sets = vec![Seen { at: START.minus(policy::NEXT_KEY_PUBLISHED), kids: kids(&ring) }];
        let mut signed: Vec<Seen> = Vec::new();
        for (number, (hours, weeks)) in pauses.into_iter().enumerate() {
            now = now.plus(if weeks { HOUR * 24 * u32::try_from(hours).expect("small") } else { HOUR * u32::try_from(hours).expect("small") });
            let due_at = ring.due_at(&policy);
            let turned = turn(&mut ring, number + 1, now);
            prop_assert_eq!(turned, due_at <= now, "it is time for something from then on");
            prop_assert!(!turn(&mut ring, usize::MAX, now), "a second run finds nothing to do");
            prop_assert!(ring.due_at(&policy) > now);
            let mut signing = Vec::new();
            for algorithm in Algorithm::OF_TENANTS {
                let active: Vec<_> = ring.keys.iter().filter(|key| key.algorithm == algorithm && key.state == KeyState::Active).collect();
                prop_assert_eq!(active.len(), 1);
                signing.push(active[0].kid.clone());
            }
            let published = kids(&ring);
            prop_assert!(published.len() <= 3 * Algorithm::OF_TENANTS.len());
            // Whoever fetched the key set within the policy, an hour ago or a day, can verify what is signed now.
            sets.retain(|set| now.since(set.at) < policy::NEXT_KEY_PUBLISHED);
            for set in &sets {
                prop_assert!(signing.iter().all(|kid| set.kids.contains(kid)), "a set of {:?} ago", now.since(set.at));
            }
            // Whoever fetches it now can verify whatever counts, hints of sessions included.
            signed.retain(|token| now.since(token.at) <= policy::SESSION_ABSOLUTE);
            prop_assert!(signed.iter().flat_map(|token| &token.kids).all(|kid| published.contains(kid)));
            sets.push(Seen { at: now, kids: published });
            signed.push(Seen { at: now, kids: signing });
        }
    }

    /// The same when keys are replaced without haste in between.
    #[test]
    fn replacing_leaves_one_key_that_signs_and_retires_all_that_did(pauses in prop::collection::vec((1_u64..2000, any::<bool>()), 1..60)) {
        let (mut ring, mut now) = (ring(), START);
        for (number, (hours, replace)) in pauses.into_iter().enumerate() {
            now = now.plus(Duration::from_hours(hours));
            turn(&mut ring, 2 * number + 1, now);
            let signing: Vec<_> = names(&ring, KeyState::Active).into_iter().map(str::to_owned).collect();
            if replace {
                let all = Algorithm::OF_TENANTS.map(|algorithm| made(2 * number + 2, algorithm)).to_vec();
                ring = ring.replaced(all, Replaced::Retire, now);
            }
            prop_assert_eq!(names(&ring, KeyState::Active).len(), 2);
            prop_assert!(signing.iter().all(|kid| ring.published().any(|key| key.kid == *kid)));
        }
    }
}
