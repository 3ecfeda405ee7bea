//! An invitation, from the mail to the app.

use domain::invitation::Invitee;
use domain::policy;
use http::StatusCode;
use local::TestPlatform;
use runtime::Provisioner;
use testkit::endpoint::Answer;

use super::crash_points::{POINTS_MAX, SWEEPS};
use super::ledger::rows;
use super::relying_party::RelyingParty;
use super::sign_up::{PASSWORD, mailed_link_to, sealed};
use super::visitor::Visitor;

impl Visitor {
    async fn accept(&mut self, at: &TestPlatform, app: &RelyingParty, link: &str) -> Answer {
        self.post(at, &app.url("/invitation"), &[("link", sealed(link)), ("password", PASSWORD)]).await
    }
}

/// The link of an invitation that was just made.
pub(crate) async fn invited(at: &TestPlatform, email: &str) -> String {
    let invitee = Invitee { email: email.to_owned(), ..Invitee::default() };
    Box::pin(Provisioner::new(at.platform()).invite(&at.demo.tenant, &invitee)).await.expect("an invitation");
    mailed_link_to(at, email, "/invitation").await
}

async fn accounts(at: &TestPlatform) -> usize {
    rows(at, "events").await.iter().filter(|event| event["type"] == "user.created" && event["by"] == "invitation").count()
}

#[tokio::test]
async fn whoever_is_invited_accepts_and_signs_in_at_an_app() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let link = invited(&platform, "grace@example.org").await;
    assert!(link.len() < 700, "{}", link.len());
    // Programs that look at mail follow links before people do.
    let mut scanner = Visitor::ada(&platform, 2);
    for _ in 0..3 {
        assert_eq!(scanner.get(&platform, &link).await.outcome(), "200 Accept invitation · Demo");
    }
    let mut grace = Visitor::ada(&platform, 1).typing("grace@example.org", PASSWORD);
    assert_eq!(grace.accept(&platform, &app, &link).await.outcome(), "200 Welcome, your account is ready · Demo");
    let code = grace.arrive(&platform, &app).await;
    let (access_token, _) = app.tokens(&platform, &code).await;
    assert_eq!(app.userinfo(&platform, &access_token).await.status, StatusCode::OK);
    assert_eq!(scanner.get(&platform, &link).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn each_sending_is_one_mail_and_its_link_the_only_one_that_works() {
    let platform = TestPlatform::start().await;
    let (app, provisioner) = (RelyingParty::public(&platform), Provisioner::new(platform.platform()));
    let (tenant, email) = (&platform.demo.tenant, "grace@example.org");
    let first = invited(&platform, email).await;
    provisioner.send_invitation_again(tenant, email).await.expect("sent anew");
    let second = mailed_link_to(&platform, email, "/invitation").await;
    assert_ne!(first, second);
    let mails = platform.inbox.messages();
    assert_eq!(mails.iter().filter(|mail| mail.subject == "You’re invited to Demo").count(), 2);
    let mut grace = Visitor::ada(&platform, 1);
    assert_eq!(grace.accept(&platform, &app, &first).await.status, StatusCode::GONE);
    // What is taken back before its mail goes out sends none.
    provisioner.send_invitation_again(tenant, email).await.expect("sent anew");
    provisioner.revoke_invitation(tenant, email).await.expect("taken back");
    platform.pump().await;
    assert_eq!(platform.inbox.messages().len(), mails.len());
    assert_eq!(grace.accept(&platform, &app, &second).await.status, StatusCode::GONE);
    let third = invited(&platform, email).await;
    platform.clock.advance(policy::INVITATION);
    assert_eq!(grace.accept(&platform, &app, &third).await.status, StatusCode::GONE);
    assert_eq!(accounts(&platform).await, 0);
}

#[tokio::test]
async fn a_killed_answer_is_finished_by_the_same_link_or_has_made_its_one_account() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut number = 0;
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            number += 1;
            let email = format!("grace{number}@example.org");
            let link = invited(&platform, &email).await;
            let mut grace = Visitor::ada(&platform, 1).typing(&email, PASSWORD);
            if sweep.cold {
                platform.restart();
            }
            let ended = sweep.kill(nth, &platform, grace.accept(&platform, &app, &link)).await;
            sweep.restart(&mut platform);
            let answer = match &ended {
                Some(answer) => answer.clone(),
                None => grace.accept(&platform, &app, &link).await,
            };
            let committed_before = ended.is_none() && answer.status == StatusCode::GONE;
            assert!(committed_before || answer.status == StatusCode::OK, "{sweep:?} {nth}: {}", answer.outcome());
            assert_eq!(accounts(&platform).await, number, "{sweep:?} {nth}");
            grace.arrive(&platform, &app).await;
            if ended.is_some() {
                assert!(nth > 2, "{sweep:?} killed nobody");
                break;
            }
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
}
