//! An HTTP client for tests: it gives prepared answers in order and remembers what was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use domain::{Region, Secret};

use crate::aws::{Aws, Credentials};

/// The secret key that requests are signed with.
pub(crate) const SECRET: &str = "a-secret-access-key";

/// A request that was made.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) uri: String,
    pub(crate) authorization: String,
    pub(crate) target: Option<String>,
    pub(crate) body: String,
}

/// Answers in order; when none is left, nobody is reachable.
#[derive(Clone, Debug)]
pub(crate) struct Canned(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    answers: VecDeque<(u16, String)>,
    hangs: bool,
    requests: Vec<Asked>,
}

impl Canned {
    pub(crate) fn answering(answers: &[(u16, &str)]) -> Self {
        let answers = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
        Self(Arc::new(Mutex::new(State { answers, hangs: false, requests: Vec::new() })))
    }

    pub(crate) fn hanging() -> Self {
        let canned = Self::answering(&[]);
        canned.state().hangs = true;
        canned
    }

    pub(crate) fn aws(&self) -> Aws {
        let connector = SharedHttpConnector::new(self.clone());
        Aws {
            region: Region::new("eu-west-1"),
            endpoint: None,
            credentials: Credentials {
                access_key_id: "AKIDEXAMPLE".to_owned(),
                secret_access_key: Secret::new(SECRET.to_owned()),
                session_token: None,
            },
            http: http_client_fn(move |_, _| connector.clone()),
        }
    }

    pub(crate) fn requests(&self) -> Vec<Asked> {
        self.state().requests.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpConnector for Canned {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
        let target = request.headers().get("x-amz-target").map(str::to_owned);
        let uri = request.uri().to_owned();
        let authorization = request.headers().get("authorization").unwrap_or_default().to_owned();
        let mut state = self.state();
        state.requests.push(Asked { uri, authorization, target, body });
        if state.hangs {
            return HttpConnectorFuture::new(std::future::pending());
        }
        HttpConnectorFuture::ready(match state.answers.pop_front() {
            Some((status, body)) => Ok(HttpResponse::new(StatusCode::try_from(status).expect("a status"), SdkBody::from(body))),
            None => Err(ConnectorError::io("unreachable".into())),
        })
    }
}
