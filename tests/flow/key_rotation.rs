//! F26: keys move on, and nobody notices: every token that counts verifies by every key set that an app may still hold. And what is noticed
//! when keys are replaced at once.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::event::{Administered, Event, Lookups, Personal, Subject};
use domain::key_ring::Algorithm;
use domain::key_ring::wish::{AskedOfKeys, KeyWish};
use domain::{Epoch, Timestamp, policy};
use http::StatusCode;
use jsonwebtoken::{DecodingKey, Validation};
use local::TestPlatform;
use runtime::Clock;
use serde_json::Value;
use testkit::Log;
use testkit::endpoint::{Answer, Call};
use testkit::form::encoded;

use super::ledger::rows;
use super::relying_party::{RelyingParty, assert_invalid_token, path};
use super::tenants::app_of_algorithm;
use super::visitor::{Visitor, answer};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// A key set as an app holds it.
#[derive(Clone)]
struct KeySet {
    fetched_at: Timestamp,
    keys: Vec<Value>,
}

impl KeySet {
    async fn fetch(platform: &TestPlatform, app: &RelyingParty) -> Self {
        let fetched = answer(platform, Call::get(path(&app.url("/jwks")))).await;
        assert_eq!((fetched.status, fetched.header("cache-control")), (StatusCode::OK, "public, max-age=900"));
        let keys = fetched.json()["keys"].as_array().cloned().unwrap_or_default();
        Self { fetched_at: platform.clock.now(), keys }
    }

    fn kids(&self) -> Vec<&str> {
        self.keys.iter().filter_map(|key| key["kid"].as_str()).collect()
    }

    /// Whether an app with this key set takes a token, by a library that isn't ours.
    fn verifies(&self, token: &str) -> bool {
        let header = jsonwebtoken::decode_header(token).expect("a JWS");
        let key = self.keys.iter().find(|key| key["kid"].as_str() == header.kid.as_deref());
        let Some(key) = key.and_then(|key| serde_json::from_value(key.clone()).ok()) else { return false };
        let mut validation = Validation::new(header.alg);
        // Time is the test's, and who it is for is looked at elsewhere.
        (validation.validate_exp, validation.validate_aud) = (false, false);
        validation.required_spec_claims.clear();
        jsonwebtoken::decode::<Value>(token, &DecodingKey::from_jwk(&key).expect("a key"), &validation).is_ok()
    }
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).expect("a JWS").kid.expect("a key's name")
}

/// What an app was given.
struct Tokens {
    id_token: String,
    access_token: String,
}

impl Tokens {
    #[track_caller]
    fn read(answer: &Answer) -> Self {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.outcome());
        Self { id_token: answer.text_of("id_token"), access_token: answer.text_of("access_token") }
    }

    #[track_caller]
    fn assert_verified_by(&self, set: &KeySet, now: Timestamp) {
        for token in [&self.id_token, &self.access_token] {
            assert!(set.verifies(token), "{} is not in a set of {:?} ago: {:?}", kid(token), now.since(set.fetched_at), set.kids());
        }
    }
}

/// When the demo's keys are to be looked at.
async fn next_look(platform: &TestPlatform) -> Timestamp {
    let looks: Vec<_> =
        rows(platform, "work").await.iter().filter_map(|row| row["pk"].as_str()?.starts_with("ROTATION#").then(|| row["due_at"].as_u64())?).collect();
    assert_eq!(looks.len(), 1, "{looks:?}");
    Timestamp::from_millis(looks[0])
}

/// An app that keeps every key set that it fetched within a day and a JWKS lifetime, and a person who is signed in there again and again.
struct Walk {
    platform: TestPlatform,
    apps: [RelyingParty; 2],
    ada: Visitor,
    sets: Vec<KeySet>,
    refresh_token: String,
    signed_with: Vec<String>,
    due_at: Timestamp,
}

impl Walk {
    async fn begin() -> Self {
        let platform = TestPlatform::start().await;
        let apps = [app_of_algorithm(&platform, Algorithm::Es256).await.offline(), app_of_algorithm(&platform, Algorithm::Rs256).await];
        let ada = Visitor::ada(&platform, 0);
        Self { platform, apps, ada, sets: Vec::new(), refresh_token: String::new(), signed_with: Vec::new(), due_at: Timestamp::default() }
    }

    /// Jumps to a day before keys are published or dropped; whatever was held has expired by then.
    async fn jump(&mut self) {
        self.platform.clock.set(next_look(&self.platform).await.minus(DAY));
        self.sets.clear();
        self.ada = Visitor::ada(&self.platform, 0);
        let code = self.ada.arrive(&self.platform, &self.apps[0]).await;
        self.refresh_token = self.apps[0].refresh_token(&self.platform, &code).await;
    }

    /// An hour in which the schedule runs and the app fetches the key set. Where keys move, and every eighth hour, somebody signs in.
    async fn step(&mut self, hour: u32) {
        let began_at = self.platform.clock.now();
        let due_at = next_look(&self.platform).await;
        if hour.is_multiple_of(8) || due_at <= began_at || due_at != self.due_at {
            self.sign_in().await;
        } else {
            self.platform.sweep().await;
        }
        self.keep(KeySet::fetch(&self.platform, &self.apps[0]).await);
        self.due_at = due_at;
        self.platform.clock.set(began_at.plus(HOUR));
    }

    fn keep(&mut self, set: KeySet) {
        self.sets.retain(|kept| set.fetched_at.since(kept.fetched_at) <= policy::JWKS_KEPT_BY_APPS + policy::JWKS_LIFETIME);
        self.sets.push(set);
    }

    /// Codes from before the schedule's run, tokens from before and after it, read with key sets of every age; then as old as tokens get.
    async fn sign_in(&mut self) {
        let mut held = self.mint().await;
        let mut codes = Vec::new();
        for app in &self.apps {
            codes.push(self.ada.arrive(&self.platform, app).await);
        }
        self.platform.sweep().await;
        // Functions are warm, and go on with what they know.
        self.platform.clock.advance(Duration::from_secs(20));
        for (app, code) in self.apps.iter().zip(&codes) {
            held.push(Tokens::read(&app.redeem(&self.platform, code).await));
        }
        self.platform.clock.advance(policy::CACHE_USABLE);
        held.extend(self.mint().await);
        let now = self.platform.clock.now();
        self.keep(KeySet::fetch(&self.platform, &self.apps[0]).await);
        for tokens in &held {
            for set in &self.sets {
                tokens.assert_verified_by(set, now);
            }
        }

        // The schedule may run twice.
        self.platform.clock.advance(Duration::from_mins(8));
        self.platform.sweep().await;
        let set = KeySet::fetch(&self.platform, &self.apps[0]).await;
        for tokens in &held {
            tokens.assert_verified_by(&set, self.platform.clock.now());
            let userinfo = self.apps[0].userinfo(&self.platform, &tokens.access_token).await;
            assert_eq!(userinfo.status, StatusCode::OK, "{}", userinfo.outcome());
        }
        self.signed_with.extend(held.iter().map(|tokens| kid(&tokens.id_token)));
    }

    async fn mint(&mut self) -> Vec<Tokens> {
        let mut minted = Vec::new();
        for app in &self.apps {
            let code = self.ada.arrive(&self.platform, app).await;
            minted.push(Tokens::read(&app.redeem(&self.platform, &code).await));
        }
        let refreshed = self.apps[0].refreshed(&self.platform, &self.refresh_token).await;
        self.refresh_token = refreshed.text_of("refresh_token");
        minted.push(Tokens::read(&refreshed));
        minted
    }
}

#[tokio::test]
async fn f26_every_token_verifies_by_every_key_set_of_the_last_day_through_three_rotations() {
    let mut walk = Walk::begin().await;
    // Published and promoted, dropped, and so on.
    for days in [3, 2, 3, 2, 3] {
        walk.jump().await;
        for hour in 0..=days * 24 {
            walk.step(hour).await;
        }
    }
    let mut kids = walk.signed_with;
    kids.sort();
    kids.dedup();
    assert_eq!(kids.len(), 2 * 4, "each algorithm has had four keys");
    // Two that sign, two that a week's sessions may still need.
    let set = KeySet::fetch(&walk.platform, &walk.apps[0]).await;
    assert_eq!(set.keys.len(), 4, "{:?}", set.kids());
    walk.platform.clock.set(next_look(&walk.platform).await);
    walk.platform.sweep().await;
    walk.platform.clock.advance(policy::CACHE_USABLE);
    assert_eq!(KeySet::fetch(&walk.platform, &walk.apps[0]).await.keys.len(), 2);
}

/// Asks for new keys, and lets the schedule run.
async fn replace(platform: &TestPlatform, wish: fn(BTreeSet<Algorithm>) -> KeyWish) {
    let (stands, now) = (platform.platform(), platform.clock.now());
    let zone = stands.store.directory().find_zone(&stands.zone).await.expect("tables").expect("a zone");
    let home = stands.store.home(&zone.place(&platform.demo.tenant)).expect("a home");
    let ring = home.read_bundle(&[], store::Signing::Included).await.expect("tables").and_then(|bundle| bundle.signing).expect("keys");
    let (wish, seen) = (wish(Algorithm::OF_TENANTS.into()), ring.version);
    let kind = Administered::SigningKeysAsked { version: seen, wish: wish.clone() };
    let (id, tenant) = (stands.random.event_id(now), platform.demo.tenant.clone());
    let event = Event { id, tenant, subject: Subject::Tenant, kind: kind.into(), personal: Personal::default() };
    home.ask_of_keys(AskedOfKeys { seen, wish }, now, &event.record(None, Lookups::default())).await.expect("tables");
    platform.sweep().await;
}

fn withdraw(algorithms: BTreeSet<Algorithm>) -> KeyWish {
    KeyWish::Withdraw { algorithms }
}

fn retire(algorithms: BTreeSet<Algorithm>) -> KeyWish {
    KeyWish::Replace { algorithms }
}

/// A person who is signed in, and what the app got.
async fn signed_in(platform: &TestPlatform, app: &RelyingParty, network: u16) -> (Visitor, Answer) {
    let mut ada = Visitor::ada(platform, network);
    let code = ada.arrive(platform, app).await;
    let redeemed = app.redeem(platform, &code).await;
    assert_eq!(redeemed.status, StatusCode::OK, "{}", redeemed.outcome());
    (ada, redeemed)
}

#[tokio::test]
async fn withdrawn_keys_and_their_tokens_are_dead_within_a_minute_and_sessions_and_refresh_tokens_live() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform).offline();
    let (mut ada, before) = signed_in(&platform, &app, 0).await;
    let old = Tokens::read(&before);
    assert_eq!(app.userinfo(&platform, &old.access_token).await.status, StatusCode::OK);
    let late = ada.arrive(&platform, &app).await;

    replace(&platform, withdraw).await;
    // The bound: what a function has in memory it uses for less than a minute, to sign as to verify.
    let bound = policy::CACHE_USABLE;
    platform.clock.advance(Duration::from_secs(29));
    let late = Tokens::read(&app.redeem(&platform, &late).await);
    assert_eq!(kid(&late.access_token), kid(&old.access_token), "warm, it knows no better");
    assert_eq!(app.userinfo(&platform, &late.access_token).await.status, StatusCode::OK);
    platform.clock.advance(bound.saturating_sub(Duration::from_secs(29)));
    for tokens in [&old, &late] {
        assert_invalid_token(&app.userinfo(&platform, &tokens.access_token).await);
    }
    let set = KeySet::fetch(&platform, &app).await;
    assert!(set.keys.len() == 2 && !set.verifies(&old.id_token) && !set.verifies(&late.id_token), "{:?}", set.kids());

    // Sealed artefacts stand on another key.
    let refreshed = Tokens::read(&app.refreshed(&platform, &before.text_of("refresh_token")).await);
    let code = ada.arrive(&platform, &app).await;
    assert!(!ada.ask(&platform, &app).await.returned("code").is_empty(), "the session is the same");
    for tokens in [refreshed, Tokens::read(&app.redeem(&platform, &code).await)] {
        tokens.assert_verified_by(&set, platform.clock.now());
        assert_eq!(app.userinfo(&platform, &tokens.access_token).await.status, StatusCode::OK);
    }
    assert_eq!(rows(&platform, "events").await.iter().filter(|event| event["type"] == "signing_keys.replaced").count(), 1);
}

#[tokio::test]
async fn keys_that_retire_at_once_leave_their_tokens_good() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let (_, before) = signed_in(&platform, &app, 0).await;
    let old = Tokens::read(&before);
    replace(&platform, retire).await;
    platform.clock.advance(policy::CACHE_USABLE);
    let (_, after) = signed_in(&platform, &app, 1).await;
    let new = Tokens::read(&after);
    assert_ne!(kid(&new.id_token), kid(&old.id_token));
    let set = KeySet::fetch(&platform, &app).await;
    for tokens in [old, new] {
        tokens.assert_verified_by(&set, platform.clock.now());
        assert_eq!(app.userinfo(&platform, &tokens.access_token).await.status, StatusCode::OK);
    }
}

fn asking_again(app: &RelyingParty, hint: &str) -> String {
    format!("{}&{}", app.authorize_url(), encoded(&[("prompt", "none"), ("id_token_hint", hint)]))
}

async fn log_out(ada: &mut Visitor, platform: &TestPlatform, app: &RelyingParty, hint: &str) -> Answer {
    ada.get(platform, &format!("{}?{}", app.url("/logout"), encoded(&[("id_token_hint", hint)]))).await
}

#[tokio::test]
async fn a_hint_speaks_for_its_session_as_long_as_its_key_is_published_and_then_for_nobody() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let (mut ada, redeemed) = signed_in(&platform, &app, 0).await;
    let hint = redeemed.text_of("id_token");

    // Expired, and signed by a key that signs no more.
    replace(&platform, retire).await;
    platform.clock.advance(policy::ID_TOKEN + policy::CACHE_USABLE);
    let again = ada.get(&platform, &asking_again(&app, &hint)).await;
    assert!(!again.returned("code").is_empty(), "{}", again.outcome());
    let ended = log_out(&mut ada, &platform, &app, &hint).await;
    assert!(ended.status == StatusCode::OK && !ended.body.contains("id=\"logout-confirm\""), "{}", ended.outcome());
    assert_eq!(ada.get(&platform, &asking_again(&app, &hint)).await.returned("error"), "login_required");

    // Of a key that is gone: at authorize the request is wrong, at logout the person is asked.
    let (mut ada, redeemed) = signed_in(&platform, &app, 1).await;
    let hint = redeemed.text_of("id_token");
    replace(&platform, withdraw).await;
    platform.clock.advance(policy::CACHE_USABLE);
    assert_eq!(ada.get(&platform, &asking_again(&app, &hint)).await.returned("error"), "invalid_request");
    let asked = log_out(&mut ada, &platform, &app, &hint).await;
    assert!(asked.status == StatusCode::OK && asked.body.contains("id=\"logout-confirm\""), "{}", asked.outcome());
    assert!(!ada.ask(&platform, &app).await.returned("code").is_empty(), "and is signed in until the answer");
}

#[tokio::test]
async fn keys_that_nobody_looks_at_raise_an_alarm_and_sign_on() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    // No schedule runs.
    platform.clock.advance(policy::SIGNING_KEY_SIGNS + policy::SIGNING_KEY_OVERDUE);
    platform.clock.set(platform.clock.now().minus(HOUR));
    let log = Log::listen();
    signed_in(&platform, &app, 0).await;
    assert_eq!(log.alarms(), [""; 0]);
    platform.clock.advance(HOUR);
    signed_in(&platform, &app, 1).await;
    assert_eq!(log.alarms(), ["signing_keys_overdue"]);
    platform.sweep().await;
    platform.clock.advance(policy::NEXT_KEY_PUBLISHED);
    platform.sweep().await;
    platform.clock.advance(policy::CACHE_USABLE);
    signed_in(&platform, &app, 2).await;
    assert_eq!(log.alarms().len(), 1);
}

#[tokio::test]
async fn the_home_alone_rotates_and_a_new_home_goes_on_where_the_old_one_stopped() {
    let zone = TestPlatform::two_regions().await;
    let (home, away) = (zone.home().await, zone.away().await);
    let app = RelyingParty::public(home);
    home.clock.set(next_look(home).await);
    let before = KeySet::fetch(home, &app).await;
    away.sweep().await;
    home.clock.advance(policy::CACHE_USABLE);
    assert_eq!(KeySet::fetch(home, &app).await.kids(), before.kids());
    home.sweep().await;
    zone.replicate().await;
    away.sweep().await;
    home.clock.advance(policy::CACHE_USABLE);
    let published = KeySet::fetch(home, &app).await;
    assert_eq!(published.keys.len(), 4);
    assert_eq!(KeySet::fetch(away, &app).await.kids(), published.kids());

    let directory = home.platform().store.directory();
    directory.move_epoch(&home.platform().zone, Epoch(0), home.clock.now()).await.expect("tables");
    zone.replicate().await;
    home.clock.set(next_look(away).await);
    home.sweep().await;
    assert_eq!(next_look(home).await, home.clock.now(), "it is the other's now");
    away.sweep().await;
    let (_, redeemed) = signed_in(away, &app, 1).await;
    let tokens = Tokens::read(&redeemed);
    assert!(!before.verifies(&tokens.id_token), "a new key signs");
    tokens.assert_verified_by(&published, away.clock.now());
    zone.replicate().await;
    assert_eq!(next_look(home).await, next_look(away).await);
}
