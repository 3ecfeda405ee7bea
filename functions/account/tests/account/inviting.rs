//! An invitation becomes an account by its link and by nothing else, whoever may sign up by themselves.

use std::time::Duration;

use crypto::artefact::Kind;
use domain::administration::{AdminRole, Assignment};
use domain::invitation::{Invitation, Invitee};
use domain::policy;
use domain::roster::{Group, GroupName, RoleName};
use domain::{GroupId, TenantId};
use futures_util::future::join_all;
use http::{Method, StatusCode};
use runtime::Provisioner;
use runtime::interaction::InvitationLink;
use runtime::provision::NotInvited;
use serde_json::json;
use testkit::rows::{text, value};
use testkit::{Answer, Call, Endpoint};

use crate::support::{CHOSEN, GRACE, Place, place_with};

const DEAD: &str = "410 This link doesn’t work any more · Demo";
const WELCOME: &str = "200 Welcome, your account is ready · Demo";
const WRONG: &str = "422 Problem: Accept invitation · Demo";

fn invitee() -> Invitee {
    Invitee { email: GRACE.to_owned(), given_name: Some("Grace".to_owned()), ..Invitee::default() }
}

fn role(name: &str) -> RoleName {
    RoleName::parse(name).expect("a name")
}

fn writers() -> GroupId {
    GroupId::from_random([5; 16])
}

async fn place() -> Place {
    place_with(json!({ "who": { "mode": "invited" } })).await
}

impl Place {
    fn tenant_id(&self) -> &TenantId {
        &self.scene.tenant.record().id
    }

    fn provisioner(&self) -> Provisioner {
        Provisioner::new(&self.stage.platform)
    }

    pub(crate) async fn invite(&self) -> String {
        self.provisioner().invite(self.tenant_id(), &invitee()).await.expect("an invitation");
        self.invitation_link().await
    }

    async fn invitation(&self) -> Option<Invitation> {
        self.scene.home().find_invitation(&self.address(GRACE)).await.expect("an answer")
    }

    /// The link of the invitation as it stands, as `deliver` mints it.
    async fn invitation_link(&self) -> String {
        let Invitation { id, version, ends_at, .. } = self.invitation().await.expect("an invitation");
        let link = InvitationLink { address: self.address(GRACE), invitation: id, version };
        self.scene.seal(Kind::InvitationLink, None, ends_at, &link)
    }

    async fn follow(&self, link: &str) -> Answer {
        self.endpoint.get(&format!("/invitation?link={link}")).await
    }

    async fn accept(&self, link: &str, changes: &[(&str, &str)]) -> Answer {
        let mut fields = vec![("link", link), ("given_name", "Grace"), ("password", CHOSEN)];
        for (name, value) in changes {
            fields.retain(|(field, _)| field != name);
            fields.push((name, value));
        }
        self.endpoint.send(Call::form("/invitation", &fields)).await
    }
}

#[tokio::test]
async fn the_link_asks_for_a_password_and_changes_nothing() {
    let place = place().await;
    let link = place.invite().await;
    place.stage.counting.reset();
    for _ in 0..3 {
        place.follow(&link).await;
    }
    insta::assert_snapshot!(place.follow(&link).await.page(), @r#"
    200

    <title>Accept invitation · Demo
    Accept invitation
    Choose a password, and your account is ready.
    <form method="post" action="/invitation">
    <input type="hidden" name="link" value="<sealed>">
    Email
    <input id="email" name="email" type="email" value="Grace@Example.org" autocomplete="email" readonly>
    First name (optional)
    <input id="given_name" name="given_name" type="text" value="Grace" autocomplete="given-name">
    Last name (optional)
    <input id="family_name" name="family_name" type="text" value="" autocomplete="family-name">
    Password
    <input id="password" name="password" type="password" autocomplete="new-password" required aria-describedby="password-hint" autofocus>
    At least 15 characters. A few words that only you would put together are easy to keep in mind.
    <button id="sign-up" class="primary" type="submit">
    Create account
    "#);
    let report = place.stage.counting.report();
    assert_eq!(report.write_units().to_string(), "0", "a program that follows links changes nothing");
    assert_eq!(place.people().await, 1);
    let head = place.endpoint.send(Call::new(Method::HEAD, format!("/invitation?link={link}"))).await;
    assert_eq!(head.status, StatusCode::OK);
}

#[tokio::test]
async fn whoever_accepts_has_an_account_with_a_proved_address_groups_and_roles() {
    let place = place().await;
    let provisioner = place.provisioner();
    let change = provisioner.change_roster(place.tenant_id(), |roster| {
        roster.roles.extend([role("editor"), role("guest")]);
        roster.groups.insert(writers(), Group { name: GroupName::parse("Writers").expect("a name"), roles: [role("editor")].into() });
    });
    change.await.expect("a roster");
    let invitee = Invitee { groups: [writers()].into(), roles: [role("guest")].into(), family_name: Some("Hopper".to_owned()), ..invitee() };
    place.provisioner().invite(place.tenant_id(), &invitee).await.expect("an invitation");
    let place = Place { endpoint: fresh(&place), ..place };
    let link = place.invitation_link().await;
    assert_eq!(place.follow(&link).await.field("family_name"), "Hopper");
    // The address is the one that was invited, whatever the form says.
    let answer = place.accept(&link, &[("email", "evil@example.com"), ("family_name", "Murray"), ("roles", "admin")]).await;
    assert_eq!(answer.outcome(), WELCOME);
    let grace = place.person(GRACE).await;
    let email = grace.email.expect("an address");
    assert_eq!((email.address.as_str(), email.verified), (GRACE, true));
    assert_eq!((grace.profile.name.as_deref(), grace.username), (Some("Grace Murray"), None));
    assert_eq!((grace.groups, grace.roles), ([writers()].into(), [role("guest")].into()));
    let event = place.events("user.created").await.into_iter().find(|event| text(event, "by") == "invitation").expect("an event");
    assert_eq!(text(&event, "subject"), grace.id.as_str());
    assert_eq!(place.people().await, 2);
}

#[tokio::test]
async fn groups_and_roles_that_are_gone_by_then_are_left_out() {
    let place = place().await;
    place.provisioner().change_roster(place.tenant_id(), |roster| roster.roles.extend([role("editor"), role("guest")])).await.expect("a roster");
    let invitee = Invitee { roles: [role("editor"), role("guest")].into(), ..invitee() };
    place.provisioner().invite(place.tenant_id(), &invitee).await.expect("an invitation");
    let provisioner = place.provisioner();
    let gone = provisioner.change_roster(place.tenant_id(), |roster| roster.roles = [role("guest")].into());
    gone.await.expect("a roster");
    let place = Place { endpoint: fresh(&place), ..place };
    assert_eq!(place.accept(&place.invitation_link().await, &[]).await.outcome(), WELCOME);
    assert_eq!(place.person(GRACE).await.roles, [role("guest")].into());
}

fn fresh(place: &Place) -> Endpoint {
    Endpoint::new(&place.stage, account::router(account::Deps::new(&place.stage.platform)))
}

#[tokio::test]
async fn a_link_that_was_used_replaced_revoked_or_ran_out_is_dead() {
    for mode in ["invited", "closed", "open"] {
        let place = place_with(json!({ "who": { "mode": mode } })).await;
        let first = place.invite().await;
        place.provisioner().send_invitation_again(place.tenant_id(), "GRACE@example.org").await.expect("sent anew");
        let second = place.invitation_link().await;
        assert_eq!([place.follow(&first).await.outcome(), place.accept(&first, &[]).await.outcome()], [DEAD, DEAD], "sent anew");
        let third = place.invite().await;
        assert_eq!([place.follow(&second).await.outcome(), place.accept(&second, &[]).await.outcome()], [DEAD, DEAD], "invited anew");
        place.provisioner().revoke_invitation(place.tenant_id(), GRACE).await.expect("taken back");
        assert_eq!([place.follow(&third).await.outcome(), place.accept(&third, &[]).await.outcome()], [DEAD, DEAD], "taken back");
        let fourth = place.invite().await;
        place.stage.clock.advance(policy::INVITATION.saturating_sub(Duration::from_millis(1)));
        assert_eq!(place.follow(&fourth).await.outcome(), "200 Accept invitation · Demo");
        place.stage.clock.advance(Duration::from_millis(1));
        assert_eq!([place.follow(&fourth).await.outcome(), place.accept(&fourth, &[]).await.outcome()], [DEAD, DEAD], "ran out");
        place.provisioner().send_invitation_again(place.tenant_id(), GRACE).await.expect("one that ran out is sent anew");
        let fifth = place.invitation_link().await;
        assert_eq!(place.people().await, 1);
        assert_eq!(place.accept(&fifth, &[]).await.outcome(), WELCOME, "{mode}");
        assert_eq!([place.follow(&fifth).await.outcome(), place.accept(&fifth, &[]).await.outcome()], [DEAD, DEAD], "used");
        assert_eq!(place.people().await, 2);
    }
}

#[tokio::test]
async fn a_text_that_is_no_link_of_this_tenant_and_kind_is_dead() {
    let place = place().await;
    let link = place.invite().await;
    let other = place.stage.second_tenant().await;
    let payload = InvitationLink { address: place.address(GRACE), invitation: place.invitation().await.expect("one").id, version: 1 };
    let ends = place.now().plus(policy::INVITATION);
    let foreign = other.seal(Kind::InvitationLink, None, ends, &payload);
    let of_another_kind = place.scene.seal(Kind::VerificationLink, None, ends, &payload);
    let changed = format!("{}AAAA", &link[..link.len() - 4]);
    for wrong in [foreign, of_another_kind, changed, "x".to_owned(), String::new(), "a".repeat(policy::LINK_MAX + 1)] {
        assert_eq!([place.follow(&wrong).await.outcome(), place.accept(&wrong, &[]).await.outcome()], [DEAD, DEAD], "{wrong}");
    }
    assert_eq!(place.endpoint.at("other.id.example.com").get(&format!("/invitation?link={link}")).await.status, StatusCode::GONE);
    assert_eq!(place.people().await, 2, "one of each tenant");
    assert_eq!(place.accept(&link, &[]).await.outcome(), WELCOME);
}

#[tokio::test]
async fn what_is_wrong_is_said_and_the_link_stays_good() {
    let terms = json!({ "version": "2", "url": "https://example.com/terms" });
    let place = place_with(json!({ "who": { "mode": "invited" }, "username": "required", "terms": terms })).await;
    let schema = json!([{ "name": "city", "label": { "en": "City" }, "kind": { "type": "text", "maximum": 20 }, "required": true,
        "readers": ["person"], "writer": "person" }, { "name": "clearance", "label": { "en": "Clearance" }, "kind": { "type": "integer" } }]);
    place.scene.change_row(&place.stage, "TENANT#", "attributes", value(&json!({ "version": 1, "attributes": schema }))).await;
    let place = Place { endpoint: fresh(&place), ..place };
    let link = place.invite().await;
    let fine = [("username", "grace"), ("terms", "2"), ("attribute-city", "Oslo"), ("attribute-clearance", "9")];
    for (wrong, said) in [
        (("username", ""), "A username has up to 64 letters"),
        (("username", "ADA"), "Somebody else has that username."),
        (("terms", "1"), "agree to the terms of use."),
        (("attribute-city", ""), "“City” is required."),
        (("password", "short"), "Use at least 15 characters."),
        (("password", "GraceGraceGraceGrace"), "made of names that others know"),
        (("given_name", "a\u{202e}b"), "That name is too long"),
    ] {
        let changes: Vec<_> = fine.iter().copied().filter(|(name, _)| *name != wrong.0).chain([wrong]).collect();
        let answer = place.accept(&link, &changes).await;
        assert_eq!(answer.outcome(), WRONG, "{wrong:?}");
        assert!(answer.body.contains(said) && !answer.body.contains(CHOSEN), "{wrong:?}: {}", answer.body);
    }
    assert_eq!(place.people().await, 1);
    assert_eq!(place.accept(&link, &fine).await.outcome(), WELCOME);
    let grace = place.person(GRACE).await;
    assert_eq!((grace.username.as_deref(), grace.terms.map(|terms| terms.version)), (Some("grace"), Some("2".to_owned())));
    assert_eq!(grace.attributes.keys().map(domain::attributes::AttributeName::as_str).collect::<Vec<_>>(), ["city"]);
}

#[tokio::test]
async fn an_address_that_has_an_account_by_then_is_told_so() {
    let place = place_with(json!({ "who": { "mode": "open" } })).await;
    let link = place.invite().await;
    place.signed_up().await;
    let verified = place.verify(&place.link(GRACE).await, &testkit::CookieJar::default(), CHOSEN).await;
    assert_eq!(verified.status, StatusCode::OK);
    assert_eq!(place.accept(&link, &[]).await.outcome(), "409 You already have an account · Demo");
    assert_eq!(place.people().await, 2);
    let again = place.provisioner().invite(place.tenant_id(), &invitee()).await;
    assert!(matches!(again, Err(NotInvited::HasAccount)), "{again:?}");
}

#[tokio::test]
async fn of_racing_answers_one_makes_an_account() {
    let place = place().await;
    let link = place.invite().await;
    let answers = join_all((0..5).map(|_| place.accept(&link, &[]))).await;
    let mut outcomes: Vec<_> = answers.iter().map(Answer::outcome).collect();
    outcomes.sort();
    assert_eq!(outcomes, [WELCOME, DEAD, DEAD, DEAD, DEAD]);
    assert_eq!(place.people().await, 2);
}

#[tokio::test]
async fn only_our_own_page_answers_an_invitation() {
    let place = place().await;
    let link = place.invite().await;
    let form = [("link", link.as_str()), ("password", CHOSEN)];
    let cross_site = Call::form("/invitation", &form).with("origin", "https://evil.example");
    assert_eq!(place.endpoint.send(cross_site).await.outcome(), "403 We stopped this request · Countersign");
    assert_eq!(place.endpoint.send(Call::new(Method::PUT, "/invitation")).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(place.people().await, 1);
    let own = Call::form("/invitation", &form).with("origin", "https://demo.id.example.com");
    assert_eq!(place.endpoint.send(own).await.outcome(), WELCOME);
}

#[tokio::test]
async fn nobody_is_invited_as_what_there_isnt_and_nothing_is_taken_back_twice() {
    let place = place().await;
    let (provisioner, tenant) = (place.provisioner(), place.tenant_id());
    for wrong in [Invitee { email: "grace".to_owned(), ..invitee() }, Invitee { roles: [role("admin")].into(), ..invitee() }] {
        let refused = provisioner.invite(tenant, &wrong).await;
        assert!(matches!(refused, Err(NotInvited::Invitee(_))), "{refused:?}");
    }
    assert!(matches!(provisioner.send_invitation_again(tenant, GRACE).await, Err(NotInvited::NotOpen)));
    assert!(matches!(provisioner.revoke_invitation(tenant, GRACE).await, Err(NotInvited::NotOpen)));
    assert!(matches!(provisioner.revoke_invitation(tenant, "grace").await, Err(NotInvited::Invitee(_))));
    place.invite().await;
    provisioner.revoke_invitation(tenant, GRACE).await.expect("taken back");
    assert!(matches!(provisioner.revoke_invitation(tenant, GRACE).await, Err(NotInvited::NotOpen)));
    assert!(matches!(provisioner.send_invitation_again(tenant, GRACE).await, Err(NotInvited::NotOpen)));
    let told: Vec<_> = [place.events("invitation.sent").await.len(), place.events("invitation.revoked").await.len()].into();
    assert_eq!(told, [1, 1]);
}

#[tokio::test]
async fn of_administrators_who_answer_at_once_each_becomes_one() {
    let place = &place().await;
    let emails: Vec<String> = (0..4).map(|number| format!("owner{number}@example.org")).collect();
    for email in &emails {
        let owner = Invitee { email: email.clone(), administers: Some(Assignment::of(AdminRole::Owner)), ..Invitee::default() };
        place.provisioner().invite(place.tenant_id(), &owner).await.expect("an invitation");
    }
    let answers = join_all(emails.iter().map(|email| async move {
        let address = place.address(email);
        let Invitation { id, version, ends_at, .. } = place.scene.home().find_invitation(&address).await.expect("an answer").expect("an invitation");
        let link = place.scene.seal(Kind::InvitationLink, None, ends_at, &InvitationLink { address, invitation: id, version });
        place.endpoint.send(Call::form("/invitation", &[("link", link.as_str()), ("password", CHOSEN)])).await
    }));
    for answer in answers.await {
        assert_eq!(answer.outcome(), WELCOME);
    }
    let administrators = place.scene.home().read_administrators().await.expect("an answer");
    assert_eq!((administrators.people.len(), administrators.version), (4, 4));
    assert_eq!(place.events("administrator.assigned").await.len(), 4);
}
