//! What administrators ask of people, in Chromium: attributes that an account lacks, invitations, and who may sign up at all. Made on one machine
//! only: no route makes tenants, changes their attributes or invites yet. Sign-up where everybody may is in `sign_up.rs`, deployed as well.

use std::time::Duration;

use domain::Slug;
use domain::attributes::{Attribute, AttributeName, Choice, Kind, Reader, Translated, Writer};
use domain::client::ClientAuthenticationMethod;
use domain::invitation::Invitee;
use domain::policy;
use domain::registration::{Registration, RegistrationPolicy, Terms};
use local::TestPlatform;
use local::seed::registration;
use runtime::Provisioner;
use runtime::provision::NewTenant;
use serde_json::{Value, json};

use super::node;
use super::resource_server::blocking;
use crate::repository::root;

/// Without JavaScript in German, with it in English.
pub(crate) const TURNS: [(bool, &str, &str); 2] = [(false, "de-DE", "without-javascript-de"), (true, "en-GB", "en")];

/// What a browser is told of the platform, for one of the turns.
pub(crate) fn input(platform: &TestPlatform, (java_script, locale, name): (bool, &str, &str)) -> Value {
    let app = platform.demo.app(ClientAuthenticationMethod::None);
    json!({
        "issuer": platform.demo.issuer(), "client_id": app.client_id, "javaScript": java_script, "locale": locale, "name": name,
        "screenshots": root().join("target/screenshots/local"),
    })
}

pub(crate) fn with(mut input: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
    input
}

/// An attribute that everybody has to tell.
fn attribute(name: &str, (english, german): (&str, &str), kind: Kind) -> Attribute {
    Attribute {
        name: AttributeName::parse(name).expect("a name"),
        label: Translated([("en".to_owned(), english.to_owned()), ("de".to_owned(), german.to_owned())].into()),
        hint: Translated::default(),
        kind,
        required: true,
        readers: [Reader::Person, Reader::Apps].into(),
        writer: Writer::Person,
    }
}

#[tokio::test]
async fn somebody_says_what_their_account_lacks() {
    let platform = TestPlatform::served().await;
    let provisioner = Provisioner::new(platform.platform());
    for (turn, called) in TURNS.into_iter().zip(["city", "town"]) {
        let place = Attribute {
            hint: Translated([("en".to_owned(), "With a capital letter.".to_owned()), ("de".to_owned(), "Groß geschrieben.".to_owned())].into()),
            ..attribute(called, ("Place of work", "Arbeitsort"), Kind::Text { maximum: 20, pattern: Some("[A-Z].*".to_owned()) })
        };
        let of = ["north", "south"].map(|value| Choice { value: value.to_owned(), label: Translated::default() });
        let asked = [
            place,
            attribute(&format!("{called}_team"), ("Team", "Gruppe"), Kind::Choice { of: of.into() }),
            attribute(&format!("{called}_remote"), ("Works from home", "Arbeitet zu Hause"), Kind::Boolean),
            attribute(&format!("{called}_since"), ("Since", "Seit"), Kind::Date),
            attribute(&format!("{called}_desks"), ("Desks", "Plätze"), Kind::Integer),
        ];
        let field = asked[0].field();
        provisioner.change_attributes(&platform.demo.tenant, |schema| schema.attributes.extend(asked)).await.expect("a change");
        platform.clock.advance(policy::CACHE_USABLE);
        let person = platform.demo.person();
        let input = with(input(&platform, turn), &json!({ "field": field, "person": person }));
        blocking(move || node::journey("people", "completes", &input)).await;
    }
}

/// Terms that grow after somebody agreed to them are asked for once, on the way to the app.
#[tokio::test]
async fn somebody_agrees_to_new_terms() {
    let platform = TestPlatform::served().await;
    let terms = |version: u8| RegistrationPolicy {
        terms: Some(Terms { version: version.to_string(), url: format!("https://example.com/terms/{version}") }),
        ..registration()
    };
    for (number, turn) in (1..).zip(TURNS) {
        let email = format!("Grace{number}@example.org");
        platform.tables().change_tenant(&platform.demo.tenant, "registration", &terms(number)).await;
        platform.clock.advance(policy::CACHE_USABLE);
        let invitee = Invitee { email: email.clone(), ..Invitee::default() };
        Provisioner::new(platform.platform()).invite(&platform.demo.tenant, &invitee).await.expect("an invitation");
        platform.pump().await;
        let mail = platform.inbox.messages().into_iter().rfind(|mail| mail.to == email).expect("a mail");
        let link = mail.text.lines().find(|line| line.contains("/invitation?link=")).expect("a link").to_owned();
        let told = json!({ "email": email, "link": link, "terms": number });
        let input = with(input(&platform, turn), &told);
        let agreed = input.clone();
        blocking(move || node::journey("people", "agrees", &agreed)).await;
        platform.tables().change_tenant(&platform.demo.tenant, "registration", &terms(number + 10)).await;
        platform.clock.advance(policy::CACHE_USABLE);
        let input = with(input, &json!({ "terms": number + 10 }));
        blocking(move || node::journey("people", "agreesAnew", &input)).await;
    }
}

/// A password that is too old is replaced on the way to the app.
#[tokio::test]
async fn somebody_replaces_a_password_that_is_too_old() {
    for turn in TURNS {
        let platform = TestPlatform::served().await;
        platform.tables().change_tenant(&platform.demo.tenant, "passwords", &json!({ "longest_days": 90 })).await;
        platform.clock.advance(Duration::from_hours(24 * 90));
        let input = with(input(&platform, turn), &json!({ "person": platform.demo.person() }));
        blocking(move || node::journey("people", "replacesPassword", &input)).await;
    }
}

#[tokio::test]
async fn somebody_accepts_an_invitation() {
    let platform = TestPlatform::served().await;
    let provisioner = Provisioner::new(platform.platform());
    for (number, turn) in TURNS.into_iter().enumerate() {
        let email = format!("Grace{number}@example.org");
        let language = turn.1.split('-').next().map(str::to_owned);
        let invitee = Invitee { email: email.clone(), given_name: Some("Grace".to_owned()), locale: language, ..Invitee::default() };
        provisioner.invite(&platform.demo.tenant, &invitee).await.expect("an invitation");
        platform.pump().await;
        let mail = platform.inbox.messages().into_iter().rfind(|mail| mail.to == email).expect("a mail");
        let link = mail.text.lines().find(|line| line.contains("/invitation?link=")).expect("a link").to_owned();
        let input = with(input(&platform, turn), &json!({ "email": email, "link": link }));
        blocking(move || node::journey("people", "accepts", &input)).await;
    }
}

/// Where nobody may sign up, where the invited may, and where people of a domain may.
#[tokio::test]
async fn each_tenant_lets_people_in_as_it_says() {
    let platform = TestPlatform::served().await;
    let provisioner = Provisioner::new(platform.platform());
    let of_domain = Registration::of_domains(&["example.org"]).expect("a domain");
    for (slug, who) in [("closed", Registration::Closed), ("invited", Registration::Invited), ("domain", of_domain)] {
        let slug = Slug::parse(slug).expect("a slug");
        let issuer = platform.platform().routing.issuer(&slug).expect("an issuer");
        let registration = RegistrationPolicy { who, ..RegistrationPolicy::default() };
        let new = NewTenant { slug: slug.clone(), name: "Northwind".to_owned(), issuer: issuer.clone(), registration };
        let tenant = provisioner.create_tenant(&new).await.expect("an answer").expect("a free slug");
        for (number, turn) in TURNS.into_iter().enumerate() {
            let email = format!("Grace{number}@example.org");
            provisioner.invite(&tenant, &Invitee { email: email.clone(), ..Invitee::default() }).await.expect("an invitation");
            platform.pump().await;
            let mail = platform.inbox.messages().into_iter().rfind(|mail| mail.to == email).expect("a mail");
            let link = mail.text.lines().find(|line| line.contains("/invitation?link=")).expect("a link").to_owned();
            let input = with(input(&platform, turn), &json!({ "issuer": issuer, "mode": slug, "email": email, "link": link }));
            blocking(move || node::journey("people", "joins", &input)).await;
        }
    }
}
