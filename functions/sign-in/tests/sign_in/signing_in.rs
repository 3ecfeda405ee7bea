//! The right password: a session, a known browser, and on to the app.

use crypto::artefact::Kind;
use domain::user::Profile;
use domain::{Secret, policy};
use http::StatusCode;
use oauth::authorization_request::AuthorizationRequest;
use oauth::code::AuthorizationCode;
use runtime::Clock;
use runtime::interaction::{SessionReference, SignInState, StateId};
use runtime::provision::{NewUser, Provisioner};
use testkit::builders::{self, PASSWORD};
use testkit::rows::{Value, text};
use testkit::scene::{request, scopes};
use web::Cookie;

use crate::support::{Page, WRONG, endpoint, place};

#[tokio::test]
async fn a_person_who_agreed_before_is_sent_to_the_app_with_a_code() {
    let place = place().await;
    let app = builders::client();
    place.scene.allow(&app, &["openid"]).await;
    let answer = place.sign_in_rightly(&place.page()).await;
    insta::assert_snapshot!(answer.snapshot(), @"
    303
    cache-control: no-store
    location: https://app.example/callback?code=<sealed>&state=af0ifjsldkj&iss=https%3A%2F%2Fdemo.id.example.com
    pragma: no-cache
    referrer-policy: no-referrer
    set-cookie: __Host-cs-browser=<random>; Path=/; Secure; HttpOnly; SameSite=Lax
    set-cookie: __Host-cs-device=<sealed>; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax
    set-cookie: __Host-cs-session=<sealed>; Path=/; Secure; HttpOnly; SameSite=Lax
    x-content-type-options: nosniff
    ");
    let now = place.stage.clock.now();
    let code: AuthorizationCode =
        place.scene.tenant.open(Kind::AuthorizationCode, Some(&app.id), &answer.returned("code"), now).expect("keys").expect("a code");
    assert_eq!((code.user_id, code.scopes, code.authenticated_at), (place.scene.person.id.clone(), scopes(&["openid"]), now));
    assert_eq!(code.nonce.as_deref(), Some("n-0S6_WzA2Mj"));
}

#[tokio::test]
async fn a_person_who_has_to_be_asked_is_sent_back_to_the_same_request() {
    let place = place().await;
    let answer = place.sign_in_rightly(&place.page()).await;
    assert_eq!((answer.status, place.scene.resumed(&answer)), (StatusCode::SEE_OTHER, request(&builders::client())));
    insta::assert_snapshot!(answer.outcome(), @"303 https://demo.id.example.com/authorize?client_id=sample-public&request_uri=urn:ietf:params:oauth:request_uri:<sealed>");
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 3);
}

#[tokio::test]
async fn the_session_in_the_cookie_is_the_one_that_was_written() {
    let place = place().await;
    let page = place.page();
    let mut browser = page.browser.clone();
    browser.keep(&place.sign_in_rightly(&page).await);
    let now = place.stage.clock.now();
    let sealed = browser.get(&place.scene.cookie_name(Cookie::Session));
    let reference: SessionReference = place.scene.tenant.open(Kind::Session, None, sealed, now).expect("keys").expect("a session");
    let rows = place.stage.rows("identity").await;
    let row = rows.iter().find(|row| text(row, "sk").starts_with("SESSION#")).expect("a session");
    assert_eq!((text(row, "id"), text(row, "user_id")), (reference.session_id.as_str(), place.scene.person.id.as_str()));
    assert_eq!(place.events("session.started").await.len(), 1);
}

#[tokio::test]
async fn the_longest_password_counts_to_its_last_character_from_every_keyboard() {
    let place = place().await;
    let longest = "\u{e9}".repeat(policy::PASSWORD_MAX_CHARACTERS);
    let (username, email) = ("grace".to_owned(), "grace@example.com".to_owned());
    let new = NewUser { username, email, password: Secret::new(longest.clone()).into(), profile: Profile::default() };
    Provisioner::new(&place.stage.platform).create_user(&place.scene.tenant.record().id, &new).await.expect("a person");
    // A letter and its accent are one character, however they are typed.
    let decomposed = "e\u{301}".repeat(policy::PASSWORD_MAX_CHARACTERS);
    for typed in [&longest, &decomposed] {
        assert_eq!(place.sign_in(&place.page(), "grace", typed).await.status, StatusCode::SEE_OTHER);
    }
    let mut other_at_its_end = longest.clone();
    other_at_its_end.pop();
    for typed in [format!("{other_at_its_end}e"), other_at_its_end, format!("{longest}\u{e9}")] {
        assert_eq!(place.sign_in(&place.page(), "grace", &typed).await.outcome(), WRONG, "{} characters", typed.chars().count());
    }
}

#[tokio::test]
async fn a_person_is_found_by_every_spelling_of_their_name_and_address() {
    let place = place().await;
    for typed in ["ada", "ADA", " Ada ", "ａｄａ", "ada@example.com", "Ada@EXAMPLE.com", "ada＠example.com"] {
        assert_eq!(place.sign_in(&place.page(), typed, PASSWORD).await.status, StatusCode::SEE_OTHER, "{typed}");
    }
    for typed in ["adа", "ada@example.co", "ada.", "a da"] {
        assert_eq!(place.sign_in(&place.page(), typed, PASSWORD).await.outcome(), WRONG, "{typed}");
    }
}

#[tokio::test]
async fn nothing_that_a_browser_had_before_signing_in_is_worth_anything_after_it() {
    let place = place().await;
    let (session, binding) = (place.scene.cookie_name(Cookie::Session), place.scene.cookie_name(Cookie::Browser));
    // Somebody planted their own session, and knows the browser's binding and its page.
    let planted = place.scene.session().await;
    let mut page = place.page();
    page.browser.set(&session, place.scene.cookies(&planted).get(&session));
    let before = page.browser.clone();
    let answer = place.sign_in_rightly(&page).await;
    page.browser.keep(&answer);
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_ne!(page.browser.get(&session), before.get(&session));
    assert_ne!(page.browser.get(&binding), before.get(&binding));
    let reference: SessionReference =
        place.scene.tenant.open(Kind::Session, None, page.browser.get(&session), place.stage.clock.now()).expect("keys").expect("a session");
    assert_ne!(reference.session_id, planted.id);
    let sessions = place.sessions().await;
    // A page that somebody else got before signs nobody in any more.
    let stale = Page { browser: before, ..place.page() };
    assert_eq!(place.sign_in_rightly(&Page { state: stale.state, browser: page.browser }).await.header("set-cookie"), "");
    assert_eq!(place.sessions().await, sessions);
}

#[tokio::test]
async fn a_form_that_is_sent_again_after_its_answer_arrived_goes_on_with_the_session() {
    let place = place().await;
    let mut page = place.page();
    page.browser.keep(&place.sign_in_rightly(&page).await);
    for (username, password) in [("ada", PASSWORD), ("ada", "wrong")] {
        let again = place.sign_in(&page, username, password).await;
        assert_eq!((again.status, place.scene.resumed(&again)), (StatusCode::SEE_OTHER, request(&builders::client())));
        assert_eq!(again.header("set-cookie"), "");
    }
    assert_eq!(place.sessions().await, 1);
}

#[tokio::test]
async fn a_repeated_post_makes_no_second_session_and_leads_to_a_fresh_authorize() {
    let place = place().await;
    let page = place.page();
    place.scene.allow(&builders::client(), &["openid"]).await;
    assert_eq!(place.sign_in_rightly(&page).await.returned("state"), "af0ifjsldkj");
    let again = place.sign_in_rightly(&page).await;
    assert_eq!((again.status, place.scene.resumed(&again)), (StatusCode::SEE_OTHER, request(&builders::client())));
    assert_eq!(again.headers.get_all("set-cookie").iter().count(), 0);
    assert_eq!((place.sessions().await, place.events("session.started").await.len()), (1, 1));
}

#[tokio::test]
async fn of_twenty_parallel_posts_of_one_page_one_signs_in_and_ten_are_tried() {
    let place = place().await;
    let page = place.page();
    let answers = futures_util::future::join_all((0..20).map(|_| place.sign_in_rightly(&page))).await;
    let with_cookies = answers.iter().filter(|answer| answer.headers.contains_key("set-cookie")).count();
    let throttled = answers.iter().filter(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS).count();
    assert_eq!((with_cookies, throttled), (1, 10));
    assert_eq!(place.sessions().await, 1);
}

#[tokio::test]
async fn a_new_browser_is_told_from_one_that_the_person_used_before() {
    let place = place().await;
    let browser = place.known_browser().await;
    place.stage.clock.advance(std::time::Duration::from_mins(1));
    assert_eq!(place.sign_in_rightly(&place.page_in(&browser)).await.status, StatusCode::SEE_OTHER);
    let mut events = place.events("session.started").await;
    events.sort_by_key(|row| text(row, "id").to_owned());
    assert_eq!(events.iter().map(|row| text(row, "browser")).collect::<Vec<_>>(), ["new", "known"]);
}

#[tokio::test]
async fn a_browser_is_forgotten_after_a_year() {
    let place = place().await;
    let browser = place.known_browser().await;
    place.stage.clock.advance(policy::DEVICE_KNOWN);
    assert_eq!(place.sign_in_rightly(&place.page_in(&browser)).await.status, StatusCode::SEE_OTHER);
    assert!(place.events("session.started").await.iter().all(|row| text(row, "browser") == "new"));
}

#[tokio::test]
async fn a_hash_of_the_past_is_made_stronger_while_the_password_is_at_hand() {
    // Python: argon2.low_level.hash_secret(b"password", b"sixteen bytes...", 1, 19456, 1, 32, Type.ID).
    const WEAKER: &str = "$argon2id$v=19$m=19456,t=1,p=1$c2l4dGVlbiBieXRlcy4uLg$gvD3m8bPsZwk+YCIaBde801O9ZufsWhpS6M1vmIgirk";
    let place = place().await;
    let sealed = place.scene.tenant.seal_password_hash(&place.scene.person.id, &domain::Secret::new(WEAKER.to_owned()), [7; 16]).expect("keys");
    let rows = place.stage.rows("identity").await;
    let mut row = rows.into_iter().find(|row| text(row, "sk") == "PASSWORD").expect("a password");
    row.insert("sealed_hash".to_owned(), Value::S(sealed.into()));
    place.stage.overwrite("identity", row).await;
    assert_eq!(place.sign_in(&place.page(), "ada", "passwore").await.outcome(), WRONG);
    assert_eq!(place.stored_hash().await, WEAKER, "a wrong password changes nothing");
    assert_eq!(place.sign_in(&place.page(), "ada", "password").await.status, StatusCode::SEE_OTHER);
    assert!(place.stored_hash().await.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_eq!(place.sign_in(&place.page(), "ada", "password").await.status, StatusCode::SEE_OTHER);
}

impl crate::support::Place {
    async fn stored_hash(&self) -> String {
        let rows = self.stage.rows("identity").await;
        let row = rows.iter().find(|row| text(row, "sk") == "PASSWORD").expect("a password");
        let sealed = domain::secret::SealedBytes::try_from(text(row, "sealed_hash").to_owned()).expect("base64url");
        self.scene.tenant.open_password_hash(&self.scene.person.id, &sealed).expect("a hash").expose().clone()
    }
}

#[tokio::test]
async fn two_tabs_of_one_browser_may_both_sign_in() {
    let place = place().await;
    let browser = place.page().browser;
    let binding = crypto::derive::sha256(browser.get(&place.scene.cookie_name(Cookie::Browser)).as_bytes());
    let page = |id: u8| {
        let state =
            SignInState { id: StateId::from_random([id; 16]), binding: crypto::base64url::encode(binding), request: request(&builders::client()) };
        let ends = place.stage.clock.now().plus(policy::SIGN_IN_STATE);
        Page { state: place.scene.seal(Kind::SignInState, None, ends, &state), browser: browser.clone() }
    };
    let (first, second) = (page(1), page(2));
    assert_eq!(place.sign_in_rightly(&first).await.headers.get_all("set-cookie").iter().count(), 3);
    assert_eq!(place.sign_in_rightly(&second).await.headers.get_all("set-cookie").iter().count(), 3);
    assert_eq!(place.sessions().await, 2);
}

#[tokio::test]
async fn the_tenants_other_app_and_another_process_go_on_with_the_same_page() {
    let place = place().await;
    let app = builders::confidential_client();
    let asked = AuthorizationRequest { code_challenge: None, ..request(&app) };
    let page = place.page_for(asked.clone());
    let answer = endpoint(&place.stage).send(page.sign_in("ada", PASSWORD)).await;
    insta::assert_snapshot!(answer.outcome(), @"303 https://demo.id.example.com/authorize?client_id=sample-confidential&request_uri=urn:ietf:params:oauth:request_uri:<sealed>");
    assert_eq!(place.scene.resumed(&answer), asked);
}

#[tokio::test]
async fn a_browser_keeps_its_session_where_the_tenant_offers_that_and_the_person_asks_for_it() {
    let place = place().await;
    let name = format!("{}=", place.scene.cookie_name(Cookie::Session));
    let kept_for = |answer: &testkit::Answer| {
        let cookie = answer.headers.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok()).find(|cookie| cookie.starts_with(&name));
        let cookie = cookie.expect("a session's cookie").to_owned();
        cookie.split("; ").find_map(|part| part.strip_prefix("Max-Age=")).map(str::to_owned)
    };
    let page = place.page();
    let fields =
        |page: &Page| [("state", page.state.clone()), ("username", "ada".to_owned()), ("password", PASSWORD.to_owned()), ("keep", "yes".to_owned())];
    let send = async |place: &crate::support::Place, page: &Page| {
        let fields = fields(page);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        place.endpoint.send(testkit::Call::form("/sign-in", &fields).with_cookies(&page.browser)).await
    };
    assert_eq!(kept_for(&send(&place, &page).await), None, "where it isn't offered, asking for it is nothing");
    let kept = domain::tenant::SessionPolicy { idle_seconds: 60 * 86_400, absolute_seconds: 90 * 86_400 };
    place.scene.change_row(&place.stage, "TENANT#", "kept_sessions", testkit::rows::value(&kept)).await;
    place.stage.clock.advance(policy::CACHE_USABLE);
    assert_eq!(kept_for(&place.sign_in_rightly(&place.page()).await), None, "nobody asked");
    assert_eq!(kept_for(&send(&place, &place.page()).await).as_deref(), Some("7776000"));
    let now = place.stage.clock.now();
    let sessions = place.scene.home().list_sessions(&place.scene.person.id, now).await.expect("a list");
    let longest = sessions.iter().max_by_key(|session| session.ends_at).expect("a session");
    assert_eq!((longest.ends_at, longest.idle_seconds), (now.plus(kept.absolute()), kept.idle_seconds));
    assert!(sessions.iter().all(|session| session.seen_from.is_some()), "each knows where it began");
}
