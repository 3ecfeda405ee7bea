//! An app is told that its person signed out: from the logout endpoint over stream, queue and the guarded client to a socket of this machine.

use domain::client::{BackchannelLogout, Client, RedirectUri};
use domain::{ClientId, policy};
use http::StatusCode;
use local::TestPlatform;
use runtime::Provisioner;
use testkit::builders;
use testkit::jwt::Shown;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::relying_party::RelyingParty;
use super::visitor::Visitor;

/// An app's server that takes one logout token.
async fn listening() -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let told = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        let mut sent = vec![0; 16 * 1024];
        let length = socket.read(&mut sent).await.expect("a request");
        socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.expect("an answer");
        String::from_utf8_lossy(&sent[..length]).into_owned()
    });
    (format!("http://127.0.0.1:{port}/out"), told)
}

async fn app_told_at(platform: &TestPlatform, url: &str) -> RelyingParty {
    let app = RelyingParty::public(platform).called("listening".to_owned());
    let uri = |text: &str| RedirectUri::parse(text).expect("an address");
    let client = Client {
        id: ClientId::parse(&app.client_id).expect("an id"),
        redirect_uris: vec![uri(&app.redirect_uri)],
        backchannel_logout: Some(BackchannelLogout { uri: uri(url), session_required: true }),
        ..builders::client()
    };
    Provisioner::new(platform.platform()).create_client(&platform.demo.tenant, &client).await.expect("an app");
    app
}

#[tokio::test]
async fn an_app_is_told_when_a_session_that_was_used_runs_out_in_the_end() {
    let platform = TestPlatform::start().await;
    let (url, told) = listening().await;
    let app = app_told_at(&platform, &url).await;
    let mut ada = Visitor::ada(&platform, 1);
    let code = ada.arrive(&platform, &app).await;
    let id_token = app.redeem(&platform, &code).await.text_of("id_token");
    platform.pump().await;
    // Used again half-way to its end.
    let half = policy::SESSION_IDLE / 2;
    platform.clock.advance(half);
    ada.arrive(&platform, &app).await;
    for wait in [half, half / 2] {
        platform.clock.advance(wait);
        platform.sweep().await;
        platform.pump().await;
        assert!(!told.is_finished(), "it goes on");
    }
    platform.clock.advance(half / 2);
    platform.sweep().await;
    platform.pump().await;
    let sent = told.await.expect("the app was told");
    let token = Shown::read(sent.split_once("logout_token=").expect("the parameter").1).expect("a token");
    assert_eq!(token.claims["sid"], Shown::read(&id_token).expect("an ID token").claims["sid"]);
}

#[tokio::test]
async fn an_app_is_told_by_the_sid_that_its_id_token_has() {
    let platform = TestPlatform::start().await;
    let (url, told) = listening().await;
    let app = app_told_at(&platform, &url).await;
    let mut ada = Visitor::ada(&platform, 1);
    let code = ada.arrive(&platform, &app).await;
    let hint = app.redeem(&platform, &code).await.text_of("id_token");
    let answered = ada.get(&platform, &app.url(&format!("/logout?id_token_hint={hint}"))).await;
    assert_eq!(answered.status, StatusCode::OK, "{}", answered.outcome());
    platform.pump().await;
    let sent = told.await.expect("the app was told");
    let (head, form) = sent.split_once("\r\n\r\n").expect("a request");
    assert!(head.starts_with("POST /out HTTP/1.1"), "{head}");
    let token = Shown::read(form.strip_prefix("logout_token=").expect("the parameter")).expect("a token");
    let id_token = Shown::read(&hint).expect("an ID token");
    assert_eq!(token.header["typ"], "logout+jwt");
    for claim in ["iss", "sub", "aud", "sid"] {
        assert_eq!(token.claims[claim], id_token.claims[claim], "{claim}");
    }
    assert_eq!(token.claims.get("nonce"), None);
}
