//! A forgotten password: the same for every name, and a link that works once.

use std::time::Duration;

use crypto::artefact::Kind;
use domain::event::Browser;
use domain::{Timestamp, policy};
use http::StatusCode;
use runtime::interaction::ResetLink;
use store::PersonKeys;
use testkit::rows::{Value, text};
use testkit::scene::request;
use testkit::{Answer, Call, CookieJar, builders};

use crate::support::{CHOSEN, Page, Place, place};

const ASK: &str = "200 Set a new password · Demo";
const SENT: &str = "200 Check your mail · Demo";
const DEAD: &str = "410 This link doesn’t work any more · Demo";
const CHANGED: &str = "200 Your password is changed · Demo";
const PROBLEM: &str = "422 Problem: Set new password · Demo";

impl Place {
    async fn reset_page(&self) -> Page {
        let (state, browser) = self.scene.sign_in_state(request(&builders::client()));
        let answer = self.endpoint.send(Call::get(format!("/reset?state={state}")).with_cookies(&browser)).await;
        Page { answer, browser }
    }

    async fn ask_for(&self, name: &str) -> Answer {
        self.endpoint.send(self.reset_page().await.ask_for(name)).await
    }

    /// A link as `deliver` mints it for the password that stands now.
    async fn reset_link(&self, asked_at: Timestamp) -> String {
        let found = self.scene.home().read_recovery(&self.scene.person.id, "2026-11").await.expect("a read");
        let credential_version = found.password.expect("a password").version;
        let link = ResetLink { user_id: self.scene.person.id.clone(), credential_version, asked_at };
        self.scene.seal(Kind::ResetLink, None, asked_at.plus(policy::RESET_LINK), &link)
    }

    async fn set(&self, link: &str, password: &str) -> Answer {
        self.endpoint.send(Call::form("/reset", &[("link", link), ("password", password)])).await
    }
}

impl Page {
    fn ask_for(&self, name: &str) -> Call {
        Call::form("/reset", &[("state", self.answer.field("state")), ("username", name)]).with_cookies(&self.browser)
    }
}

#[tokio::test]
async fn the_page_asks_whose_password_it_is() {
    let place = place().await;
    insta::assert_snapshot!(place.reset_page().await.answer.page(), @r#"
    200

    <title>Set a new password · Demo
    Set a new password
    Tell us your username or email. If there’s an account, we’ll send a link to its email address.
    <form method="post" action="/reset">
    <input type="hidden" name="state" value="<sealed>">
    Username or email
    <input id="username" name="username" type="text" value="" autocomplete="username" inputmode="email" autocapitalize="none" autocorrect="off" spellcheck="false" required autofocus>
    <button id="reset" class="primary" type="submit">
    Send the link
    "#);
    assert_eq!(place.endpoint.get("/reset").await.outcome(), ASK);
    let empty = place.ask_for("").await;
    assert_eq!(empty.outcome(), "422 Problem: Set a new password · Demo");
    assert!(empty.body.contains("Enter your username or your email."));
    assert_eq!(place.ask_for(&"x".repeat(policy::IDENTIFIER_MAX_CHARACTERS + 1)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_event_sends_the_link_where_there_is_an_account_and_none_where_there_is_not() {
    let place = place().await;
    for name in ["ada", "Ada@Example.com"] {
        assert_eq!(place.ask_for(name).await.outcome(), SENT, "{name}");
    }
    let requested = place.events("password.reset_requested").await;
    assert_eq!(requested.len(), 2);
    assert!(requested.iter().all(|event| text(event, "subject") == place.scene.person.id.as_str()));
    for name in ["grace", "grace@example.com", "not a name", "a@b@c"] {
        assert_eq!(place.ask_for(name).await.outcome(), SENT, "{name}");
    }
    assert_eq!(place.events("password.reset_refused").await.len(), 4);
    place.scene.disable(&place.stage).await;
    assert_eq!(place.ask_for("ada").await.outcome(), SENT);
    assert_eq!(place.events("password.reset_requested").await.len(), 2, "nobody disabled gets in by it");
}

impl Place {
    async fn cost_of_asking_for(&self, name: &str) -> (String, Vec<String>, usize, String) {
        let page = self.reset_page().await;
        self.stage.counting.reset();
        let answer = self.endpoint.send(page.ask_for(name)).await;
        let report = self.stage.counting.take();
        let mut operations: Vec<_> = report.operations.iter().map(|operation| operation.name.clone()).collect();
        operations.sort();
        (answer.page(), operations, report.longest_chain(), report.write_units().to_string())
    }
}

#[tokio::test]
async fn known_and_unknown_names_read_the_same_and_cost_the_same() {
    let place = place().await;
    // The month's key is made by the first unknown name of a month.
    place.ask_for("nobody").await;
    let known = place.cost_of_asking_for("ada").await;
    for unknown in ["grace", "grace@example.com", "not a name"] {
        assert_eq!(place.cost_of_asking_for(unknown).await, known, "{unknown}");
    }
    assert_eq!(known.1, ["BatchGetItem", "GetItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn a_name_has_four_mails_an_hour() {
    let place = place().await;
    for name in ["ada", "grace"] {
        for _ in 0..policy::MAILS_PER_WINDOW {
            assert_eq!(place.ask_for(name).await.outcome(), SENT, "{name}");
        }
        let throttled = place.ask_for(name).await;
        assert_eq!(throttled.outcome(), "429 Problem: Set a new password · Demo", "{name}");
        assert!(!throttled.header("retry-after").is_empty());
    }
    assert_eq!(place.events("password.reset_requested").await.len(), 4);
    place.stage.clock.advance(policy::MAIL_WINDOW);
    assert_eq!(place.ask_for("ada").await.outcome(), SENT);
}

#[tokio::test]
async fn following_the_link_changes_nothing_and_the_button_sets_the_password_and_ends_every_session() {
    let place = place().await;
    place.scene.signed_in(Browser::Known).await;
    let session = place.scene.session().await;
    let link = place.reset_link(place.now()).await;
    place.endpoint.get("/reset").await;
    place.stage.counting.reset();
    insta::assert_snapshot!(place.endpoint.get(&format!("/reset?link={link}")).await.page(), @r#"
    200

    <title>Set new password · Demo
    Set new password
    With a new password you’re signed out everywhere, and links from older mails stop working.
    <form method="post" action="/reset">
    <input type="hidden" name="link" value="<sealed>">
    Password
    <input id="password" name="password" type="password" autocomplete="new-password" required aria-describedby="password-hint" autofocus>
    At least 15 characters. A few words that only you would put together are easy to keep in mind.
    <button id="new-password" class="primary" type="submit">
    Set new password
    "#);
    assert_eq!(place.stage.counting.take().requests(), 0);
    place.stage.clock.advance(Duration::from_secs(1));
    assert_eq!(place.set(&link, CHOSEN).await.outcome(), CHANGED);
    let keys = PersonKeys::of(place.scene.person.id.clone()).with_session(session.id);
    let person = place.scene.home().read_person(&keys).await.expect("a read");
    let (user, session) = (person.user.expect("Ada"), person.session.expect("a session"));
    assert_eq!((user.not_before, user.version), (place.now(), 2));
    assert!(session.live(place.scene.tenant.record(), &user, place.now()).is_err());
    let changed = place.events("password.changed").await;
    assert_eq!((changed.len(), text(&changed[0], "by")), (1, "reset"));
}

#[tokio::test]
async fn a_link_works_once_and_no_older_one_after_it() {
    let place = place().await;
    let (older, newer) = (place.reset_link(place.now()).await, place.reset_link(place.now()).await);
    place.stage.clock.advance(Duration::from_secs(1));
    assert_eq!(place.set(&newer, CHOSEN).await.outcome(), CHANGED);
    for spent in [&newer, &older] {
        assert_eq!(place.set(spent, "nine copper whistles hum").await.outcome(), DEAD);
    }
    assert_eq!(place.events("password.changed").await.len(), 1);
    let fresh = place.reset_link(place.now()).await;
    assert_eq!(place.set(&fresh, "nine copper whistles hum").await.outcome(), CHANGED);
}

#[tokio::test]
async fn of_two_presses_at_once_one_sets_the_password() {
    let place = place().await;
    let link = place.reset_link(place.now()).await;
    let (one, other) = tokio::join!(place.set(&link, CHOSEN), place.set(&link, "nine copper whistles hum"));
    let mut outcomes = [one.outcome(), other.outcome()];
    outcomes.sort();
    assert_eq!(outcomes, [CHANGED, DEAD]);
    assert_eq!(place.events("password.changed").await.len(), 1);
}

#[tokio::test]
async fn a_password_that_can_not_be_chosen_leaves_the_link_as_good_as_it_was() {
    let place = place().await;
    let link = place.reset_link(place.now()).await;
    for wrong in ["", "short", "adalovelaceadalovelace", "passwordpassword"] {
        let answer = place.set(&link, wrong).await;
        assert_eq!(answer.outcome(), PROBLEM, "{wrong}");
        assert_eq!(answer.field("link"), link);
    }
    assert_eq!(place.set(&link, CHOSEN).await.outcome(), CHANGED);
}

#[tokio::test]
async fn a_former_password_does_not_come_back_where_the_tenant_says_so() {
    let place = place().await;
    let policy = Value::M([("history".to_owned(), Value::N("3".to_owned()))].into());
    place.scene.change_row(&place.stage, "TENANT#", "passwords", policy).await;
    let link = place.reset_link(place.now()).await;
    let answer = place.set(&link, builders::PASSWORD).await;
    assert_eq!(answer.outcome(), PROBLEM);
    assert!(answer.body.contains("You’ve used that password before."), "{}", answer.body);
    assert_eq!(place.set(&link, CHOSEN).await.outcome(), CHANGED);
}

#[tokio::test]
async fn a_link_ends_after_an_hour_and_with_its_person() {
    let place = place().await;
    let link = place.reset_link(place.now()).await;
    place.stage.clock.advance(policy::RESET_LINK);
    assert_eq!(place.set(&link, CHOSEN).await.outcome(), DEAD);
    assert_eq!(place.endpoint.get(&format!("/reset?link={link}")).await.outcome(), DEAD);
    let link = place.reset_link(place.now()).await;
    place.scene.disable(&place.stage).await;
    assert_eq!(place.set(&link, CHOSEN).await.outcome(), DEAD);
    assert_eq!(place.events("password.changed").await.len(), 0);
}

#[tokio::test]
async fn a_link_of_another_tenant_or_kind_and_a_form_of_another_site_set_nothing() {
    let place = place().await;
    let link = place.reset_link(place.now()).await;
    place.stage.second_tenant().await;
    let there = place.endpoint.at("other.id.example.com").send(Call::form("/reset", &[("link", &link), ("password", CHOSEN)])).await;
    assert_eq!(there.outcome(), "410 This link doesn’t work any more · Other");
    let page = place.reset_page().await;
    for wrong in ["x", page.answer.field("state"), &link[..link.len() - 4], &"a".repeat(5000)] {
        assert_eq!(place.set(wrong, CHOSEN).await.outcome(), DEAD);
    }
    for form in [vec![("link", link.as_str()), ("password", CHOSEN)], vec![("state", page.answer.field("state")), ("username", "ada")]] {
        let cross_site = Call::form("/reset", &form).with_cookies(&page.browser).with("origin", "https://evil.example");
        assert_eq!(place.endpoint.send(cross_site).await.outcome(), "403 We stopped this request · Countersign");
    }
    let elsewhere = Page { browser: CookieJar::default(), ..page.clone() };
    assert_eq!(place.endpoint.send(elsewhere.ask_for("ada")).await.outcome(), "400 This page belongs to another browser · Countersign");
    for state in ["", "x", &link] {
        let form = Call::form("/reset", &[("state", state), ("username", "ada")]).with_cookies(&page.browser);
        assert_eq!(place.endpoint.send(form).await.outcome(), "400 This page has expired · Countersign");
    }
    assert_eq!(place.endpoint.send(page.ask_for("ada")).await.outcome(), SENT);
    assert_eq!(place.set(&link, CHOSEN).await.outcome(), CHANGED);
}

#[tokio::test]
async fn where_the_tenant_has_it_off_nobody_sets_a_password_by_themselves() {
    let place = place().await;
    let link = place.reset_link(place.now()).await;
    let page = place.reset_page().await;
    place.scene.change_row(&place.stage, "TENANT#", "recovery", Value::S("off".to_owned())).await;
    place.stage.clock.advance(policy::CACHE_USABLE);
    let off = "403 You can’t set a new password here · Demo";
    assert_eq!(place.endpoint.get("/reset").await.outcome(), off);
    assert_eq!(place.endpoint.get(&format!("/reset?link={link}")).await.outcome(), off);
    assert_eq!(place.endpoint.send(page.ask_for("ada")).await.outcome(), off);
    assert_eq!(place.set(&link, CHOSEN).await.outcome(), off);
    assert_eq!(place.stage.event_types().await.iter().filter(|kind| kind.starts_with("password.")).count(), 0);
}
