//! What comes next for an accepted request: a page, or the code (OpenID Connect Core §3.1.2.3, §3.1.2.4).

use domain::Timestamp;
use domain::client::Client;
use domain::consent::{self, Asking, Consent};
use domain::session::Session;
use domain::user::User;

use super::{AuthorizationRequest, Prompt, Reason};

/// The person whom the browser's session names, as the store found them.
#[derive(Clone, Copy, Debug)]
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
    /// The consent page, for the person of this session.
    AskConsent(&'a Session),
    /// The code, for the person of this session.
    IssueCode(&'a Session),
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
        Asking::Needed => unless_forbidden(request, NextStep::AskConsent(person.session), Reason::ConsentMissing),
        Asking::NotNeeded => Ok(NextStep::IssueCode(person.session)),
    }
}

fn unless_forbidden<'a>(request: &AuthorizationRequest, page: NextStep<'a>, otherwise: Reason) -> Result<NextStep<'a>, Reason> {
    match request.prompt {
        Prompt::WhenNeeded => Ok(page),
        Prompt::None => Err(otherwise),
    }
}
