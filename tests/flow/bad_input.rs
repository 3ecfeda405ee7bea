//! Bad input that takes more than one function to judge: replays, artefacts in the wrong slot, another tenant's, forged hosts, guessing.

use std::collections::BTreeMap;

use domain::policy;
use futures_util::future::join_all;
use http::StatusCode;
use local::TestPlatform;
use testkit::endpoint::{Answer, Call};
use testkit::jwt::Shown;

use super::ledger::Ledger;
use super::relying_party::{RelyingParty, assert_invalid_token, assert_refused, path};
use super::tenants::{another_app, second_tenant};
use super::visitor::{Visitor, answer};

#[tokio::test]
async fn a_code_redeemed_twice_kills_the_first_access_token_and_the_session_leads_on() {
    let platform = TestPlatform::start().await;
    for app in [RelyingParty::public(&platform), RelyingParty::confidential(&platform)] {
        let mut ada = Visitor::ada(&platform, 1);
        let code = ada.arrive(&platform, &app).await;
        let (first, _) = app.tokens(&platform, &code).await;
        assert_eq!(app.userinfo(&platform, &first).await.status, StatusCode::OK);
        assert_refused(&app.redeem(&platform, &code).await, "invalid_grant");
        assert_invalid_token(&app.userinfo(&platform, &first).await);
        let code = ada.arrive(&platform, &app).await;
        let (second, _) = app.tokens(&platform, &code).await;
        assert_eq!(app.userinfo(&platform, &second).await.status, StatusCode::OK, "another family");
    }
    Ledger::read(&platform).await.assert_whole();
}

#[tokio::test]
async fn of_fifty_parallel_redemptions_one_gets_tokens_and_they_are_dead_in_the_end() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let code = Visitor::ada(&platform, 1).arrive(&platform, &app).await;
    let answers = join_all((0..50).map(|_| app.redeem(&platform, &code))).await;
    let (redeemed, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == StatusCode::OK);
    assert_eq!(redeemed.len(), 1);
    for refused in refused {
        assert_refused(refused, "invalid_grant");
    }
    assert_invalid_token(&app.userinfo(&platform, &redeemed[0].text_of("access_token")).await);
    let ledger = Ledger::read(&platform).await;
    ledger.assert_whole();
    assert_eq!((ledger.families().len(), ledger.families_that_are("revoked")), (1, 1));
}

#[tokio::test]
async fn of_thirty_parallel_posts_of_one_form_ten_are_looked_at_and_one_signs_in() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    Visitor::ada(&platform, 0).arrive(&platform, &app).await;
    let mut ada = Visitor::ada(&platform, 1);
    let page = ada.ask(&platform, &app).await;
    let posts = (0..30).map(|_| {
        let mut ada = ada.clone();
        let (platform, app, page) = (&platform, &app, &page);
        async move { ada.sign_in(platform, app, page).await }
    });
    let answers = join_all(posts).await;
    let counted = |test: &dyn Fn(&Answer) -> bool| answers.iter().filter(|answer| test(answer)).count();
    assert_eq!(counted(&|answer| !answer.returned("code").is_empty()), 1);
    assert_eq!(counted(&|answer| answer.header("location").starts_with(&app.url("/authorize?"))), 9);
    assert_eq!(counted(&|answer| answer.status == StatusCode::TOO_MANY_REQUESTS), 20);
    let ledger = Ledger::read(&platform).await;
    ledger.assert_whole();
    assert_eq!(ledger.sessions().len(), 2);
}

/// One artefact of each kind, all of them good, of one person at one browser.
async fn artefacts(at: &TestPlatform, app: &RelyingParty, ada: &mut Visitor) -> BTreeMap<&'static str, String> {
    let spent = ada.arrive(at, app).await;
    let (access_token, _) = app.tokens(at, &spent).await;
    let token = Shown::read(&access_token).expect("an access token");
    let sealed = token.claims.as_object().into_iter().flatten().filter_map(|(_, claim)| claim.as_str());
    let reference = sealed.max_by_key(|claim| claim.len()).expect("a sealed claim").to_owned();
    let code = ada.arrive(at, app).await;
    let redeemed = app.redeem(at, &ada.arrive(at, app).await).await;
    let mut unsigned = ada.clone();
    unsigned.cookies.forget("cs-session");
    let sign_in_state = unsigned.ask(at, app).await.field("state").to_owned();
    BTreeMap::from([
        ("code", code),
        ("access token", access_token),
        ("reference", reference),
        ("ID token", redeemed.text_of("id_token")),
        ("sign-in state", sign_in_state),
        ("session cookie", ada.cookies.get("cs-session").to_owned()),
        ("device cookie", ada.cookies.get("cs-device").to_owned()),
        ("browser cookie", ada.cookies.get("cs-browser").to_owned()),
    ])
}

#[tokio::test]
async fn an_artefact_in_any_slot_but_its_own_is_refused_and_still_works_in_its_own() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 1);
    let mut artefacts = artefacts(&platform, &app, &mut ada).await;
    let further_app = another_app(&platform, 1).await;
    artefacts.insert("consent state", ada.ask(&platform, &further_app).await.field("state").to_owned());
    let before = Ledger::read(&platform).await;
    for (what, artefact) in &artefacts {
        assert!(!artefact.is_empty(), "{what} is there to be tried");
        if *what != "code" {
            assert_refused(&app.redeem(&platform, artefact).await, "invalid_grant");
        }
        if *what != "access token" {
            assert_invalid_token(&app.userinfo(&platform, artefact).await);
        }
        if *what != "sign-in state" {
            let form = [("state", artefact.as_str()), ("username", &ada.username.clone()), ("password", &ada.password.clone())];
            let mut unsigned = ada.clone();
            unsigned.cookies.forget("cs-session");
            let posted = unsigned.post(&platform, &app.url("/sign-in"), &form).await;
            assert_eq!(posted.status, StatusCode::BAD_REQUEST, "{what} as sign-in state: {}", posted.outcome());
        }
        if *what != "consent state" {
            let posted = ada.clone().post(&platform, &app.url("/consent"), &[("state", artefact), ("decision", "allow")]).await;
            assert_eq!(posted.status, StatusCode::BAD_REQUEST, "{what} as consent state: {}", posted.outcome());
        }
        if *what != "session cookie" {
            let mut impostor = ada.clone();
            impostor.cookies.set("cs-session", artefact);
            let asked = impostor.ask(&platform, &app).await;
            assert!(asked.body.contains("id=\"password\""), "{what} as session: {}", asked.outcome());
        }
    }
    assert_eq!(Ledger::read(&platform).await, before, "nothing of it changed anything");

    // Each in its own slot.
    app.tokens(&platform, &artefacts["code"]).await;
    assert_eq!(app.userinfo(&platform, &artefacts["access token"]).await.status, StatusCode::OK);
    let allowed = ada.post(&platform, &app.url("/consent"), &[("state", &artefacts["consent state"]), ("decision", "allow")]).await;
    assert!(!allowed.returned("code").is_empty(), "{}", allowed.outcome());
    assert!(!ada.ask(&platform, &app).await.returned("code").is_empty());
    let form = [("state", artefacts["sign-in state"].as_str()), ("username", &ada.username.clone()), ("password", &ada.password.clone())];
    let signed_in = ada.post(&platform, &app.url("/sign-in"), &form).await;
    assert!(!signed_in.returned("code").is_empty(), "{}", signed_in.outcome());
}

#[tokio::test]
async fn what_one_tenant_issued_is_worth_nothing_at_another() {
    let platform = TestPlatform::start().await;
    let ours = RelyingParty::public(&platform);
    let theirs = second_tenant(&platform).await;
    // Both ways, on a person and an app of the same names.
    for (from, to) in [(&ours, &theirs), (&theirs, &ours)] {
        let mut ada = Visitor::ada(&platform, 1);
        let spent = ada.arrive(&platform, from).await;
        let (access_token, claims) = from.tokens(&platform, &spent).await;
        assert_eq!(claims["iss"], from.issuer.as_str());
        let code = ada.arrive(&platform, from).await;
        let mut unsigned = Visitor::ada(&platform, 2);
        let page = unsigned.ask(&platform, from).await;

        assert_refused(&to.redeem(&platform, &code).await, "invalid_grant");
        assert_invalid_token(&to.userinfo(&platform, &access_token).await);
        let asked = ada.clone().ask(&platform, to).await;
        assert!(asked.body.contains("id=\"password\""), "a session of {}: {}", from.issuer, asked.outcome());
        let posted = unsigned.clone().sign_in(&platform, to, &page).await;
        assert_eq!(posted.status, StatusCode::BAD_REQUEST, "{}", posted.outcome());
        let posted = ada.clone().post(&platform, &to.url("/consent"), &[("state", page.field("state")), ("decision", "allow")]).await;
        assert_eq!(posted.status, StatusCode::BAD_REQUEST, "{}", posted.outcome());
        // A browser known there is a stranger here: its guesses count against the network.
        let mut wrong = ada.clone().typing(&ada.username, "wrong").moved_to(3);
        wrong.cookies.forget("cs-session");
        let page_there = wrong.ask(&platform, to).await;
        for _ in 0..policy::ATTEMPTS_PER_WINDOW {
            wrong.sign_in(&platform, to, &page_there).await;
        }
        let mut stranger = Visitor::ada(&platform, 3);
        let page_there = stranger.ask(&platform, to).await;
        assert_eq!(stranger.sign_in(&platform, to, &page_there).await.status, StatusCode::TOO_MANY_REQUESTS);

        from.tokens(&platform, &code).await;
        assert_eq!(from.userinfo(&platform, &access_token).await.status, StatusCode::OK);
        let signed_in = unsigned.sign_in(&platform, from, &page).await;
        assert!(!signed_in.returned("code").is_empty(), "{}", signed_in.outcome());
        platform.clock.advance(policy::ATTEMPT_WINDOW);
    }
    Ledger::read(&platform).await.assert_whole();
}

/// Headers by which a viewer would pass for somebody else, or us for another host.
const FORGED: [(&str, &str); 9] = [
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "gopher"),
    ("x-forwarded-port", "666"),
    ("x-forwarded-prefix", "/evil.example"),
    ("x-forwarded-for", "203.0.113.66"),
    ("forwarded", "for=203.0.113.66;host=evil.example;proto=gopher"),
    ("x-original-url", "https://evil.example/"),
    ("cloudfront-viewer-address", "203.0.113.66:666"),
];

#[tokio::test]
async fn forged_hosts_change_no_link_no_issuer_and_no_address() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 1).sending(&FORGED);
    let mut answers = Vec::new();
    for document in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks", "/nowhere", "/authorize"] {
        let honest = Visitor::ada(&platform, 1).get(&platform, &app.url(document)).await;
        let forged = ada.get(&platform, &app.url(document)).await;
        assert_eq!(forged.status, honest.status, "{document}");
        if document.contains("known") {
            assert_eq!(forged.body, honest.body, "{document}");
            assert_eq!(forged.text_of("issuer"), app.issuer);
        }
        answers.push(forged);
    }
    let page = ada.ask(&platform, &app).await;
    let wrong = ada.clone().typing("ada", "wrong").sign_in(&platform, &app, &page).await;
    let signed_in = ada.sign_in(&platform, &app, &page).await;
    assert!(signed_in.header("location").starts_with(&app.url("/authorize?")), "{}", signed_in.outcome());
    let consent = ada.follow(&platform, &app, signed_in.clone()).await;
    let allowed = ada.allow(&platform, &app, &consent).await;
    assert!(allowed.header("location").starts_with(&app.redirect_uri), "{}", allowed.outcome());
    assert_eq!(allowed.returned("iss"), app.issuer);
    let code = allowed.returned("code");
    let forge = |call: Call| FORGED.iter().fold(call, |call, (name, value)| call.with(name, value));
    let redeemed = answer(&platform, forge(app.token_call(&app.grant(&code)))).await;
    let tokens = ["id_token", "access_token"].map(|name| Shown::read(&redeemed.text_of(name)).expect("a token"));
    assert!(tokens.iter().all(|token| token.claims["iss"] == app.issuer.as_str()), "{tokens:?}");
    let known = answer(&platform, forge(app.userinfo_call(&redeemed.text_of("access_token")))).await;
    let unknown = answer(&platform, forge(app.userinfo_call("x"))).await;
    assert_eq!((known.status, unknown.status), (StatusCode::OK, StatusCode::UNAUTHORIZED));
    answers.extend([page, wrong, signed_in, consent, allowed, redeemed, known, unknown]);
    for answer in &answers {
        let whole = format!("{:?}\n{}", answer.headers, answer.body);
        for forged in ["evil.example", "gopher", "203.0.113.66", ":666"] {
            assert!(!whole.contains(forged), "{forged}: {}", answer.outcome());
        }
    }
    // Nor does the mail: its address is the connection's.
    platform.pump().await;
    let [mail] = &platform.inbox.messages()[..] else { panic!("one mail") };
    assert!(mail.text.contains("198.18.1.7") && !mail.text.contains("203.0.113.66") && !mail.text.contains("evil.example"), "{}", mail.text);
}

#[tokio::test]
async fn twenty_wrong_passwords_slow_their_network_and_the_owner_gets_in_at_the_first_try() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut owner = Visitor::ada(&platform, 2);
    owner.arrive(&platform, &app).await;
    owner.cookies.forget("cs-session");
    let mut owner = owner.moved_to(1);

    // All from one saved page: an older state is worth no more than the newest.
    let mut guessing = Visitor::ada(&platform, 1).typing("ada", "wrong");
    let saved = guessing.ask(&platform, &app).await;
    let mut statuses = Vec::new();
    for _ in 0..20 {
        let answer = guessing.sign_in(&platform, &app, &saved).await;
        assert_eq!(answer.header("retry-after").is_empty(), answer.status == StatusCode::FORBIDDEN);
        statuses.push(answer.status);
    }
    assert_eq!(statuses, [[StatusCode::FORBIDDEN; 10], [StatusCode::TOO_MANY_REQUESTS; 10]].concat());
    let right = guessing.clone().typing("ada", &owner.password).sign_in(&platform, &app, &saved).await;
    assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS, "not even the right one, from there");
    assert_eq!(Ledger::read(&platform).await.events("sign_in.throttled"), 1, "one event per minute and source");

    // From the very same network.
    let page = owner.ask(&platform, &app).await;
    let signed_in = owner.sign_in(&platform, &app, &page).await;
    app.tokens(&platform, &signed_in.returned("code")).await;
    // And a stranger's browser from another network.
    let mut elsewhere = Visitor::ada(&platform, 3);
    let code = elsewhere.arrive(&platform, &app).await;
    app.tokens(&platform, &code).await;
}

#[tokio::test]
async fn guesses_from_everywhere_make_strangers_wait_and_never_the_owner() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut owner = Visitor::ada(&platform, 1);
    owner.arrive(&platform, &app).await;
    owner.cookies.forget("cs-session");
    let mut page = Visitor::ada(&platform, 2).ask(&platform, &app).await;
    for guess in 0..policy::ACCOUNT_FAILURES {
        let network = 10 + u16::try_from(guess / 5).expect("few");
        let mut guessing = Visitor::ada(&platform, network).typing("ada", "wrong");
        page = guessing.ask(&platform, &app).await;
        assert_eq!(guessing.sign_in(&platform, &app, &page).await.status, StatusCode::FORBIDDEN, "guess {guess}");
    }
    assert!(!page.field("state").is_empty());
    let mut stranger = Visitor::ada(&platform, 100);
    let waiting = stranger.ask(&platform, &app).await;
    assert_eq!(stranger.sign_in(&platform, &app, &waiting).await.status, StatusCode::TOO_MANY_REQUESTS);
    let known = owner.ask(&platform, &app).await;
    let signed_in = owner.sign_in(&platform, &app, &known).await;
    app.tokens(&platform, &signed_in.returned("code")).await;
    platform.clock.advance(policy::ACCOUNT_FIRST_WAIT);
    let after_the_wait = stranger.sign_in(&platform, &app, &waiting).await;
    app.tokens(&platform, &after_the_wait.returned("code")).await;
}

#[tokio::test]
async fn malformed_requests_are_told_so_by_every_endpoint_and_never_500() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    for endpoint in ["/sign-in", "/consent", "/token"] {
        // Which status says it best is each endpoint's own test.
        for (call, _) in testkit::malformed::forms(&path(&app.url(endpoint))) {
            let answered = answer(&platform, call).await;
            assert!(answered.status.is_client_error(), "{endpoint}: {}", answered.outcome());
        }
    }
    let good = app.authorize_url();
    for url in testkit::malformed::queries(&good) {
        let answered = answer(&platform, Call::get(path(&url))).await;
        assert!(answered.status.is_client_error() && answered.header("location").is_empty(), "{url}: {}", answered.outcome());
    }
    assert_eq!(answer(&platform, Call::get(path(&good))).await.status, StatusCode::OK, "the positive twin");
}
