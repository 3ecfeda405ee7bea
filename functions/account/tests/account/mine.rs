//! The pages of one's own account: who gets in, and what each form does.

use std::time::Duration;

use crypto::artefact::Kind;
use crypto::derive;
use domain::session::Session;
use domain::user::User;
use domain::{ClientId, policy};
use http::StatusCode;
use oauth::sid;
use runtime::Clock;
use runtime::interaction::EmailLink;
use store::PersonKeys;
use testkit::rows::{text, value};
use testkit::{Answer, Call, CookieJar, builders};
use web::Cookie;

use crate::support::{CHOSEN, Place, place};

/// Ada's browser, in a session that began just now.
pub(crate) struct Home {
    pub(crate) place: Place,
    pub(crate) session: Session,
    pub(crate) browser: CookieJar,
}

impl Home {
    pub(crate) async fn new() -> Self {
        let place = place().await;
        let session = place.scene.session().await;
        let mut browser = place.scene.cookies(&session);
        browser.set(&place.scene.cookie_name(Cookie::Browser), "binding");
        Self { place, session, browser }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.place.endpoint.send(Call::get(path).with_cookies(&self.browser)).await
    }

    /// Posts a page's form with what the page holds.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(if path == "/account/email" { "/account" } else { path }).await;
        let mut form = vec![("state", page.field("state"))];
        form.extend(fields);
        self.place.endpoint.send(Call::form(path, &form).with_cookies(&self.browser)).await
    }

    pub(crate) async fn ada(&self) -> User {
        self.place.scene.home().read_person(&PersonKeys::of(self.place.scene.person.id.clone())).await.expect("a read").user.expect("Ada")
    }

    pub(crate) async fn types(&self) -> Vec<String> {
        self.place.stage.event_types().await
    }

    pub(crate) fn forward(&self, time: Duration) {
        self.place.stage.clock.advance(time);
    }
}

const SECTIONS: [&str; 6] = ["/account", "/account/security", "/account/sessions", "/account/activity", "/account/apps", "/account/data"];

#[tokio::test]
async fn every_section_is_shown_to_whoever_is_signed_in_and_costs_few_reads() {
    let home = Home::new().await;
    home.get("/account").await;
    for (section, most) in SECTIONS.into_iter().zip([1, 1, 2, 4, 4, 1]) {
        home.place.stage.counting.reset();
        let answer = home.get(section).await;
        assert_eq!(answer.status, StatusCode::OK, "{section}: {}", answer.page());
        assert!(answer.body.contains("ada@example.com"));
        let requests = home.place.stage.counting.take().requests();
        assert!(requests <= most, "{section}: {requests}");
    }
    for nowhere in ["/account/", "/account/else", "/account/v1"] {
        assert_eq!(home.get(nowhere).await.status, StatusCode::NOT_FOUND, "{nowhere}");
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_sent_to_sign_in_and_comes_back_to_the_same_section() {
    let home = Home::new().await;
    for section in SECTIONS {
        let answer = home.place.endpoint.get(section).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{section}");
        let request = home.place.scene.resumed(&answer);
        assert_eq!((request.client_id.as_str(), request.redirect_uri.as_str()), ("account", &*format!("https://demo.id.example.com{section}")));
        assert!(request.code_challenge.is_some(), "nobody redeems its code");
    }
    let link = home.place.scene.resumed(&home.place.endpoint.get("/account/email?link=abc-_1").await);
    assert_eq!(link.state.as_deref(), Some("abc-_1"));
    for (back, to) in [
        ("/account/security?code=c&iss=i", "https://demo.id.example.com/account/security"),
        ("/account/email?code=c&state=abc-_1", "https://demo.id.example.com/account/email?link=abc-_1"),
        ("/account/email?code=c&state=%0d%0a", "https://demo.id.example.com/account/email"),
    ] {
        let answer = home.get(back).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, to));
    }
}

#[tokio::test]
async fn a_session_that_does_not_count_any_more_opens_no_section_and_changes_nothing() {
    for how in ["ended", "disabled", "cut off", "idle"] {
        let home = Home::new().await;
        let form = home.get("/account").await.field("state").to_owned();
        let (scene, stage) = (&home.place.scene, &home.place.stage);
        match how {
            "ended" => scene.end_session(stage, &home.session.id).await,
            "disabled" => scene.disable(stage).await,
            "cut off" => {
                home.forward(Duration::from_secs(1));
                scene.change_person(stage, "not_before", value(&stage.clock.now())).await;
            }
            _ => home.forward(policy::SESSION_IDLE),
        }
        for section in SECTIONS.into_iter().chain(["/account/download", "/account/email"]) {
            assert_eq!(home.get(section).await.status, StatusCode::SEE_OTHER, "{how} {section}");
        }
        let events = home.types().await;
        for (section, field) in [("/account", ("name", "Eve")), ("/account/sessions", ("end_others", "yes")), ("/account/data", ("delete", "yes"))] {
            let call = Call::form(section, &[("state", &form), field]).with_cookies(&home.browser);
            assert_eq!(home.place.endpoint.send(call).await.status, StatusCode::SEE_OTHER, "{how} {section}");
        }
        assert_eq!(home.types().await, events, "{how}");
    }
}

#[tokio::test]
async fn a_form_counts_in_the_session_and_browser_that_it_was_shown_in_and_from_our_own_page() {
    let home = Home::new().await;
    let form = home.get("/account").await.field("state").to_owned();
    let saved = |state: &str, browser: &CookieJar| Call::form("/account", &[("state", state), ("name", "Eve")]).with_cookies(browser);
    let foreign = saved(&form, &home.browser).with("origin", "https://evil.example");
    assert_eq!(home.place.endpoint.send(foreign).await.status, StatusCode::FORBIDDEN);
    let another = home.place.scene.session().await;
    let mut other_session = home.place.scene.cookies(&another);
    other_session.set(&home.place.scene.cookie_name(Cookie::Browser), "binding");
    let mut other_browser = home.browser.clone();
    other_browser.set(&home.place.scene.cookie_name(Cookie::Browser), "another");
    for (state, browser) in [(form.as_str(), &other_session), (&form, &other_browser), ("", &home.browser), ("forged", &home.browser)] {
        assert_eq!(home.place.endpoint.send(saved(state, browser)).await.outcome(), "409 Problem: Profile · Demo");
    }
    assert_ne!(home.ada().await.profile.name.as_deref(), Some("Eve"));
    assert_eq!(home.place.endpoint.send(saved(&form, &home.browser)).await.outcome(), "200 Profile · Demo");
    assert_eq!(home.ada().await.profile.name.as_deref(), Some("Eve"));
    home.forward(policy::ACCOUNT_STATE);
    assert_eq!(home.place.endpoint.send(saved(&form, &home.browser)).await.outcome(), "409 Problem: Profile · Demo", "open for too long");
}

#[tokio::test]
async fn a_profile_is_saved_and_nothing_but_its_fields_can_be_written() {
    let home = Home::new().await;
    let before = home.ada().await;
    let fields = [("name", "Ada King"), ("locale", "de"), ("status", "disabled"), ("roles", "admin"), ("email", "eve@example.org"), ("sub", "eve")];
    let answer = home.post("/account", &fields).await;
    assert_eq!(answer.outcome(), "200 Profil · Demo", "in the language that was just chosen");
    let after = home.ada().await;
    assert_eq!((after.profile.name.as_deref(), after.profile.locale.as_deref()), (Some("Ada King"), Some("de")));
    assert_eq!((&after.email, &after.sub, after.status, &after.roles), (&before.email, &before.sub, before.status, &before.roles));
    assert_eq!(home.place.events("profile.changed").await.len(), 1);
    let wrong = home.post("/account", &[("website", "javascript:alert(1)"), ("birthdate", "1999-02-29"), ("name", "a\u{202e}b")]).await;
    assert_eq!(wrong.outcome(), "422 Problem: Profil · Demo");
    assert!(wrong.body.contains("javascript:alert(1)"), "it can be corrected");
    assert_eq!(home.ada().await, after);
}

#[tokio::test]
async fn a_new_password_ends_everything_but_begins_a_session_anew_here() {
    let home = Home::new().await;
    let elsewhere = home.place.scene.session().await;
    home.forward(Duration::from_secs(5));
    let fields = [("current_password", builders::PASSWORD), ("new_password", CHOSEN)];
    let answer = home.post("/account/security", &fields).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "https://demo.id.example.com/account/security?done=password"));
    let mut browser = home.browser.clone();
    browser.keep(&answer);
    let again = home.place.endpoint.send(Call::get("/account/security?done=password").with_cookies(&browser)).await;
    assert_eq!(again.outcome(), "200 Signing in · Demo");
    assert!(again.body.contains("Your password is changed"));
    for over in [&home.session, &elsewhere] {
        let cookies = home.place.scene.cookies(over);
        assert_eq!(home.place.endpoint.send(Call::get("/account").with_cookies(&cookies)).await.status, StatusCode::SEE_OTHER);
    }
    let changed = home.place.events("password.changed").await;
    assert_eq!((changed.len(), text(&changed[0], "by")), (1, "owner"));
}

#[tokio::test]
async fn a_password_changes_by_who_knows_it_and_tries_are_counted() {
    let home = Home::new().await;
    for (current, new) in [("wrong", CHOSEN), ("", CHOSEN), (builders::PASSWORD, "short"), (builders::PASSWORD, "")] {
        let answer = home.post("/account/security", &[("current_password", current), ("new_password", new)]).await;
        assert_eq!(answer.outcome(), "422 Problem: Signing in · Demo", "{current} {new}");
    }
    for _ in 0..policy::ATTEMPTS_PER_WINDOW {
        home.post("/account/security", &[("current_password", "wrong"), ("new_password", CHOSEN)]).await;
    }
    let answer = home.post("/account/security", &[("current_password", builders::PASSWORD), ("new_password", CHOSEN)]).await;
    assert_eq!(answer.outcome(), "429 Problem: Signing in · Demo");
    assert!(!answer.header("retry-after").is_empty());
    assert!(home.place.events("password.changed").await.is_empty());
    home.forward(policy::ATTEMPT_WINDOW);
    let answer = home.post("/account/security", &[("current_password", builders::PASSWORD), ("new_password", CHOSEN)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

impl Home {
    async fn link(&self) -> String {
        let pending = self.ada().await.pending_email.expect("a wish");
        let link = EmailLink { user_id: self.place.scene.person.id.clone(), version: pending.version };
        self.place.scene.seal(Kind::EmailLink, None, pending.asked_at.plus(policy::EMAIL_LINK), &link)
    }

    async fn ask(&self, email: &str) -> Answer {
        self.post("/account/security", &[("email", email)]).await
    }
}

#[tokio::test]
async fn an_address_is_asked_for_proved_by_its_link_in_a_session_and_then_signs_in() {
    let home = Home::new().await;
    assert_eq!(home.ask("New@Example.org").await.outcome(), "200 Signing in · Demo");
    let link = home.link().await;
    assert_eq!(home.get(&format!("/account/email?link={link}")).await.status, StatusCode::OK);
    assert_eq!(home.ada().await.email.expect("an address").address, "ada@example.com", "following the link changes nothing");
    let answer = home.post("/account/email", &[("link", &link)]).await;
    assert_eq!(answer.outcome(), "200 Signing in · Demo");
    assert!(answer.body.contains("Your email address is changed."));
    let ada = home.ada().await;
    assert_eq!(ada.email.map(|email| (email.address, email.verified)), Some(("New@Example.org".to_owned(), true)));
    let owner = |email: &str| {
        let canonical = domain::identifier::Canonical::email(email).expect("an address");
        let (home, claim) = (home.place.scene.home().clone(), home.place.scene.tenant.claim(&canonical).expect("a claim"));
        async move { home.find_identifier(&claim).await.expect("an answer") }
    };
    assert_eq!((owner("new@example.org").await, owner("ada@example.com").await), (Some(ada.id), None));
    assert_eq!(home.post("/account/email", &[("link", &link)]).await.outcome(), "410 This link doesn’t work any more · Demo", "once");
    assert_eq!(home.place.events("email.changed").await.len(), 1);
}

#[tokio::test]
async fn a_link_for_an_address_dies_with_a_newer_wish_its_day_and_in_somebody_elses_session() {
    const DEAD: &str = "410 This link doesn’t work any more · Demo";
    let home = Home::new().await;
    home.ask("first@example.org").await;
    let first = home.link().await;
    home.ask("second@example.org").await;
    let second = home.link().await;
    assert_eq!(home.post("/account/email", &[("link", &first)]).await.outcome(), DEAD);
    let somebody = EmailLink { user_id: domain::UserId::from_random([9; 16]), version: home.ada().await.version };
    let foreign = home.place.scene.seal(Kind::EmailLink, None, home.place.now().plus(policy::EMAIL_LINK), &somebody);
    assert_eq!(home.post("/account/email", &[("link", &foreign)]).await.outcome(), DEAD);
    assert_eq!(home.post("/account/security", &[("forget", "yes")]).await.outcome(), "200 Signing in · Demo");
    assert_eq!(home.post("/account/email", &[("link", &second)]).await.outcome(), DEAD);
    home.ask("third@example.org").await;
    let third = home.link().await;
    home.forward(policy::EMAIL_LINK);
    let late = home.place.scene.cookies(&home.place.scene.session().await);
    let late = home.place.endpoint.send(Call::get(format!("/account/email?link={third}")).with_cookies(&late)).await;
    assert_eq!(late.outcome(), DEAD);
    assert_eq!(home.ada().await.email.expect("an address").address, "ada@example.com");
}

#[tokio::test]
async fn an_address_that_somebody_has_reads_like_any_other_and_is_never_given_away() {
    let home = Home::new().await;
    let grace = home.place.scene.add_person("grace", "grace@example.org").await;
    let free = home.ask("free@example.org").await;
    let taken = home.ask("grace@example.org").await;
    let blank = |answer: &Answer| answer.page().replace("free@example.org", "…").replace("grace@example.org", "…");
    assert_eq!(blank(&free), blank(&taken));
    let link = home.link().await;
    assert_eq!(home.post("/account/email", &[("link", &link)]).await.outcome(), "410 This link doesn’t work any more · Demo");
    let canonical = domain::identifier::Canonical::email("grace@example.org").expect("an address");
    let claim = home.place.scene.tenant.claim(&canonical).expect("a claim");
    assert_eq!(home.place.scene.home().find_identifier(&claim).await, Ok(Some(grace.id)));
    for wrong in ["no address", "ada@example.com", "a@b"] {
        assert_eq!(home.ask(wrong).await.outcome(), "422 Problem: Signing in · Demo", "{wrong}");
    }
}

#[tokio::test]
async fn what_only_the_person_may_do_wants_a_sign_in_of_just_now() {
    let home = Home::new().await;
    home.forward(policy::FRESH_SIGN_IN);
    let events = home.types().await;
    let asked = [home.ask("new@example.org").await, home.post("/account/data", &[("delete", "yes")]).await, home.get("/account/download").await];
    for answer in &asked {
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let request = home.place.scene.resumed(answer);
        assert_eq!(request.max_age, Some(policy::FRESH_SIGN_IN.as_secs() - 1));
        assert_eq!(request.subject.as_deref(), Some(home.place.scene.person.sub.as_str()));
    }
    assert_eq!(home.types().await, events);
}

#[tokio::test]
async fn sessions_are_listed_and_one_or_all_others_are_ended() {
    let home = Home::new().await;
    let others = [home.place.scene.session().await, home.place.scene.session().await];
    let page = home.get("/account/sessions").await;
    let sids = others.each_ref().map(|session| sid::of(&session.id, derive::sha256));
    assert!(page.body.contains("This browser") && sids.iter().all(|sid| page.body.contains(sid)));
    let one = home.post("/account/sessions", &[("end", &sids[0])]).await;
    assert_eq!(one.outcome(), "200 Devices · Demo");
    assert!(!one.body.contains(&sids[0]) && one.body.contains(&sids[1]));
    let own = sid::of(&home.session.id, derive::sha256);
    for nobodys in [sids[0].as_str(), &own, "forged"] {
        assert_eq!(home.post("/account/sessions", &[("end", nobodys)]).await.outcome(), "409 Problem: Devices · Demo", "{nobodys}");
    }
    let all = home.post("/account/sessions", &[("end_others", "yes")]).await;
    assert!(all.outcome() == "200 Devices · Demo" && !all.body.contains(&sids[1]));
    let ended = home.place.events("session.ended").await;
    assert_eq!((ended.len(), ended.iter().all(|event| text(event, "reason") == "revoked")), (2, true));
    assert_eq!(home.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_app_is_listed_with_what_it_may_and_removed_with_its_tokens() {
    let home = Home::new().await;
    let client = builders::client();
    let (_, family) = home.place.scene.access_token(&client, &["openid", "email"]).await;
    home.place.scene.allow(&client, &["openid", "email"]).await;
    let page = home.get("/account/apps").await;
    assert!(page.body.contains(&client.name) && page.body.contains("email openid"), "{}", page.page());
    let removed = home.post("/account/apps", &[("remove", client.id.as_str())]).await;
    assert_eq!(removed.outcome(), "200 Apps · Demo");
    assert!(removed.body.contains("You haven’t allowed any app to see anything."));
    let keys = PersonKeys::of(home.place.scene.person.id.clone()).with_family(family.id).with_consent(client.id.clone());
    let person = home.place.scene.home().read_person(&keys).await.expect("a read");
    assert!(person.consent.is_none() && matches!(person.family.expect("a family").state, domain::family::FamilyState::Revoked { .. }));
    for nobodys in [client.id.as_str(), "", "forged"] {
        assert_eq!(home.post("/account/apps", &[("remove", nobodys)]).await.outcome(), "409 Problem: Apps · Demo", "{nobodys}");
    }
    assert_eq!(home.place.events("consent.withdrawn").await.len(), 1);
}

#[tokio::test]
async fn what_happened_is_told_with_where_from_a_page_at_a_time() {
    let home = Home::new().await;
    home.place.scene.signed_in(domain::event::Browser::New).await;
    let page = home.get("/account/activity").await;
    assert!(page.body.contains("Signed in from a new browser") && page.body.contains("198.51.100.7") && page.body.contains("class=\"alert\""));
    for _ in 0..policy::HISTORY_PAGE {
        home.forward(Duration::from_secs(1));
        home.place.scene.signed_in(domain::event::Browser::Known).await;
    }
    let newest = home.get("/account/activity").await;
    assert!(!newest.body.contains("new browser"));
    let older = newest.body.split("id=\"older\" href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    let older = home.get(older).await;
    assert!(older.body.contains("Signed in from a new browser") && !older.body.contains("id=\"older\""));
    assert_eq!(home.get("/account/activity?before=%00").await.status, StatusCode::BAD_REQUEST);
    let call = Call::form("/account/activity", &[]).with_cookies(&home.browser);
    assert_eq!(home.place.endpoint.send(call).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn all_data_is_a_file_without_a_secret() {
    let home = Home::new().await;
    home.place.scene.signed_in(domain::event::Browser::New).await;
    home.place.scene.allow(&builders::client(), &["openid"]).await;
    let answer = home.get("/account/download").await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
    assert!(answer.header("content-disposition").starts_with("attachment"));
    let all: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(all["account"]["email"]["address"], "ada@example.com");
    assert_eq!(all["consents"][0]["client_id"], builders::client().id.as_str());
    assert!(all["history"].as_array().is_some_and(|events| events.iter().any(|event| event["from"]["address"] == "198.51.100.7")));
    for secret in ["sealed", "hash", "wrapped", home.session.id.as_str()] {
        let shown = all["sessions"].to_string() + &all["account"].to_string();
        assert!(!shown.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn the_account_pages_are_nobodys_app() {
    let home = Home::new().await;
    assert!(home.place.scene.home().find_client(&ClientId::parse("account").expect("an id")).await.expect("an answer").is_none());
}
