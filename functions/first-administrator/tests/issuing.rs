//! The link of the first owner: what it makes, how long it works, and that nobody else gets one.

use std::sync::Arc;
use std::time::Duration;

use domain::administration::Assignment;
use domain::{Region, Secret, Slug, policy};
use first_administrator::{Asked, Deps, Issued, NotIssued, issue};
use http::StatusCode;
use runtime::tenants::Name;
use runtime::{Clock, Needs, Signing, TenantContext, Tenants};
use testkit::rows::text;
use testkit::{Answer, Call, Endpoint, Stage};

const PASSWORD: &str = "seven purple lanterns drift";
const WELCOME: &str = "200 Welcome, your account is ready · System";
const DEAD: &str = "410 This link doesn’t work any more · System";

struct Place {
    stage: Stage,
    deps: Deps,
}

async fn place() -> Place {
    let stage = Stage::new().await;
    let deps = Deps::new(&stage.platform, vec![Region::new("eu-west-1")]);
    Place { stage, deps }
}

fn grace() -> Asked {
    serde_json::from_str(r#"{"email":"Grace@Example.org"}"#).expect("what an operator sends")
}

impl Place {
    async fn issue(&self, asked: &Asked) -> Issued {
        issue(&self.deps, asked).await.expect("a link")
    }

    /// The account pages, as the host of the system tenant answers.
    async fn send(&self, call: Call) -> Answer {
        let router = account::router(account::Deps::new(&self.stage.platform));
        Endpoint::new(&self.stage, router).at("system.id.example.com").send(call).await
    }

    async fn follow(&self, issued: &Issued) -> Answer {
        self.send(Call::get(format!("/invitation?link={}", sealed(&issued.link)))).await
    }

    async fn accept(&self, issued: &Issued) -> Answer {
        self.send(Call::form("/invitation", &[("link", sealed(&issued.link)), ("password", PASSWORD)])).await
    }

    async fn system(&self) -> Arc<TenantContext> {
        let tenants = Arc::new(Tenants::new(&self.stage.platform, Needs { purposes: &[], signing: Signing::None }));
        let visit = tenants.find(&Name::Slug(Slug::system()), self.stage.clock.now()).await.expect("an answer");
        visit.expect("a tenant").tenant
    }

    async fn events(&self, kind: &str) -> usize {
        self.stage.rows("events").await.iter().filter(|row| text(row, "type") == kind).count()
    }
}

fn sealed(link: &Secret<String>) -> &str {
    link.expose().strip_prefix("https://system.id.example.com/invitation?link=").expect("a link of the system tenant")
}

#[tokio::test]
async fn whoever_opens_the_link_becomes_the_owner_of_a_tenant_that_was_not_there() {
    let place = place().await;
    let issued = place.issue(&grace()).await;
    assert_eq!(issued.expires_at, place.stage.clock.now().plus(policy::FOUNDING_LINK).rfc3339());
    let shown = place.follow(&issued).await;
    assert_eq!((shown.outcome(), shown.field("email")), ("200 Accept invitation · System".to_owned(), "Grace@Example.org"));
    assert_eq!(place.accept(&issued).await.outcome(), WELCOME);
    let system = place.system().await;
    let home = system.home(place.stage.clock.now()).expect("a home");
    let administrators = home.read_administrators().await.expect("an answer");
    let owners: Vec<_> = administrators.people.iter().filter(|(_, assignment)| assignment.owns()).collect();
    assert_eq!((owners.len(), administrators.version), (1, 1));
    let person = home.read_person(&store::PersonKeys::of(owners[0].0.clone())).await.expect("an answer").user.expect("a person");
    let email = person.email.expect("an address");
    assert_eq!((email.address.as_str(), email.verified), ("Grace@Example.org", false), "nobody proved the address");
    assert_eq!((place.events("founding_link.issued").await, place.events("administrator.assigned").await), (1, 1));
    assert_eq!(place.events("invitation.sent").await, 0, "nothing is mailed");
    assert_eq!([place.follow(&issued).await.outcome(), place.accept(&issued).await.outcome()], [DEAD, DEAD], "it works once");
}

#[tokio::test]
async fn a_tenant_that_has_an_owner_gets_no_other_so() {
    let place = place().await;
    let first = place.issue(&grace()).await;
    assert_eq!(place.accept(&first).await.outcome(), WELCOME);
    for email in ["grace@example.org", "eve@example.org"] {
        let refused = issue(&place.deps, &Asked { email: email.to_owned(), ..grace() }).await.expect_err("it has an owner");
        assert!(matches!(refused, NotIssued::Owned(_)), "{refused}");
        assert_eq!(refused.to_string(), "the tenant `system` has an owner already, who names further administrators by the admin API");
    }
    assert_eq!(place.events("founding_link.issued").await, 1);
}

#[tokio::test]
async fn a_newer_link_replaces_the_one_before_whomever_it_was_for() {
    let place = place().await;
    let first = place.issue(&Asked { email: "mistyped@example.org".to_owned(), ..grace() }).await;
    let second = place.issue(&grace()).await;
    assert_eq!([place.follow(&first).await.outcome(), place.accept(&first).await.outcome()], [DEAD, DEAD]);
    assert_eq!(place.accept(&second).await.outcome(), WELCOME);
}

#[tokio::test]
async fn a_link_is_good_for_a_day() {
    let place = place().await;
    let issued = place.issue(&grace()).await;
    place.stage.clock.advance(policy::FOUNDING_LINK.saturating_sub(Duration::from_millis(1)));
    assert_eq!(place.follow(&issued).await.status, StatusCode::OK);
    place.stage.clock.advance(Duration::from_millis(1));
    assert_eq!([place.follow(&issued).await.outcome(), place.accept(&issued).await.outcome()], [DEAD, DEAD]);
    let again = place.issue(&grace()).await;
    assert_eq!(place.accept(&again).await.outcome(), WELCOME);
}

#[tokio::test]
async fn another_tenant_gets_its_first_owner_too_and_one_that_is_not_there_none() {
    let place = place().await;
    let demo = Asked { email: "grace@example.org".to_owned(), tenant: Slug::parse("demo").expect("a slug") };
    let issued = place.issue(&demo).await;
    let link = issued.link.expose().strip_prefix("https://demo.id.example.com/invitation?link=").expect("a link of the tenant").to_owned();
    let endpoint = Endpoint::new(&place.stage, account::router(account::Deps::new(&place.stage.platform)));
    let answer = endpoint.send(Call::form("/invitation", &[("link", &link), ("password", PASSWORD)])).await;
    assert_eq!(answer.outcome(), "200 Welcome, your account is ready · Demo");
    let scene = place.stage.scene().await;
    let administrators = scene.home().read_administrators().await.expect("an answer");
    assert!(administrators.people.values().any(Assignment::owns));
    let nowhere = issue(&place.deps, &Asked { tenant: Slug::parse("nowhere").expect("a slug"), ..demo }).await.expect_err("no such tenant");
    assert_eq!(nowhere.to_string(), "there is no tenant `nowhere` in this zone");
}

#[tokio::test]
async fn an_address_that_is_none_or_has_an_account_gets_no_link() {
    let place = place().await;
    let demo = |email: &str| Asked { email: email.to_owned(), tenant: Slug::parse("demo").expect("a slug") };
    let none = issue(&place.deps, &demo("grace")).await.expect_err("no address");
    assert!(matches!(none, NotIssued::Email(_)), "{none}");
    let taken = issue(&place.deps, &demo("ada@example.com")).await.expect_err("Ada's");
    assert!(matches!(taken, NotIssued::HasAccount(_)), "{taken}");
    for wrong in ["{}", r#"{"email":1}"#, r#"{"email":"a@b.c","tenant":"No Slug"}"#, r#"{"email":"a@b.c","password":"x"}"#] {
        assert!(serde_json::from_str::<Asked>(wrong).is_err(), "{wrong}");
    }
    assert!(place.issue(&demo("grace@example.org")).await.link.expose().len() < policy::LINK_MAX);
}

#[tokio::test]
async fn what_is_answered_holds_the_link_and_nothing_shows_it_otherwise() {
    let place = place().await;
    let issued = place.issue(&grace()).await;
    let answered = serde_json::to_value(&issued).expect("JSON");
    assert_eq!(answered["link"], issued.link.expose().as_str());
    assert_eq!(answered.as_object().map(serde_json::Map::len), Some(2));
    assert!(!format!("{issued:?}").contains("link="), "a link that is logged prints as ***");
    let sealed = sealed(&issued.link).to_owned();
    for table in ["events", "identity", "work"] {
        let rows = format!("{:?}", place.stage.rows(table).await);
        assert!(!rows.contains(&sealed), "{table}");
    }
}
