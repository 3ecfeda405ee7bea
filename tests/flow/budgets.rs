//! What each flow asks of the tables, counted, never more than its budget, and as `docs/performance.md` says.
//!
//! Warm is a function that has met the tenant and the app; cold is a new process, which reads the tenant's bundle and unwraps its keys.

mod ground;
mod page;
mod prices;

use ground::Ground;
use http::StatusCode;
use testkit::units::Units;

/// A request of an app or a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Discovery,
    Jwks,
    AuthorizeWithSession,
    AuthorizeWithSessionToTouch,
    AuthorizeWithout,
    Par,
    AuthorizePushed,
    SignIn,
    RefusedKnown,
    RefusedUnknown,
    Throttled,
    Consent,
    Code,
    Refresh,
    ClientCredentials,
    Userinfo,
    Logout,
    Introspect,
    Revoke,
    SignUp,
    Verify,
    ResetKnown,
    ResetUnknown,
    NewPassword,
    NotMe,
    OwnPage,
    AccountApi,
    Accept,
    BroughtOver,
    Outlive,
    Complete,
}

/// The most that a warm flow may ask for: requests, the longest chain of them, write units.
#[derive(Clone, Copy, Debug)]
struct Budget {
    requests: Option<(usize, usize)>,
    write_units: Units,
}

/// What a flow asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cost {
    requests: usize,
    longest_chain: usize,
    write_units: Units,
    read_units: Units,
    key_calls: usize,
}

/// A flow with what it cost.
#[derive(Clone, Copy, Debug)]
struct Counted {
    flow: Flow,
    warm: Cost,
    cold: Cost,
}

impl Flow {
    const ALL: [Self; 31] = [
        Self::Discovery,
        Self::Jwks,
        Self::AuthorizeWithSession,
        Self::AuthorizeWithSessionToTouch,
        Self::AuthorizeWithout,
        Self::Par,
        Self::AuthorizePushed,
        Self::SignIn,
        Self::RefusedKnown,
        Self::RefusedUnknown,
        Self::Throttled,
        Self::Consent,
        Self::Code,
        Self::Refresh,
        Self::ClientCredentials,
        Self::Userinfo,
        Self::Logout,
        Self::Introspect,
        Self::Revoke,
        Self::SignUp,
        Self::Verify,
        Self::ResetKnown,
        Self::ResetUnknown,
        Self::NewPassword,
        Self::NotMe,
        Self::OwnPage,
        Self::AccountApi,
        Self::Accept,
        Self::BroughtOver,
        Self::Outlive,
        // Last: from then on everybody is asked for more.
        Self::Complete,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "JWKS",
            Self::AuthorizeWithSession => "authorize with a live session",
            Self::AuthorizeWithSessionToTouch => "the same, last touched an eighth of the idle time ago",
            Self::AuthorizeWithout => "authorize without, sign-in page",
            Self::Par => "par",
            Self::AuthorizePushed => "authorize with a live session, completing a pushed request",
            Self::SignIn => "sign-in by password",
            Self::RefusedKnown => "sign-in refused, known account",
            Self::RefusedUnknown => "sign-in refused, unknown account",
            Self::Throttled => "sign-in once throttled",
            Self::Consent => "consent given",
            Self::Code => "token: code",
            Self::Refresh => "token: refresh",
            Self::ClientCredentials => "token: client credentials",
            Self::Userinfo => "userinfo",
            Self::Logout => "logout",
            Self::Introspect => "introspect",
            Self::Revoke => "revoke",
            Self::SignUp => "sign-up",
            Self::Verify => "verify",
            Self::ResetKnown => "reset asked for, known account",
            Self::ResetUnknown => "reset asked for, unknown account",
            Self::NewPassword => "reset: new password",
            Self::NotMe => "this wasn't me",
            Self::OwnPage => "a page of one's own account",
            Self::AccountApi => "account API: profile",
            Self::Accept => "invitation accepted",
            Self::BroughtOver => "sign-in by a password of elsewhere, the hook's answer apart",
            Self::Outlive => "a password that is too old, replaced",
            Self::Complete => "what an account lacks",
        }
    }

    /// The budget table of the architecture.
    const fn budget(self) -> Budget {
        let (requests, write_units) = match self {
            Self::Discovery | Self::Jwks | Self::AuthorizeWithout | Self::Par | Self::ClientCredentials => (Some((0, 0)), 0),
            Self::AuthorizeWithSession | Self::Userinfo | Self::Introspect | Self::OwnPage | Self::AccountApi => (Some((1, 1)), 0),
            Self::AuthorizeWithSessionToTouch | Self::AuthorizePushed | Self::Refresh => (Some((2, 2)), 1),
            Self::SignIn => (Some((4, 3)), 6),
            // Whatever it is, the same for both.
            Self::RefusedKnown | Self::RefusedUnknown => (None, 4),
            Self::Throttled => (None, 1),
            Self::Consent | Self::Complete | Self::Logout | Self::Revoke => (Some((2, 2)), 5),
            Self::Code => (Some((2, 2)), 6),
            Self::SignUp | Self::Verify | Self::ResetKnown | Self::ResetUnknown | Self::NewPassword | Self::NotMe | Self::Outlive => {
                (Some((3, 3)), 14)
            }
            // An account as verify makes it, and the end of the invitation.
            Self::Accept => (Some((3, 3)), 16),
            // Once in a person's life: whether somebody took the address meanwhile is read after the hook's answer.
            Self::BroughtOver => (Some((5, 4)), 21),
        };
        Budget { requests, write_units: Units::whole(write_units) }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Discovery
            | Self::Jwks
            | Self::AuthorizeWithout
            | Self::Logout
            | Self::Code
            | Self::Refresh
            | Self::ClientCredentials
            | Self::Userinfo
            | Self::Introspect
            | Self::Revoke
            | Self::SignUp
            | Self::ResetKnown
            | Self::ResetUnknown
            | Self::NewPassword
            | Self::NotMe
            | Self::OwnPage
            | Self::AccountApi
            | Self::Accept => StatusCode::OK,
            Self::AuthorizeWithSession
            | Self::AuthorizeWithSessionToTouch
            | Self::AuthorizePushed
            | Self::SignIn
            | Self::BroughtOver
            | Self::Outlive
            | Self::Consent
            | Self::Complete
            | Self::Verify => StatusCode::SEE_OTHER,
            Self::Par => StatusCode::CREATED,
            Self::RefusedKnown | Self::RefusedUnknown => StatusCode::FORBIDDEN,
            Self::Throttled => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

async fn count_all() -> Vec<Counted> {
    let mut ground = Ground::new().await;
    let mut counted = Vec::new();
    for flow in Flow::ALL {
        counted.push(ground.count(flow).await);
    }
    counted
}

#[tokio::test]
async fn no_flow_asks_for_more_than_its_budget_and_the_page_says_what_it_asks_for() {
    let counted = count_all().await;
    for Counted { flow, warm, cold } in &counted {
        let Budget { requests, write_units } = flow.budget();
        let (most, longest) = requests.unwrap_or((usize::MAX, usize::MAX));
        assert!(warm.requests <= most && warm.longest_chain <= longest, "{}: {warm:?}", flow.name());
        assert!(warm.write_units <= write_units, "{}: {warm:?}", flow.name());
        assert_eq!(warm.key_calls, 0, "{}: KMS is not asked when warm", flow.name());
        assert!(cold.key_calls <= 3, "{}: one call per purpose: {cold:?}", flow.name());
    }
    let of = |flow| counted.iter().find(|counted| counted.flow == flow).expect("every flow is counted");
    assert_eq!(of(Flow::RefusedKnown).warm, of(Flow::RefusedUnknown).warm, "nothing tells a known account from an unknown one");
    assert_eq!(of(Flow::RefusedKnown).cold, of(Flow::RefusedUnknown).cold);
    assert_eq!(of(Flow::ResetKnown).warm, of(Flow::ResetUnknown).warm, "nor does forgetting a password");
    for keyless in [Flow::Discovery, Flow::Jwks] {
        assert_eq!(of(keyless).cold.key_calls, 0, "discovery and JWKS never ask KMS");
    }
    let bills = prices::Bills::of(&counted);
    assert!(bills.sign_in.usd_per_million() <= prices::PASSWORD_SIGN_IN_MOST, "{:?}", bills.sign_in);
    for (flow, bill, most) in &bills.single {
        assert!(bill.usd_per_million() <= *most, "{}: {bill:?}", flow.name());
    }
    page::assert_current(&page::counted(&counted, &bills));
}
