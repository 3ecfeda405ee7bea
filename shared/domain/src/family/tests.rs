//! Every way in which a family dies.

use super::*;
use crate::GroupId;
use crate::Slug;
use crate::TenantId;
use crate::client::Access;
use crate::roster::{Group, GroupName};
use crate::session::{Beginning, EndReason, SessionEnd};
use crate::tenant::{Issuer, SessionPolicy};
use crate::user::UserStatus;

const WATERMARK: Timestamp = Timestamp::from_seconds(100);
const NOW: Timestamp = Timestamp::from_seconds(199);

/// What a family is judged by, good until a test changes it. It was issued at the moment of every watermark.
#[derive(Clone)]
struct Scene {
    tenant: Tenant,
    client: Option<Client>,
    user: Option<User>,
    session: Option<Session>,
    family: Option<Family>,
}

fn user() -> User {
    User::new(UserId::from_random([7; 16]), WATERMARK)
}

fn family() -> Family {
    Family {
        id: FamilyId::from_random([2; 16]),
        user_id: user().id,
        client_id: ClientId::parse("app").expect("a client id"),
        session_id: SessionId::from_random([3; 16]),
        scopes: BTreeSet::new(),
        claims: RequestedClaims::default(),
        audience: None,
        state: FamilyState::Active,
        issued_at: WATERMARK,
        ends_at: Timestamp::from_seconds(200),
        session_ends_at: Timestamp::from_seconds(100),
        epoch: Epoch(0),
        offline: None,
        domain: None,
    }
}

fn scene() -> Scene {
    let issuer = Issuer::parse("https://demo.id.example").expect("an issuer");
    let slug = Slug::parse("demo").expect("a slug");
    let named = Tenant::named(TenantId::from_random([1; 16]), slug, "Demo", issuer, Timestamp::from_seconds(0));
    let tenant = Tenant { not_before: WATERMARK, ..named };
    let client = Client { not_before: WATERMARK, ..Client::named(family().client_id, "App", Timestamp::from_seconds(0)) };
    let beginning = Beginning::by_password(family().session_id, user().id);
    let session = Session::begin(beginning, SessionPolicy::default(), WATERMARK);
    Scene { tenant, client: Some(client), user: Some(user()), session: Some(session), family: Some(family()) }
}

impl Scene {
    fn judged(&self) -> Option<Dead> {
        let evidence = Evidence {
            tenant: &self.tenant,
            client: self.client.as_ref(),
            user: self.user.as_ref(),
            session: self.session.as_ref(),
            family: self.family.as_ref(),
        };
        live(&evidence, NOW).err()
    }
}

#[test]
fn a_token_counts_while_its_family_its_app_its_person_and_its_session_do() {
    assert_eq!(scene().judged(), None);
    assert_eq!(Scene { family: None, ..scene() }.judged(), Some(Dead::Unknown));
    assert_eq!(Scene { client: None, ..scene() }.judged(), Some(Dead::ClientUnknown));
    assert_eq!(Scene { user: None, ..scene() }.judged(), Some(Dead::UserNotActive));
    let disabled = User { status: UserStatus::Disabled, ..user() };
    assert_eq!(Scene { user: Some(disabled), ..scene() }.judged(), Some(Dead::UserNotActive));
    assert_eq!(Scene { family: Some(Family { ends_at: NOW, ..family() }), ..scene() }.judged(), Some(Dead::Ended));
    let state = FamilyState::Revoked { at: NOW, reason: RevocationReason::CodeReplayed };
    assert_eq!(Scene { family: Some(Family { state, ..family() }), ..scene() }.judged(), Some(Dead::Revoked));
}

#[test]
fn each_watermark_ends_what_was_issued_before_it() {
    let later = Timestamp::from_millis(WATERMARK.millis() + 1);
    let mut tenant = scene();
    tenant.tenant.not_before = later;
    let mut client = scene();
    client.client.as_mut().expect("a client").not_before = later;
    let mut person = scene();
    person.user.as_mut().expect("a person").not_before = later;
    for scene in [tenant, client, person] {
        assert_eq!(scene.judged(), Some(Dead::BeforeWatermark));
    }
}

#[test]
fn a_family_dies_with_its_session_unless_it_has_offline_access() {
    let ended = Session { ended: Some(SessionEnd { at: NOW, reason: EndReason::SignedOut }), ..scene().session.expect("a session") };
    let another = Session { id: SessionId::from_random([9; 16]), ..scene().session.expect("a session") };
    for session in [None, Some(ended), Some(another)] {
        let mut scene = Scene { session, ..scene() };
        assert_eq!(scene.judged(), Some(Dead::SessionEnded));
        scene.family.as_mut().expect("a family").offline = Some(Offline::begin(WATERMARK, Vec::new(), Epoch(0), WATERMARK));
        assert_eq!(scene.judged(), None);
    }
}

#[test]
fn a_token_of_somebody_whom_its_app_is_not_for_any_more_is_dead_until_it_is_again() {
    let (group, staff) = (GroupId::from_random([5; 16]), Group { name: GroupName::parse("Staff").expect("a name"), roles: BTreeSet::new() });
    let mut scene = scene();
    scene.tenant.roster.groups.insert(group.clone(), staff);
    scene.client.as_mut().expect("a client").access = Some(Access::Groups([group.clone()].into()));
    assert_eq!(scene.judged(), Some(Dead::NotAdmitted));
    scene.user.as_mut().expect("a person").groups.insert(group.clone());
    assert_eq!(scene.judged(), None);
    scene.tenant.roster.groups.remove(&group);
    assert_eq!(scene.judged(), Some(Dead::NotAdmitted), "a group that is gone");
}

#[test]
fn what_is_somebody_elses_is_no_evidence() {
    let other_client = Client { id: ClientId::parse("other").expect("an id"), ..scene().client.expect("a client") };
    assert_eq!(Scene { client: Some(other_client), ..scene() }.judged(), Some(Dead::ClientUnknown));
    let other_user = User { id: UserId::from_random([8; 16]), ..user() };
    assert_eq!(Scene { user: Some(other_user), ..scene() }.judged(), Some(Dead::UserNotActive));
}

#[test]
fn a_family_is_kept_while_a_token_may_live_and_until_its_sessions_end_was_told() {
    assert_eq!(family().kept_until(), Timestamp::from_seconds(100).plus(policy::SESSION_REMEMBERED));
    let offline = Family { ends_at: Timestamp::from_seconds(1_000_000), ..family() };
    assert_eq!(offline.kept_until(), offline.ends_at);
}
