//! What an account lacks, from the sign-in page by way of the page that asks for it to the app.

use domain::attributes::{Attribute, AttributeName, Kind, Reader, Translated, Writer};
use domain::policy;
use http::StatusCode;
use local::TestPlatform;
use runtime::Provisioner;
use store::TenantChange;
use testkit::endpoint::Answer;

use super::crash_points::{POINTS_MAX, SWEEPS};
use super::ledger::rows;
use super::relying_party::RelyingParty;
use super::visitor::Visitor;

impl Visitor {
    /// Says what the page asks for.
    async fn complete(&mut self, at: &TestPlatform, app: &RelyingParty, page: &Answer, (field, value): (&str, &str)) -> Answer {
        self.post(at, &app.url("/complete"), &[("state", page.field("state")), (field, value)]).await
    }
}

/// The tenant asks everybody for one more thing from now on, and every function has heard of it.
pub(crate) async fn ask_for(platform: &TestPlatform, name: &str) -> String {
    let attribute = Attribute {
        name: AttributeName::parse(name).expect("a name"),
        label: Translated::everywhere(name),
        hint: Translated::default(),
        kind: Kind::Text { maximum: 20, pattern: None },
        required: true,
        readers: [Reader::Person, Reader::Apps].into(),
        writer: Writer::Person,
    };
    let field = attribute.field();
    let provisioner = Provisioner::new(platform.platform());
    let change = provisioner.change_attributes(&platform.demo.tenant, |schema| schema.attributes = vec![attribute]);
    assert_eq!(change.await.expect("an answer"), TenantChange::Changed);
    platform.clock.advance(policy::CACHE_USABLE);
    field
}

async fn completions(at: &TestPlatform) -> usize {
    rows(at, "events").await.iter().filter(|event| event["type"] == "user.profile_completed").count()
}

#[tokio::test]
async fn a_person_says_what_their_account_lacks_once_and_the_app_learns_it() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 1);
    ada.arrive(&platform, &app).await;
    let field = ask_for(&platform, "city").await;
    let page = ada.ask(&platform, &app).await;
    assert_eq!(page.outcome(), "200 Before you go on · Demo");
    let answer = ada.complete(&platform, &app, &page, (&field, "Oslo")).await;
    let answer = ada.follow(&platform, &app, answer).await;
    let (access_token, _) = app.tokens(&platform, &answer.returned("code")).await;
    let info = app.userinfo(&platform, &access_token).await;
    assert_eq!((info.status, info.json()["city"].as_str()), (StatusCode::OK, Some("Oslo")), "{}", info.outcome());
    // Somebody who signs in anew isn't asked again.
    Visitor::ada(&platform, 2).arrive(&platform, &app).await;
    assert_eq!(completions(&platform).await, 1);
}

#[tokio::test]
async fn a_killed_completion_is_finished_by_the_same_form_or_has_been_kept_once() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 1);
    ada.arrive(&platform, &app).await;
    let mut asked = 0;
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            asked += 1;
            let field = ask_for(&platform, &format!("thing{asked}")).await;
            let page = ada.ask(&platform, &app).await;
            assert_eq!(page.outcome(), "200 Before you go on · Demo", "{sweep:?} {nth}");
            if sweep.cold {
                platform.restart();
            }
            let ended = sweep.kill(nth, &platform, ada.complete(&platform, &app, &page, (&field, "x"))).await;
            sweep.restart(&mut platform);
            let is_over = ended.is_some();
            let answer = match ended {
                Some(answer) => answer,
                None => ada.complete(&platform, &app, &page, (&field, "x")).await,
            };
            let answer = ada.follow(&platform, &app, answer).await;
            assert!(!answer.returned("code").is_empty(), "{sweep:?} {nth}: {}", answer.outcome());
            assert_eq!(completions(&platform).await, asked, "{sweep:?} {nth}");
            if is_over {
                assert!(nth > 2, "{sweep:?} killed nobody");
                break;
            }
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
}
