//! People who are brought over by the tenant's hook when they first sign in: from the sign-in page to the app, killed at every point, and in no case twice.

use cloud::egress::WITHIN;
use domain::policy;
use http::StatusCode;
use local::TestPlatform;
use runtime::Provisioner;
use serde_json::json;
use store::TenantChange;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::crash_points::{POINTS_MAX, SWEEPS};
use super::ledger::{Ledger, rows};
use super::relying_party::RelyingParty;
use super::sign_up::mailed_link_to;
use super::visitor::Visitor;

pub(super) const PASSWORD: &str = "an old password";

/// A hook on this machine that knows everybody by [`PASSWORD`]; it ends with the test.
pub(super) struct Hook {
    url: String,
    serving: JoinHandle<()>,
}

impl Hook {
    async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let url = format!("http://127.0.0.1:{}/people", listener.local_addr().expect("an address").port());
        let serving = tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.expect("a connection");
                tokio::spawn(async move {
                    let mut request = vec![0; 8192];
                    // One small write of the caller is one read here; a caller that is killed has none.
                    let Ok(length) = socket.read(&mut request).await else { return };
                    drop(socket.write_all(answer(&String::from_utf8_lossy(&request[..length])).as_bytes()).await);
                });
            }
        });
        Self { url, serving }
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn answer(request: &str) -> String {
    let asked: serde_json::Value = request.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok()).unwrap_or_default();
    let (status, told) = match (asked["identifier"].as_str(), asked["password"].as_str()) {
        (Some(email), Some(PASSWORD)) => ("200 OK", json!({ "email": email, "email_verified": true, "given_name": "Grace" }).to_string()),
        _ => ("404 Not Found", String::new()),
    };
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{told}", told.len())
}

async fn platform_with_hook() -> (TestPlatform, Hook) {
    let platform = TestPlatform::start().await;
    let hook = hook_of(&platform).await;
    (platform, hook)
}

/// From now on the platform's tenant brings people over.
pub(super) async fn hook_of(platform: &TestPlatform) -> Hook {
    let hook = Hook::open().await;
    let provisioner = Provisioner::new(platform.platform());
    let (change, _) = provisioner.set_migration_hook(&platform.demo.tenant, &hook.url).await.expect("an answer");
    assert_eq!(change, TenantChange::Changed);
    platform.clock.advance(policy::CACHE_USABLE);
    hook
}

async fn people(at: &TestPlatform) -> usize {
    rows(at, "identity").await.iter().filter(|row| row["sk"] == "USER").count()
}

async fn brought_over(at: &TestPlatform) -> usize {
    rows(at, "events").await.iter().filter(|event| event["by"] == "migration").count()
}

#[tokio::test]
async fn a_person_of_elsewhere_gets_to_the_app_and_again_when_the_hook_is_gone() {
    let (platform, hook) = platform_with_hook().await;
    assert!(policy::MIGRATION_HOOK < WITHIN);
    let app = RelyingParty::public(&platform);
    let mut grace = Visitor::ada(&platform, 1).typing("Grace@example.org", PASSWORD);
    let code = grace.arrive(&platform, &app).await;
    let (access_token, _) = app.tokens(&platform, &code).await;
    let info = app.userinfo(&platform, &access_token).await;
    assert_eq!((info.text_of("email").as_str(), info.text_of("name").as_str()), ("Grace@example.org", "Grace"));
    drop(hook);
    let mut elsewhere = Visitor::ada(&platform, 2).typing("grace@example.org", PASSWORD);
    elsewhere.arrive(&platform, &app).await;
    assert_eq!((people(&platform).await, brought_over(&platform).await), (2, 1));
    // Whom nobody here knows can't be checked now, nor can a wrong password.
    for (network, name) in [(3, "hopper@example.org"), (4, "grace@example.org")] {
        let mut other = Visitor::ada(&platform, network).typing(name, "wrong");
        let page = other.ask(&platform, &app).await;
        assert_eq!(other.sign_in(&platform, &app, &page).await.outcome(), "503 Problem: Sign in · Demo", "{name}");
    }
    Ledger::read(&platform).await.assert_whole();
}

#[tokio::test]
async fn who_isnt_brought_over_yet_has_forgotten_no_password() {
    let (platform, _hook) = platform_with_hook().await;
    let app = RelyingParty::public(&platform);
    let forgets = async |network: u16| {
        let mut grace = Visitor::ada(&platform, network);
        let page = grace.get(&platform, &app.url("/reset")).await;
        let form = [("state", page.field("state")), ("username", "grace@example.org")];
        let sent = grace.post(&platform, &app.url("/reset"), &form).await;
        platform.pump().await;
        sent.outcome()
    };
    let unknown = forgets(1).await;
    assert!(platform.inbox.messages().is_empty());
    let mut grace = Visitor::ada(&platform, 2).typing("grace@example.org", PASSWORD);
    grace.arrive(&platform, &app).await;
    assert_eq!(forgets(3).await, unknown);
    assert!(mailed_link_to(&platform, "grace@example.org", "/reset").await.contains("/reset?link="));
}

#[tokio::test]
async fn a_killed_sign_in_of_somebody_unknown_is_finished_by_the_same_form() {
    let (mut platform, _hook) = platform_with_hook().await;
    let app = RelyingParty::public(&platform);
    let mut network = 0;
    for sweep in SWEEPS {
        for nth in 1..=POINTS_MAX {
            network += 1;
            let email = format!("grace{network}@example.org");
            let mut grace = Visitor::ada(&platform, network).typing(&email, PASSWORD);
            let page = grace.ask(&platform, &app).await;
            let stood = people(&platform).await;
            if sweep.cold {
                platform.restart();
            }
            let ended = sweep.kill(nth, &platform, grace.sign_in(&platform, &app, &page)).await;
            sweep.restart(&mut platform);
            if ended.is_none() {
                let between = people(&platform).await - stood;
                assert!(between <= 1, "{sweep:?} {nth}");
                let again = grace.sign_in(&platform, &app, &page).await;
                assert_eq!(again.status, StatusCode::SEE_OTHER, "{sweep:?} {nth}: {}", again.outcome());
            }
            assert_eq!(people(&platform).await, stood + 1, "{sweep:?} {nth}");
            grace.arrive(&platform, &app).await;
            assert_eq!(people(&platform).await, stood + 1, "{sweep:?} {nth}");
            if ended.is_some() {
                break;
            }
            assert!(nth < POINTS_MAX, "{sweep:?} never ends");
        }
    }
    assert_eq!(brought_over(&platform).await, people(&platform).await - 1, "each account with its event");
    Ledger::read(&platform).await.assert_whole();
}
