//! The Lambda Runtime API as far as a function that gets one event after another needs it (version 2018-06-01).

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use crate::Error;
use crate::stopwatch::{moment, process_cpu};

/// Far away: a deadline is no part of what is measured.
const DEADLINE: &str = "9999999999999";

/// What a function says.
pub(super) enum Said {
    /// It polled for an event.
    Polled(Instant),
    /// It answered one.
    Answered {
        /// With this.
        answer: Value,
        /// CPU that the process had used by then.
        cpu: Duration,
    },
    /// It failed, with this.
    Failed(String),
}

/// The Runtime API of one process. Dropping it ends it.
pub(super) struct RuntimeApi {
    address: SocketAddr,
    desk: Arc<Desk>,
    said: UnboundedReceiver<Said>,
    events: UnboundedSender<String>,
    server: AbortHandle,
}

struct Desk {
    process: OnceLock<u32>,
    said: UnboundedSender<Said>,
    events: Mutex<UnboundedReceiver<String>>,
}

impl RuntimeApi {
    pub(super) async fn start() -> Result<Self, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (say, said) = unbounded_channel();
        let (events, waiting) = unbounded_channel();
        let desk = Arc::new(Desk { process: OnceLock::new(), said: say, events: Mutex::new(waiting) });
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{outcome}", post(outcome))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(Arc::clone(&desk));
        let server = tokio::spawn(async move { axum::serve(listener, routes).await }).abort_handle();
        Ok(Self { address, desk, said, events, server })
    }

    /// What the function finds in `AWS_LAMBDA_RUNTIME_API`.
    pub(super) fn authority(&self) -> String {
        self.address.to_string()
    }

    /// Says which process asks here.
    pub(super) fn watch(&self, process: u32) {
        // It is said once, right after the start.
        let _ = self.desk.process.set(process);
    }

    /// Hands out an event at the next poll, or to the one that waits.
    pub(super) fn hand_out(&self, event: &Value) -> Result<(), Error> {
        Ok(self.events.send(event.to_string())?)
    }

    /// What the function says next.
    pub(super) async fn listen(&mut self) -> Result<Said, Error> {
        Ok(self.said.recv().await.ok_or("the Runtime API ended")?)
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(desk): State<Arc<Desk>>) -> Response {
    // Nobody listens when the measurement was given up.
    let _ = desk.said.send(Said::Polled(moment()));
    let Some(event) = desk.events.lock().await.recv().await else { return StatusCode::GONE.into_response() };
    let headers = [
        ("content-type", "application/json"),
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-deadline-ms", DEADLINE),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:123456789012:function:bench"),
        ("lambda-runtime-trace-id", "Root=1-6921b0c2-1f2e3d4c5b6a79881726354a;Parent=53995c3f42cd8ad8;Sampled=0"),
    ];
    (headers, event).into_response()
}

async fn outcome(State(desk): State<Arc<Desk>>, Path((_, outcome)): Path<(String, String)>, body: String) -> StatusCode {
    let cpu = desk.process.get().ok_or_else(|| "no process is watched".into()).and_then(|process| process_cpu(*process));
    let said = match (outcome.as_str(), cpu) {
        ("response", Ok(cpu)) => Said::Answered { answer: serde_json::from_str(&body).unwrap_or(Value::String(body)), cpu },
        ("response", Err(error)) => Said::Failed(error.to_string()),
        _ => Said::Failed(body),
    };
    let _ = desk.said.send(said);
    StatusCode::ACCEPTED
}

async fn init_error(State(desk): State<Arc<Desk>>, body: String) -> StatusCode {
    let _ = desk.said.send(Said::Failed(body));
    StatusCode::ACCEPTED
}
