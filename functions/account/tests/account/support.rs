//! A stage with the function on it, at a tenant where everybody may sign up.

use account::Deps;
use crypto::artefact::Kind;
use domain::Timestamp;
use domain::identifier::Canonical;
use domain::user::User;
use oauth::authorization_request::AuthorizationRequest;
use runtime::Clock;
use runtime::interaction::VerificationLink;
use store::{PersonKeys, SignUpRow};
use testkit::rows::{Row, text, value};
use testkit::scene::request;
use testkit::{Answer, Call, CookieJar, Endpoint, Scene, Stage, builders};

/// A password that nobody finds fault with.
pub(crate) const CHOSEN: &str = "seven purple lanterns drift";
/// An address that has no account.
pub(crate) const GRACE: &str = "Grace@Example.org";

pub(crate) struct Place {
    pub(crate) stage: Stage,
    pub(crate) scene: Scene,
    pub(crate) endpoint: Endpoint,
}

/// A tenant with this registration policy, as JSON.
pub(crate) async fn place_with(policy: serde_json::Value) -> Place {
    let stage = Stage::new().await;
    let scene = stage.scene().await;
    scene.change_row(&stage, "TENANT#", "registration", value(&policy)).await;
    let endpoint = Endpoint::new(&stage, account::router(Deps::new(&stage.platform)));
    Place { stage, scene, endpoint }
}

/// A tenant where everybody may sign up, that keeps these attributes of its people.
pub(crate) async fn place_keeping(attributes: serde_json::Value) -> Place {
    let place = place().await;
    place.scene.change_row(&place.stage, "TENANT#", "attributes", value(&serde_json::json!({ "version": 1, "attributes": attributes }))).await;
    let endpoint = Endpoint::new(&place.stage, account::router(Deps::new(&place.stage.platform)));
    Place { endpoint, ..place }
}

pub(crate) async fn place() -> Place {
    place_with(serde_json::json!({ "who": { "mode": "open" } })).await
}

/// A page that is open in a browser.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) answer: Answer,
    pub(crate) browser: CookieJar,
}

impl Page {
    /// The form as somebody sends it off; `changes` are fields that differ from an acceptable form's.
    pub(crate) fn sign_up(&self, changes: &[(&str, &str)]) -> Call {
        let mut fields = vec![("state", self.answer.field("state")), ("email", GRACE), ("given_name", "Grace"), ("password", CHOSEN)];
        for (name, value) in changes {
            fields.retain(|(field, _)| field != name);
            fields.push((name, value));
        }
        Call::form("/sign-up", &fields).with_cookies(&self.browser)
    }

    pub(crate) fn again(&self) -> Call {
        Call::form("/sign-up", &[("state", self.answer.field("state")), ("again", "yes")]).with_cookies(&self.browser)
    }
}

impl Place {
    /// A sign-up page to which a sign-in page of the sample app led.
    pub(crate) async fn page(&self) -> Page {
        self.page_for(request(&builders::client())).await
    }

    pub(crate) async fn page_for(&self, request: AuthorizationRequest) -> Page {
        let (state, browser) = self.scene.sign_in_state(request);
        let answer = self.endpoint.send(Call::get(format!("/sign-up?state={state}")).with_cookies(&browser)).await;
        Page { answer, browser }
    }

    /// A sign-up of Grace that waits for its link, and its page.
    pub(crate) async fn signed_up(&self) -> Page {
        let page = self.page().await;
        let answer = self.endpoint.send(page.sign_up(&[])).await;
        Page { answer, ..page }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.stage.clock.now()
    }

    /// The keyed hash under which an address is known.
    pub(crate) fn address(&self, email: &str) -> String {
        let canonical = Canonical::email(email).expect("an address");
        self.scene.tenant.lookup("identifier", canonical.as_str()).expect("a lookup")
    }

    pub(crate) async fn pending(&self, email: &str) -> Option<SignUpRow> {
        self.scene.home().find_sign_up(&self.address(email)).await.expect("an answer")
    }

    /// The link of the newest sign-up under an address, as `deliver` mints it.
    pub(crate) async fn link(&self, email: &str) -> String {
        let pending = self.pending(email).await.expect("a sign-up").pending;
        let link = VerificationLink { address: self.address(email), sign_up: pending.id, browser: pending.browser };
        self.scene.seal(Kind::VerificationLink, None, pending.ends_at, &link)
    }

    pub(crate) async fn verify(&self, link: &str, browser: &CookieJar, password: &str) -> Answer {
        self.endpoint.send(Call::form("/verify", &[("link", link), ("password", password)]).with_cookies(browser)).await
    }

    pub(crate) async fn people(&self) -> usize {
        self.stage.rows("identity").await.iter().filter(|row| text(row, "sk") == "USER").count()
    }

    /// The person who has an address.
    pub(crate) async fn person(&self, email: &str) -> User {
        let claim = self.scene.tenant.claim(&Canonical::email(email).expect("an address")).expect("a claim");
        let id = self.scene.home().find_identifier(&claim).await.expect("an answer").expect("an owner");
        self.scene.home().read_person(&PersonKeys::of(id)).await.expect("an answer").user.expect("a person")
    }

    pub(crate) async fn events(&self, kind: &str) -> Vec<Row> {
        self.stage.rows("events").await.into_iter().filter(|row| text(row, "type") == kind).collect()
    }
}
