//! What comes next for an accepted request: a page, or the code (OpenID Connect Core §3.1.2.3, §3.1.2.4).

use std::borrow::Cow;

use domain::Timestamp;
use domain::client::Client;
use domain::completion::{self, Lacking};
use domain::consent::{self, Asking, Consent};
use domain::session::Session;
use domain::tenant::Tenant;
use domain::user::User;

use super::{AuthorizationRequest, Prompt, Reason};

/// The person whom the browser's session names, as the store found them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn<'a> {
    /// The tenant, from memory.
    pub tenant: &'a Tenant,
    /// The person.
    pub user: &'a User,
    /// The session; it may have ended.
    pub session: &'a Session,
    /// What the person allowed this client before.
    pub consent: Option<&'a Consent>,
}

/// What comes next. A request that goes on for a person is one for what they are granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextStep<'a> {
    /// The sign-in page.
    SignIn,
    /// The page on which this person goes on, or somebody else.
    SelectAccount(SignedIn<'a>),
    /// The page that asks this person for what their account lacks.
    Complete(SignedIn<'a>, Lacking<'a>),
    /// The consent page, for this person.
    AskConsent(SignedIn<'a>, Cow<'a, AuthorizationRequest>),
    /// The code, for this person.
    IssueCode(SignedIn<'a>, Cow<'a, AuthorizationRequest>),
}

/// Decides what comes next.
pub fn next_step<'a>(
    request: &'a AuthorizationRequest,
    client: &Client,
    signed_in: Option<SignedIn<'a>>,
    now: Timestamp,
) -> Result<NextStep<'a>, Reason> {
    let live = signed_in.filter(|person| person.session.user_id == person.user.id && person.session.live(person.tenant, person.user, now).is_ok());
    let Some(person) = live else {
        return unless_forbidden(request, NextStep::SignIn, Reason::NobodySignedIn);
    };
    if request.subject.as_ref().is_some_and(|sub| *sub != person.user.sub) {
        return unless_forbidden(request, NextStep::SignIn, Reason::OtherPerson);
    }
    if !request.is_young_enough(person.session, now) || !person.session.serves(client.sessions, now) {
        return unless_forbidden(request, NextStep::SignIn, Reason::SignedInTooLongAgo);
    }
    // Who signed in for this request has said who they are.
    if request.prompt.contains(&Prompt::SelectAccount) && !request.is_answered_by(person.session) {
        return Ok(NextStep::SelectAccount(person));
    }
    if !client.admits(person.tenant, person.user) {
        return Err(Reason::NotAdmitted);
    }
    if let Some(lacking) = completion::lacking(person.tenant, person.user) {
        return unless_forbidden(request, NextStep::Complete(person, lacking), Reason::ProfileIncomplete);
    }
    let granted = request.granted_to(person.tenant, person.user).ok_or(Reason::ScopeNotGranted)?;
    match consent::asking(client, person.consent, &granted.consent_scopes()) {
        Asking::Needed => unless_forbidden(request, NextStep::AskConsent(person, granted), Reason::ConsentMissing),
        Asking::NotNeeded if request.prompt.contains(&Prompt::Consent) => Ok(NextStep::AskConsent(person, granted)),
        Asking::NotNeeded => Ok(NextStep::IssueCode(person, granted)),
    }
}

fn unless_forbidden<'a>(request: &AuthorizationRequest, page: NextStep<'a>, otherwise: Reason) -> Result<NextStep<'a>, Reason> {
    if request.prompt.contains(&Prompt::None) { Err(otherwise) } else { Ok(page) }
}

#[cfg(test)]
mod tests {
    use domain::GroupId;
    use domain::claims::{ClaimSet, RequestedClaims, StandardClaim};
    use domain::client::{Access, ConsentPolicy};
    use domain::registration::{AcceptedTerms, Terms};
    use domain::tenant::SessionPolicy;
    use domain::user::UserStatus;

    use super::*;
    use crate::samples::{self, NOW};

    fn request(prompts: &[Prompt]) -> AuthorizationRequest {
        AuthorizationRequest { prompt: prompts.iter().copied().collect(), ..samples::authorization_request() }
    }

    fn allowed(names: &[&str]) -> Consent {
        consent::given(&samples::public_client().id, None, &samples::scopes(names), NOW)
    }

    /// The next step of a request for `openid email` with a page where one is needed, and with none.
    fn steps(user: &User, session: &Session, consent: Option<&Consent>) -> [Result<String, Reason>; 2] {
        let signed_in = Some(SignedIn { tenant: &samples::tenant(), user, session, consent });
        [[].as_slice(), &[Prompt::None]].map(|prompts| next_step(&request(prompts), &samples::public_client(), signed_in, NOW).map(named))
    }

    fn named(step: NextStep<'_>) -> String {
        match step {
            NextStep::SignIn => "sign in".to_owned(),
            NextStep::SelectAccount(_) => "select account".to_owned(),
            NextStep::Complete(_, lacking) => format!("complete {}", if lacking.terms.is_some() { "terms" } else { "attributes" }),
            NextStep::AskConsent(..) => "ask consent".to_owned(),
            NextStep::IssueCode(person, _) => format!("code of {}", person.user.id),
        }
    }

    /// The next step of `request` for a person who agreed to everything, in a session that began `age` seconds ago.
    fn step(request: &AuthorizationRequest, age: u64) -> String {
        let (user, consent) = (samples::user(), allowed(&["openid", "email", "profile"]));
        let session = Session { authenticated_at: Timestamp::from_seconds(NOW.seconds() - age), ..samples::session() };
        let signed_in = SignedIn { tenant: &samples::tenant(), user: &user, session: &session, consent: Some(&consent) };
        next_step(request, &samples::public_client(), Some(signed_in), NOW)
            .map_or_else(|reason| reason.code().as_str().to_owned(), |step| named(step).split(' ').next().unwrap_or_default().to_owned())
    }

    #[test]
    fn an_app_for_other_groups_lets_nobody_in_whoever_may_not_be_asked() {
        let other = Client { access: Some(Access::Groups([GroupId::from_random([9; 16])].into())), ..samples::public_client() };
        let (user, session, consent) = (samples::user(), samples::session(), allowed(&["openid", "email"]));
        let signed_in = Some(SignedIn { tenant: &samples::tenant(), user: &user, session: &session, consent: Some(&consent) });
        for prompts in [[].as_slice(), &[Prompt::None], &[Prompt::Consent]] {
            assert_eq!(next_step(&request(prompts), &other, signed_in, NOW).map(named), Err(Reason::NotAdmitted));
        }
        assert_eq!(Reason::NotAdmitted.code().as_str(), "access_denied");
        // Nobody learns whom an app is for without signing in.
        assert_eq!(next_step(&request(&[]), &other, None, NOW).map(named), Ok("sign in".to_owned()));
    }

    #[test]
    fn prompt_login_is_met_by_who_signed_in_since_the_request_was_asked() {
        let now = request(&[Prompt::Login]);
        assert_eq!(step(&now, 1), "sign");
        let asked_before = AuthorizationRequest { asked_at: Timestamp::from_seconds(NOW.seconds() - 10), ..now };
        assert_eq!(step(&asked_before, 11), "sign");
        assert_eq!([step(&asked_before, 10), step(&asked_before, 0)], ["code", "code"]);
    }

    #[test]
    fn max_age_is_met_by_a_young_session_or_by_who_signed_in_for_the_request() {
        let aged = |max_age, prompts| AuthorizationRequest { max_age: Some(max_age), ..request(prompts) };
        assert_eq!([step(&aged(30, &[]), 30), step(&aged(30, &[]), 31)], ["code", "sign"]);
        assert_eq!(step(&aged(30, &[Prompt::None]), 31), "login_required");
        assert_eq!(step(&aged(0, &[]), 1), "sign");
        let asked_before = AuthorizationRequest { asked_at: Timestamp::from_seconds(NOW.seconds() - 10), ..aged(0, &[]) };
        assert_eq!([step(&asked_before, 10), step(&asked_before, 11)], ["code", "sign"]);
        assert_eq!(step(&aged(u64::MAX, &[]), 600_000), "code");
    }

    #[test]
    fn an_app_with_shorter_sessions_than_the_tenants_asks_again() {
        let (user, consent) = (samples::user(), allowed(&["openid", "email", "profile"]));
        let session = Session { authenticated_at: Timestamp::from_seconds(NOW.seconds() - 100), ..samples::session() };
        let tenant = samples::tenant();
        let signed_in = Some(SignedIn { tenant: &tenant, user: &user, session: &session, consent: Some(&consent) });
        let steps = |absolute_seconds| {
            let limits = SessionPolicy { idle_seconds: u64::MAX / 2000, absolute_seconds };
            let app = Client { sessions: Some(limits), ..samples::public_client() };
            [[].as_slice(), &[Prompt::None]].map(|prompts| next_step(&request(prompts), &app, signed_in, NOW).map(named))
        };
        assert!(steps(101)[0].as_ref().is_ok_and(|step| step.starts_with("code")), "{:?}", steps(101));
        assert_eq!(steps(100), [Ok("sign in".to_owned()), Err(Reason::SignedInTooLongAgo)]);
    }

    #[test]
    fn an_account_is_selected_once() {
        let select = request(&[Prompt::SelectAccount]);
        assert_eq!(step(&select, 1), "select");
        assert_eq!(step(&select, 0), "code", "who signed in for it chose by that");
        assert_eq!(step(&request(&[Prompt::SelectAccount, Prompt::Login]), 1), "sign");
        assert_eq!(step(&select.going_on_as(&samples::user().sub), 1), "code");
        assert_eq!(step(&select.going_on_as("somebody else"), 1), "sign");
        assert_eq!(step(&select.going_on_anew(NOW), 1), "sign");
        assert_eq!(step(&select.going_on_anew(NOW), 0), "code");
        let asked_before = AuthorizationRequest { asked_at: Timestamp::from_seconds(NOW.seconds() - 10), ..select };
        assert_eq!(step(&asked_before.going_on_anew(NOW), 5), "sign", "who signed in before choosing somebody else isn't somebody else");
    }

    #[test]
    fn what_an_account_lacks_is_asked_for_before_consent_and_after_who_it_is_for() {
        let mut tenant = samples::tenant();
        tenant.registration.terms = Some(Terms { version: "2".to_owned(), url: "https://example.com/terms".to_owned() });
        let agreed = |version: &str| User { terms: Some(AcceptedTerms { version: version.to_owned(), at: NOW }), ..samples::user() };
        let session = Session { authenticated_at: Timestamp::from_seconds(NOW.seconds() - 1), ..samples::session() };
        let step = |user: &User, prompts: &[Prompt], consent: Option<&Consent>| {
            let request = request(prompts);
            next_step(&request, &samples::public_client(), Some(SignedIn { tenant: &tenant, user, session: &session, consent }), NOW).map(named)
        };
        let (old, new, consent) = (agreed("1"), agreed("2"), allowed(&["openid", "email", "profile"]));
        for consent in [None, Some(&consent)] {
            assert_eq!(step(&old, &[], consent), Ok("complete terms".to_owned()));
            assert_eq!(step(&old, &[Prompt::None], consent), Err(Reason::ProfileIncomplete));
            assert_eq!(step(&old, &[Prompt::Consent], consent), Ok("complete terms".to_owned()));
            assert_eq!(step(&old, &[Prompt::SelectAccount], consent), Ok("select account".to_owned()));
            assert_eq!(step(&old, &[Prompt::Login], consent), Ok("sign in".to_owned()));
        }
        assert_eq!(step(&new, &[], None), Ok("ask consent".to_owned()));
        assert_eq!(step(&new, &[Prompt::None], Some(&consent)), Ok(format!("code of {}", new.id)));
        assert_eq!(Reason::ProfileIncomplete.code().as_str(), "interaction_required");
    }

    #[test]
    fn consent_is_asked_for_again_when_the_app_wants_it() {
        assert_eq!(step(&request(&[Prompt::Consent]), 1), "ask");
        assert_eq!(step(&request(&[Prompt::Consent, Prompt::SelectAccount]), 1), "select");
    }

    #[test]
    fn a_request_for_one_person_is_answered_for_no_other() {
        let of = |sub: &str, prompts| AuthorizationRequest { subject: Some(sub.to_owned()), ..request(prompts) };
        let ada = samples::user().sub;
        assert_eq!([step(&of(&ada, &[]), 1), step(&of(&ada, &[Prompt::None]), 1)], ["code", "code"]);
        assert_eq!([step(&of("bob", &[]), 1), step(&of("bob", &[Prompt::None]), 1)], ["sign", "login_required"]);
    }

    #[test]
    fn a_claim_by_name_needs_the_consent_that_its_scope_does() {
        let (user, session) = (samples::user(), samples::session());
        let phone = RequestedClaims { userinfo: ClaimSet::from_iter([StandardClaim::PhoneNumber]), ..RequestedClaims::default() };
        let request = AuthorizationRequest { claims: phone, ..request(&[]) };
        for (names, expected) in [(["openid", "email", "profile"], "ask consent"), (["openid", "email", "phone"], "code of ")] {
            let consent = allowed(&names);
            let signed_in = SignedIn { tenant: &samples::tenant(), user: &user, session: &session, consent: Some(&consent) };
            let step = next_step(&request, &samples::public_client(), Some(signed_in), NOW).map(named).expect("a step");
            assert!(step.starts_with(expected), "{names:?}: {step}");
        }
    }

    #[test]
    fn nobody_signed_in_gets_the_sign_in_page_or_login_required() {
        let step = |prompts: &[Prompt]| next_step(&request(prompts), &samples::public_client(), None, NOW).map(named);
        assert_eq!(step(&[]), Ok("sign in".to_owned()));
        assert_eq!(step(&[Prompt::SelectAccount, Prompt::Consent]), Ok("sign in".to_owned()));
        assert_eq!(step(&[Prompt::None]), Err(Reason::NobodySignedIn));
    }

    #[test]
    fn a_session_that_ended_is_as_good_as_none() {
        let (user, session, consent) = (samples::user(), samples::session(), allowed(&["openid", "email"]));
        let ended = Session { ends_at: NOW, ..session.clone() };
        let foreign = Session { user_id: domain::UserId::from_random([8; 16]), ..session.clone() };
        let disabled = User { status: UserStatus::Disabled, ..user.clone() };
        for (user, session) in [(&user, &ended), (&user, &foreign), (&disabled, &session)] {
            assert_eq!(steps(user, session, Some(&consent)), [Ok("sign in".to_owned()), Err(Reason::NobodySignedIn)]);
        }
    }

    #[test]
    fn something_new_is_asked_for_or_consent_required() {
        for consent in [None, Some(&allowed(&["openid"]))] {
            assert_eq!(steps(&samples::user(), &samples::session(), consent), [Ok("ask consent".to_owned()), Err(Reason::ConsentMissing)]);
        }
    }

    #[test]
    fn a_live_session_with_consent_gets_its_code_without_a_page() {
        let code = format!("code of {}", samples::user().id);
        let consent = allowed(&["openid", "email", "profile"]);
        assert_eq!(steps(&samples::user(), &samples::session(), Some(&consent)), [Ok(code.clone()), Ok(code)]);
    }

    #[test]
    fn an_organisations_own_app_is_not_asked_about() {
        let implied = Client { consent: ConsentPolicy::Implied, ..samples::public_client() };
        let (user, session) = (samples::user(), samples::session());
        let tenant = samples::tenant();
        let signed_in = SignedIn { tenant: &tenant, user: &user, session: &session, consent: None };
        let request = request(&[Prompt::None]);
        let step = next_step(&request, &implied, Some(signed_in), NOW);
        assert_eq!(step, Ok(NextStep::IssueCode(signed_in, Cow::Borrowed(&request))));
    }

    #[test]
    fn what_a_persons_roles_do_not_open_is_left_out_and_nothing_left_is_refused() {
        let tenant = Tenant { roster: samples::roster(), ..samples::tenant() };
        let (session, client) = (samples::session(), Client { consent: ConsentPolicy::Implied, ..samples::public_client() });
        let asked = |names: &[&str], prompts: &[Prompt]| AuthorizationRequest {
            scopes: samples::scopes(names),
            audience: Some(samples::api().audience),
            ..request(prompts)
        };
        let goes_on = |user: &User, request: &AuthorizationRequest| {
            let signed_in = SignedIn { tenant: &tenant, user, session: &session, consent: None };
            match next_step(request, &client, Some(signed_in), NOW)? {
                NextStep::IssueCode(_, granted) | NextStep::AskConsent(_, granted) => Ok(crate::scope::join(&granted.scopes)),
                NextStep::SignIn | NextStep::SelectAccount(_) | NextStep::Complete(..) => Ok(String::new()),
            }
        };
        let (engineer, guest) = (samples::whole_person(), User { roles: [samples::role("guest")].into(), ..samples::user() });
        for prompts in [[].as_slice(), &[Prompt::None], &[Prompt::Consent]] {
            let all = asked(&["openid", "read", "delete"], prompts);
            assert_eq!(goes_on(&engineer, &all), Ok("delete openid read".to_owned()));
            assert_eq!(goes_on(&guest, &all), Ok("openid read".to_owned()));
            let none = asked(&["openid", "delete"], prompts);
            assert_eq!(goes_on(&engineer, &none), Ok("delete openid".to_owned()));
            assert_eq!(goes_on(&guest, &none), Err(Reason::ScopeNotGranted));
        }
        assert_eq!(Reason::ScopeNotGranted.code().as_str(), "invalid_scope");
    }
}
