//! Refresh across regions, crashes and crowds: one lineage, whoever asks where and how often (F2, F11, F32, F36).

use std::collections::BTreeSet;

use domain::{Epoch, Timestamp, policy};
use futures_util::future::join;
use futures_util::stream::{self, StreamExt};
use http::StatusCode;
use local::TestPlatform;
use runtime::Clock;
use store::EpochMove;
use testkit::endpoint::Answer;

use super::crash_points::{POINTS_MAX, SWEEPS};
use super::ledger::Ledger;
use super::relying_party::{RelyingParty, assert_invalid_token, assert_refused};
use super::visitor::Visitor;

#[tokio::test]
async fn f2_a_refresh_token_used_in_both_regions_and_again_has_one_successor() {
    let zone = TestPlatform::two_regions().await;
    let (home, away) = (zone.home().await, zone.away().await);
    let app = RelyingParty::public(home).offline();
    let code = Visitor::ada(home, 1).arrive(home, &app).await;
    let mut token = app.refresh_token(home, &code).await;
    for _ in 0..5 {
        let (here, there) = join(app.refreshed(home, &token), app.refreshed(away, &token)).await;
        let again = app.refreshed(home, &token).await;
        let successors: BTreeSet<_> = [&here, &there, &again].into_iter().map(|answer| answer.text_of("refresh_token")).collect();
        assert!(successors.len() == 1 && again.status == StatusCode::OK, "{} {}", here.outcome(), there.outcome());
        zone.replicate().await;
        token = again.text_of("refresh_token");
    }
    assert_eq!(Ledger::read(home).await.families_that_are("active"), 1);
    home.clock.advance(policy::REFRESH_RETRY);
    let newest = app.refreshed(away, &token).await.text_of("refresh_token");
    home.clock.advance(policy::REFRESH_RETRY);
    assert_refused(&app.refreshed(away, &token).await, "invalid_grant");
    for region in [home, away] {
        assert_refused(&app.refreshed(region, &newest).await, "invalid_grant");
        Ledger::read(home).await.assert_whole();
    }
}

#[tokio::test]
async fn f36_refresh_goes_on_at_the_new_home_even_where_the_last_rotation_was_lost_and_two_lineages_end_the_family() {
    let zone = TestPlatform::two_regions().await;
    let (old, new) = (zone.home().await, zone.away().await);
    let app = RelyingParty::public(old).offline();
    let mut ada = Visitor::ada(old, 1);
    let [mut first, mut second] = [String::new(), String::new()];
    for token in [&mut first, &mut second] {
        let code = ada.arrive(old, &app).await;
        *token = app.refresh_token(old, &code).await;
    }
    zone.replicate().await;
    // Both families are refreshed, and the new home never hears of it.
    let ahead = app.refreshed(old, &first).await.text_of("refresh_token");
    let diverged = app.refreshed(old, &second).await.text_of("refresh_token");
    let a_minute_ago = Timestamp::from_millis(old.clock.now().millis() - 60_000);
    for region in &zone.regions {
        let moved = region.platform().store.directory().move_epoch(&region.platform().zone, Epoch(0), a_minute_ago).await;
        assert_eq!(moved, Ok(EpochMove::Moved));
    }
    old.clock.advance(policy::CACHE_USABLE);

    let next = app.refreshed(new, &ahead).await;
    assert_eq!(next.status, StatusCode::OK, "{}", next.outcome());
    assert_eq!(app.refreshed(new, &next.text_of("refresh_token")).await.status, StatusCode::OK);
    assert_eq!(app.refreshed(new, &second).await.status, StatusCode::OK, "the new home knows no better");
    assert_refused(&app.refreshed(new, &diverged).await, "invalid_grant");
    let ledger = Ledger::read(new).await;
    assert_eq!((ledger.families_that_are("active"), ledger.families_that_are("revoked")), (1, 1));
}

#[tokio::test]
async fn a_killed_refresh_is_finished_by_the_same_token() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform).offline();
    let code = Visitor::ada(&platform, 1).arrive(&platform, &app).await;
    let mut token = app.refresh_token(&platform, &code).await;
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            if sweep.cold {
                platform.restart();
            }
            let ended = sweep.kill(nth, &platform, app.refreshed(&platform, &token)).await;
            sweep.restart(&mut platform);
            let again = app.refreshed(&platform, &token).await;
            assert_eq!(again.status, StatusCode::OK, "{sweep:?} {nth}: {}", again.outcome());
            let userinfo = app.userinfo(&platform, &again.text_of("access_token")).await;
            assert_eq!(userinfo.status, StatusCode::OK, "{sweep:?} {nth}");
            token = again.text_of("refresh_token");
            if let Some(answer) = ended {
                assert_eq!(answer.text_of("refresh_token"), token, "{sweep:?} {nth}: the same successor");
                assert!(nth > 2, "{sweep:?} killed nobody");
                break;
            }
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
    let ledger = Ledger::read(&platform).await;
    ledger.assert_whole();
    assert_eq!((ledger.families_that_are("active"), ledger.families_that_are("revoked")), (1, 0));
}

#[tokio::test]
async fn a_killed_reuse_still_ends_the_family_when_it_comes_again() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform).offline();
    let mut ada = Visitor::ada(&platform, 1);
    ada.arrive(&platform, &app).await;
    for nth in 1..=4 {
        let code = ada.arrive(&platform, &app).await;
        let token = app.refresh_token(&platform, &code).await;
        let access_token = app.refreshed(&platform, &token).await.text_of("access_token");
        platform.clock.advance(policy::REFRESH_RETRY);
        SWEEPS[1].kill(nth, &platform, app.refreshed(&platform, &token)).await;
        platform.restart();
        assert_refused(&app.refreshed(&platform, &token).await, "invalid_grant");
        assert_invalid_token(&app.userinfo(&platform, &access_token).await);
        Ledger::read(&platform).await.assert_whole();
    }
}

#[tokio::test]
async fn of_a_thousand_refreshes_in_a_crowd_each_family_gets_one_successor() {
    const FAMILIES: usize = 20;
    // As many in flight as one process of the embedded database answers in the SDK's time.
    const IN_FLIGHT: usize = 50;
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform).offline();
    let mut ada = Visitor::ada(&platform, 1);
    let mut tokens = Vec::new();
    for _ in 0..FAMILIES {
        let code = ada.arrive(&platform, &app).await;
        tokens.push(app.refresh_token(&platform, &code).await);
    }
    let refreshes = (0..1000).map(|number| app.refreshed(&platform, &tokens[number % FAMILIES]));
    let answers: Vec<_> = stream::iter(refreshes).buffered(IN_FLIGHT).collect().await;
    let refused = answers.iter().find(|answer| answer.status != StatusCode::OK);
    assert!(refused.is_none(), "{}", refused.map(Answer::outcome).unwrap_or_default());
    for family in 0..FAMILIES {
        let successors: BTreeSet<_> = answers.iter().skip(family).step_by(FAMILIES).map(|answer| answer.text_of("refresh_token")).collect();
        assert_eq!(successors.len(), 1);
        assert_eq!(app.refreshed(&platform, successors.first().expect("a token")).await.status, StatusCode::OK);
    }
    assert_eq!(Ledger::read(&platform).await.families_that_are("active"), FAMILIES);
}
