//! A telephone number across functions: what is sent when it changes, that its claims follow, and what a killed function leaves behind.

use domain::policy;
use http::StatusCode;
use local::TestPlatform;
use local::inbox::Way;

use super::crash_points::{POINTS_MAX, SWEEPS};
use super::ledger::rows;
use super::relying_party::RelyingParty;
use super::visitor::Visitor;

const SECURITY: &str = "/account/security";

async fn count(at: &TestPlatform, kind: &str) -> usize {
    rows(at, "events").await.iter().filter(|event| event["type"] == kind).count()
}

/// The text messages to a number, the newest last.
async fn texts_to(at: &TestPlatform, number: &str) -> Vec<String> {
    at.pump().await;
    at.inbox.messages().into_iter().filter(|message| message.way == Way::Sms && message.to == number).map(|message| message.text).collect()
}

/// The code of the newest of them.
async fn code_sent_to(at: &TestPlatform, number: &str) -> String {
    let text = texts_to(at, number).await.pop().expect("a text message");
    let (_, code) = text.rsplit_once("\n@localhost #").expect("the last line is for the browser");
    assert!(text.starts_with(code), "{text}");
    code.to_owned()
}

#[tokio::test]
async fn a_number_is_proved_told_to_apps_changed_and_removed_and_the_one_before_hears_of_it() {
    let platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut ada = Visitor::ada(&platform, 1);
    ada.arrive(&platform, &app).await;
    for number in ["+4915123456789", "+447700900123"] {
        let asked = ada.form(&platform, &app, SECURITY, &[("phone", number)]).await;
        assert_eq!(asked.outcome(), "200 Signing in · Demo");
        let code = code_sent_to(&platform, number).await;
        let typed = ada.form(&platform, &app, SECURITY, &[("code", &code)]).await;
        assert_eq!(typed.outcome(), "200 Signing in · Demo");
        assert!(typed.body.contains(&format!("<p id=\"phone-now\"><bdi>{number}</bdi></p>")), "{}", typed.page());
    }
    assert!(texts_to(&platform, "+4915123456789").await.pop().expect("a notice").contains("no longer the telephone number"));
    let removed = ada.form(&platform, &app, SECURITY, &[("remove_phone", "yes")]).await;
    assert_eq!(removed.outcome(), "200 Signing in · Demo");
    assert!(texts_to(&platform, "+447700900123").await.pop().expect("a notice").contains("no longer the telephone number"));
    let subjects: Vec<String> = platform.inbox.messages().into_iter().map(|message| message.subject).collect();
    let told = |what: &str| subjects.iter().filter(|subject| subject.contains(what)).count();
    assert_eq!((told("telephone number at Demo was changed"), told("telephone number at Demo was removed")), (2, 1));
    assert!(platform.dead_letters.list().is_empty());
}

#[tokio::test]
async fn a_killed_wish_for_a_number_is_asked_again_and_its_newest_code_works() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut network = 0;
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            network += 1;
            platform.clock.advance(policy::SMS_WINDOW);
            let number = format!("+49151{network:08}");
            let mut ada = Visitor::ada(&platform, network);
            ada.arrive(&platform, &app).await;
            let page = ada.get(&platform, &app.url(SECURITY)).await;
            let form = [("state", page.field("state")), ("phone", number.as_str())];
            if sweep.cold {
                platform.restart();
            }
            let url = app.url(SECURITY);
            let ended = sweep.kill(nth, &platform, ada.post(&platform, &url, &form)).await;
            sweep.restart(&mut platform);
            let answer = match &ended {
                Some(answer) => answer.clone(),
                None => ada.post(&platform, &url, &form).await,
            };
            assert_eq!(answer.outcome(), "200 Signing in · Demo", "{sweep:?} {nth}");
            let code = code_sent_to(&platform, &number).await;
            let typed = ada.form(&platform, &app, SECURITY, &[("code", &code)]).await;
            assert!(typed.body.contains(&number) && typed.status == StatusCode::OK, "{sweep:?} {nth}: {}", typed.outcome());
            if ended.is_some() {
                break;
            }
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
}

#[tokio::test]
async fn a_killed_proof_of_a_number_is_finished_by_the_same_code_or_was_made_once() {
    let mut platform = TestPlatform::start().await;
    let app = RelyingParty::public(&platform);
    let mut network = 0;
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            network += 1;
            platform.clock.advance(policy::SMS_WINDOW);
            let number = format!("+49151{network:08}");
            let mut ada = Visitor::ada(&platform, network);
            ada.arrive(&platform, &app).await;
            ada.form(&platform, &app, SECURITY, &[("phone", &number)]).await;
            let code = code_sent_to(&platform, &number).await;
            let page = ada.get(&platform, &app.url(SECURITY)).await;
            let form = [("state", page.field("state")), ("code", code.as_str())];
            if sweep.cold {
                platform.restart();
            }
            let url = app.url(SECURITY);
            let ended = sweep.kill(nth, &platform, ada.post(&platform, &url, &form)).await;
            sweep.restart(&mut platform);
            let answer = match &ended {
                Some(answer) => answer.clone(),
                None => ada.post(&platform, &url, &form).await,
            };
            let committed_before = ended.is_none() && answer.status == StatusCode::UNPROCESSABLE_ENTITY;
            assert!(committed_before || answer.status == StatusCode::OK, "{sweep:?} {nth}: {}", answer.outcome());
            assert!(answer.body.contains(&format!("<p id=\"phone-now\"><bdi>{number}</bdi></p>")), "{sweep:?} {nth}: {}", answer.page());
            assert_eq!(count(&platform, "phone.changed").await, usize::from(network), "{sweep:?} {nth}");
            if ended.is_some() {
                break;
            }
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
}
