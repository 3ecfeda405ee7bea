//! Every way in which a code is redeemed, refused or a replay.

use std::time::Duration;

use domain::claims::RequestedClaims;
use domain::client::{Access, SecurityProfile, TokenLifetimes};
use domain::family::RevocationReason;
use domain::user::UserStatus;
use domain::{Secret, client::ConsentPolicy};

use super::*;
use crate::samples::{self, NOW, REDIRECT_URI, VERIFIER};

/// Everything a redemption is decided from, good until a test changes it.
struct Scene {
    tenant: Tenant,
    client: Client,
    grant: CodeGrant,
    code: AuthorizationCode,
    user: Option<User>,
    session: Option<Session>,
    consent: Option<Consent>,
    api: Option<Api>,
    family: Option<Family>,
}

impl Scene {
    fn of(client: Client) -> Self {
        Self {
            tenant: samples::tenant(),
            consent: Some(consent::given(&client.id, None, &samples::scopes(&["openid", "email"]), NOW)),
            client,
            grant: CodeGrant {
                code: Secret::new("sealed".to_owned()),
                redirect_uri: Some(REDIRECT_URI.to_owned()),
                code_verifier: Some(Secret::new(VERIFIER.to_owned())),
                resource: None,
            },
            code: samples::code(),
            user: Some(samples::user()),
            session: Some(samples::session()),
            api: None,
            family: None,
        }
    }

    fn public() -> Self {
        Self::of(samples::public_client())
    }

    fn confidential() -> Self {
        Self::of(samples::confidential_client())
    }

    fn redeemed_before(self) -> Self {
        Self { family: Some(samples::family()), ..self }
    }

    fn with_verifier(mut self, verifier: Option<&str>) -> Self {
        self.grant.code_verifier = verifier.map(|text| Secret::new(text.to_owned()));
        self
    }

    fn with_redirect_uri(mut self, redirect_uri: Option<&str>) -> Self {
        self.grant.redirect_uri = redirect_uri.map(str::to_owned);
        self
    }

    fn redeem<T>(&self, look: impl FnOnce(Outcome<'_>) -> T) -> T {
        let client = AuthenticatedClient::for_test(&self.client);
        let attempt = Attempt { client: &client, grant: &self.grant, code: &self.code, issued_at: NOW };
        let found = Found {
            tenant: &self.tenant,
            user: self.user.as_ref(),
            session: self.session.as_ref(),
            consent: self.consent.as_ref(),
            api: self.api.as_ref(),
            family: self.family.as_ref(),
        };
        let new_family = NewFamily { id: FamilyId::from_random([9; 16]), epoch: Epoch(4) };
        look(redeem(&attempt, &found, new_family, samples::sha256, NOW))
    }

    fn refusal(&self) -> Option<Reason> {
        self.redeem(|outcome| match outcome {
            Outcome::Refused(reason) => Some(reason),
            Outcome::Redeemed(_) | Outcome::Replayed => None,
        })
    }

    fn is_redeemed(&self) -> bool {
        self.redeem(|outcome| matches!(outcome, Outcome::Redeemed(_)))
    }

    fn is_replay(&self) -> bool {
        self.redeem(|outcome| outcome == Outcome::Replayed)
    }
}

#[test]
fn a_good_code_becomes_a_family_of_its_person_client_session_and_scopes() {
    let family = Scene::public().redeem(|outcome| match outcome {
        Outcome::Redeemed(redemption) => redemption.family,
        other => panic!("{other:?}"),
    });
    let expected = Family {
        id: FamilyId::from_random([9; 16]),
        user_id: samples::user().id,
        client_id: samples::public_client().id,
        session_id: samples::session().id,
        scopes: samples::scopes(&["openid", "email"]),
        claims: RequestedClaims::default(),
        audience: None,
        state: FamilyState::Active,
        issued_at: NOW,
        ends_at: Timestamp::from_seconds(NOW.seconds() + 600 + 3600),
        session_ends_at: samples::session().ends_at,
        epoch: Epoch(4),
        offline: None,
        domain: None,
    };
    assert_eq!(family, expected);
}

#[test]
fn a_family_remembers_the_domain_at_which_its_code_was_redeemed() {
    let (tenant, domain) = samples::tenant_with_a_domain();
    for (tenant, expected) in [(tenant.clone(), None), (tenant.at(&domain).expect("a domain of its own"), Some(domain))] {
        let family = Scene { tenant, ..Scene::public() }.redeem(|outcome| match outcome {
            Outcome::Redeemed(redemption) => redemption.family,
            other => panic!("{other:?}"),
        });
        assert_eq!(family.domain, expected);
    }
}

#[test]
fn offline_access_that_the_client_can_use_begins_a_lineage_of_refresh_tokens() {
    let granted = |client: Client| {
        let mut scene = Scene::of(Client { consent: ConsentPolicy::Implied, ..client });
        scene.code.scopes = samples::scopes(&["openid", "offline_access"]);
        scene.redeem(|outcome| match outcome {
            Outcome::Redeemed(redemption) => redemption.family,
            other => panic!("{other:?}"),
        })
    };
    let family = granted(samples::public_client());
    let expected = Offline::begin(samples::code().authenticated_at, samples::code().methods, Epoch(4), NOW);
    assert_eq!(family.offline, Some(expected));
    assert_eq!(family.ends_at, NOW.plus(policy::REFRESH_ABSOLUTE).plus(policy::ACCESS_TOKEN).plus(policy::FAMILY_MARGIN));
    let lifetimes = TokenLifetimes { refresh_idle_seconds: Some(700), refresh_absolute_seconds: Some(7000), ..TokenLifetimes::default() };
    let short = granted(Client { lifetimes, ..samples::public_client() });
    assert_eq!(short.offline.map(|offline| (offline.idle_seconds, offline.ends_at)), Some((Some(700), NOW.plus(Duration::from_secs(7000)))));
    assert_eq!(short.ends_at, NOW.plus(Duration::from_secs(7000)).plus(policy::ACCESS_TOKEN).plus(policy::FAMILY_MARGIN));
    let without = Client { grant_types: [GrantType::AuthorizationCode].into(), ..samples::public_client() };
    assert_eq!(granted(without).offline, None);
}

#[test]
fn a_family_outlives_its_access_token_and_the_code_it_came_from() {
    assert!(policy::FAMILY_MARGIN > policy::AUTHORIZATION_CODE);
}

#[test]
fn the_verifier_must_answer_the_challenge() {
    assert!(Scene::public().is_redeemed() && Scene::confidential().is_redeemed());
    for scene in [Scene::public, Scene::confidential] {
        assert_eq!(scene().with_verifier(None).refusal(), Some(Reason::VerifierMissing));
        assert_eq!(scene().with_verifier(Some(&"a".repeat(43))).refusal(), Some(Reason::VerifierWrong));
        let mut downgraded = scene();
        downgraded.code.code_challenge = None;
        assert_eq!(downgraded.refusal(), Some(Reason::VerifierUnexpected));
    }
    let mut without_pkce = Scene::confidential().with_verifier(None);
    without_pkce.code.code_challenge = None;
    assert!(without_pkce.is_redeemed());
}

#[test]
fn a_redirect_uri_that_is_sent_must_be_the_same_and_the_oidc_profile_must_send_it() {
    for scene in [Scene::public, Scene::confidential] {
        let other = format!("{REDIRECT_URI}/");
        assert_eq!(scene().with_redirect_uri(Some(&other)).refusal(), Some(Reason::RedirectUriDiffers));
    }
    assert_eq!(Scene::confidential().with_redirect_uri(None).refusal(), Some(Reason::RedirectUriMissing));
    assert!(Scene::public().with_redirect_uri(None).is_redeemed());
}

#[test]
fn the_person_is_looked_at_again() {
    let disabled = User { status: UserStatus::Disabled, ..samples::user() };
    let another = User { id: domain::UserId::from_random([8; 16]), ..samples::user() };
    for user in [None, Some(disabled), Some(another)] {
        assert_eq!(Scene { user, ..Scene::public() }.refusal(), Some(Reason::UserNotActive));
    }
}

#[test]
fn the_session_is_looked_at_again() {
    let ended = Session { ends_at: NOW, ..samples::session() };
    let another = Session { id: domain::SessionId::from_random([8; 16]), ..samples::session() };
    let foreign = Session { user_id: domain::UserId::from_random([8; 16]), ..samples::session() };
    for session in [None, Some(ended), Some(another), Some(foreign)] {
        assert_eq!(Scene { session, ..Scene::public() }.refusal(), Some(Reason::SessionEnded));
    }
    let signed_out_everywhere = User { not_before: NOW, ..samples::user() };
    assert_eq!(Scene { user: Some(signed_out_everywhere), ..Scene::public() }.refusal(), Some(Reason::SessionEnded));
}

#[test]
fn whoever_the_app_is_not_for_any_more_gets_no_token_of_it() {
    let other = Access::Groups([domain::GroupId::from_random([9; 16])].into());
    assert_eq!(Scene::of(Client { access: Some(other), ..samples::public_client() }).refusal(), Some(Reason::NotAdmitted));
    assert_eq!(Reason::NotAdmitted.code().as_str(), "invalid_grant");
}

#[test]
fn a_withdrawn_consent_stops_a_code_under_way() {
    let narrower = consent::given(&samples::public_client().id, None, &samples::scopes(&["openid"]), NOW);
    for consent in [None, Some(narrower)] {
        assert_eq!(Scene { consent, ..Scene::public() }.refusal(), Some(Reason::ConsentWithdrawn));
    }
    let implied = Client { consent: ConsentPolicy::Implied, ..samples::public_client() };
    assert!(Scene { consent: None, ..Scene::of(implied) }.is_redeemed());
}

#[test]
fn a_second_redemption_by_the_codes_own_client_is_a_replay() {
    assert!(Scene::public().redeemed_before().is_replay());
    assert!(Scene::confidential().redeemed_before().is_replay());
}

#[test]
fn an_authenticated_client_replays_whatever_else_is_wrong() {
    assert!(Scene::confidential().redeemed_before().with_verifier(None).is_replay());
    assert!(Scene::confidential().redeemed_before().with_verifier(Some("wrong")).is_replay());
    assert!(Scene::confidential().redeemed_before().with_redirect_uri(Some("https://app.example/other")).is_replay());
    assert!(Scene { user: None, session: None, consent: None, ..Scene::confidential().redeemed_before() }.is_replay());
}

#[test]
fn whoever_has_a_public_clients_code_but_not_its_verifier_changes_nothing() {
    assert_eq!(Scene::public().redeemed_before().with_verifier(Some(&"a".repeat(43))).refusal(), Some(Reason::VerifierWrong));
    assert_eq!(Scene::public().redeemed_before().with_verifier(None).refusal(), Some(Reason::VerifierMissing));
    let mut without_challenge = Scene::public().redeemed_before().with_verifier(None);
    without_challenge.code.code_challenge = None;
    assert_eq!(without_challenge.refusal(), Some(Reason::ChallengeMissing));
}

#[test]
fn a_public_client_replays_with_the_right_verifier_whatever_else_is_wrong() {
    assert!(Scene::public().redeemed_before().with_redirect_uri(Some("https://app.example/other")).is_replay());
    assert!(Scene { session: None, ..Scene::public().redeemed_before() }.is_replay());
}

#[test]
fn a_replay_of_a_family_that_is_dead_already_is_still_a_replay() {
    let state = FamilyState::Revoked { at: NOW, reason: RevocationReason::CodeReplayed };
    let dead = Family { state, ..samples::family() };
    assert!(Scene { family: Some(dead), ..Scene::public() }.is_replay());
}

#[test]
fn every_refusal_of_a_code_is_invalid_grant_but_those_of_its_resource() {
    for reason in Reason::ALL {
        let code = match reason {
            Reason::ResourceNotGranted | Reason::ResourceUnknown => "invalid_target",
            Reason::ScopeElsewhere | Reason::ScopeNotGranted => "invalid_scope",
            _ => "invalid_grant",
        };
        assert_eq!((reason.code().as_str(), reason.code().status()), (code, 400), "{reason}");
    }
}

#[test]
fn a_confidential_client_of_the_strict_profile_needs_the_proof_as_well() {
    let strict = Client { security_profile: SecurityProfile::OAuth21, ..samples::confidential_client() };
    assert!(Scene::of(strict.clone()).is_redeemed());
    let mut without = Scene::of(strict).with_verifier(None);
    without.code.code_challenge = None;
    assert_eq!(without.refusal(), Some(Reason::ChallengeMissing));
}

#[test]
fn a_code_of_before_the_tenants_or_the_clients_watermark_is_refused() {
    let later = Timestamp::from_millis(NOW.millis() + 1);
    let cut_off = |not_before| Scene::of(Client { not_before, ..samples::public_client() });
    assert!(cut_off(NOW).is_redeemed());
    assert_eq!(cut_off(later).refusal(), Some(Reason::BeforeWatermark));
    let tenant = |not_before| Scene { tenant: Tenant { not_before, ..samples::tenant() }, ..Scene::public() };
    assert!(tenant(samples::session().authenticated_at).is_redeemed());
    assert_eq!(tenant(NOW).refusal(), Some(Reason::SessionEnded), "the code is young enough, its session isn't");
    assert_eq!(tenant(later).refusal(), Some(Reason::BeforeWatermark));
}

/// A code for the sample API, which the person agreed to.
fn for_api() -> Scene {
    let mut scene = Scene::public();
    scene.code.audience = Some(samples::api().audience);
    scene.code.scopes = samples::scopes(&["openid", "read"]);
    scene.consent = Some(consent::given(&scene.client.id, None, &samples::scopes(&["openid", "https://api.example read"]), NOW));
    scene.api = Some(samples::api());
    scene
}

fn asking_for(resource: &str) -> Scene {
    let mut scene = for_api();
    scene.grant.resource = Some(domain::api::Audience::parse(resource).expect("an audience"));
    scene
}

#[test]
fn a_code_for_an_api_becomes_a_token_for_that_api_or_for_the_platform_and_no_other() {
    let issued = |scene: &Scene| {
        scene.redeem(|outcome| match outcome {
            Outcome::Redeemed(redemption) => {
                let issuance = redemption.issuance();
                Ok((issuance.api.map(|api| api.audience.to_string()), issuance.access_scopes(), redemption.family.audience.clone()))
            }
            Outcome::Refused(reason) => Err(reason),
            Outcome::Replayed => panic!("a first try"),
        })
    };
    let api = samples::api().audience;
    let of_api = Ok((Some(api.to_string()), samples::scopes(&["read"]), Some(api.clone())));
    assert_eq!(issued(&for_api()), of_api);
    assert_eq!(issued(&asking_for(samples::AUDIENCE)), of_api);
    assert_eq!(issued(&asking_for("https://demo.id.example")), Ok((None, samples::scopes(&["openid"]), Some(api))));
    assert_eq!(issued(&asking_for("https://other.example")), Err(Reason::ResourceNotGranted));
    let mut without_api = Scene::public();
    without_api.grant.resource = Some(samples::api().audience);
    without_api.api = Some(samples::api());
    assert_eq!(issued(&without_api), Err(Reason::ResourceNotGranted));
    assert_eq!(Reason::ResourceNotGranted.code().as_str(), "invalid_target");
}

#[test]
fn an_api_that_is_gone_cut_off_or_forgetful_gets_no_token() {
    assert_eq!(Scene { api: None, ..for_api() }.refusal(), Some(Reason::ResourceUnknown));
    let of_now = Api { not_before: NOW, ..samples::api() };
    assert!(Scene { api: Some(of_now), ..for_api() }.is_redeemed());
    let cut_off = Api { not_before: Timestamp::from_millis(NOW.millis() + 1), ..samples::api() };
    assert_eq!(Scene { api: Some(cut_off), ..for_api() }.refusal(), Some(Reason::BeforeWatermark));
    let forgetful = Api { scopes: std::collections::BTreeSet::new(), ..samples::api() };
    assert_eq!(Scene { api: Some(forgetful), ..for_api() }.refusal(), Some(Reason::ScopeElsewhere));
    let mut plain_oauth = asking_for("https://demo.id.example");
    plain_oauth.code.scopes = samples::scopes(&["read"]);
    assert_eq!(plain_oauth.refusal(), Some(Reason::ScopeElsewhere), "nothing of the platform was granted");
}

#[test]
fn a_token_has_the_scopes_that_its_persons_roles_open_by_now() {
    let asked = samples::scopes(&["openid", "read", "delete"]);
    let mut scene = for_api();
    scene.tenant.roster = samples::roster();
    let allowed = crate::scope::to_agree_to(&asked, scene.code.claims, scene.code.audience.as_ref());
    scene.consent = Some(consent::given(&scene.client.id, None, &allowed, NOW));
    scene.code.scopes = asked;
    let granted = |scene: &Scene| {
        scene.redeem(|outcome| match outcome {
            Outcome::Redeemed(redemption) => Ok(crate::scope::join(&redemption.issuance().access_scopes())),
            Outcome::Refused(reason) => Err(reason),
            Outcome::Replayed => panic!("a first try"),
        })
    };
    assert_eq!(granted(&scene), Ok("read".to_owned()));
    scene.user = Some(samples::whole_person());
    assert_eq!(granted(&scene), Ok("delete read".to_owned()));
    scene.code.scopes = samples::scopes(&["openid", "delete"]);
    assert_eq!(granted(&scene), Ok("delete".to_owned()));
    scene.user = Some(samples::user());
    assert_eq!(granted(&scene), Err(Reason::ScopeNotGranted));
}

#[test]
fn what_a_person_allowed_at_another_api_is_no_consent() {
    for allowed in [["openid", "read"], ["openid", "https://other.example read"]] {
        let consent = Some(consent::given(&samples::public_client().id, None, &samples::scopes(&allowed), NOW));
        assert_eq!(Scene { consent, ..for_api() }.refusal(), Some(Reason::ConsentWithdrawn));
    }
}

#[test]
fn a_family_of_an_api_outlives_the_longest_token_that_it_may_say() {
    for_api().redeem(|outcome| {
        let Outcome::Redeemed(redemption) = outcome else { panic!("{outcome:?}") };
        assert_eq!(redemption.family.ends_at, NOW.plus(policy::ACCESS_TOKEN_LONGEST).plus(policy::FAMILY_MARGIN));
    });
}
