//! Injects faults, by script or by seed, and kills what runs at a chosen request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::sync::Notify;

use super::fault::{Fault, server_error};
use super::wire::{self, Answer, Asked};
use crate::lock;
use crate::random::SeededRandom;

/// On which side of a request's effect a function is killed (F32).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// The request never reached DynamoDB.
    Before,
    /// It took effect and nobody saw the answer.
    After,
}

/// What was run is dead: the request at which it was to be killed was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("killed as planned")]
pub struct Crashed;

/// An HTTP client that injects faults into what goes through it. Clones share their plan.
#[derive(Clone, Debug)]
pub struct Faulty {
    inner: SharedHttpClient,
    plan: Arc<Plan>,
}

#[derive(Debug, Default)]
struct Plan {
    state: Mutex<State>,
    crashed: Notify,
}

#[derive(Debug, Default)]
struct State {
    requests: usize,
    per_operation: BTreeMap<String, usize>,
    at: BTreeMap<usize, Fault>,
    at_operation: BTreeMap<(String, usize), Fault>,
    always: Option<Fault>,
    rate: Option<Rate>,
    crash: Option<(usize, Crash)>,
    is_dead: bool,
}

#[derive(Debug)]
struct Rate {
    per_mille: u16,
    random: SeededRandom,
    faults: Vec<Fault>,
}

/// What becomes of one request.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Passes,
    Suffers(Fault),
    Dies(Crash),
    // The function that sent it is dead already.
    NeverSent,
}

impl Faulty {
    /// Injects faults into what goes through `inner`; none until they are planned.
    pub fn new(inner: impl HttpClient + 'static) -> Self {
        Self { inner: SharedHttpClient::new(inner), plan: Arc::default() }
    }

    /// The same as an HTTP client of the SDK.
    pub fn http(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// The `nth` request from now on, counted from 1 and tries included, suffers `fault`.
    pub fn at(&self, nth: usize, fault: Fault) -> &Self {
        self.change(|state| {
            let nth = state.requests + nth;
            state.at.insert(nth, fault);
        })
    }

    /// The next requests suffer these, one each.
    pub fn script(&self, faults: &[Fault]) -> &Self {
        for (before, fault) in faults.iter().enumerate() {
            self.at(before + 1, *fault);
        }
        self
    }

    /// The `nth` request of one operation (`TransactWriteItems`) from now on, counted from 1, suffers `fault`.
    pub fn at_operation(&self, operation: &str, nth: usize, fault: Fault) -> &Self {
        self.change(|state| {
            let seen = state.per_operation.get(operation).copied().unwrap_or(0);
            state.at_operation.insert((operation.to_owned(), seen + nth), fault);
        })
    }

    /// Every request suffers `fault`: an outage.
    pub fn always(&self, fault: Fault) -> &Self {
        self.change(|state| state.always = Some(fault))
    }

    /// `per_mille` of 1,000 requests suffer one of `faults`; which ones and what is decided by the seed and the order of requests.
    pub fn rate(&self, per_mille: u16, seed: u64, faults: &[Fault]) -> &Self {
        self.change(|state| state.rate = Some(Rate { per_mille, random: SeededRandom::new(seed), faults: faults.to_vec() }))
    }

    /// What sends the `nth` request from now on, counted from 1, is dead from then on: nothing of it is sent or answered any more.
    pub fn crash_at(&self, nth: usize, crash: Crash) -> &Self {
        self.change(|state| state.crash = Some((state.requests + nth, crash)))
    }

    /// No faults any more, and a dead sender may send again; requests are counted from zero.
    pub fn heal(&self) {
        *lock(&self.plan.state) = State::default();
    }

    /// How many requests were sent, tries and injected faults included.
    pub fn requests(&self) -> usize {
        lock(&self.plan.state).requests
    }

    /// Runs `flow` until it ends, or until the request at which it is to be killed; then it is dropped there, as a killed function is.
    pub async fn until_crash<T>(&self, flow: impl Future<Output = T>) -> Result<T, Crashed> {
        let mut crashed = std::pin::pin!(self.plan.crashed.notified());
        crashed.as_mut().enable();
        tokio::select! {
            biased;
            () = crashed => Err(Crashed),
            outcome = flow => Ok(outcome),
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) -> &Self {
        change(&mut lock(&self.plan.state));
        self
    }
}

impl State {
    fn fate(&mut self, asked: &Asked) -> Fate {
        if self.is_dead {
            return Fate::NeverSent;
        }
        self.requests += 1;
        let seen = self.per_operation.entry(asked.operation.clone()).or_default();
        *seen += 1;
        let seen = *seen;
        if let Some((_, crash)) = self.crash.filter(|(nth, _)| *nth == self.requests) {
            self.is_dead = true;
            return Fate::Dies(crash);
        }
        let planned = self.at.remove(&self.requests).or_else(|| self.at_operation.remove(&(asked.operation.clone(), seen)));
        let fault = planned.or(self.always).or_else(|| self.rate.as_ref().and_then(Rate::draw));
        fault.map_or(Fate::Passes, Fate::Suffers)
    }
}

impl Rate {
    fn draw(&self) -> Option<Fault> {
        let (hit, which) = (self.random.next_u64() % 1000, self.random.next_u64());
        let count = self.faults.len().max(1) as u64;
        let which = usize::try_from(which % count).unwrap_or(0);
        self.faults.get(which).copied().filter(|_| hit < u64::from(self.per_mille))
    }
}

impl HttpClient for Faulty {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(FaultyConnector { inner, plan: Arc::clone(&self.plan) })
    }
}

#[derive(Debug)]
struct FaultyConnector {
    inner: SharedHttpConnector,
    plan: Arc<Plan>,
}

impl HttpConnector for FaultyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = Asked::read(&request);
        let fate = lock(&self.plan.state).fate(&asked);
        let (inner, plan) = (self.inner.clone(), Arc::clone(&self.plan));
        wire::future(async move {
            match fate {
                Fate::Passes => inner.call(request).await,
                Fate::Suffers(fault) => suffer(fault, &asked, inner, request).await,
                Fate::Dies(Crash::Before) => {
                    plan.crashed.notify_waiters();
                    std::future::pending().await
                }
                Fate::Dies(Crash::After) => {
                    // Whether it could even be sent makes no difference to the dead.
                    let _ = inner.call(request).await;
                    plan.crashed.notify_waiters();
                    std::future::pending().await
                }
                Fate::NeverSent => std::future::pending().await,
            }
        })
    }
}

async fn suffer(fault: Fault, asked: &Asked, inner: SharedHttpConnector, request: HttpRequest) -> Answer {
    if let Some(response) = fault.instead(asked) {
        return Ok(response);
    }
    match fault {
        Fault::FailsAfter => inner.call(request).await.map(|_| server_error()),
        Fault::AnswerLost => inner.call(request).await.and_then(|_| Err(ConnectorError::io("the connection broke".into()))),
        Fault::Unreachable => Err(ConnectorError::io("the connection was refused".into()).never_connected()),
        Fault::Late(by) => {
            tokio::time::sleep(by).await;
            inner.call(request).await
        }
        Fault::Hangs => std::future::pending().await,
        // What can't go wrong with this request goes through.
        Fault::Throttled | Fault::Conflict | Fault::FailsBefore | Fault::Unprocessed => inner.call(request).await,
    }
}
