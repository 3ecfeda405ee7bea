//! What comes next for an accepted request: a page, or the code (OpenID Connect Core §3.1.2.3, §3.1.2.4).

use domain::Timestamp;
use domain::client::Client;
use domain::consent::{self, Asking, Consent};
use domain::session::Session;
use domain::user::User;

use super::{AuthorizationRequest, Prompt, Reason};

/// The person whom the browser's session names, as the store found them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn<'a> {
    /// The person.
    pub user: &'a User,
    /// The session; it may have ended.
    pub session: &'a Session,
    /// What the person allowed this client before.
    pub consent: Option<&'a Consent>,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep<'a> {
    /// The sign-in page.
    SignIn,
    /// The consent page, for this person.
    AskConsent(SignedIn<'a>),
    /// The code, for this person.
    IssueCode(SignedIn<'a>),
}

/// Decides what comes next.
pub fn next_step<'a>(
    request: &AuthorizationRequest,
    client: &Client,
    signed_in: Option<SignedIn<'a>>,
    now: Timestamp,
) -> Result<NextStep<'a>, Reason> {
    let live = signed_in.filter(|person| person.session.user_id == person.user.id && person.session.live(person.user, now).is_ok());
    let Some(person) = live else {
        return unless_forbidden(request, NextStep::SignIn, Reason::NobodySignedIn);
    };
    match consent::asking(client, person.consent, &request.scopes) {
        Asking::Needed => unless_forbidden(request, NextStep::AskConsent(person), Reason::ConsentMissing),
        Asking::NotNeeded => Ok(NextStep::IssueCode(person)),
    }
}

fn unless_forbidden<'a>(request: &AuthorizationRequest, page: NextStep<'a>, otherwise: Reason) -> Result<NextStep<'a>, Reason> {
    match request.prompt {
        Prompt::WhenNeeded => Ok(page),
        Prompt::None => Err(otherwise),
    }
}

#[cfg(test)]
mod tests {
    use domain::client::ConsentPolicy;
    use domain::user::UserStatus;

    use super::*;
    use crate::samples::{self, NOW};

    fn request(prompt: Prompt) -> AuthorizationRequest {
        AuthorizationRequest { prompt, ..samples::authorization_request() }
    }

    fn allowed(names: &[&str]) -> Consent {
        consent::given(&samples::public_client().id, None, &samples::scopes(names), NOW)
    }

    /// The next step of a request for `openid email` with a page where one is needed, and with none.
    fn steps(user: &User, session: &Session, consent: Option<&Consent>) -> [Result<String, Reason>; 2] {
        let signed_in = Some(SignedIn { user, session, consent });
        let named = |step| match step {
            NextStep::SignIn => "sign in".to_owned(),
            NextStep::AskConsent(_) => "ask consent".to_owned(),
            NextStep::IssueCode(person) => format!("code of {}", person.user.id),
        };
        [Prompt::WhenNeeded, Prompt::None].map(|prompt| next_step(&request(prompt), &samples::public_client(), signed_in, NOW).map(named))
    }

    #[test]
    fn nobody_signed_in_gets_the_sign_in_page_or_login_required() {
        let step = |prompt| next_step(&request(prompt), &samples::public_client(), None, NOW);
        assert_eq!(step(Prompt::WhenNeeded), Ok(NextStep::SignIn));
        assert_eq!(step(Prompt::None), Err(Reason::NobodySignedIn));
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
        let step = next_step(&request(Prompt::None), &implied, Some(SignedIn { user: &user, session: &session, consent: None }), NOW);
        assert_eq!(step, Ok(NextStep::IssueCode(SignedIn { user: &user, session: &session, consent: None })));
    }
}
