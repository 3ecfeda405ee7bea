//! The states of pages that are open in a browser.

use crypto::artefact::Kind;
use crypto::derive;
use domain::policy;
use domain::session::Session;
use oauth::authorization_request::AuthorizationRequest;
use runtime::interaction::{CompletionState, ConsentState, SignInState, StateId};
use web::Cookie;

use super::Scene;
use crate::endpoint::CookieJar;

impl Scene {
    /// The state of a sign-in page for `request`, and the browser that it belongs to.
    pub fn sign_in_state(&self, request: AuthorizationRequest) -> (String, CookieJar) {
        let (binding, cookies) = self.browser();
        let state = SignInState { id: StateId::from_random(self.random.bytes()), binding, request };
        (self.seal(Kind::SignInState, None, self.now().plus(policy::SIGN_IN_STATE), &state), cookies)
    }

    /// The state of a consent page for `request` in `session`, and the browser that it belongs to.
    pub fn consent_state(&self, request: AuthorizationRequest, session: &Session) -> (String, CookieJar) {
        let (binding, browser) = self.browser();
        let id = StateId::from_random(self.random.bytes());
        let state = ConsentState { id, binding, user_id: session.user_id.clone(), session_id: session.id.clone(), request };
        let sealed = self.seal(Kind::ConsentState, None, self.now().plus(policy::CONSENT_STATE), &state);
        (sealed, self.cookies_in(session, &browser))
    }

    /// The state of a page that asks the person of `session` for what their account lacks, and the browser that it belongs to.
    pub fn completion_state(&self, request: AuthorizationRequest, session: &Session) -> (String, CookieJar) {
        let (binding, browser) = self.browser();
        let state = CompletionState { binding, user_id: session.user_id.clone(), session_id: session.id.clone(), request };
        let sealed = self.seal(Kind::CompletionState, None, self.now().plus(policy::COMPLETION_STATE), &state);
        (sealed, self.cookies_in(session, &browser))
    }

    /// The cookies of a session in a browser that has a binding.
    fn cookies_in(&self, session: &Session, browser: &CookieJar) -> CookieJar {
        let (mut cookies, name) = (self.cookies(session), self.cookie_name(Cookie::Browser));
        cookies.set(&name, browser.get(&name));
        cookies
    }

    /// A browser's binding as states name it, and the cookie.
    fn browser(&self) -> (String, CookieJar) {
        let binding = crypto::base64url::encode(self.random.bytes::<16>());
        let hash = crypto::base64url::encode(derive::sha256(binding.as_bytes()));
        (hash, CookieJar::of(&self.cookie_name(Cookie::Browser), &binding))
    }
}
