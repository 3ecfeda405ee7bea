//! A policy that is changed acts on every warm function within 30 seconds.

use std::time::Duration;

use domain::GroupId;
use domain::client::Access;
use domain::policies::{Lifetimes, PolicyKind, Rule};
use domain::policy;
use domain::roster::{Group, GroupName};
use http::StatusCode;
use local::TestPlatform;
use runtime::Provisioner;
use runtime::provision::Membership;
use serde_json::json;
use store::TenantChange;

use super::relying_party::RelyingParty;
use super::visitor::Visitor;

const MINUTE: Lifetimes = Lifetimes { idle_seconds: 60, absolute_seconds: 3600 };

async fn say(platform: &TestPlatform, rule: &Rule) {
    let said = Provisioner::new(platform.platform()).change_policy(&platform.demo.tenant, rule).await;
    assert_eq!(said.expect("an answer"), TenantChange::Changed);
}

fn baseline(kind: PolicyKind, settings: serde_json::Value) -> Rule {
    Rule::baseline(kind, settings).expect("a policy")
}

/// A group of the demo tenant, with Ada in it.
async fn group_of_ada(platform: &TestPlatform) -> GroupId {
    let (provisioner, tenant, id) = (Provisioner::new(platform.platform()), &platform.demo.tenant, GroupId::from_random([7; 16]));
    let group = Group { name: GroupName::parse("Cashiers").expect("a name"), roles: [].into() };
    provisioner.change_roster(tenant, |roster| drop(roster.groups.insert(id.clone(), group))).await.expect("a group");
    let membership = Membership { groups: [id.clone()].into(), ..Membership::default() };
    provisioner.assign(tenant, &platform.demo.person().username, &membership).await.expect("a member");
    id
}

/// What authorize answers a browser that may not be shown a page: a code, or the error.
async fn without_a_page(visitor: &mut Visitor, platform: &TestPlatform, app: &RelyingParty) -> String {
    let answer = visitor.get(platform, &format!("{}&prompt=none", app.authorize_url())).await;
    let location = url::Url::parse(answer.header("location")).expect("an address");
    location
        .query_pairs()
        .find(|(name, _)| matches!(&**name, "code" | "error"))
        .map(|(name, value)| if name == "code" { name } else { value }.into_owned())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_shorter_idle_time_ends_a_session_that_there_is_30_seconds_after_it_was_said() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 1);
    ada.arrive(&platform, &app).await;
    let code = ada.arrive(&platform, &app).await;
    let (token, _) = app.tokens(&platform, &code).await;
    platform.clock.advance(Duration::from_mins(2));
    assert_eq!(without_a_page(&mut ada, &platform, &app).await, "code", "twelve hours, so far");
    assert_eq!(app.userinfo(&platform, &token).await.status, StatusCode::OK);
    say(&platform, &baseline(PolicyKind::Session, json!({ "lifetimes": MINUTE }))).await;
    platform.clock.advance(policy::CACHE_USABLE);
    // Two minutes and a half after the last use that was written.
    assert_eq!(without_a_page(&mut ada, &platform, &app).await, "login_required");
    assert_eq!(app.userinfo(&platform, &token).await.status, StatusCode::UNAUTHORIZED, "and what it gave");
    let page = ada.ask(&platform, &app).await;
    assert!(page.body.contains("id=\"sign-in\""), "{}", page.outcome());
    // A session of now lives a minute after its last use, and each use counts.
    ada.sign_in(&platform, &app, &page).await;
    for _ in 0..3 {
        platform.clock.advance(Duration::from_secs(50));
        assert_eq!(without_a_page(&mut ada, &platform, &app).await, "code");
    }
    platform.clock.advance(Duration::from_mins(1));
    assert_eq!(without_a_page(&mut ada, &platform, &app).await, "login_required");
}

#[tokio::test]
async fn no_warm_function_goes_by_a_policy_that_was_changed_30_seconds_ago_however_busy_it_is() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 1);
    ada.arrive(&platform, &app).await;
    platform.clock.advance(Duration::from_mins(2));
    assert_eq!(without_a_page(&mut ada, &platform, &app).await, "code");
    say(&platform, &baseline(PolicyKind::Session, json!({ "lifetimes": MINUTE }))).await;
    let mut answers = Vec::new();
    for _ in 0..30 {
        platform.clock.advance(Duration::from_secs(1));
        answers.push(without_a_page(&mut ada, &platform, &app).await);
    }
    assert_eq!(answers[29], "login_required");
    let followed = answers.iter().position(|answer| answer == "login_required").expect("an end") + 1;
    assert!(answers[followed..].iter().all(|answer| answer == "login_required"), "and stays");
    assert_eq!(followed, 16, "read beside the request of the fifteenth second, which the next one goes by");
}

#[tokio::test]
async fn what_is_said_of_a_group_is_for_its_people() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let (mut ada, id) = (Visitor::ada(&platform, 1), group_of_ada(&platform).await);
    say(&platform, &Rule::SessionOf(id.clone(), Some(MINUTE))).await;
    platform.clock.advance(policy::CACHE_USABLE);
    ada.arrive(&platform, &app).await;
    platform.clock.advance(Duration::from_secs(59));
    assert_eq!(without_a_page(&mut ada, &platform, &app).await, "code");
    platform.clock.advance(Duration::from_mins(1));
    assert_eq!(without_a_page(&mut ada, &platform, &app).await, "login_required");
    say(&platform, &Rule::SessionOf(id, None)).await;
    platform.clock.advance(policy::CACHE_USABLE);
    ada.arrive(&platform, &app).await;
    platform.clock.advance(Duration::from_mins(10));
    assert_eq!(without_a_page(&mut ada, &platform, &app).await, "code", "as everybody's");
}

#[tokio::test]
async fn a_longer_password_is_asked_of_a_groups_people_alone() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let (mut ada, id) = (Visitor::ada(&platform, 1), group_of_ada(&platform).await);
    let long = Rule::of_group(PolicyKind::Password, id.clone(), Some(json!({ "minimum_alone": 40 }))).expect("a policy");
    say(&platform, &long).await;
    platform.clock.advance(policy::CACHE_USABLE);
    ada.arrive(&platform, &app).await;
    let old = platform.demo.person().password.clone();
    let new = "twelve orange kettles sing";
    let change = [("current_password", old.as_str()), ("new_password", new)];
    let refused = ada.form(&platform, &app, "/account/security", &change).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.outcome());
    assert!(refused.body.contains("40"), "{}", refused.body);
    say(&platform, &Rule::PasswordOf(id, None)).await;
    platform.clock.advance(policy::CACHE_USABLE);
    let changed = ada.form(&platform, &app, "/account/security", &change).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.outcome());
}

#[tokio::test]
async fn who_may_use_apps_counts_at_authorize_for_codes_and_for_refreshing_and_not_for_ones_own_account() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform).offline();
    let mut ada = Visitor::ada(&platform, 1);
    let code = ada.arrive(&platform, &app).await;
    let refresh = app.refresh_token(&platform, &code).await;
    let refreshed = app.refreshed(&platform, &refresh).await;
    assert_eq!(refreshed.status, StatusCode::OK);
    let refresh = refreshed.json()["refresh_token"].as_str().expect("a token").to_owned();
    let id = group_of_ada(&platform).await;
    let membership = Membership::default();
    Provisioner::new(platform.platform()).assign(&platform.demo.tenant, &platform.demo.person().username, &membership).await.expect("no member");
    let only = Rule::Access(domain::policies::AccessSettings { who: Access::Groups([id].into()) });
    let late = ada.arrive(&platform, &app).await;
    say(&platform, &only).await;
    platform.clock.advance(policy::CACHE_USABLE);
    assert_eq!(without_a_page(&mut ada, &platform, &app).await, "access_denied");
    assert_eq!(app.redeem(&platform, &late).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.refreshed(&platform, &refresh).await.status, StatusCode::BAD_REQUEST);
    let account = ada.get(&platform, &app.url("/account")).await;
    assert_eq!(account.status, StatusCode::OK, "{}", account.outcome());
    say(&platform, &baseline(PolicyKind::Access, json!({ "who": "everyone" }))).await;
    platform.clock.advance(policy::CACHE_USABLE);
    assert_eq!(without_a_page(&mut ada, &platform, &app).await, "code");
}
