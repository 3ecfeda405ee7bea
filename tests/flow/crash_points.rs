//! F32: sign-in, consent and redemption are killed before and after every request and at every await, and whoever retries ends in a valid state.
//!
//! Before the commit nothing is consumed: the same form or code works. After it a form makes no second session and leads to a fresh `/authorize`,
//! and a code is a replay whose family is dead, while the person's session still leads to a new code (RFC 6749 §4.1.2).

use std::future::poll_fn;
use std::task::Poll;

use http::StatusCode;
use local::TestPlatform;
use testkit::endpoint::Answer;
use testkit::transport::Crash;

use super::ledger::Ledger;
use super::relying_party::{RelyingParty, assert_invalid_token, assert_refused};
use super::tenants::another_app;
use super::visitor::Visitor;

/// More points than this mean that a flow never ends.
pub(crate) const POINTS_MAX: usize = 300;

/// Where a function is killed.
#[derive(Clone, Copy, Debug)]
enum Death {
    /// At its nth request.
    AtRequest(usize, Crash),
    /// Where it waits for the nth time, whatever for. Its request may be under way.
    AtAwait(usize),
}

/// A series of deaths, one point after the other until the flow outlives it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sweep {
    death: fn(usize) -> Death,
    // Whether the function is killed in its first request, tenant and keys not read yet.
    pub(crate) cold: bool,
    // How many deaths of the series come after a commit; unknown where a request may be under way.
    committed: Option<usize>,
}

const fn before(nth: usize) -> Death {
    Death::AtRequest(nth, Crash::Before)
}

const fn after(nth: usize) -> Death {
    Death::AtRequest(nth, Crash::After)
}

pub(crate) const SWEEPS: [Sweep; 5] = [
    Sweep { death: before, cold: false, committed: Some(0) },
    Sweep { death: after, cold: false, committed: Some(1) },
    Sweep { death: before, cold: true, committed: Some(0) },
    Sweep { death: after, cold: true, committed: Some(1) },
    Sweep { death: Death::AtAwait, cold: false, committed: None },
];

impl Sweep {
    /// Runs `flow` until it ends or is killed. A process killed at a request is a new one afterwards; one that gave up at an await goes on.
    pub(crate) async fn kill<T>(self, nth: usize, platform: &TestPlatform, flow: impl Future<Output = T>) -> Option<T> {
        match (self.death)(nth) {
            Death::AtRequest(nth, crash) => {
                platform.faulty().crash_at(nth, crash);
                let ended = platform.faulty().until_crash(flow).await.ok();
                platform.faulty().heal();
                ended
            }
            Death::AtAwait(nth) => until_await(nth, flow).await,
        }
    }

    pub(crate) fn restart(self, platform: &mut TestPlatform) {
        if matches!((self.death)(1), Death::AtRequest(..)) {
            platform.restart();
        }
    }

    #[track_caller]
    fn assert_deaths(self, deaths: usize, committed: usize) {
        assert!(deaths > 1, "{self:?} killed nobody");
        if let Some(expected) = self.committed {
            assert_eq!(committed, expected, "{self:?}: deaths after a commit, of {deaths}");
        }
    }
}

async fn until_await<T>(nth: usize, flow: impl Future<Output = T>) -> Option<T> {
    let (mut flow, mut waited) = (Box::pin(flow), 0);
    let ended = poll_fn(move |context| match flow.as_mut().poll(context) {
        Poll::Ready(ended) => Poll::Ready(Some(ended)),
        Poll::Pending => {
            waited += 1;
            if waited == nth { Poll::Ready(None) } else { Poll::Pending }
        }
    });
    ended.await
}

/// Whether a repeated form was answered as one whose session stands: back to `/authorize`, and no cookies for whoever holds the form.
#[track_caller]
fn is_led_back(answer: &Answer, app: &RelyingParty) -> bool {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.outcome());
    let back = answer.header("location").starts_with(&app.url("/authorize?"));
    assert!(!back || !answer.headers.contains_key("set-cookie"), "a form sent again signs nobody in");
    back
}

#[tokio::test]
async fn a_killed_sign_in_is_finished_by_the_same_form_or_has_made_its_one_session() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    // With consent given, a good sign-in is answered with the code.
    Visitor::ada(&platform, 0).arrive(&platform, &app).await;
    let mut network = 0;
    for sweep in SWEEPS {
        let mut committed = 0;
        for nth in 1..=POINTS_MAX {
            network += 1;
            let mut ada = Visitor::ada(&platform, network);
            let page = ada.ask(&platform, &app).await;
            if sweep.cold {
                platform.restart();
            }
            let stood = Ledger::read(&platform).await.sessions().len();
            let ended = sweep.kill(nth, &platform, ada.sign_in(&platform, &app, &page)).await;
            if let Some(answer) = ended {
                assert!(!answer.returned("code").is_empty(), "{sweep:?} {nth}: {}", answer.outcome());
                sweep.assert_deaths(nth - 1, committed);
                break;
            }
            sweep.restart(&mut platform);
            let again = ada.sign_in(&platform, &app, &page).await;
            let led_back = is_led_back(&again, &app);
            committed += usize::from(led_back);
            assert_eq!(Ledger::read(&platform).await.sessions().len(), stood + 1, "{sweep:?} {nth}: one session per form");
            let code = if led_back { ada.arrive(&platform, &app).await } else { again.returned("code") };
            let (access_token, _) = app.tokens(&platform, &code).await;
            assert_eq!(app.userinfo(&platform, &access_token).await.status, StatusCode::OK, "{sweep:?} {nth}");
            Ledger::read(&platform).await.assert_whole();
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
}

#[tokio::test]
async fn a_killed_redemption_leaves_the_code_good_or_the_retry_a_replay_and_the_session_leads_on() {
    let mut platform = TestPlatform::start().await;
    for app in [RelyingParty::public(&platform), RelyingParty::confidential(&platform)] {
        let mut ada = Visitor::ada(&platform, 1);
        ada.arrive(&platform, &app).await;
        for sweep in SWEEPS {
            let mut committed = 0;
            for nth in 1..=POINTS_MAX {
                let code = ada.arrive(&platform, &app).await;
                if sweep.cold {
                    platform.restart();
                }
                let dead = Ledger::read(&platform).await.families_that_are("revoked");
                let ended = sweep.kill(nth, &platform, app.redeem(&platform, &code)).await;
                if let Some(answer) = ended {
                    assert_eq!(answer.status, StatusCode::OK, "{sweep:?} {nth}: {}", answer.outcome());
                    sweep.assert_deaths(nth - 1, committed);
                    break;
                }
                sweep.restart(&mut platform);
                let again = app.redeem(&platform, &code).await;
                let replayed = again.status != StatusCode::OK;
                let code = if replayed {
                    assert_refused(&again, "invalid_grant");
                    committed += 1;
                    ada.arrive(&platform, &app).await
                } else {
                    code
                };
                let access_token = if replayed { app.tokens(&platform, &code).await.0 } else { again.text_of("access_token") };
                assert_eq!(app.userinfo(&platform, &access_token).await.status, StatusCode::OK, "{sweep:?} {nth}");
                let ledger = Ledger::read(&platform).await;
                ledger.assert_whole();
                assert_eq!(ledger.families_that_are("revoked"), dead + usize::from(replayed), "{sweep:?} {nth}");
                assert!(nth < POINTS_MAX, "{sweep:?} never ends");
            }
        }
    }
}

#[tokio::test]
async fn a_killed_replay_still_ends_the_family_when_it_comes_again() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 1);
    ada.arrive(&platform, &app).await;
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            let code = ada.arrive(&platform, &app).await;
            let (access_token, _) = app.tokens(&platform, &code).await;
            if sweep.cold {
                platform.restart();
            }
            let ended = sweep.kill(nth, &platform, app.redeem(&platform, &code)).await;
            sweep.restart(&mut platform);
            if let Some(answer) = &ended {
                assert_refused(answer, "invalid_grant");
            } else {
                assert_refused(&app.redeem(&platform, &code).await, "invalid_grant");
            }
            assert_invalid_token(&app.userinfo(&platform, &access_token).await);
            let ledger = Ledger::read(&platform).await;
            ledger.assert_whole();
            assert_eq!(ledger.families_that_are("active"), 0, "{sweep:?} {nth}");
            if ended.is_some() {
                assert!(nth > 2, "{sweep:?} killed nobody");
                break;
            }
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
}

#[tokio::test]
async fn a_killed_consent_is_given_by_the_same_form() {
    let mut platform = TestPlatform::start().await;
    let mut ada = Visitor::ada(&platform, 1);
    ada.arrive(&platform, &RelyingParty::public(&platform)).await;
    let mut number = 0;
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            // A person is asked once per app.
            number += 1;
            let app = another_app(&platform, number).await;
            let page = ada.ask(&platform, &app).await;
            assert!(page.body.contains("id=\"consent-allow\""), "{}", page.outcome());
            if sweep.cold {
                platform.restart();
            }
            let ended = sweep.kill(nth, &platform, ada.allow(&platform, &app, &page)).await;
            sweep.restart(&mut platform);
            let is_over = ended.is_some();
            let answer = match ended {
                Some(answer) => answer,
                None => ada.allow(&platform, &app, &page).await,
            };
            let (access_token, _) = app.tokens(&platform, &answer.returned("code")).await;
            assert_eq!(app.userinfo(&platform, &access_token).await.status, StatusCode::OK, "{sweep:?} {nth}");
            let remembered = ada.ask(&platform, &app).await;
            assert!(!remembered.returned("code").is_empty(), "{sweep:?} {nth}: {}", remembered.outcome());
            Ledger::read(&platform).await.assert_whole();
            if is_over {
                assert!(nth > 2, "{sweep:?} killed nobody");
                break;
            }
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
}
