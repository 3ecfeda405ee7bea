//! The link of the first owner: what it makes, what it opens, how long it works, and that nobody else gets one.

use std::sync::Arc;
use std::time::Duration;

use crypto::artefact::Kind;
use domain::administration::{Administrators, Assignment};
use domain::attributes::Values;
use domain::event::{Event, EventKind, Lookups, Personal, Subject};
use domain::invitation::Invitation;
use domain::key_ring::Purpose;
use domain::roster::Roster;
use domain::sign_up::Entered;
use domain::{Region, Slug, policy};
use first_administrator::{Asked, Deps, Issued, NotIssued, issue};
use runtime::interaction::InvitationLink;
use runtime::people::KeyOwner;
use runtime::tenants::Name;
use runtime::{Clock, Needs, Signing, TenantContext, Tenants};
use store::{Acceptance, Enrolment, NewUser, TenantStore};
use testkit::Stage;
use testkit::rows::text;

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

fn of_demo(email: &str) -> Asked {
    Asked { email: email.to_owned(), tenant: Slug::parse("demo").expect("a slug") }
}

impl Place {
    async fn issue(&self, asked: &Asked) -> Issued {
        issue(&self.deps, asked).await.expect("a link")
    }

    async fn tenant(&self, slug: &Slug) -> Arc<TenantContext> {
        let needs = Needs { purposes: &[Purpose::Sealing, Purpose::People], signing: Signing::None };
        let tenants = Arc::new(Tenants::new(&self.stage.platform, needs));
        let visit = tenants.find(&Name::Slug(slug.clone()), self.stage.clock.now()).await.expect("an answer");
        visit.expect("a tenant").tenant
    }

    /// The invitation that a link opens now, as the page of invitations looks for it.
    async fn opened(&self, issued: &Issued, tenant: &TenantContext) -> Option<Invitation> {
        let now = self.stage.clock.now();
        let begins = format!("{}?link=", tenant.record().issuer().endpoint("/invitation"));
        let sealed = issued.link.expose().strip_prefix(&begins).expect("a link of the tenant");
        let link: InvitationLink = tenant.open(Kind::InvitationLink, None, sealed, now).expect("keys").ok()?;
        let standing = tenant.home(now).expect("a home").find_invitation(&link.address).await.expect("an answer");
        standing.filter(|standing| standing.is_open_to((&link.invitation, link.version), now))
    }

    /// Somebody answers the invitation as its page lets them; the tenant's administrators afterwards.
    async fn accept(&self, invitation: &Invitation, tenant: &TenantContext) -> Administrators {
        let (now, random) = (self.stage.clock.now(), &*self.stage.platform.random);
        let home: &TenantStore = tenant.home(now).expect("a home");
        let entered = Entered { email: &invitation.email, ..Entered::default() };
        let user = invitation.become_person(&entered, Values::new(), (&Roster::default(), "en"), now);
        let event = |kind: EventKind| {
            let (id, tenant, subject) = (random.event_id(now), tenant.record().id.clone(), Subject::User(user.id.clone()));
            Event { id, tenant, subject, kind, personal: Personal::default() }.record(None, Lookups::default())
        };
        let all = invitation.enrolled(home.read_administrators().await.expect("an answer")).expect("nobody owns it").expect("an owner");
        let assigned = domain::event::Administered::AdministratorAssigned { version: all.version, roles: [].into() };
        let (created, assigned) = (event(EventKind::user_created()), event(assigned.into()));
        let (_, user_key) = tenant.make_personal_key(KeyOwner::User(&user.id), random, now).expect("a key");
        let claims = tenant.claims_of(&user).expect("claims");
        let new = NewUser { user: user.clone(), password: None, claims, user_key };
        let place = (Invitation::FOUNDING, invitation);
        let accepted = home.accept_invitation(place, &new, Some(&Enrolment { all: &all, assigned: &assigned }), &created).await;
        assert_eq!(accepted, Ok(Acceptance::Accepted));
        home.read_administrators().await.expect("an answer")
    }

    async fn events(&self, kind: &str) -> usize {
        self.stage.rows("events").await.iter().filter(|row| text(row, "type") == kind).count()
    }
}

#[tokio::test]
async fn the_link_opens_the_invitation_of_an_owner_to_a_tenant_that_was_not_there() {
    let place = place().await;
    let issued = place.issue(&grace()).await;
    assert_eq!(issued.expires_at, place.stage.clock.now().plus(policy::FOUNDING_LINK).rfc3339());
    let system = place.tenant(&Slug::system()).await;
    assert_eq!((system.record().name.as_str(), system.record().issuer().as_str()), ("System", "https://system.id.example.com"));
    let invitation = place.opened(&issued, &system).await.expect("it is open");
    assert_eq!(invitation.email, "Grace@Example.org");
    let home = system.home(place.stage.clock.now()).expect("a home");
    let app = home.find_client(&domain::ClientId::parse("administration").expect("an id")).await.expect("an answer").expect("an app");
    assert_eq!(app.redirect_uris.iter().map(domain::client::RedirectUri::as_str).collect::<Vec<_>>(), ["http://127.0.0.1/callback"]);
    let administrators = place.accept(&invitation, &system).await;
    assert!(administrators.person(&invitation.id).is_some_and(Assignment::owns) && administrators.version == 1);
    assert_eq!(place.opened(&issued, &system).await, None, "it works once");
    assert_eq!((place.events("founding_link.issued").await, place.events("invitation.sent").await), (1, 0), "nothing is mailed");
}

#[tokio::test]
async fn a_tenant_that_has_an_owner_gets_no_other_so() {
    let place = place().await;
    let issued = place.issue(&grace()).await;
    let system = place.tenant(&Slug::system()).await;
    let invitation = place.opened(&issued, &system).await.expect("it is open");
    place.accept(&invitation, &system).await;
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
    let system = place.tenant(&Slug::system()).await;
    assert_eq!(place.opened(&first, &system).await, None);
    assert_eq!(place.opened(&second, &system).await.map(|invitation| invitation.email), Some("Grace@Example.org".to_owned()));
}

#[tokio::test]
async fn a_link_is_good_for_a_day() {
    let place = place().await;
    let issued = place.issue(&grace()).await;
    let system = place.tenant(&Slug::system()).await;
    place.stage.clock.advance(policy::FOUNDING_LINK.saturating_sub(Duration::from_millis(1)));
    assert!(place.opened(&issued, &system).await.is_some());
    place.stage.clock.advance(Duration::from_millis(1));
    assert_eq!(place.opened(&issued, &system).await, None);
    assert!(place.opened(&place.issue(&grace()).await, &system).await.is_some(), "the next one is");
}

#[tokio::test]
async fn another_tenant_gets_its_first_owner_too_and_one_that_is_not_there_none() {
    let place = place().await;
    let demo = of_demo("grace@example.org");
    let issued = place.issue(&demo).await;
    let tenant = place.tenant(&demo.tenant).await;
    let invitation = place.opened(&issued, &tenant).await.expect("it is open");
    assert!(place.accept(&invitation, &tenant).await.has_owner());
    let nowhere = issue(&place.deps, &Asked { tenant: Slug::parse("nowhere").expect("a slug"), ..demo }).await.expect_err("no such tenant");
    assert_eq!(nowhere.to_string(), "there is no tenant `nowhere` in this zone");
}

#[tokio::test]
async fn an_address_that_is_none_or_has_an_account_gets_no_link() {
    let place = place().await;
    let none = issue(&place.deps, &of_demo("grace")).await.expect_err("no address");
    assert!(matches!(none, NotIssued::Email(_)), "{none}");
    let taken = issue(&place.deps, &of_demo("ada@example.com")).await.expect_err("Ada's");
    assert!(matches!(taken, NotIssued::HasAccount(_)), "{taken}");
    for wrong in ["{}", r#"{"email":1}"#, r#"{"email":"a@b.c","tenant":"No Slug"}"#, r#"{"email":"a@b.c","password":"x"}"#] {
        assert!(serde_json::from_str::<Asked>(wrong).is_err(), "{wrong}");
    }
    assert!(place.issue(&of_demo("grace@example.org")).await.link.expose().len() < policy::LINK_MAX);
}

#[tokio::test]
async fn what_is_answered_holds_the_link_and_nothing_shows_it_otherwise() {
    let place = place().await;
    let issued = place.issue(&grace()).await;
    let answered = serde_json::to_value(&issued).expect("JSON");
    assert_eq!(answered["link"], issued.link.expose().as_str());
    assert_eq!(answered.as_object().map(serde_json::Map::len), Some(2));
    assert!(!format!("{issued:?}").contains("link="), "a link that is logged prints as ***");
    let sealed = issued.link.expose().split_once("link=").expect("a link").1.to_owned();
    for table in ["events", "identity", "work"] {
        let rows = format!("{:?}", place.stage.rows(table).await);
        assert!(!rows.contains(&sealed), "{table}");
    }
}
