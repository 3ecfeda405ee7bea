//! A person at a browser without scripts: it keeps cookies and follows redirects, the person fills in what is shown.

use testkit::endpoint::{Answer, Call, CookieJar};

use super::wire::Wire;

/// More pages and redirects than this are a circle.
const STEPS_MAX: usize = 12;

/// A browser and who sits in front of it.
#[derive(Clone)]
pub(crate) struct Browser {
    wire: Wire,
    issuer: String,
    cookies: CookieJar,
    username: String,
    password: String,
    /// The ids of the controls that the person used, in order.
    pub(crate) used: Vec<&'static str>,
}

impl Browser {
    /// A browser that nobody used yet.
    pub(crate) fn new(wire: &Wire, issuer: &str, (username, password): (&str, &str)) -> Self {
        Self {
            wire: wire.clone(),
            issuer: issuer.to_owned(),
            cookies: CookieJar::default(),
            username: username.to_owned(),
            password: password.to_owned(),
            used: Vec::new(),
        }
    }

    /// Opens an address and follows redirects within the provider.
    pub(crate) async fn open(&mut self, url: &str) -> Answer {
        let answer = self.send(url, Call::get).await;
        self.follow(answer).await
    }

    /// Posts a form to an address, as a page of another site does, and follows redirects within the provider.
    pub(crate) async fn post_from_elsewhere(&mut self, url: &str, form: &[(&str, &str)]) -> Answer {
        // No cookie that is `SameSite=Lax` comes along.
        let answer =
            self.wire.send(url, |path| Call::form(path, form).with("origin", "https://app.example").with("sec-fetch-site", "cross-site")).await;
        self.cookies.keep(&answer);
        self.follow(answer).await
    }

    /// Goes on from what is shown: signs in, allows, until something is shown that asks for none of it.
    pub(crate) async fn go_on(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..STEPS_MAX {
            answer = match control(&answer) {
                Some("sign-in") => self.sign_in(&answer).await,
                Some("consent-allow") => self.allow(&answer).await,
                _ => return answer,
            };
        }
        panic!("pages without an end: {}", answer.outcome());
    }

    /// Presses the button that confirms a logout.
    pub(crate) async fn confirm_logout(&mut self, page: &Answer) -> Answer {
        self.used.push("logout-confirm");
        // `state` is a parameter of the logout itself, so the page's own has another name.
        self.submit("/logout", &[("confirmation", page.field("confirmation")), ("decision", "confirm")]).await
    }

    async fn sign_in(&mut self, page: &Answer) -> Answer {
        self.used.push("sign-in");
        let (username, password) = (self.username.clone(), self.password.clone());
        self.submit("/sign-in", &[("state", page.field("state")), ("username", &username), ("password", &password)]).await
    }

    async fn allow(&mut self, page: &Answer) -> Answer {
        self.used.push("consent-allow");
        self.submit("/consent", &[("state", page.field("state")), ("decision", "allow")]).await
    }

    async fn submit(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let origin = self.issuer.split_once("/t/").map_or("", |(origin, _)| origin).to_owned();
        let url = format!("{}{path}", self.issuer);
        let answer = self.send(&url, |path| Call::form(path, form).with("origin", &origin).with("sec-fetch-site", "same-origin")).await;
        self.follow(answer).await
    }

    async fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..STEPS_MAX {
            let location = answer.header("location").to_owned();
            if !location.starts_with(&format!("{}/", self.issuer)) {
                return answer;
            }
            answer = self.send(&location, Call::get).await;
        }
        panic!("the redirects go in a circle: {}", answer.header("location"));
    }

    async fn send(&mut self, url: &str, call: impl FnOnce(String) -> Call) -> Answer {
        let cookies = self.cookies.clone();
        let answer = self.wire.send(url, |path| call(path).with_cookies(&cookies)).await;
        self.cookies.keep(&answer);
        answer
    }
}

/// The control that a page of a half-finished request waits for.
pub(crate) fn control(answer: &Answer) -> Option<&'static str> {
    ["sign-in", "consent-allow"].into_iter().find(|id| answer.body.contains(&format!("id=\"{id}\"")))
}
