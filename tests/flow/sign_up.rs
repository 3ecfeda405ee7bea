//! An account of one's own, from the sign-in page to the app, with the mail that proves the address.

use http::StatusCode;
use local::TestPlatform;
use testkit::endpoint::Answer;

use super::crash_points::{POINTS_MAX, SWEEPS};
use super::ledger::rows;
use super::relying_party::RelyingParty;
use super::visitor::Visitor;

pub(crate) const PASSWORD: &str = "seven purple lanterns drift";

impl Visitor {
    /// Somebody who has no account yet, in front of the sign-up page to which the app's sign-in page leads.
    pub(crate) async fn newcomer(at: &TestPlatform, app: &RelyingParty, network: u16) -> (Self, Answer) {
        let mut grace = Self::ada(at, network).typing(&format!("grace{network}@example.org"), PASSWORD);
        let page = grace.ask(at, app).await;
        let link = page.body.split_once("id=\"sign-up-link\" href=\"").expect("a link").1.split('"').next().expect("its end").to_owned();
        let page = grace.get(at, &link).await;
        assert_eq!(page.outcome(), "200 Create account · Demo");
        (grace, page)
    }

    pub(crate) async fn sign_up(&mut self, at: &TestPlatform, app: &RelyingParty, page: &Answer) -> Answer {
        let visitor = self.clone();
        self.post(at, &app.url("/sign-up"), &visitor.sign_up_form(page)).await
    }

    /// What an acceptable sign-up posts.
    pub(crate) fn sign_up_form<'a>(&'a self, page: &'a Answer) -> [(&'static str, &'a str); 3] {
        [("state", page.field("state")), ("email", &self.username), ("password", &self.password)]
    }

    pub(crate) async fn verify(&mut self, at: &TestPlatform, app: &RelyingParty, link: &str) -> Answer {
        self.post(at, &app.url("/verify"), &[("link", sealed(link))]).await
    }
}

/// What is sealed in a link.
pub(crate) fn sealed(link: &str) -> &str {
    link.split_once("?link=").expect("a link").1
}

/// The link that proves an address, in the newest mail to it.
pub(crate) async fn mailed_link(at: &TestPlatform, to: &str) -> String {
    mailed_link_to(at, to, "/verify").await
}

/// The newest link in a mail to an address that leads to this path.
pub(crate) async fn mailed_link_to(at: &TestPlatform, to: &str, path: &str) -> String {
    at.pump().await;
    let (mails, path) = (at.inbox.messages(), format!("{path}?link="));
    let links = mails.iter().rev().filter(|mail| mail.to == to).flat_map(|mail| mail.text.lines());
    links.into_iter().find(|line| line.contains(&path)).expect("a link").to_owned()
}

async fn people(at: &TestPlatform) -> usize {
    rows(at, "identity").await.iter().filter(|row| row["sk"] == "USER").count()
}

#[tokio::test]
async fn whoever_signs_up_confirms_the_mail_and_goes_on_to_the_app() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let (mut grace, page) = Visitor::newcomer(&platform, &app, 1).await;
    let sent = grace.sign_up(&platform, &app, &page).await;
    assert_eq!(sent.outcome(), "200 Check your mail · Demo");
    let link = mailed_link(&platform, "grace1@example.org").await;
    assert!(link.len() < 700, "{}", link.len());
    // Programs that look at mail follow links before people do.
    let mut scanner = Visitor::ada(&platform, 2);
    for _ in 0..3 {
        assert_eq!(scanner.get(&platform, &link).await.status, StatusCode::OK);
    }
    assert_eq!(people(&platform).await, 1);
    assert_eq!(grace.get(&platform, &link).await.outcome(), "200 Confirm email address · Demo");
    let confirmed = grace.verify(&platform, &app, &link).await;
    let sign_in = grace.follow(&platform, &app, confirmed).await;
    assert_eq!((sign_in.outcome().as_str(), sign_in.field("username")), ("200 Sign in · Demo", "grace1@example.org"));
    let answer = grace.sign_in(&platform, &app, &sign_in).await;
    let consent = grace.follow(&platform, &app, answer).await;
    let answer = grace.allow(&platform, &app, &consent).await;
    let (access_token, _) = app.tokens(&platform, &answer.returned("code")).await;
    let info = app.userinfo(&platform, &access_token).await;
    assert_eq!(info.status, StatusCode::OK, "{}", info.outcome());
    assert_eq!(people(&platform).await, 2);
}

#[tokio::test]
async fn an_address_that_has_an_account_is_told_so_by_mail_and_nowhere_else() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let email = platform.demo.person().email.clone();
    let (grace, page) = Visitor::newcomer(&platform, &app, 1).await;
    let mut stranger = grace.typing(&email, PASSWORD);
    assert_eq!(stranger.sign_up(&platform, &app, &page).await.outcome(), "200 Check your mail · Demo");
    platform.pump().await;
    let mails = platform.inbox.messages();
    assert_eq!((mails.len(), mails[0].to.as_str()), (1, email.as_str()));
    assert_eq!(mails[0].subject, "You already have an account at Demo");
    assert!(!mails[0].text.contains("link="), "{}", mails[0].text);
}

#[tokio::test]
async fn two_sign_ups_under_one_address_leave_one_account_of_whoever_proves_it() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let (grace, page) = Visitor::newcomer(&platform, &app, 1).await;
    let (other, other_page) = Visitor::newcomer(&platform, &app, 2).await;
    let (mut grace, mut other) = (grace.typing("one@example.org", PASSWORD), other.typing("one@example.org", "another purple lantern sinks"));
    tokio::join!(grace.sign_up(&platform, &app, &page), other.sign_up(&platform, &app, &other_page));
    platform.pump().await;
    let mails = platform.inbox.messages();
    let links: Vec<_> = mails.iter().flat_map(|mail| mail.text.lines()).filter(|line| line.contains("link=")).map(str::to_owned).collect();
    assert!(!links.is_empty());
    for link in &links {
        grace.verify(&platform, &app, link).await;
        other.verify(&platform, &app, link).await;
    }
    assert_eq!(people(&platform).await, 2);
}

#[tokio::test]
async fn a_killed_sign_up_is_finished_by_the_same_form_and_sends_its_link() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut network = 0;
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            network += 1;
            let (mut grace, page) = Visitor::newcomer(&platform, &app, network).await;
            if sweep.cold {
                platform.restart();
            }
            let ended = sweep.kill(nth, &platform, grace.sign_up(&platform, &app, &page)).await;
            sweep.restart(&mut platform);
            if ended.is_none() {
                let again = grace.sign_up(&platform, &app, &page).await;
                assert_eq!(again.outcome(), "200 Check your mail · Demo", "{sweep:?} {nth}");
            }
            let stood = people(&platform).await;
            let link = mailed_link(&platform, &grace.username).await;
            let killed = sweep.kill(nth, &platform, grace.verify(&platform, &app, &link)).await;
            sweep.restart(&mut platform);
            let verified = match killed {
                Some(answer) => answer,
                None => grace.verify(&platform, &app, &link).await,
            };
            assert_eq!(verified.status, StatusCode::SEE_OTHER, "{sweep:?} {nth}: {}", verified.outcome());
            assert_eq!(people(&platform).await, stood + 1, "{sweep:?} {nth}");
            if ended.is_some() {
                break;
            }
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
    let created: Vec<_> = rows(&platform, "events").await.into_iter().filter(|event| event["by"] == "sign_up").collect();
    assert_eq!(created.len(), people(&platform).await - 1, "each account with its event");
}
