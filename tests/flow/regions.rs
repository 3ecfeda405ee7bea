//! Two regions of one zone: whoever asks where, the tenant's home decides and writes; the epoch moves the home, and what it must not survive dies
//! (F1, F6, F20, F21, F36, F37).

use std::time::Duration;

use cloud::mail::MailError;
use domain::{Epoch, Timestamp, policy};
use futures_util::future::join;
use http::StatusCode;
use local::{TestPlatform, TwoRegions};
use runtime::Clock;
use store::EpochMove;
use testkit::endpoint::Answer;

use super::ledger::{Ledger, rows};
use super::relying_party::{RelyingParty, assert_invalid_token, assert_refused};
use super::visitor::Visitor;

/// The zone's home region, the other one, and the app.
async fn regions(zone: &TwoRegions) -> (&TestPlatform, &TestPlatform, RelyingParty) {
    let (home, away) = (zone.home().await, zone.away().await);
    (home, away, RelyingParty::public(home))
}

/// Moves the zone's homes as an operator does: in the directory, which replicates.
async fn move_epoch(zone: &TwoRegions, from: Epoch, began_at: Timestamp) {
    let [first, _] = &zone.regions;
    let directory = first.platform().store.directory();
    let moved = directory.move_epoch(&first.platform().zone, from, began_at).await.expect("tables");
    assert_eq!(moved, EpochMove::Moved);
    zone.replicate().await;
}

/// Both regions as they answer while a new home waits for the old one to stop.
#[track_caller]
fn assert_waits(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.outcome());
    assert!(!answer.header("retry-after").is_empty(), "when to come again");
}

/// The day's directory records run out; nobody trusts one of before.
fn directory_records_run_out(at: &TestPlatform) {
    at.clock.advance(policy::CACHE_USABLE);
}

#[tokio::test]
async fn functions_in_the_other_region_act_at_home_and_write_nothing_where_they_run() {
    let zone = TestPlatform::two_regions().await;
    let (home, away, app) = regions(&zone).await;
    let before = Ledger::read(away).await;
    let mut ada = Visitor::ada(away, 1);
    let code = ada.arrive(away, &app).await;
    let (access_token, _) = app.tokens(away, &code).await;
    assert_eq!(app.userinfo(away, &access_token).await.status, StatusCode::OK);
    let mut guessing = Visitor::ada(away, 2).typing("ada", "wrong");
    let page = guessing.ask(away, &app).await;
    assert_eq!(guessing.sign_in(away, &app, &page).await.status, StatusCode::FORBIDDEN);
    assert_eq!(Ledger::read(away).await, before, "nothing was written locally");
    let at_home = Ledger::read(home).await;
    at_home.assert_whole();
    assert_eq!((at_home.sessions().len(), at_home.families().len()), (1, 1));

    // Home needs no replication to know: the session goes on there, the code is spent, the replay ends the family for both.
    assert!(!ada.ask(home, &app).await.returned("code").is_empty());
    assert_refused(&app.redeem(home, &code).await, "invalid_grant");
    for region in [home, away] {
        assert_invalid_token(&app.userinfo(region, &access_token).await);
    }
    zone.replicate().await;
    assert_eq!(Ledger::read(away).await.families(), Ledger::read(home).await.families());
    Ledger::read(away).await.assert_whole();
}

#[tokio::test]
async fn f1_a_code_redeemed_in_both_regions_at_once_is_redeemed_once() {
    let zone = TestPlatform::two_regions().await;
    let (home, away, app) = regions(&zone).await;
    let mut ada = Visitor::ada(home, 1);
    for _ in 0..5 {
        let code = ada.arrive(home, &app).await;
        let (here, there) = join(app.redeem(home, &code), app.redeem(away, &code)).await;
        let redeemed = [&here, &there].into_iter().filter(|answer| answer.status == StatusCode::OK).count();
        assert_eq!(redeemed, 1, "{} {}", here.outcome(), there.outcome());
    }
    zone.replicate().await;
    for region in [home, away] {
        let ledger = Ledger::read(region).await;
        ledger.assert_whole();
        assert_eq!((ledger.families().len(), ledger.families_that_are("revoked")), (5, 5));
    }
}

#[tokio::test]
async fn f36_a_moved_home_waits_a_minute_refuses_what_was_half_done_and_keeps_sessions() {
    let zone = TestPlatform::two_regions().await;
    let (old, new, app) = regions(&zone).await;
    let mut ada = Visitor::ada(old, 1);
    let code = ada.arrive(old, &app).await;
    let (access_token, _) = app.tokens(old, &code).await;
    let mut other = Visitor::ada(old, 2);
    let page = other.ask(old, &app).await;
    zone.replicate().await;

    let began_at = old.clock.now();
    move_epoch(&zone, Epoch(0), began_at).await;
    directory_records_run_out(old);
    for region in [old, new] {
        assert_waits(&ada.ask(region, &app).await);
        assert_waits(&other.clone().sign_in(region, &app, &page).await);
        assert_waits(&app.redeem(region, &code).await);
        assert_waits(&app.userinfo(region, &access_token).await);
    }
    let settled_at = began_at.plus(policy::EPOCH_SETTLES_AFTER);
    old.clock.set(Timestamp::from_millis(settled_at.millis() - 1));
    assert_waits(&ada.ask(new, &app).await);
    old.clock.set(settled_at);

    // The half-finished sign-in dies; sessions and access tokens live on, wherever one asks.
    for region in [new, old] {
        let refused = other.clone().sign_in(region, &app, &page).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.outcome());
        assert_eq!(app.userinfo(region, &access_token).await.status, StatusCode::OK);
        let code = ada.arrive(region, &app).await;
        app.tokens(region, &code).await;
    }
    let fresh = other.arrive(new, &app).await;
    app.tokens(new, &fresh).await;
    assert_eq!(Ledger::read(new).await.sessions().len(), 2);
    assert_eq!(Ledger::read(old).await.sessions().len(), 1, "the old home writes nothing any more");
}

#[tokio::test]
async fn f36_a_code_of_before_the_epoch_is_refused_though_it_has_not_expired() {
    let zone = TestPlatform::two_regions().await;
    let (old, new, app) = regions(&zone).await;
    let mut ada = Visitor::ada(old, 1);
    ada.arrive(old, &app).await;
    old.clock.advance(policy::EPOCH_SETTLES_AFTER);
    let [spent, unspent] = [ada.arrive(old, &app).await, ada.arrive(old, &app).await];
    app.tokens(old, &spent).await;
    // What the old home did last was never replicated: only the epoch keeps the new one from redeeming the code again. The operator's clock is
    // behind, so that the epoch looks settled at once and the codes aren't a minute old.
    let a_minute_ago = Timestamp::from_millis(old.clock.now().millis() - 60_000);
    let [first, _] = &zone.regions;
    let moved = first.platform().store.directory().move_epoch(&first.platform().zone, Epoch(0), a_minute_ago).await;
    assert_eq!(moved, Ok(EpochMove::Moved));
    zone.replicate().await;
    directory_records_run_out(old);
    for code in [&spent, &unspent] {
        for region in [new, old] {
            assert_refused(&app.redeem(region, code).await, "invalid_grant");
        }
    }
    assert_eq!(Ledger::read(new).await.families_that_are("revoked"), 0, "what is refused for its epoch ends no family");
    let code = ada.arrive(new, &app).await;
    app.tokens(new, &code).await;
}

#[tokio::test]
async fn f6_two_sign_ups_under_one_address_in_two_regions_leave_one_account_and_nothing_half_done() {
    let zone = TestPlatform::two_regions().await;
    let (home, away, app) = regions(&zone).await;
    let (grace, page) = Visitor::newcomer(home, &app, 1).await;
    let (other, other_page) = Visitor::newcomer(away, &app, 2).await;
    let (mut grace, mut other) =
        (grace.typing("one@example.org", "seven purple lanterns drift"), other.typing("one@example.org", "twelve orange kettles sing"));
    let (here, there) = join(grace.sign_up(home, &app, &page), other.sign_up(away, &app, &other_page)).await;
    assert_eq!([here.outcome(), there.outcome()], ["200 Check your mail · Demo", "200 Check your mail · Demo"]);
    for region in [home, away] {
        region.pump().await;
    }
    zone.replicate().await;
    let mails = home.inbox.messages();
    let links: Vec<_> = mails.iter().flat_map(|mail| mail.text.lines()).filter(|line| line.contains("/verify?link=")).map(str::to_owned).collect();
    assert!(!links.is_empty() && links.len() <= 2, "the newest sign-up has a link, and the other one at most: {}", links.len());
    // Both press both links, each in their region and at the same moment.
    let mut answers = Vec::new();
    for link in &links {
        let (here, there) = join(grace.verify(home, &app, link), other.verify(away, &app, link)).await;
        answers.extend([here, there]);
    }
    let confirmed = answers.iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
    assert_eq!(confirmed, 1, "whoever signed up last, in their own browser: {:?}", answers.iter().map(Answer::outcome).collect::<Vec<_>>());
    assert!(answers.iter().all(|answer| !answer.status.is_server_error()));
    zone.replicate().await;
    for region in [home, away] {
        let identity = rows(region, "identity").await;
        let of = |sort: &str| identity.iter().filter(|row| row["sk"] == sort).count();
        let claims = identity.iter().filter(|row| row["pk"].as_str().is_some_and(|key| key.starts_with("CLAIM#") && key.contains("#email#"))).count();
        assert_eq!((of("USER"), of("PASSWORD"), claims), (2, 2, 2), "Ada and one more, each whole");
        let made: Vec<_> = rows(region, "events").await.into_iter().filter(|event| event["by"] == "sign_up").collect();
        assert_eq!(made.len(), 1);
        Ledger::read(region).await.assert_whole();
    }
    // One of the two passwords is the account's, in both regions, and the other is nobody's.
    for region in [home, away] {
        let mut entered = 0;
        for (network, password) in [(3, &grace.password), (4, &other.password)] {
            let mut person = Visitor::ada(region, network).typing("one@example.org", password);
            let page = person.ask(region, &app).await;
            let answer = person.sign_in(region, &app, &page).await;
            assert!([StatusCode::SEE_OTHER, StatusCode::FORBIDDEN].contains(&answer.status), "{}", answer.outcome());
            entered += usize::from(answer.status == StatusCode::SEE_OTHER);
        }
        assert_eq!(entered, 1);
    }
}

#[tokio::test]
async fn f20_only_the_home_delivers_what_both_regions_see_due() {
    let zone = TestPlatform::two_regions().await;
    let (home, away, app) = regions(&zone).await;
    home.inbox.refuse(Some(MailError::ForNow("an outage".to_owned())));
    Visitor::ada(home, 1).arrive(away, &app).await;
    home.pump().await;
    zone.replicate().await;
    assert!(!rows(away, "work").await.is_empty(), "the due row is replicated, or this test sees nothing");
    home.inbox.refuse(None);
    home.clock.advance(policy::DELIVERY_FIRST_BACKOFF);
    for region in [away, home, away, home] {
        region.sweep().await;
        region.pump().await;
    }
    zone.replicate().await;
    home.clock.advance(Duration::from_hours(2));
    for region in [away, home] {
        region.sweep().await;
        region.pump().await;
    }
    assert_eq!(home.inbox.messages().len(), 1);
}

#[tokio::test]
async fn f21_what_was_to_be_sent_when_the_home_moved_is_sent_once_by_the_new_one() {
    let zone = TestPlatform::two_regions().await;
    let (old, new, app) = regions(&zone).await;
    old.inbox.refuse(Some(MailError::ForNow("an outage".to_owned())));
    // One notice is due already, of the other only the event is there.
    Visitor::ada(old, 1).arrive(old, &app).await;
    old.pump().await;
    Visitor::ada(old, 2).arrive(old, &app).await;
    zone.replicate().await;
    old.inbox.refuse(None);
    move_epoch(&zone, Epoch(0), old.clock.now()).await;
    for _ in 0..120 {
        old.clock.advance(Duration::from_mins(1));
        for region in [old, new] {
            region.sweep().await;
            region.pump().await;
        }
    }
    zone.replicate().await;
    for region in [old, new] {
        region.sweep().await;
        region.pump().await;
    }
    assert_eq!(old.inbox.messages().len(), 2);
}
