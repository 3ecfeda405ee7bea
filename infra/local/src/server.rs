//! The platform on a port: the gateway's routes, and beside them nothing but the inbox and the files that are sent and fetched by links.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::{ConnectInfo, Query, Request, State};
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};
use runtime::Caller;
use serde::Deserialize;
use tokio::net::TcpListener;

use crate::gateway::Gateway;
use crate::inbox::{Inbox, Message};

/// How long requests that are under way may take once the server is told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

/// What is served beside the gateway's routes.
#[derive(Clone)]
pub struct Aside {
    /// Mails and text messages.
    pub inbox: Arc<Inbox>,
    /// Files of people, as a bucket answers for them.
    pub files: Router,
}

/// Serves `gateway`, and what is beside it, until `stop` ends and every request that has begun is answered.
pub async fn serve(listener: TcpListener, gateway: Gateway, aside: Aside, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let router = Router::new().route("/inbox", get(show).with_state(aside.inbox)).fallback(pass_on).with_state(gateway);
    let router = router.merge(aside.files);
    let (stopping, mut stopped) = tokio::sync::watch::channel(());
    let stop = async move {
        stop.await;
        drop(stopping);
    };
    let served = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).with_graceful_shutdown(stop);
    tokio::select! {
        ended = served => ended,
        // A client that never finishes its request doesn't hold the others up.
        () = async {
            while stopped.changed().await.is_ok() {}
            tokio::time::sleep(LAST_REQUESTS).await;
        } => Ok(()),
    }
}

async fn pass_on(State(gateway): State<Gateway>, ConnectInfo(peer): ConnectInfo<SocketAddr>, mut request: Request) -> Response {
    request.extensions_mut().insert(Caller { address: Some(peer.ip().to_canonical()), country: None });
    gateway.answer(request).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shown {
    format: String,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    messages: Vec<Message>,
}

async fn show(State(inbox): State<Arc<Inbox>>, Query(shown): Query<Shown>) -> Response {
    let mut messages = inbox.messages();
    if shown.format == "json" {
        return Json(messages).into_response();
    }
    messages.reverse();
    match (InboxPage { messages }).render() {
        // A mail's text is somebody's input; nothing in it may run.
        Ok(page) => ([(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))], Html(page)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
