//! Requests to a function's routes as API Gateway hands them over, and what is answered.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;
use runtime::Caller;
use tower::ServiceExt;

use crate::{Stage, form, shown};

/// A function's routes behind the front, reached at the host of a tenant.
pub struct Endpoint {
    router: Router,
    host: String,
}

impl Endpoint {
    /// `function` at the stage's tenant.
    pub fn new(stage: &Stage, function: Router) -> Self {
        let host = stage.issuer.origin().split_once("://").map_or("", |(_, host)| host).to_owned();
        Self { router: runtime::front(function, &stage.platform), host }
    }

    /// The function of the admin API, at its own host.
    pub fn of_administration(stage: &Stage, function: Router) -> Self {
        let host = format!("{}.{}", domain::api::ADMINISTRATION, Stage::ZONE_DOMAIN);
        Self { router: runtime::admin_front(function, &stage.platform), host }
    }

    /// A function with what stands before it already, at `host`.
    pub fn behind_its_front(router: Router, host: &str) -> Self {
        Self { router, host: host.to_owned() }
    }

    /// The same process at another host.
    #[must_use]
    pub fn at(&self, host: &str) -> Self {
        Self { router: self.router.clone(), host: host.to_owned() }
    }

    /// Follows a link.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Call::get(path)).await
    }

    /// Posts a form.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(Call::form(path, form)).await
    }

    /// Sends any request.
    ///
    /// # Panics
    /// When the request is none, or its answer isn't text, which fails the test that asked.
    pub async fn send(&self, call: Call) -> Answer {
        Answer::read(self.response(call).await).await
    }

    /// Sends a request whose answer is no text.
    ///
    /// # Panics
    /// When the request is none, or its answer has no end, which fails the test that asked.
    pub async fn bytes(&self, call: Call) -> (StatusCode, HeaderMap, Vec<u8>) {
        let (parts, body) = self.response(call).await.into_parts();
        (parts.status, parts.headers, body.collect().await.expect("a whole body").to_bytes().to_vec())
    }

    async fn response(&self, call: Call) -> Response {
        let mut request = call.into_request();
        if !request.headers().contains_key(header::HOST) {
            request.headers_mut().insert(header::HOST, HeaderValue::from_str(&self.host).expect("a host"));
        }
        match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// A request to be.
#[derive(Clone, Debug)]
pub struct Call {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
    caller: Caller,
}

impl Call {
    /// A request without a body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: HeaderMap::new(), body: Vec::new(), caller: Caller::default() }
    }

    /// A link that is followed.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// A form that is posted.
    pub fn form(path: impl Into<String>, form: &[(&str, &str)]) -> Self {
        Self::new(Method::POST, path).with_body("application/x-www-form-urlencoded", form::encoded(form))
    }

    /// Its method.
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// Its path, with the query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// With this body.
    #[must_use]
    pub fn with_body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.headers.remove(header::CONTENT_TYPE);
        if content_type.is_empty() { self } else { self.with("content-type", content_type) }
    }

    /// With one more header.
    ///
    /// # Panics
    /// When it is none, which fails the test that asked.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header's name");
        self.headers.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a header's value"));
        self
    }

    /// From a browser that has these cookies.
    #[must_use]
    pub fn with_cookies(self, cookies: &CookieJar) -> Self {
        let line = cookies.line();
        if line.is_empty() { self } else { self.with("cookie", &line) }
    }

    /// From this address.
    ///
    /// # Panics
    /// When it is none, which fails the test that asked.
    #[must_use]
    pub fn from_address(mut self, address: &str) -> Self {
        self.caller = Caller { address: Some(address.parse().expect("an address")), country: None };
        self
    }

    /// The request as a function gets it.
    ///
    /// # Panics
    /// When its path is none, which fails the test that asked.
    pub fn into_request(self) -> http::Request<Body> {
        let mut request = http::Request::new(Body::from(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.path.parse().expect("a path and query");
        *request.headers_mut() = self.headers;
        request.extensions_mut().insert(self.caller);
        request
    }
}

/// What a browser keeps of the answers that it got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CookieJar(BTreeMap<String, String>);

impl CookieJar {
    /// A browser with one cookie.
    pub fn of(name: &str, value: &str) -> Self {
        Self(BTreeMap::from([(name.to_owned(), value.to_owned())]))
    }

    /// Keeps the cookies that an answer sets.
    pub fn keep(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().ok().and_then(|text| text.split(';').next()?.split_once('='));
            if let Some((name, value)) = pair {
                self.set(name, value);
            }
        }
    }

    /// Plants a cookie.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// Loses a cookie.
    pub fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// A cookie's value; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    fn line(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }
}

/// An answer as it came.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    /// Reads an answer to its end.
    ///
    /// # Panics
    /// When it has none or isn't text, which fails the test that asked.
    pub async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        Self { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).expect("text") }
    }

    /// A header; empty when it isn't there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// A parameter of the URL that the answer redirects to; empty when it isn't there.
    pub fn returned(&self, name: &str) -> String {
        let query = self.header("location").split_once('?').map_or("", |(_, query)| query);
        form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    /// A field of the page's form; empty when it isn't there.
    pub fn field(&self, name: &str) -> &str {
        let field = self.body.split('<').find(|tag| tag.starts_with("input ") && tag.contains(&format!(" name=\"{name}\"")));
        field.and_then(|tag| tag.split_once(" value=\"")?.1.split('"').next()).unwrap_or_default()
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// A text of the JSON body; empty when it isn't there.
    pub fn text_of(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_default().to_owned()
    }

    /// Status, headers in order of names, and body, as a snapshot shows them.
    pub fn snapshot(&self) -> String {
        shown::whole(self)
    }

    /// Status and body, for answers whose headers another snapshot shows.
    pub fn page(&self) -> String {
        shown::page_alone(self)
    }

    /// Status and what tells one answer from another: where it leads, its JSON, its page's title or its text.
    pub fn outcome(&self) -> String {
        shown::outcome(self)
    }
}
