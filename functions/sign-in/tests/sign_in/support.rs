//! A stage with the function on it, and the forms of its pages.

use std::sync::Arc;

use oauth::authorization_request::AuthorizationRequest;
use sign_in::Deps;
use testkit::rows::{Row, text};
use testkit::scene::request;
use testkit::{Answer, Call, CookieJar, Endpoint, LocalEgress, Scene, Stage, builders};

/// Where the person usually is.
pub(crate) const HOME: &str = "198.51.100.7";
/// Where somebody else is.
pub(crate) const ELSEWHERE: &str = "203.0.113.99";
/// A page of the app's sign-in that is refused.
pub(crate) const WRONG: &str = "403 Problem: Sign in · Demo";

pub(crate) struct Place {
    pub(crate) stage: Stage,
    pub(crate) scene: Scene,
    pub(crate) endpoint: Endpoint,
    /// What is called outside.
    pub(crate) egress: Arc<LocalEgress>,
}

pub(crate) async fn place() -> Place {
    let stage = Stage::new().await;
    let scene = stage.scene().await;
    let egress = Arc::new(LocalEgress::default());
    let endpoint = Endpoint::new(&stage, sign_in::router(Deps::new(&stage.platform, egress.clone())));
    Place { stage, scene, endpoint, egress }
}

/// A fresh process of the function.
pub(crate) fn endpoint(stage: &Stage) -> Endpoint {
    Endpoint::new(stage, sign_in::router(Deps::new(&stage.platform, Arc::new(LocalEgress::default()))))
}

/// A page that is open in a browser.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) state: String,
    pub(crate) browser: CookieJar,
}

impl Page {
    /// The form as somebody sends it off.
    pub(crate) fn sign_in(&self, username: &str, password: &str) -> Call {
        let form = [("state", self.state.as_str()), ("username", username), ("password", password)];
        Call::form("/sign-in", &form).with_cookies(&self.browser).from_address(HOME)
    }

    /// What a page that asks for what an account lacks posts.
    pub(crate) fn complete(&self, fields: &[(&str, &str)]) -> Call {
        let form: Vec<_> = [("state", self.state.as_str())].into_iter().chain(fields.iter().copied()).collect();
        Call::form("/complete", &form).with_cookies(&self.browser).from_address(HOME)
    }

    pub(crate) fn consent(&self, decision: &str) -> Call {
        let form = [("state", self.state.as_str()), ("decision", decision)];
        Call::form("/consent", &form).with_cookies(&self.browser).from_address(HOME)
    }
}

impl Place {
    /// A sign-in page of the sample public app, opened now in a fresh browser.
    pub(crate) fn page(&self) -> Page {
        self.page_for(request(&builders::client()))
    }

    pub(crate) fn page_for(&self, request: AuthorizationRequest) -> Page {
        let (state, browser) = self.scene.sign_in_state(request);
        Page { state, browser }
    }

    pub(crate) async fn sign_in(&self, page: &Page, username: &str, password: &str) -> Answer {
        self.endpoint.send(page.sign_in(username, password)).await
    }

    /// The right name and password.
    pub(crate) async fn sign_in_rightly(&self, page: &Page) -> Answer {
        self.sign_in(page, "ada", builders::PASSWORD).await
    }

    /// A browser from which Ada signed in before.
    pub(crate) async fn known_browser(&self) -> CookieJar {
        let page = self.page();
        let mut browser = page.browser.clone();
        browser.keep(&self.sign_in_rightly(&page).await);
        browser
    }

    /// A sign-in page in a browser that has more cookies.
    pub(crate) fn page_in(&self, cookies: &CookieJar) -> Page {
        let mut page = self.page();
        let name = self.scene.cookie_name(web::Cookie::Browser);
        let mut browser = cookies.clone();
        browser.set(&name, page.browser.get(&name));
        page.browser = browser;
        page
    }

    pub(crate) async fn sessions(&self) -> usize {
        self.stage.count("identity", "SESSION#").await
    }

    pub(crate) async fn events(&self, kind: &str) -> Vec<Row> {
        self.stage.rows("events").await.into_iter().filter(|row| text(row, "type") == kind).collect()
    }
}
