//! F11–F13 and F47: tables that throttle, conflict, fail or lose answers. One failed try is nobody's business, an outage is a 503 that leaves a
//! valid state, and no refusal ever turns into a success.

use domain::policy;
use http::StatusCode;
use local::TestPlatform;
use testkit::endpoint::Answer;
use testkit::transport::Fault;

use super::ledger::Ledger;
use super::relying_party::{RelyingParty, assert_refused};
use super::tenants::{another_app, second_tenant};
use super::visitor::Visitor;

/// More requests than any flow makes.
const REQUESTS_MAX: usize = 30;
const RETRIES_MAX: usize = 40;

/// Whether a flow went well, whatever it was.
fn went_well(answer: &Answer) -> bool {
    answer.status == StatusCode::OK || !answer.returned("code").is_empty()
}

/// Fails unless the answer says that something doesn't answer now, and when to come again.
#[track_caller]
fn assert_unavailable(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.outcome());
    assert!(!answer.header("retry-after").is_empty(), "when to come again");
}

#[tokio::test]
async fn one_failed_try_of_any_request_is_nobodys_business() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    Visitor::ada(&platform, 0).arrive(&platform, &app).await;
    let mut network = 0;
    for fault in Fault::QUICK {
        for nth in 1..=4 {
            network += 1;
            let mut ada = Visitor::ada(&platform, network);
            let page = ada.ask(&platform, &app).await;
            let before = Ledger::read(&platform).await;
            let fail = || platform.faulty().at(nth, fault);
            fail();
            let signed_in = ada.sign_in(&platform, &app, &page).await;
            assert!(went_well(&signed_in), "{fault:?} {nth}: {}", signed_in.outcome());
            fail();
            let asked = ada.ask(&platform, &app).await;
            assert!(went_well(&asked), "{fault:?} {nth}: {}", asked.outcome());
            platform.faulty().heal();
            fail();
            let redeemed = app.redeem(&platform, &signed_in.returned("code")).await;
            assert!(went_well(&redeemed), "{fault:?} {nth}: {}", redeemed.outcome());
            platform.faulty().heal();
            fail();
            let known = app.userinfo(&platform, &redeemed.text_of("access_token")).await;
            assert!(went_well(&known), "{fault:?} {nth}: {}", known.outcome());
            platform.faulty().heal();
            let ledger = Ledger::read(&platform).await;
            ledger.assert_whole();
            assert_eq!(ledger.sessions().len(), before.sessions().len() + 1, "{fault:?} {nth}");
            assert_eq!(ledger.families().len(), before.families().len() + 1, "{fault:?} {nth}");
            assert_eq!(ledger.families_that_are("revoked"), 0, "{fault:?} {nth}: a retry inside the SDK is no replay");
        }
    }
}

#[tokio::test]
async fn an_outage_from_any_request_on_ends_in_503_and_the_same_form_goes_on_afterwards() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    Visitor::ada(&platform, 0).arrive(&platform, &app).await;
    let mut network = 0;
    for fault in [Fault::Throttled, Fault::FailsBefore, Fault::FailsAfter, Fault::Unreachable] {
        for nth in 1..=5 {
            network += 1;
            let mut ada = Visitor::ada(&platform, network);
            let page = ada.ask(&platform, &app).await;
            let stood = Ledger::read(&platform).await.sessions().len();
            fail_from(&platform, nth, fault);
            let answered = ada.sign_in(&platform, &app, &page).await;
            platform.faulty().heal();
            if nth == 5 {
                assert!(went_well(&answered), "four requests: {}", answered.outcome());
            } else {
                assert_unavailable(&answered);
                let committed = Ledger::read(&platform).await.sessions().len() - stood;
                assert_eq!(committed, usize::from(nth == 4 && fault == Fault::FailsAfter), "{fault:?} {nth}");
                let again = ada.sign_in(&platform, &app, &page).await;
                assert_eq!(again.header("location").starts_with(&app.url("/authorize?")), committed == 1, "{fault:?} {nth}: {}", again.outcome());
            }
            assert_eq!(Ledger::read(&platform).await.sessions().len(), stood + 1, "{fault:?} {nth}");
            let code = ada.arrive(&platform, &app).await;
            redeem_through(&platform, &app, (&mut ada, &code), (nth, fault)).await;
            Ledger::read(&platform).await.assert_whole();
        }
    }
}

async fn redeem_through(platform: &TestPlatform, app: &RelyingParty, (ada, code): (&mut Visitor, &str), (nth, fault): (usize, Fault)) {
    fail_from(platform, nth, fault);
    let redeemed = app.redeem(platform, code).await;
    platform.faulty().heal();
    if nth > 2 {
        assert!(went_well(&redeemed), "two requests: {}", redeemed.outcome());
        return;
    }
    assert_unavailable(&redeemed);
    let again = app.redeem(platform, code).await;
    if nth == 2 && fault == Fault::FailsAfter {
        // It was committed: what the app retries is a replay, and the session leads to a new code.
        assert_refused(&again, "invalid_grant");
        let code = ada.arrive(platform, app).await;
        app.tokens(platform, &code).await;
    } else {
        assert!(went_well(&again), "{fault:?} {nth}: {}", again.outcome());
    }
}

fn fail_from(platform: &TestPlatform, nth: usize, fault: Fault) {
    for at in nth..nth + REQUESTS_MAX {
        platform.faulty().at(at, fault);
    }
}

#[tokio::test]
async fn f12_f13_through_throttles_and_conflicts_people_get_in_and_no_half_state_stays() {
    for (seed, per_mille, faults) in [(1, 300, &[Fault::Throttled][..]), (2, 500, &[Fault::Conflict]), (3, 300, &Fault::QUICK)] {
        let platform = TestPlatform::start().await;
        let app = RelyingParty::public(&platform);
        platform.faulty().rate(per_mille, seed, faults);
        let mut arrived = 0;
        for network in 0..10 {
            let mut ada = Visitor::ada(&platform, network);
            arrived += usize::from(persist(&platform, &app, &mut ada).await);
        }
        platform.faulty().heal();
        Ledger::read(&platform).await.assert_whole();
        assert_eq!(arrived, 10, "seed {seed}: everybody got in");
        let mut ada = Visitor::ada(&platform, 100);
        let code = ada.arrive(&platform, &app).await;
        app.tokens(&platform, &code).await;
    }
}

/// A person who tries again whenever they are told to, in a bounded number of steps; whether they got in.
async fn persist(platform: &TestPlatform, app: &RelyingParty, ada: &mut Visitor) -> bool {
    let mut answer = ada.ask(platform, app).await;
    for _ in 0..RETRIES_MAX {
        if answer.status == StatusCode::SERVICE_UNAVAILABLE {
            assert_unavailable(&answer);
            answer = ada.ask(platform, app).await;
        } else if answer.body.contains("id=\"sign-in\"") {
            assert_eq!(answer.status, StatusCode::OK, "the right password: {}", answer.outcome());
            answer = ada.sign_in(platform, app, &answer).await;
        } else if answer.body.contains("id=\"consent-allow\"") {
            answer = ada.allow(platform, app, &answer).await;
        } else if answer.header("location").starts_with(&app.issuer) {
            answer = ada.ask(platform, app).await;
        } else {
            let redeemed = app.redeem(platform, &answer.returned("code")).await;
            if redeemed.status == StatusCode::OK {
                return true;
            }
            // 503, or invalid_grant where an earlier try was committed: either way a new code is the way on.
            assert!([StatusCode::SERVICE_UNAVAILABLE, StatusCode::BAD_REQUEST].contains(&redeemed.status), "{}", redeemed.outcome());
            answer = ada.ask(platform, app).await;
        }
    }
    false
}

#[tokio::test]
async fn f47_no_refusal_turns_into_a_success_under_faults() {
    let platform = TestPlatform::start().await;
    let refusals = Refusals::prepare(&platform).await;
    let mut refused_outright = 0;
    for (seed, faults) in [(1, &[Fault::Throttled][..]), (2, &[Fault::Conflict]), (3, &[Fault::FailsAfter, Fault::AnswerLost]), (4, &Fault::QUICK)] {
        for round in 0..4 {
            platform.faulty().rate(400, seed * 100 + round, faults);
            for (what, answer) in refusals.all(&platform, u16::try_from(seed * 10 + round).unwrap_or(0)).await {
                let success = answer.status.is_success() || !answer.returned("code").is_empty();
                let clean = answer.status.is_client_error() || answer.status == StatusCode::SERVICE_UNAVAILABLE;
                assert!(!success && clean, "{what} under {faults:?}: {}", answer.outcome());
                assert!(!answer.headers.contains_key("set-cookie"), "{what} under {faults:?} sets a cookie");
                refused_outright += usize::from(answer.status.is_client_error());
            }
            platform.faulty().heal();
        }
    }
    assert!(refused_outright > 50, "{refused_outright}: most are refusals, not outages");
    let ledger = Ledger::read(&platform).await;
    ledger.assert_whole();
    assert_eq!((ledger.sessions().len(), ledger.families_that_are("active")), (refusals.sessions, 1), "only what was allowed to");
    let good = refusals.app.userinfo(&platform, &refusals.good_token).await;
    assert_eq!(good.status, StatusCode::OK, "the positive twin: {}", good.outcome());
}

/// Everything that is refused, and what it takes to ask for it.
struct Refusals {
    app: RelyingParty,
    other_app: RelyingParty,
    other_tenant: RelyingParty,
    sessions: usize,
    good_token: String,
    dead_token: String,
    replayed: String,
    unused: String,
    expired: String,
    stranger_state: Answer,
}

impl Refusals {
    async fn prepare(platform: &TestPlatform) -> Self {
        let app = RelyingParty::public(platform);
        let mut ada = Visitor::ada(platform, 0);
        let expired = ada.arrive(platform, &app).await;
        platform.clock.advance(policy::AUTHORIZATION_CODE);
        let replayed = ada.arrive(platform, &app).await;
        let (dead_token, _) = app.tokens(platform, &replayed).await;
        assert_refused(&app.redeem(platform, &replayed).await, "invalid_grant");
        let code = ada.arrive(platform, &app).await;
        let (good_token, _) = app.tokens(platform, &code).await;
        let unused = ada.arrive(platform, &app).await;
        let stranger_state = Visitor::ada(platform, 1).ask(platform, &app).await;
        let other_tenant = second_tenant(platform).await;
        let other_app = another_app(platform, 1).await;
        Self { app, other_app, other_tenant, sessions: 1, good_token, dead_token, replayed, unused, expired, stranger_state }
    }

    async fn all(&self, platform: &TestPlatform, network: u16) -> Vec<(&'static str, Answer)> {
        let app = &self.app;
        let mut fresh = Visitor::ada(platform, 200 + network);
        let mut answers = vec![
            ("a replayed code", app.redeem(platform, &self.replayed).await),
            ("an expired code", app.redeem(platform, &self.expired).await),
            ("a wrong verifier", app.redeem_with(platform, &self.unused, ("code_verifier", &"v".repeat(43))).await),
            ("another redirect URI", app.redeem_with(platform, &self.unused, ("redirect_uri", "http://127.0.0.1/callback")).await),
            ("another app's code", self.other_app.redeem(platform, &self.unused).await),
            ("another tenant's code", self.other_tenant.redeem(platform, &self.unused).await),
            ("a token of a dead family", app.userinfo(platform, &self.dead_token).await),
            ("another tenant's token", self.other_tenant.userinfo(platform, &self.good_token).await),
            ("another browser's state", fresh.sign_in(platform, app, &self.stranger_state).await),
        ];
        answers.extend(self.guesses(platform, &mut fresh).await);
        answers
    }

    async fn guesses(&self, platform: &TestPlatform, fresh: &mut Visitor) -> Vec<(&'static str, Answer)> {
        let page = fresh.ask(platform, &self.app).await;
        let mut answers = Vec::new();
        for (what, username) in [("a wrong password", fresh.username.clone()), ("an unknown account", "nobody".to_owned())] {
            let mut guessing = fresh.clone().typing(&username, "wrong");
            answers.push((what, guessing.sign_in(platform, &self.app, &page).await));
        }
        answers
    }
}
