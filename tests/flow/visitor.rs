//! A person's browser without a screen or a script, one request at a time, in front of whichever region it is told.

use http::StatusCode;
use local::TestPlatform;
use testkit::endpoint::{Answer, Call, CookieJar};

use super::relying_party::{RelyingParty, path};

/// More redirects than this are a circle.
const REDIRECTS_MAX: usize = 5;

/// A browser, and the person in front of it.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// What the browser keeps.
    pub(crate) cookies: CookieJar,
    /// What the person types.
    pub(crate) username: String,
    /// The other thing.
    pub(crate) password: String,
    address: String,
    headers: Vec<(&'static str, &'static str)>,
}

impl Visitor {
    /// The demo's person at a browser that nobody used yet. Each number is a network of its own.
    pub(crate) fn ada(platform: &TestPlatform, network: u16) -> Self {
        let person = platform.demo.person();
        Self {
            cookies: CookieJar::default(),
            username: person.username.clone(),
            password: person.password.clone(),
            address: address(network),
            headers: Vec::new(),
        }
    }

    /// The same person at another network.
    pub(crate) fn moved_to(self, network: u16) -> Self {
        Self { address: address(network), ..self }
    }

    /// The same browser with another name and password typed.
    pub(crate) fn typing(self, username: &str, password: &str) -> Self {
        Self { username: username.to_owned(), password: password.to_owned(), ..self }
    }

    /// The same browser, sending these headers with everything.
    pub(crate) fn sending(self, headers: &[(&'static str, &'static str)]) -> Self {
        Self { headers: headers.to_vec(), ..self }
    }

    /// Opens an address of the platform.
    pub(crate) async fn get(&mut self, at: &TestPlatform, url: &str) -> Answer {
        self.send(at, Call::get(path(url))).await
    }

    /// Posts a form.
    pub(crate) async fn post(&mut self, at: &TestPlatform, url: &str, form: &[(&str, &str)]) -> Answer {
        self.send(at, Call::form(path(url), form)).await
    }

    /// What the browser would send, for a test that sends it itself.
    pub(crate) fn call(&self, call: Call) -> Call {
        let call = call.with_cookies(&self.cookies).from_address(&self.address);
        self.headers.iter().fold(call, |call, (name, value)| call.with(name, value))
    }

    async fn send(&mut self, at: &TestPlatform, call: Call) -> Answer {
        let answer = answer(at, self.call(call)).await;
        self.cookies.keep(&answer);
        answer
    }

    /// Asks for what an app wants; the sign-in page of a browser without a session.
    pub(crate) async fn ask(&mut self, at: &TestPlatform, app: &RelyingParty) -> Answer {
        self.get(at, &app.authorize_url()).await
    }

    /// Sends the sign-in page with what the person types.
    pub(crate) async fn sign_in(&mut self, at: &TestPlatform, app: &RelyingParty, page: &Answer) -> Answer {
        let (username, password) = (self.username.clone(), self.password.clone());
        self.post(at, &app.url("/sign-in"), &[("state", page.field("state")), ("username", &username), ("password", &password)]).await
    }

    /// Presses "allow" on the consent page.
    pub(crate) async fn allow(&mut self, at: &TestPlatform, app: &RelyingParty, page: &Answer) -> Answer {
        self.post(at, &app.url("/consent"), &[("state", page.field("state")), ("decision", "allow")]).await
    }

    /// Follows redirects within the tenant, and stands still before one that leads to the app.
    pub(crate) async fn follow(&mut self, at: &TestPlatform, app: &RelyingParty, mut answer: Answer) -> Answer {
        for _ in 0..REDIRECTS_MAX {
            let location = answer.header("location").to_owned();
            if !location.starts_with(&app.issuer) {
                return answer;
            }
            answer = self.get(at, &location).await;
        }
        panic!("the redirects go in a circle: {}", answer.header("location"));
    }

    /// Does whatever stands between the person and the app, and returns the app's code.
    #[track_caller]
    pub(crate) fn arrive<'a>(&'a mut self, at: &'a TestPlatform, app: &'a RelyingParty) -> impl Future<Output = String> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let mut answer = self.ask(at, app).await;
            if answer.body.contains("id=\"sign-in\"") {
                answer = self.sign_in(at, app, &answer).await;
                answer = self.follow(at, app, answer).await;
            }
            if answer.body.contains("id=\"consent-allow\"") {
                answer = self.allow(at, app, &answer).await;
            }
            let code = answer.returned("code");
            assert!(answer.status == StatusCode::SEE_OTHER && !code.is_empty(), "{caller}: {}", answer.outcome());
            code
        }
    }
}

// An address of the network of that number (RFC 2544 §C.2.2 keeps 198.18.0.0/15 for tests).
fn address(network: u16) -> String {
    format!("198.{}.{}.7", 18 + network / 256, network % 256)
}

/// Sends a request as it is.
pub(crate) async fn answer(at: &TestPlatform, call: Call) -> Answer {
    Answer::read(at.request(call.into_request()).await).await
}
