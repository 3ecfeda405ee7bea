//! People who are brought over when they first sign in: the tenant's hook is asked once, and says nothing about who has an account here.

use cloud::egress::{Answer, EgressError, NotATarget, Question, Targets};
use crypto::webhook;
use domain::user::User;
use domain::{Secret, policy};
use futures_util::future::join;
use http::StatusCode;
use runtime::Clock;
use runtime::provision::Provisioner;
use serde_json::{Value, json};
use store::PersonKeys;
use testkit::builders;
use testkit::rows::text;

use crate::support::{Page, Place, WRONG, place};

const HOOK: &str = "https://old.example/people";
const PASSWORD: &str = "an old password";
const UNCHECKED: &str = "503 Problem: Sign in · Demo";

/// A tenant whose hook is asked, and what it is signed with.
async fn place_with_hook() -> (Place, Secret<String>) {
    let place = place().await;
    let (_, secret) = Provisioner::new(&place.stage.platform).set_migration_hook(&place.stage.tenant, HOOK).await.expect("a hook");
    (place, secret)
}

fn grace() -> Value {
    json!({ "email": "Grace@example.org", "email_verified": true, "username": "grace", "given_name": "Grace", "family_name": "Hopper" })
}

#[expect(clippy::unnecessary_wraps, reason = "a hook is told to answer this, or to fail")]
fn answer(status: u16, body: &str) -> Result<Answer, EgressError> {
    Ok(Answer { status, body: body.as_bytes().to_vec() })
}

fn asked_about(question: &Question) -> (String, String) {
    let asked: Value = serde_json::from_str(question.json.expose()).expect("JSON");
    let text = |name: &str| asked[name].as_str().expect("a text").to_owned();
    assert_eq!(asked.as_object().map(serde_json::Map::len), Some(2), "and nothing else");
    (text("identifier"), text("password"))
}

impl Place {
    fn hook_says(&self, answer: Result<Answer, EgressError>) {
        self.egress.reply(HOOK, answer);
    }

    async fn people(&self) -> usize {
        self.stage.rows("identity").await.iter().filter(|row| text(row, "sk") == "USER").count()
    }

    /// The person of that address.
    async fn person(&self, email: &str) -> User {
        let claim = self.scene.tenant.name_typed(email).expect("keys").claim;
        let id = self.scene.home().find_identifier(&claim).await.expect("a read").expect("somebody");
        self.scene.home().read_person(&PersonKeys::of(id)).await.expect("a read").user.expect("a person")
    }
}

#[tokio::test]
async fn a_person_of_the_hook_is_brought_over_once_and_signs_in_without_it_from_then_on() {
    let (place, _) = place_with_hook().await;
    place.hook_says(answer(200, &grace().to_string()));
    assert_eq!(place.sign_in(&place.page(), "GRACE", PASSWORD).await.status, StatusCode::SEE_OTHER);
    assert_eq!(place.egress.asked().iter().map(asked_about).collect::<Vec<_>>(), [("GRACE".to_owned(), PASSWORD.to_owned())]);
    let person = place.person("grace@example.org").await;
    let email = person.email.as_ref().expect("an address");
    assert_eq!((email.address.as_str(), email.verified, person.username.as_deref()), ("Grace@example.org", true, Some("grace")));
    assert_eq!(person.profile.name.as_deref(), Some("Grace Hopper"));
    assert_eq!((person.sub.as_str(), person.groups.len()), (person.id.as_str(), 0));
    let created = place.events("user.created").await;
    assert_eq!(created.iter().filter(|row| text(row, "by") == "migration" && text(row, "subject") == person.id.as_str()).count(), 1);
    assert_eq!(place.sessions().await, 1);
    // The hook goes away.
    place.hook_says(Err(EgressError::Unreachable("gone".to_owned())));
    for typed in ["grace", "grace@example.org"] {
        assert_eq!(place.sign_in(&place.page(), typed, PASSWORD).await.status, StatusCode::SEE_OTHER, "{typed}");
    }
    assert_eq!(place.egress.asked().len(), 1);
    assert_eq!((place.people().await, place.sessions().await), (2, 3));
}

#[tokio::test]
async fn a_question_is_signed_for_the_hook_and_goes_to_a_public_address() {
    let (place, secret) = place_with_hook().await;
    place.hook_says(answer(404, ""));
    place.sign_in(&place.page(), "grace", PASSWORD).await;
    place.sign_in(&place.page(), "grace", PASSWORD).await;
    let asked = place.egress.asked();
    let now = place.stage.clock.now();
    let mut ids = Vec::new();
    for question in &asked {
        let [(id_name, id), (at_name, at), (signature_name, signature)] = &question.headers[..] else { panic!("{:?}", question.headers) };
        assert_eq!([*id_name, *at_name, *signature_name], ["webhook-id", "webhook-timestamp", "webhook-signature"]);
        assert_eq!(*at, now.seconds().to_string());
        assert_eq!(webhook::sign(&secret, id, now, question.json.expose()).as_ref(), Ok(signature));
        assert_eq!((question.targets, question.within, question.answer_max), (Targets::Public, policy::MIGRATION_HOOK, policy::MIGRATION_ANSWER_MAX));
        ids.push(id.clone());
    }
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
    let stored = format!("{:?}", place.stage.rows("identity").await);
    assert!(!stored.contains(secret.expose().trim_start_matches("whsec_")), "the secret is sealed where it rests");
}

#[tokio::test]
async fn a_wrong_name_or_password_reads_as_everywhere() {
    let without = place().await;
    let page = without.page();
    let expected = without.sign_in(&page, "grace", "wrong").await.page();
    let (place, _) = place_with_hook().await;
    for status in [401, 403, 404] {
        place.hook_says(answer(status, "{\"error\":\"no\"}"));
        let refused = place.sign_in(&place.page(), "grace", "wrong").await;
        assert_eq!((refused.outcome().as_str(), refused.page()), (WRONG, expected.clone()), "{status}");
    }
    let refused = place.events("sign_in.refused").await;
    assert_eq!(refused.iter().map(|row| text(row, "reason")).collect::<Vec<_>>(), ["unknown_account"; 3]);
    assert_eq!(place.people().await, 1);
    // The positive twin.
    place.hook_says(answer(200, &grace().to_string()));
    assert_eq!(place.sign_in(&place.page(), "grace", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_hook_that_says_nothing_is_told_so_and_nobody_is_signed_in() {
    let (place, _) = place_with_hook().await;
    let silent = [
        Err(EgressError::TooSlow),
        Err(EgressError::TooLong),
        Err(EgressError::Unreachable("reset".to_owned())),
        Err(EgressError::NotATarget(NotATarget::NotPublic)),
        answer(302, ""),
        answer(307, &grace().to_string()),
        answer(201, &grace().to_string()),
        answer(429, ""),
        answer(500, "oops"),
    ];
    let page = place.page();
    for said in silent {
        place.hook_says(said.clone());
        let refused = place.endpoint.send(page.sign_in("grace", PASSWORD)).await;
        assert_eq!((refused.outcome().as_str(), refused.header("retry-after")), (UNCHECKED, "60"), "{said:?}");
        assert_eq!(refused.field("state"), page.state, "the same form goes on");
    }
    insta::assert_snapshot!(place.sign_in(&page, "grace", PASSWORD).await.page(), @r#"
    503

    <title>Problem: Sign in · Demo
    Sign in
    to continue to
    Sample app
    We can’t check your sign-in right now. Make sure that username and password are right, and try again in a minute.
    <form method="post" action="/sign-in">
    <input type="hidden" name="state" value="<sealed>">
    Username or email
    <input id="username" name="username" type="text" value="grace" autocomplete="username" inputmode="email" autocapitalize="none" autocorrect="off" spellcheck="false" required aria-describedby="problem">
    Password
    <input id="password" name="password" type="password" autocomplete="current-password" required aria-describedby="problem" autofocus>
    <button id="sign-in" class="primary" type="submit">
    Sign in
    Forgot your password?
    "#);
    assert_eq!((place.people().await, place.sessions().await), (1, 0));
    let page = place.page();
    place.stage.clock.advance(policy::ATTEMPT_WINDOW);
    place.hook_says(answer(200, &grace().to_string()));
    assert_eq!(place.sign_in(&page, "grace", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_can_be_no_account_makes_none() {
    let (place, _) = place_with_hook().await;
    let unusable = [
        String::new(),
        "<html>".to_owned(),
        "[]".to_owned(),
        json!({ "email": "grace" }).to_string(),
        json!({ "email": "grace@example.org", "username": "hopper" }).to_string(),
        json!({ "email": "other@example.org" }).to_string(),
        json!({ "email": "grace@example.org", "username": "grace", "name": "a\u{0}" }).to_string(),
        json!({ "email": "grace@example.org", "username": "grace", "attributes": { "badge": "gold" } }).to_string(),
        // Ada's address, which is known here.
        json!({ "email": "ada@example.com", "username": "grace" }).to_string(),
    ];
    for (number, body) in unusable.iter().enumerate() {
        place.hook_says(answer(200, body));
        let address = format!("203.0.{number}.7");
        let refused = place.endpoint.send(place.page().sign_in("grace", PASSWORD).from_address(&address)).await;
        assert_eq!(refused.outcome(), WRONG, "{body}");
    }
    let refused = place.events("sign_in.refused").await;
    assert_eq!(refused.iter().filter(|row| text(row, "reason") == "not_brought_over").count(), unusable.len());
    assert_eq!((place.people().await, place.sessions().await), (1, 0));
}

#[tokio::test]
async fn groups_roles_and_status_are_given_here_and_attributes_by_the_schema() {
    let (place, _) = place_with_hook().await;
    let mut told = grace();
    for (name, value) in [("groups", json!(["admins"])), ("roles", json!(["owner"])), ("sub", json!("ada")), ("status", json!("disabled"))] {
        told[name] = value;
    }
    place.hook_says(answer(200, &told.to_string()));
    assert_eq!(place.sign_in(&place.page(), "grace", PASSWORD).await.status, StatusCode::SEE_OTHER);
    let person = place.person("grace").await;
    assert!(person.groups.is_empty() && person.roles.is_empty() && person.is_active());
    assert_eq!(person.sub, person.id.as_str());
}

impl Place {
    /// What a refused sign-in costs the tables, how long the longest chain of it is, and how often the hook is asked.
    async fn refusal_of(&self, name: &str, password: &str, expected: &str) -> (Vec<String>, usize, String, usize) {
        let (page, before) = (self.page(), self.egress.asked().len());
        self.stage.counting.reset();
        assert_eq!(self.sign_in(&page, name, password).await.outcome(), expected, "{name}");
        let report = self.stage.counting.take();
        let mut operations: Vec<String> = report.operations.iter().map(|operation| operation.name.clone()).collect();
        operations.sort();
        (operations, report.longest_chain(), report.write_units().to_string(), self.egress.asked().len() - before)
    }
}

#[tokio::test]
async fn known_and_unknown_accounts_cost_the_same_requests_and_one_question_whatever_the_hook_says() {
    let (place, _) = place_with_hook().await;
    place.hook_says(answer(404, ""));
    place.sign_in(&place.page(), "first", "wrong").await;
    for (said, outcome) in [(answer(404, ""), WRONG), (Err(EgressError::TooSlow), UNCHECKED)] {
        place.hook_says(said);
        let known = place.refusal_of("ada", "wrong", outcome).await;
        assert_eq!((known.0.join(" ").as_str(), known.1, known.3), ("BatchGetItem GetItem PutItem UpdateItem UpdateItem", 3, 1));
        for name in ["ada@example.com", "grace", "grace@example.com", "not a name"] {
            assert_eq!(place.refusal_of(name, "wrong", outcome).await, known, "{name}");
        }
    }
}

#[tokio::test]
async fn nothing_of_a_person_with_an_account_leaves_the_platform() {
    let (place, _) = place_with_hook().await;
    place.hook_says(answer(200, &grace().to_string()));
    // Whatever the hook says about nobody, nobody gets in.
    for (number, (name, password)) in [("ada", "wrong"), ("Ada@example.com", "wrong"), ("not a name", "wrong")].into_iter().enumerate() {
        assert_eq!(place.refusal_of(name, password, WRONG).await.3, 1);
        let (identifier, sent) = asked_about(&place.egress.asked()[number]);
        assert!(!identifier.to_lowercase().contains("ada") && identifier != name && sent != password, "{identifier}");
        assert_eq!(identifier.contains('@'), name.contains('@'), "a name of the same kind");
    }
    place.scene.disable(&place.stage).await;
    assert_eq!(place.refusal_of("ada", builders::PASSWORD, WRONG).await.3, 1);
    assert!(place.egress.asked().iter().map(asked_about).all(|(_, sent)| sent != builders::PASSWORD));
    assert_eq!(place.people().await, 1);
}

#[tokio::test]
async fn who_is_throttled_isnt_asked_about() {
    let (place, _) = place_with_hook().await;
    place.hook_says(answer(404, ""));
    let page = place.page();
    for number in 0..20 {
        place.endpoint.send(Page::sign_in(&page, "grace", &format!("guess {number}"))).await;
    }
    assert_eq!(place.egress.asked().len(), usize::try_from(policy::ATTEMPTS_PER_WINDOW).expect("a few"));
}

#[tokio::test]
async fn two_sign_ins_of_one_unknown_person_make_one_account_and_two_sessions() {
    let (place, _) = place_with_hook().await;
    place.hook_says(answer(200, &grace().to_string()));
    let (first, second) = (place.page(), place.page());
    let (by_name, by_address) = join(place.sign_in(&first, "grace", PASSWORD), place.sign_in(&second, "grace@example.org", PASSWORD)).await;
    assert_eq!((by_name.status, by_address.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
    assert_eq!((place.people().await, place.sessions().await), (2, 2));
    assert_eq!(place.events("user.created").await.iter().filter(|row| text(row, "by") == "migration").count(), 1);
}

#[tokio::test]
async fn whoever_has_another_address_or_no_account_by_now_isnt_brought_over_again() {
    let (place, _) = place_with_hook().await;
    place.hook_says(answer(200, &json!({ "email": "grace@example.org" }).to_string()));
    assert_eq!(place.sign_in(&place.page(), "grace@example.org", PASSWORD).await.status, StatusCode::SEE_OTHER);
    // Her address is anybody's again, her `sub` is not.
    let person = place.person("grace@example.org").await;
    let event = place.scene.event(domain::event::EventKind::AccountDeleted { photo: None });
    let belongings = place.scene.tenant.belongings(&person, Vec::new()).expect("keys");
    place.scene.home().erase_user(&person, &belongings, &event).await.expect("an answer");
    assert_eq!(place.people().await, 1);
    assert_eq!(place.sign_in(&place.page(), "grace@example.org", PASSWORD).await.outcome(), WRONG);
    assert_eq!(place.people().await, 1);
}

#[tokio::test]
async fn a_hook_that_was_taken_away_is_asked_no_more() {
    let (place, _) = place_with_hook().await;
    place.hook_says(answer(200, &grace().to_string()));
    assert_eq!(place.sign_in(&place.page(), "ada", "wrong").await.outcome(), WRONG);
    Provisioner::new(&place.stage.platform).remove_migration_hook(&place.stage.tenant).await.expect("an answer");
    place.stage.clock.advance(policy::CACHE_USABLE);
    assert_eq!(place.sign_in(&place.page(), "grace", PASSWORD).await.outcome(), WRONG);
    assert_eq!((place.egress.asked().len(), place.people().await), (1, 1));
    assert_eq!(place.events("migration.changed").await.len(), 2);
}
