//! Requests and answers of DynamoDB as JSON.

use aws_smithy_runtime_api::client::http::HttpConnectorFuture;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use serde_json::{Value, json};

/// What a connector returns.
pub(super) type Answer = Result<HttpResponse, ConnectorError>;

/// A request as DynamoDB reads it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// `GetItem`.
    pub(super) operation: String,
    /// Its members.
    pub(super) body: Value,
}

impl Asked {
    pub(super) fn read(request: &HttpRequest) -> Self {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body = request.body().bytes().and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or(Value::Null);
        Self { operation: target.rsplit('.').next().unwrap_or_default().to_owned(), body }
    }
}

/// Puts another body into a request. Its signature is void then, which an embedded DynamoDB doesn't mind.
pub(super) fn replace_body(request: &mut HttpRequest, body: &Value) {
    let text = body.to_string();
    request.headers_mut().insert("content-length", text.len().to_string());
    *request.body_mut() = SdkBody::from(text);
}

/// The answer with its body in memory, and that body as JSON.
pub(super) async fn buffered(mut response: HttpResponse) -> Result<(HttpResponse, Value), ConnectorError> {
    let bytes = response.take_body().collect().await.map_err(ConnectorError::io)?.to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    *response.body_mut() = SdkBody::from(bytes);
    Ok((response, body))
}

/// Puts another body into an answer.
pub(super) fn replace_answer(response: &mut HttpResponse, body: &Value) {
    let text = body.to_string();
    response.headers_mut().insert("content-length", text.len().to_string());
    // The checksum of the old body would make the SDK refuse the new one.
    response.headers_mut().remove("x-amz-crc32");
    *response.body_mut() = SdkBody::from(text);
}

/// An answer made here.
pub(super) fn answer(status: u16, body: &Value) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("a status between 100 and 999");
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}

/// An error of DynamoDB.
pub(super) fn error(status: u16, name: &str, mut members: Value) -> HttpResponse {
    members["__type"] = json!(format!("com.amazonaws.dynamodb.v20120810#{name}"));
    if members["message"].is_null() {
        members["message"] = json!("injected by a test");
    }
    answer(status, &members)
}

/// The name of the error that an answer holds, `ConditionalCheckFailedException`.
pub(super) fn error_name(body: &Value) -> Option<&str> {
    body["__type"].as_str().and_then(|name| name.rsplit('#').next())
}

/// A connector's future.
pub(super) fn future(answer: impl Future<Output = Answer> + Send + 'static) -> HttpConnectorFuture {
    HttpConnectorFuture::new(answer)
}
