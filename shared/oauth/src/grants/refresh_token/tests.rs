//! Every way in which a refresh token is honoured, answered again, refused or ends its family.

use std::time::Duration;

use domain::client::{Access, ConsentPolicy, SecurityProfile};
use domain::family::FamilyState;
use domain::policy;
use domain::refresh::Generation;
use domain::session::AuthenticationMethod;
use domain::user::UserStatus;
use domain::{Secret, UserId};

use super::*;
use crate::samples::{self, NOW};

const HERE: Epoch = Epoch(4);

/// Everything a refresh is decided from, good until a test changes it.
struct Scene {
    client: Client,
    grant: RefreshGrant,
    token: RefreshToken,
    user: Option<User>,
    consent: Option<Consent>,
    api: Option<Api>,
    family: Option<Family>,
    tenant: Tenant,
}

fn offline() -> Offline {
    Offline::begin(NOW.minus(Duration::from_mins(5)), vec![AuthenticationMethod::Password], HERE, NOW.minus(Duration::from_mins(1)))
}

fn family(offline: Offline) -> Family {
    let scopes = samples::scopes(&["openid", "email", "offline_access"]);
    Family { scopes, ends_at: NOW.plus(policy::REFRESH_ABSOLUTE), offline: Some(offline), ..samples::family() }
}

fn token(number: u32) -> Generation {
    Generation { number, epoch: HERE }
}

impl Scene {
    fn of(client: Client) -> Self {
        let family = family(offline());
        Self {
            consent: Some(consent::given(&client.id, None, &family.scopes, NOW)),
            client,
            grant: RefreshGrant { refresh_token: Secret::new("sealed".to_owned()), scopes: None, resource: None },
            token: RefreshToken::of(&family, token(0)),
            user: Some(samples::user()),
            api: None,
            family: Some(family),
            tenant: samples::tenant(),
        }
    }

    fn public() -> Self {
        Self::of(samples::public_client())
    }

    /// After another request replaced the token, `ago` before now.
    fn rotated(self, ago: Duration) -> Self {
        Self { family: Some(family(offline().rotated(token(0), SealedBytes::new(vec![9]), HERE, NOW.minus(ago)))), ..self }
    }

    fn refresh<T>(&self, look: impl FnOnce(Outcome<'_>) -> T) -> T {
        let client = AuthenticatedClient::for_test(&self.client);
        let attempt = Attempt { client: &client, grant: &self.grant, token: &self.token };
        let (client_record, user, family) = (Some(&self.client), self.user.as_ref(), self.family.as_ref());
        let evidence = Evidence { tenant: &self.tenant, client: client_record, user, session: None, family };
        let found = Found { evidence, consent: self.consent.as_ref(), api: self.api.as_ref() };
        look(refresh(&attempt, &found, HERE, NOW))
    }

    fn refusal(&self) -> Option<Reason> {
        self.refresh(|outcome| match outcome {
            Outcome::Refused(reason) => Some(reason),
            _ => None,
        })
    }

    fn is_refreshed(&self) -> bool {
        self.refresh(|outcome| matches!(outcome, Outcome::Refreshed(_)))
    }
}

#[test]
fn a_good_token_is_refreshed_with_what_was_granted_and_the_time_of_the_sign_in() {
    Scene::public().refresh(|outcome| {
        let Outcome::Refreshed(refresh) = outcome else { panic!("{outcome:?}") };
        assert_eq!(refresh.issuance.scopes, &samples::scopes(&["openid", "email", "offline_access"]));
        assert_eq!((refresh.issuance.authenticated_at, refresh.issuance.nonce), (NOW.minus(Duration::from_mins(5)), None));
        assert_eq!(refresh.rotation, Rotation::Required);
    });
}

#[test]
fn the_profile_says_whether_the_token_is_replaced() {
    let rotation =
        |client| Scene::of(client).refresh(|outcome| if let Outcome::Refreshed(refresh) = outcome { Some(refresh.rotation) } else { None });
    assert_eq!(rotation(samples::confidential_client()), Some(Rotation::None));
    let strict = Client { security_profile: SecurityProfile::OAuth21, ..samples::confidential_client() };
    assert_eq!(rotation(strict), Some(Rotation::Required));
}

#[test]
fn a_narrower_scope_is_granted_and_a_wider_one_refused() {
    let wanting = |names: &[&str]| {
        let mut scene = Scene::public();
        scene.grant.scopes = Some(samples::scopes(names));
        scene
    };
    wanting(&["openid"]).refresh(|outcome| {
        let Outcome::Refreshed(refresh) = outcome else { panic!("{outcome:?}") };
        assert_eq!(refresh.issuance.scopes, &samples::scopes(&["openid"]));
    });
    assert_eq!(wanting(&["openid", "profile"]).refusal(), Some(Reason::ScopeWider));
    assert_eq!(Reason::ScopeWider.code().as_str(), "invalid_scope");
}

#[test]
fn a_token_that_was_replaced_is_answered_again_at_first_and_then_ends_the_family() {
    let retried = Scene::public().rotated(Duration::from_secs(9));
    retried.refresh(|outcome| assert!(matches!(outcome, Outcome::Repeated(_, successor) if successor.as_bytes() == [9]), "{outcome:?}"));
    let late = Scene::public().rotated(Duration::from_secs(10));
    late.refresh(|outcome| assert_eq!(outcome, Outcome::Reused(RevocationReason::RefreshTokenReused, Reason::Reused)));
}

#[test]
fn a_retry_is_checked_like_a_first_try() {
    let withdrawn = Scene { consent: None, ..Scene::public().rotated(Duration::from_secs(1)) };
    assert_eq!(withdrawn.refusal(), Some(Reason::ConsentWithdrawn));
}

#[test]
fn a_reuse_ends_the_family_whatever_else_is_wrong() {
    let mut late = Scene { consent: None, ..Scene::public().rotated(Duration::from_mins(1)) };
    late.grant.scopes = Some(samples::scopes(&["profile"]));
    late.refresh(|outcome| assert!(matches!(outcome, Outcome::Reused(..)), "{outcome:?}"));
}

#[test]
fn a_token_of_another_lineage_ends_the_family() {
    let mut scene = Scene::public();
    scene.token.generation = token(3);
    scene.refresh(|outcome| assert_eq!(outcome, Outcome::Reused(RevocationReason::LineagesDiverged, Reason::Diverged)));
}

#[test]
fn whoever_the_app_is_not_for_any_more_gets_no_token_of_it() {
    let other = Access::Groups([domain::GroupId::from_random([9; 16])].into());
    assert_eq!(Scene::of(Client { access: Some(other), ..samples::public_client() }).refusal(), Some(Reason::NotAdmitted));
    assert_eq!(Reason::NotAdmitted.code().as_str(), "invalid_grant");
}

#[test]
fn the_person_the_client_and_the_consent_are_looked_at_again() {
    let disabled = User { status: UserStatus::Disabled, ..samples::user() };
    let signed_out_everywhere = User { not_before: NOW.plus(Duration::from_secs(1)), ..samples::user() };
    let another = User { id: UserId::from_random([8; 16]), ..samples::user() };
    for user in [None, Some(disabled), Some(signed_out_everywhere), Some(another)] {
        assert_eq!(Scene { user, ..Scene::public() }.refusal(), Some(Reason::Dead));
    }
    let cut_off = Client { not_before: NOW.plus(Duration::from_secs(1)), ..samples::public_client() };
    assert_eq!(Scene::of(cut_off).refusal(), Some(Reason::Dead));
    let narrower = consent::given(&samples::public_client().id, None, &samples::scopes(&["openid"]), NOW);
    for consent in [None, Some(narrower)] {
        assert_eq!(Scene { consent, ..Scene::public() }.refusal(), Some(Reason::ConsentWithdrawn));
    }
    let implied = Client { consent: ConsentPolicy::Implied, ..samples::public_client() };
    assert!(Scene { consent: None, ..Scene::of(implied) }.is_refreshed());
}

#[test]
fn a_family_that_is_unknown_foreign_without_offline_access_or_dead_is_refused() {
    let foreign = Family { client_id: domain::ClientId::parse("other").expect("an id"), ..family(offline()) };
    let other_user = Family { user_id: UserId::from_random([8; 16]), ..family(offline()) };
    let online = Family { offline: None, ..family(offline()) };
    for family in [None, Some(foreign), Some(other_user), Some(online)] {
        assert_eq!(Scene { family, ..Scene::public() }.refusal(), Some(Reason::FamilyUnknown));
    }
    let state = FamilyState::Revoked { at: NOW, reason: RevocationReason::RefreshTokenReused };
    assert_eq!(Scene { family: Some(Family { state, ..family(offline()) }), ..Scene::public() }.refusal(), Some(Reason::Dead));
    let idle = Offline { used_at: NOW.minus(policy::REFRESH_IDLE), ..offline() };
    assert_eq!(Scene { family: Some(family(idle)), ..Scene::public() }.refusal(), Some(Reason::Ended));
}

#[test]
fn a_refresh_token_is_good_at_the_issuer_of_its_family_alone() {
    let (tenant, domain) = samples::tenant_with_a_domain();
    let there = tenant.clone().at(&domain).expect("a domain of its own");
    let of_the_domain = Family { domain: Some(domain), ..family(offline()) };
    for (at, family, is_good) in [
        (tenant.clone(), family(offline()), true),
        (there.clone(), of_the_domain.clone(), true),
        (there, family(offline()), false),
        (tenant, of_the_domain, false),
    ] {
        let scene = Scene { tenant: at, family: Some(family), ..Scene::public() };
        assert!(if is_good { scene.is_refreshed() } else { scene.refusal() == Some(Reason::OtherIssuer) });
    }
}

/// A family for the sample API, as its person agreed to.
fn of_api() -> Scene {
    let scopes = samples::scopes(&["openid", "read", "write", "offline_access"]);
    let family = Family { scopes, audience: Some(samples::api().audience), ..family(offline()) };
    let allowed = crate::scope::to_agree_to(&family.scopes, family.claims, family.audience.as_ref());
    let consent = Some(consent::given(&samples::public_client().id, None, &allowed, NOW));
    Scene { family: Some(family), consent, api: Some(samples::api()), ..Scene::public() }
}

fn asking(resource: Option<&str>, scope: Option<&[&str]>) -> Result<(Option<String>, Vec<String>), Reason> {
    let mut scene = of_api();
    scene.grant.resource = resource.map(|text| domain::api::Audience::parse(text).expect("an audience"));
    scene.grant.scopes = scope.map(samples::scopes);
    scene.refresh(|outcome| match outcome {
        Outcome::Refreshed(refresh) => {
            Ok((refresh.issuance.api.map(|api| api.audience.to_string()), refresh.issuance.access_scopes().into_iter().collect()))
        }
        Outcome::Refused(reason) => Err(reason),
        other => panic!("{other:?}"),
    })
}

#[test]
fn a_refresh_is_for_the_api_that_was_granted_or_for_the_platform() {
    let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let api = Some(samples::AUDIENCE.to_owned());
    assert_eq!(asking(None, None), Ok((api.clone(), texts(&["read", "write"]))));
    assert_eq!(asking(Some(samples::AUDIENCE), Some(&["read"])), Ok((api, texts(&["read"]))));
    assert_eq!(asking(Some("https://demo.id.example"), None), Ok((None, texts(&["offline_access", "openid"]))));
    assert_eq!(asking(Some("https://other.example"), None), Err(Reason::ResourceNotGranted));
    assert_eq!(asking(None, Some(&["openid"])), Err(Reason::ScopeElsewhere));
    assert_eq!(asking(Some("https://demo.id.example"), Some(&["read"])), Err(Reason::ScopeElsewhere));
    assert_eq!(asking(None, Some(&["delete"])), Err(Reason::ScopeWider));
}

#[test]
fn a_refresh_grants_what_the_persons_roles_open_by_now() {
    let mut roster = samples::roster();
    roster
        .scopes
        .insert(samples::api().audience, [(domain::api::ApiScope::parse("write").expect("a scope"), [samples::role("engineer")].into())].into());
    let tenant = Tenant { roster, ..samples::tenant() };
    let granted = |user: User, names: Option<&[&str]>| {
        let mut scene = Scene { tenant: tenant.clone(), user: Some(user), ..of_api() };
        scene.grant.scopes = names.map(samples::scopes);
        scene.refresh(|outcome| match outcome {
            Outcome::Refreshed(refresh) => Ok(scope::join(&refresh.issuance.access_scopes())),
            Outcome::Refused(reason) => Err(reason),
            other => panic!("{other:?}"),
        })
    };
    assert_eq!(granted(samples::whole_person(), None), Ok("read write".to_owned()));
    assert_eq!(granted(samples::user(), None), Ok("read".to_owned()));
    assert_eq!(granted(samples::whole_person(), Some(&["write"])), Ok("write".to_owned()));
    assert_eq!(granted(samples::user(), Some(&["write"])), Err(Reason::ScopeNotGranted));
    assert_eq!(Reason::ScopeNotGranted.code().as_str(), "invalid_scope");
}

#[test]
fn an_api_that_is_gone_or_cut_off_refreshes_nothing() {
    assert_eq!(Scene { api: None, ..of_api() }.refusal(), Some(Reason::ResourceUnknown));
    let later = domain::Timestamp::from_millis(of_api().family.expect("a family").issued_at.millis() + 1);
    assert_eq!(Scene { api: Some(Api { not_before: later, ..samples::api() }), ..of_api() }.refusal(), Some(Reason::Dead));
    assert_eq!(Scene { consent: None, ..of_api() }.refusal(), Some(Reason::ConsentWithdrawn));
    assert!(of_api().is_refreshed());
}
