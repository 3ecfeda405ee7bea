//! The requests of the code flow as values: asked of a router in this process, or handed to a binary as API Gateway's event.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use axum::body::{Body, Bytes};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::{base64url, derive};
use form_urlencoded::Serializer;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use runtime::Caller;
use serde_json::{Value, json};

use crate::Error;
use crate::ground::{AUDIENCE, App, CLIENT_SECRET, HOST, ISSUER, REDIRECT_URI};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0";

/// A request before it has the form that its receiver takes.
#[derive(Clone, Debug)]
pub struct Asked {
    method: &'static str,
    path: &'static str,
    query: String,
    headers: Vec<(&'static str, String)>,
    cookies: Vec<String>,
    body: String,
    address: IpAddr,
}

impl Asked {
    /// `GET` without anything.
    pub fn get(path: &'static str) -> Self {
        Self {
            method: "GET",
            path,
            query: String::new(),
            headers: vec![("host", HOST.to_owned()), ("user-agent", USER_AGENT.to_owned()), ("accept", "*/*".to_owned())],
            cookies: Vec::new(),
            body: String::new(),
            address: Browser::default().address,
        }
    }

    fn post(path: &'static str, form: &[(&str, &str)]) -> Self {
        let body = form_of(form);
        let mut asked = Self { method: "POST", body, ..Self::get(path) };
        asked.headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
        asked
    }

    /// The token request for `code`.
    pub fn token(app: App, code: &str) -> Self {
        let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT_URI), ("code_verifier", VERIFIER)];
        Self::of_app("/token", app, &form)
    }

    /// The refresh request with `refresh_token`.
    pub fn refresh(app: App, refresh_token: &str) -> Self {
        Self::of_app("/token", app, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)])
    }

    /// The request of an app for a token as itself.
    pub fn client_credentials(app: App) -> Self {
        Self::of_app("/token", app, &[("grant_type", "client_credentials"), ("resource", AUDIENCE)])
    }

    /// A request that an app pushes.
    pub fn pushed(app: App) -> Self {
        let challenge = base64url::encode(derive::sha256(VERIFIER.as_bytes()));
        Self::of_app("/par", app, &authorization(app, &challenge))
    }

    /// The request of an app about its token, at `/introspect` or `/revoke`.
    pub fn about(path: &'static str, app: App, token: &str) -> Self {
        Self::of_app(path, app, &[("token", token)])
    }

    fn of_app(path: &'static str, app: App, form: &[(&str, &str)]) -> Self {
        let mut asked = Self::post(path, form);
        asked.headers.push(basic(app));
        asked
    }

    /// The userinfo request with an access token.
    pub fn userinfo(access_token: &str) -> Self {
        let mut asked = Self::get("/userinfo");
        asked.headers.push(("authorization", format!("Bearer {access_token}")));
        asked
    }

    /// The path.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// The request as a router takes it.
    pub fn request(&self) -> Result<Request<Body>, Error> {
        let target = if self.query.is_empty() { self.path.to_owned() } else { format!("{}?{}", self.path, self.query) };
        let mut request = Request::builder().method(self.method).uri(target).extension(Caller { address: Some(self.address), country: None });
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if !self.cookies.is_empty() {
            request = request.header(header::COOKIE, self.cookies.join("; "));
        }
        Ok(request.body(Body::from(self.body.clone()))?)
    }

    /// The request as Lambda hands it over, in the form of API Gateway's `sample` (payload 2.0).
    pub fn event(&self, sample: &Value) -> Value {
        let mut event = sample.clone();
        let headers: BTreeMap<_, _> = self.headers.iter().map(|(name, value)| (*name, value)).collect();
        event["routeKey"] = json!(format!("ANY {}", self.path));
        event["rawPath"] = json!(self.path);
        event["rawQueryString"] = json!(self.query);
        event["headers"] = json!(headers);
        event["cookies"] = json!(self.cookies);
        event["body"] = json!(self.body);
        event["isBase64Encoded"] = json!(false);
        event["requestContext"]["domainName"] = json!(HOST);
        event["requestContext"]["http"]["method"] = json!(self.method);
        event["requestContext"]["http"]["path"] = json!(self.path);
        event["requestContext"]["http"]["sourceIp"] = json!(self.address);
        event
    }
}

fn authorization(app: App, challenge: &str) -> [(&str, &str); 8] {
    [
        ("response_type", "code"),
        ("client_id", app.client_id()),
        ("redirect_uri", REDIRECT_URI),
        ("scope", app.scope()),
        ("state", "af0ifjsldkj"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ]
}

fn basic(app: App) -> (&'static str, String) {
    ("authorization", format!("Basic {}", STANDARD.encode(format!("{}:{CLIENT_SECRET}", app.client_id()))))
}

/// A browser: its cookies, and the address that it comes from.
#[derive(Clone, Debug)]
pub struct Browser {
    cookies: BTreeMap<String, String>,
    address: IpAddr,
}

impl Default for Browser {
    fn default() -> Self {
        Self::of_network(0)
    }
}

impl Browser {
    /// A new browser in one of 65,536 networks, so that attempts are counted apart.
    pub fn of_network(number: u16) -> Self {
        let [high, low] = number.to_be_bytes();
        Self { cookies: BTreeMap::new(), address: Ipv4Addr::new(10, high, low, 7).into() }
    }

    /// An authorization request.
    pub fn authorize(&self, app: App) -> Asked {
        let challenge = base64url::encode(derive::sha256(VERIFIER.as_bytes()));
        self.with_cookies(Asked { query: form_of(&authorization(app, &challenge)), ..Asked::get("/authorize") })
    }

    /// A logout by the hint of an ID token.
    pub fn log_out(&self, id_token: &str) -> Asked {
        self.with_cookies(Asked { query: form_of(&[("id_token_hint", id_token)]), ..Asked::get("/logout") })
    }

    /// The sign-in page's form.
    pub fn sign_in(&self, state: &str, username: &str, password: &str) -> Asked {
        self.posted_from_our_page(Asked::post("/sign-in", &[("state", state), ("username", username), ("password", password)]))
    }

    /// The consent page's form, agreed to.
    pub fn consent(&self, state: &str) -> Asked {
        self.posted_from_our_page(Asked::post("/consent", &[("state", state), ("decision", "allow")]))
    }

    fn posted_from_our_page(&self, mut asked: Asked) -> Asked {
        asked.headers.extend([("origin", ISSUER.to_owned()), ("sec-fetch-site", "same-origin".to_owned())]);
        self.with_cookies(asked)
    }

    fn with_cookies(&self, mut asked: Asked) -> Asked {
        asked.cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        asked.address = self.address;
        asked
    }

    /// Keeps the cookies of an answer.
    pub fn keep_cookies(&mut self, answer: &Answer) {
        let set = answer.headers.get_all(header::SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = set.filter_map(|line| line.split(';').next()?.split_once('='));
        self.cookies.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}

/// An answer with its whole body.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The sealed state that a page hides in its form.
    pub fn hidden_state(&self) -> Result<String, Error> {
        let page = std::str::from_utf8(&self.body)?;
        let state = page.split_once("name=\"state\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
        Ok(state.ok_or_else(|| self.unexpected("a page with a form"))?.0.to_owned())
    }

    /// The code that sends the browser back to its app.
    pub fn code(&self) -> Result<String, Error> {
        let location = self.headers.get(header::LOCATION).map(HeaderValue::to_str).transpose()?;
        let url = location.map(url::Url::parse).transpose()?;
        let code = url.and_then(|url| url.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned()));
        code.ok_or_else(|| self.unexpected("a code"))
    }

    /// The access token of a token response.
    pub fn access_token(&self) -> Result<String, Error> {
        self.text_of("access_token")
    }

    /// A text of a JSON answer.
    pub fn text_of(&self, name: &str) -> Result<String, Error> {
        let body: Value = serde_json::from_slice(&self.body)?;
        Ok(body[name].as_str().ok_or_else(|| self.unexpected(name))?.to_owned())
    }

    /// The answer when it has the status that was meant; a flow that fails early is cheap and proves nothing.
    pub fn expect(self, status: StatusCode) -> Result<Self, Error> {
        if self.status == status { Ok(self) } else { Err(self.unexpected(status.as_str())) }
    }

    fn unexpected(&self, wanted: &str) -> Error {
        format!("not {wanted} but {}: {}", self.status, String::from_utf8_lossy(&self.body)).into()
    }
}

fn form_of(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}
