//! One endpoint for everything that functions call: tables by the embedded DynamoDB, keys by the local key service, mail and queue by saying yes.

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cloud::keys::{KeyContext, KeyService};
use domain::TenantId;
use domain::key_ring::Purpose;
use domain::secret::SealedBytes;
use http::{StatusCode, Uri, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use crate::Error;
use crate::ground::Ground;

/// What SES answers (API version 2010-12-01).
const MAIL_ACCEPTED: &str = "<SendEmailResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\"><SendEmailResult><MessageId>bench</MessageId>\
                             </SendEmailResult><ResponseMetadata><RequestId>bench</RequestId></ResponseMetadata></SendEmailResponse>";

/// An AWS of one region on this machine. Dropping it ends it.
pub(super) struct EmulatedAws {
    url: String,
    sent: UnboundedReceiver<Sent>,
    server: AbortHandle,
}

/// What a function sent somewhere.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// A message for the queue, with this body.
    Nudge(String),
    /// A mail.
    Mail,
}

#[derive(Clone)]
struct Services {
    tables: String,
    client: Client<HttpConnector, Body>,
    keys: Arc<dyn KeyService>,
    sent: UnboundedSender<Sent>,
}

impl EmulatedAws {
    pub(super) async fn start(ground: &Ground) -> Result<Self, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (sending, sent) = unbounded_channel();
        let services = Services {
            tables: ground.embedded.endpoint().as_str().to_owned(),
            client: Client::builder(TokioExecutor::new()).build_http(),
            keys: Arc::clone(&ground.keys),
            sent: sending,
        };
        let router = Router::new().fallback(answer).with_state(services);
        let server = tokio::spawn(async move { axum::serve(listener, router).await }).abort_handle();
        Ok(Self { url, sent, server })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Takes out what was sent since the last time.
    pub(super) fn take_sent(&mut self) -> Vec<Sent> {
        std::iter::from_fn(|| self.sent.try_recv().ok()).collect()
    }
}

impl Drop for EmulatedAws {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(services): State<Services>, request: Request) -> Response {
    services.answer(request).await.unwrap_or_else(|error| (StatusCode::BAD_GATEWAY, error.to_string()).into_response())
}

impl Services {
    async fn answer(&self, request: Request) -> Result<Response, Error> {
        let target = request.headers().get("x-amz-target").map_or(Ok(""), |target| target.to_str())?.to_owned();
        if target.starts_with("DynamoDB_") {
            return self.forward(request).await;
        }
        let body = to_bytes(request.into_body(), usize::MAX).await?;
        match target.as_str() {
            "TrentService.Decrypt" => self.decrypt(&body).await,
            "AmazonSQS.SendMessageBatch" => self.queue(&body),
            _ if body.starts_with(b"Action=SendEmail") => {
                self.sent.send(Sent::Mail)?;
                Ok(([(header::CONTENT_TYPE, "text/xml")], MAIL_ACCEPTED).into_response())
            }
            _ => Err(format!("nobody answers {target}").into()),
        }
    }

    async fn forward(&self, mut request: Request) -> Result<Response, Error> {
        *request.uri_mut() = self.tables.parse::<Uri>()?;
        let response = self.client.request(request).await?;
        let (parts, body) = response.into_parts();
        Ok(Response::from_parts(parts, Body::new(body)))
    }

    async fn decrypt(&self, body: &Bytes) -> Result<Response, Error> {
        let asked: Value = serde_json::from_slice(body)?;
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("Decrypt lacks a member");
        let tenant = TenantId::parse(&text(&asked["EncryptionContext"]["tenant"])?)?;
        let purpose = text(&asked["EncryptionContext"]["purpose"])?;
        let purpose = Purpose::ALL.into_iter().find(|known| known.as_str() == purpose).ok_or("an unknown purpose")?;
        let wrapped = SealedBytes::new(STANDARD.decode(text(&asked["CiphertextBlob"])?)?);
        let plaintext = self.keys.decrypt(&KeyContext { tenant: &tenant, purpose }, &wrapped).await?;
        Ok(amz_json(
            &json!({ "KeyId": asked["KeyId"], "Plaintext": STANDARD.encode(plaintext.expose()), "EncryptionAlgorithm": "SYMMETRIC_DEFAULT" }),
        ))
    }

    fn queue(&self, body: &Bytes) -> Result<Response, Error> {
        let asked: Value = serde_json::from_slice(body)?;
        let mut successful = Vec::new();
        for entry in asked["Entries"].as_array().into_iter().flatten() {
            self.sent.send(Sent::Nudge(entry["MessageBody"].as_str().unwrap_or_default().to_owned()))?;
            successful.push(json!({ "Id": entry["Id"], "MessageId": "bench", "MD5OfMessageBody": "" }));
        }
        Ok(amz_json(&json!({ "Successful": successful, "Failed": [] })))
    }
}

fn amz_json(body: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/x-amz-json-1.1")], body.to_string()).into_response()
}
