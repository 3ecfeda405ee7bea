//! What a browser and an app hold of a person, at every endpoint, after that person was disabled or deleted or has a new password: nothing of it counts, and
//! all three read the same. The middle column is the positive twin.

use std::time::Duration;

use domain::event::{Event, EventKind, Lookups, Personal, Subject};
use domain::key_ring::Purpose;
use domain::user::{User, UserStatus};
use http::StatusCode;
use local::TestPlatform;
use runtime::tenants::Name;
use runtime::{Clock, Needs, Random, Signing, TenantContext, Tenants};
use store::{Erasure, PersonKeys};
use testkit::SeededRandom;
use testkit::endpoint::{Answer, Call};

use super::completion::ask_for;
use super::relying_party::{RelyingParty, path};
use super::sign_up::mailed_link_to;
use super::visitor::{Visitor, answer};

/// An endpoint; what it says about somebody who is still there; what about somebody who isn't.
const EXPECTED: [(&str, &str, &str); 20] = [
    ("GET /userinfo", "200 JSON", "401 invalid_token"),
    ("POST /introspect, access token", "200 active: true", "200 active: false"),
    ("POST /introspect, refresh token", "200 active: true", "200 active: false"),
    ("GET /account/v1/profile", "200 JSON", "401 invalid_token"),
    ("POST /token, refresh token", "200 JSON", "400 invalid_grant"),
    ("POST /token, code", "200 JSON", "400 invalid_grant"),
    ("POST /consent", "303 to the app with a code", "303 to /authorize"),
    ("POST /complete", "303 to /authorize", "303 to /authorize"),
    ("GET /authorize", "303 to the app with a code", "200 Sign in · Demo"),
    ("GET /authorize, prompt=none", "303 to the app with a code", "303 to the app with login_required"),
    ("GET /account", "200 Profile · Demo", "303 to /authorize"),
    ("GET /account/security", "200 Signing in · Demo", "303 to /authorize"),
    ("GET /account/sessions", "200 Devices · Demo", "303 to /authorize"),
    ("GET /account/activity", "200 Activity · Demo", "303 to /authorize"),
    ("GET /account/apps", "200 Apps · Demo", "303 to /authorize"),
    ("GET /account/data", "200 Your data · Demo", "303 to /authorize"),
    ("GET /account/download", "200 JSON", "303 to /authorize"),
    ("POST /account", "200 Profile · Demo", "303 to /authorize"),
    ("POST /sign-in, the old password", "303 to the app with a code", "403 Problem: Sign in · Demo"),
    ("GET /logout", "200 Sign out · Demo", "200 You’re signed out · Demo"),
];

/// What becomes of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    StillThere,
    Disabled,
    Deleted,
    NewPassword,
}

/// What was given out while the person was there.
struct Held {
    app: RelyingParty,
    // A browser with a session, and pages that it has open.
    ada: Visitor,
    consent: Answer,
    complete: Answer,
    profile: Answer,
    // Another one at the sign-in page.
    elsewhere: Visitor,
    sign_in: Answer,
    access_token: String,
    account_token: String,
    refresh_token: String,
    code: String,
}

impl Held {
    async fn prepare(platform: &TestPlatform) -> Self {
        let app = RelyingParty::confidential(platform).offline();
        // The account's API is for apps whose person is there: not for offline access.
        let mut online = app.clone();
        online.scope = "openid profile email account";
        let (mut ada, mut elsewhere) = (Visitor::ada(platform, 1), Visitor::ada(platform, 2));
        let code = ada.arrive(platform, &app).await;
        let redeemed = app.redeem(platform, &code).await;
        assert_eq!(redeemed.status, StatusCode::OK, "{}", redeemed.outcome());
        let (account_token, _) = online.tokens(platform, &ada.arrive(platform, &online).await).await;
        let profile = ada.get(platform, &app.url("/account")).await;
        let consent = ada.get(platform, &format!("{}&prompt=consent", app.authorize_url())).await;
        ask_for(platform, "city").await;
        let complete = ada.ask(platform, &app).await;
        let sign_in = elsewhere.ask(platform, &app).await;
        let code = ada.allow(platform, &app, &consent).await.returned("code");
        let (access_token, refresh_token) = (redeemed.text_of("access_token"), redeemed.text_of("refresh_token"));
        Self { app, ada, consent, complete, profile, elsewhere, sign_in, access_token, account_token, refresh_token, code }
    }

    /// Uses each of it, once, the session's end last.
    async fn used(&mut self, at: &TestPlatform) -> Vec<(&'static str, String)> {
        let Self { app, ada, consent, complete, profile, elsewhere, sign_in, access_token, account_token, refresh_token, code } = self;
        let complete_form = [("state", complete.field("state")), ("attribute-city", "Oslo")];
        let account_form = [("state", profile.field("state")), ("nickname", "Countess"), ("attribute-city", "Oslo")];
        let silently = format!("{}&prompt=none", app.authorize_url());
        let account = Call::get(path(&app.url("/account/v1/profile"))).with("authorization", &format!("Bearer {account_token}"));
        let mut told = vec![
            ("GET /userinfo", answer(at, app.userinfo_call(access_token)).await),
            ("POST /introspect, access token", answer(at, app.about("/introspect", access_token)).await),
            ("POST /introspect, refresh token", answer(at, app.about("/introspect", refresh_token)).await),
            ("GET /account/v1/profile", answer(at, account).await),
            ("POST /token, refresh token", app.refreshed(at, refresh_token).await),
            ("POST /token, code", app.redeem(at, code).await),
            ("POST /consent", ada.allow(at, app, consent).await),
            ("POST /complete", ada.post(at, &app.url("/complete"), &complete_form).await),
            ("GET /authorize", ada.get(at, &app.authorize_url()).await),
            ("GET /authorize, prompt=none", ada.get(at, &silently).await),
        ];
        for (name, section) in [
            ("GET /account", ""),
            ("GET /account/security", "/security"),
            ("GET /account/sessions", "/sessions"),
            ("GET /account/activity", "/activity"),
            ("GET /account/apps", "/apps"),
            ("GET /account/data", "/data"),
            ("GET /account/download", "/download"),
        ] {
            told.push((name, ada.get(at, &app.url(&format!("/account{section}"))).await));
        }
        told.push(("POST /account", ada.post(at, &app.url("/account"), &account_form).await));
        told.push(("POST /sign-in, the old password", elsewhere.sign_in(at, app, sign_in).await));
        told.push(("GET /logout", ada.get(at, &app.url("/logout")).await));
        told.iter().map(|(name, answer)| (*name, said(app, answer))).collect()
    }
}

/// What tells one answer from another, without what is sealed or random in it.
fn said(app: &RelyingParty, answer: &Answer) -> String {
    let (status, location) = (answer.status.as_u16(), answer.header("location"));
    let json = answer.json();
    if location.starts_with(&app.redirect_uri) {
        let error = answer.returned("error");
        return format!("{status} to the app with {}", if error.is_empty() { "a code" } else { &error });
    }
    if location.starts_with(&app.url("/authorize?")) {
        return format!("{status} to /authorize");
    }
    if let Some(error) = json["error"].as_str() {
        return format!("{status} {error}");
    }
    if let Some(active) = json["active"].as_bool() {
        return format!("{status} active: {active}");
    }
    if json.is_object() {
        return format!("{status} JSON");
    }
    answer.outcome()
}

async fn demo(platform: &TestPlatform) -> (std::sync::Arc<TenantContext>, User) {
    let needs = Needs { purposes: &[Purpose::People], signing: Signing::None };
    let tenants = std::sync::Arc::new(Tenants::new(platform.platform(), needs));
    let now = platform.clock.now();
    let tenant = tenants.find(&Name::Id(platform.demo.tenant.clone()), now).await.expect("tables").expect("a tenant").tenant;
    let home = tenant.home(now).expect("a home");
    let claim = tenant.name_typed(&platform.demo.person().username).expect("keys").claim;
    let id = home.find_identifier(&claim).await.expect("tables").expect("somebody");
    let user = home.read_person(&PersonKeys::of(id)).await.expect("tables").user.expect("a person");
    (tenant, user)
}

impl Fate {
    async fn befall(self, platform: &TestPlatform, app: &RelyingParty) {
        platform.clock.advance(Duration::from_secs(1));
        match self {
            Self::StillThere => {}
            Self::Disabled => {
                let (_, user) = demo(platform).await;
                platform.tables().change_person(&user.id, "status", &UserStatus::Disabled).await;
            }
            Self::Deleted => delete(platform).await,
            Self::NewPassword => {
                let mut ada = Visitor::ada(platform, 3);
                let page = ada.get(platform, &app.url("/reset")).await;
                ada.post(platform, &app.url("/reset"), &[("state", page.field("state")), ("username", "ada")]).await;
                let link = mailed_link_to(platform, &platform.demo.person().email, "/reset").await;
                let set = ada.set_password(platform, app, &link, "nine copper whistles hum").await;
                assert_eq!(set.outcome(), "200 Your password is changed · Demo");
            }
        }
    }
}

/// As the delivery does it whose time has come, but at once, so that nothing of what is held has expired.
async fn delete(platform: &TestPlatform) {
    let (tenant, user) = demo(platform).await;
    let (now, random) = (platform.clock.now(), SeededRandom::new(99));
    let id = (&random as &dyn Random).event_id(now);
    let (subject, kind) = (Subject::User(user.id.clone()), EventKind::AccountDeleted { photo: None });
    let event = Event { id, tenant: tenant.record().id.clone(), subject, kind, personal: Personal::default() };
    let belongings = tenant.belongings(&user, Vec::new()).expect("keys");
    let erased = tenant.home(now).expect("a home").erase_user(&user, &belongings, &event.record(None, Lookups::default())).await;
    assert_eq!(erased.expect("tables"), Erasure::Erased);
}

async fn told_after(fate: Fate) -> Vec<(&'static str, String)> {
    let platform = TestPlatform::start().await;
    let mut held = Held::prepare(&platform).await;
    fate.befall(&platform, &held.app).await;
    held.used(&platform).await
}

#[tokio::test]
async fn nothing_of_a_person_counts_who_is_disabled_deleted_or_has_a_new_password() {
    for fate in [Fate::StillThere, Fate::Disabled, Fate::Deleted, Fate::NewPassword] {
        let expected = EXPECTED.map(|(endpoint, there, gone)| (endpoint, if fate == Fate::StillThere { there } else { gone }.to_owned()));
        assert_eq!(told_after(fate).await, expected, "{fate:?}");
    }
}
