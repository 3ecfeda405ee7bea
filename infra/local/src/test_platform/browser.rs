//! A browser without a screen or a script: keeps cookies, follows redirects within the platform, sends the forms that it is shown.

use std::collections::BTreeMap;
use std::net::IpAddr;

use axum::body::{Body, to_bytes};
use axum::response::Response;
use http::{HeaderMap, Method, Request, StatusCode, header};
use runtime::Caller;
use url::Url;

use super::{CALLER, TestPlatform};

/// More redirects than this are a circle.
const REDIRECTS: usize = 10;

/// What a browser arrived at.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its address; for a redirect to elsewhere, where it leads.
    pub url: Url,
    /// The answer's status; 303 when the browser stands before a redirect to elsewhere.
    pub status: StatusCode,
    /// The answer's headers.
    pub headers: HeaderMap,
    /// The answer's body as text.
    pub body: String,
}

impl Page {
    /// A parameter of the address, as an app reads it at its redirect URI.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The hidden fields of the page's form.
    pub fn fields(&self) -> Vec<(String, String)> {
        let hidden = tags(&self.body, "input").filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"));
        hidden.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))).collect()
    }

    fn action(&self) -> Option<Url> {
        let form = tags(&self.body, "form").next()?;
        self.url.join(&attribute(form, "action").unwrap_or_default()).ok()
    }
}

/// A person's browser, at one address.
pub struct Browser<'a> {
    platform: &'a TestPlatform,
    /// Its cookies by name.
    pub cookies: BTreeMap<String, String>,
    /// Where it is.
    pub address: IpAddr,
}

impl<'a> Browser<'a> {
    /// A new browser.
    pub(super) fn of(platform: &'a TestPlatform) -> Self {
        Self { platform, cookies: BTreeMap::new(), address: CALLER }
    }

    /// The same browser in front of another region of the zone.
    pub fn visits(self, platform: &TestPlatform) -> Browser<'_> {
        Browser { platform, cookies: self.cookies, address: self.address }
    }

    /// Opens an address.
    ///
    /// # Panics
    /// When it isn't one, or the platform answers what no browser takes, which fails the test.
    pub async fn open(&mut self, url: &str) -> Page {
        self.follow(Method::GET, Url::parse(url).expect("an absolute URL"), String::new()).await
    }

    /// Sends the page's form with its hidden fields and what was typed or pressed.
    ///
    /// # Panics
    /// When the page has no form, which fails the test.
    pub async fn submit(&mut self, page: &Page, typed: &[(&str, &str)]) -> Page {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(page.fields()).extend_pairs(typed);
        self.follow(Method::POST, page.action().expect("a page with a form"), body.finish()).await
    }

    /// Signs the demo's person in where a page asks for it, allows what is asked for, and ends at the app.
    pub async fn arrive(&mut self, authorize: &str) -> Page {
        let person = self.platform.demo.person();
        let mut page = self.open(authorize).await;
        if page.body.contains("id=\"password\"") {
            page = self.submit(&page, &[("username", &person.username), ("password", &person.password)]).await;
        }
        if page.body.contains("id=\"consent-allow\"") {
            page = self.submit(&page, &[("decision", "allow")]).await;
        }
        page
    }

    async fn follow(&mut self, method: Method, url: Url, body: String) -> Page {
        let (mut method, mut url, mut body) = (method, url, body);
        for _ in 0..REDIRECTS {
            let response = self.platform.request(self.request(&method, &url, body)).await;
            self.keep_cookies(response.headers());
            let page = read(url, response).await;
            let Some(location) = page.headers.get(header::LOCATION).and_then(|location| location.to_str().ok()) else { return page };
            let location = page.url.join(location).expect("a redirect leads to a URL");
            if !location.as_str().starts_with(self.platform.demo.issuer()) {
                return Page { url: location, ..page };
            }
            (method, url, body) = (Method::GET, location, String::new());
        }
        panic!("the redirects go in a circle at {url}");
    }

    fn request(&self, method: &Method, url: &Url, body: String) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(&url[url::Position::BeforePath..url::Position::AfterQuery]);
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if *method == Method::POST {
            let origin = url.origin().ascii_serialization();
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").header(header::ORIGIN, origin);
            request = request.header("sec-fetch-site", "same-origin");
        }
        request.extension(Caller { address: Some(self.address), country: None }).body(Body::from(body)).expect("a request of valid parts")
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()) {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let Some((name, value)) = pair.split_once('=') else { continue };
            if value.is_empty() || attributes.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

async fn read(url: Url, response: Response) -> Page {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("an answer from memory is whole");
    let body = String::from_utf8(bytes.to_vec()).expect("every answer is UTF-8");
    Page { url, status: parts.status, headers: parts.headers, body }
}

fn tags<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let opening = format!("<{name} ");
    html.match_indices(&opening).map(|(at, _)| at).collect::<Vec<_>>().into_iter().map(|at| html[at..].split('>').next().unwrap_or_default())
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, after) = tag.split_once(&format!(" {name}=\""))?;
    let value = after.split('"').next()?;
    let entities = [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&lt;", "<"),
        ("&#62;", ">"),
        ("&gt;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    Some(entities.iter().fold(value.to_owned(), |text, (entity, character)| text.replace(entity, character)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_with_its_hidden_fields_alone() {
        let body = r#"<form method="post" action="/t/demo/sign-in?a=1&#38;b=2"><input type="hidden" name="state" value="x&#38;y">
<input id="username" name="username" type="text" value=""></form>"#;
        let url = Url::parse("http://localhost:1/t/demo/authorize").expect("a URL");
        let page = Page { url, status: StatusCode::OK, headers: HeaderMap::new(), body: body.to_owned() };
        assert_eq!(page.fields(), [("state".to_owned(), "x&y".to_owned())]);
        assert_eq!(page.action().map(String::from).as_deref(), Some("http://localhost:1/t/demo/sign-in?a=1&b=2"));
    }
}
