//! What each flow asks of the tables, counted, never more than its budget, and as `docs/performance.md` says.
//!
//! Warm is a function that has met the tenant and the app; cold is a new process, which reads the tenant's bundle and unwraps its keys.

mod page;
mod prices;

use domain::policy;
use http::StatusCode;
use local::TestPlatform;
use testkit::endpoint::{Answer, Call};
use testkit::units::Units;

use super::relying_party::{RelyingParty, machine_call, path};
use super::sign_up::{mailed_link, sealed};
use super::tenants::another_app;
use super::visitor::{Visitor, answer};

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
    const ALL: [Self; 24] = [
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
        }
    }

    /// The budget table of the architecture.
    const fn budget(self) -> Budget {
        let (requests, write_units) = match self {
            Self::Discovery | Self::Jwks | Self::AuthorizeWithout | Self::Par | Self::ClientCredentials => (Some((0, 0)), 0),
            Self::AuthorizeWithSession | Self::Userinfo | Self::Introspect => (Some((1, 1)), 0),
            Self::AuthorizeWithSessionToTouch | Self::AuthorizePushed | Self::Refresh => (Some((2, 2)), 1),
            Self::SignIn => (Some((4, 3)), 6),
            // Whatever it is, the same for both.
            Self::RefusedKnown | Self::RefusedUnknown => (None, 4),
            Self::Throttled => (None, 1),
            Self::Consent | Self::Logout | Self::Revoke => (Some((2, 2)), 5),
            Self::Code => (Some((2, 2)), 6),
            Self::SignUp | Self::Verify | Self::ResetKnown | Self::ResetUnknown | Self::NewPassword => (Some((3, 3)), 14),
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
            | Self::NewPassword => StatusCode::OK,
            Self::AuthorizeWithSession | Self::AuthorizeWithSessionToTouch | Self::AuthorizePushed | Self::SignIn | Self::Consent | Self::Verify => {
                StatusCode::SEE_OTHER
            }
            Self::Par => StatusCode::CREATED,
            Self::RefusedKnown | Self::RefusedUnknown => StatusCode::FORBIDDEN,
            Self::Throttled => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

/// A platform on which flows are made ready, each at a network of its own.
struct Ground {
    platform: TestPlatform,
    app: RelyingParty,
    number: u16,
}

impl Ground {
    async fn new() -> Self {
        let platform = TestPlatform::start().await;
        let app = RelyingParty::public(&platform);
        Self { platform, app, number: 0 }
    }

    fn visitor(&mut self) -> Visitor {
        self.number += 1;
        Visitor::ada(&self.platform, self.number)
    }

    async fn signed_in(&mut self) -> (Visitor, String) {
        let mut ada = self.visitor();
        let code = ada.arrive(&self.platform, &self.app).await;
        (ada, code)
    }

    /// Does everything that comes before a flow's own request, and returns that.
    async fn prepare(&mut self, flow: Flow) -> Call {
        let open = |url: String| Call::get(path(&url));
        match flow {
            Flow::Discovery => open(self.app.url("/.well-known/openid-configuration")),
            Flow::Jwks => open(self.app.url("/jwks")),
            Flow::AuthorizeWithSession => self.signed_in().await.0.call(open(self.app.authorize_url())),
            Flow::AuthorizeWithSessionToTouch => {
                let ada = self.signed_in().await.0;
                self.platform.clock.advance(policy::SESSION_IDLE / policy::SESSION_TOUCH_PART);
                // Somebody else keeps the function warm meanwhile.
                let mut other = self.visitor();
                other.ask(&self.platform, &self.app).await;
                ada.call(open(self.app.authorize_url()))
            }
            Flow::AuthorizeWithout => self.visitor().call(open(self.app.authorize_url())),
            Flow::Par => self.app.par_call(),
            Flow::AuthorizePushed => {
                let ada = self.signed_in().await.0;
                let request_uri = self.app.push(&self.platform).await;
                ada.call(open(self.app.pushed_url(&request_uri)))
            }
            Flow::SignIn => {
                let ada = self.visitor();
                self.posted(ada).await
            }
            Flow::RefusedKnown => {
                let ada = self.visitor();
                let wrong = ada.clone().typing(&ada.username, "wrong");
                self.posted(wrong).await
            }
            Flow::RefusedUnknown => {
                let nobody = self.visitor().typing("nobody", "wrong");
                self.posted(nobody).await
            }
            Flow::Throttled => {
                let nobody = self.visitor().typing("nobody", "wrong");
                let call = self.posted(nobody).await;
                for _ in 0..=policy::ATTEMPTS_PER_WINDOW {
                    answer(&self.platform, call.clone()).await;
                }
                call
            }
            Flow::Consent => self.consenting().await,
            Flow::Code => {
                let code = self.signed_in().await.1;
                self.app.token_call(&self.app.grant(&code))
            }
            Flow::Refresh => {
                let app = self.app.clone().offline();
                let code = self.visitor().arrive(&self.platform, &app).await;
                let token = app.refresh_token(&self.platform, &code).await;
                app.token_call(&app.refresh(&token))
            }
            Flow::ClientCredentials => machine_call(&self.platform),
            Flow::Userinfo => {
                let code = self.signed_in().await.1;
                let (access_token, _) = self.app.tokens(&self.platform, &code).await;
                self.app.userinfo_call(&access_token)
            }
            Flow::Logout => {
                let (ada, code) = self.signed_in().await;
                let redeemed = self.app.redeem(&self.platform, &code).await;
                let hint = redeemed.text_of("id_token");
                ada.call(open(self.app.url(&format!("/logout?id_token_hint={hint}"))))
            }
            Flow::Introspect => self.about("/introspect").await,
            Flow::Revoke => self.about("/revoke").await,
            Flow::SignUp => {
                let (grace, page) = self.newcomer().await;
                grace.call(Call::form(path(&self.app.url("/sign-up")), &grace.sign_up_form(&page)))
            }
            Flow::ResetKnown => {
                let ada = self.visitor();
                let name = ada.username.clone();
                self.forgetting(ada, &name).await
            }
            Flow::ResetUnknown => {
                let nobody = self.visitor();
                self.forgetting(nobody, "nobody").await
            }
            Flow::NewPassword => {
                let (mut grace, page) = self.newcomer().await;
                grace.sign_up(&self.platform, &self.app, &page).await;
                let link = mailed_link(&self.platform, &grace.username).await;
                grace.verify(&self.platform, &self.app, &link).await;
                let email = grace.username.clone();
                let call = self.forgetting(grace.clone(), &email).await;
                answer(&self.platform, call).await;
                let link = mailed_link(&self.platform, &email).await;
                grace.call(Call::form(path(&self.app.url("/reset")), &[("link", sealed(&link)), ("password", "nine copper whistles hum")]))
            }
            Flow::Verify => {
                let (mut grace, page) = self.newcomer().await;
                grace.sign_up(&self.platform, &self.app, &page).await;
                let link = mailed_link(&self.platform, &grace.username).await;
                grace.call(Call::form(path(&self.app.url("/verify")), &[("link", sealed(&link))]))
            }
        }
    }

    async fn forgetting(&mut self, mut visitor: Visitor, name: &str) -> Call {
        let page = visitor.get(&self.platform, &self.app.url("/reset")).await;
        visitor.call(Call::form(path(&self.app.url("/reset")), &[("state", page.field("state")), ("username", name)]))
    }

    async fn newcomer(&mut self) -> (Visitor, Answer) {
        self.number += 1;
        Visitor::newcomer(&self.platform, &self.app, self.number).await
    }

    // About a token of the app that keeps a secret.
    async fn about(&mut self, endpoint: &str) -> Call {
        let app = RelyingParty::confidential(&self.platform);
        let code = self.visitor().arrive(&self.platform, &app).await;
        let (access_token, _) = app.tokens(&self.platform, &code).await;
        app.about(endpoint, &access_token)
    }

    async fn posted(&mut self, mut visitor: Visitor) -> Call {
        let page = visitor.ask(&self.platform, &self.app).await;
        let form = [("state", page.field("state")), ("username", &visitor.username), ("password", &visitor.password)];
        visitor.call(Call::form(path(&self.app.url("/sign-in")), &form))
    }

    // An app that this person wasn't asked about yet, and that the function has met.
    async fn consenting(&mut self) -> Call {
        let mut ada = self.signed_in().await.0;
        let app = another_app(&self.platform, self.number.into()).await;
        let page = ada.ask(&self.platform, &app).await;
        let call = |decision| Call::form(path(&app.url("/consent")), &[("state", page.field("state")), ("decision", decision)]);
        answer(&self.platform, ada.call(call("deny"))).await;
        ada.call(call("allow"))
    }

    async fn cost(&mut self, flow: Flow, call: Call) -> Cost {
        let calls_before = self.platform.keys.call_count();
        self.platform.counting().reset();
        let answered: Answer = answer(&self.platform, call).await;
        let report = self.platform.counting().take();
        assert_eq!(answered.status, flow.status(), "{}: {}", flow.name(), answered.outcome());
        Cost {
            requests: report.requests(),
            longest_chain: report.longest_chain(),
            write_units: report.write_units(),
            read_units: report.read_units(),
            key_calls: self.platform.keys.call_count() - calls_before,
        }
    }

    async fn count(&mut self, flow: Flow) -> Counted {
        let first = self.prepare(flow).await;
        answer(&self.platform, first).await;
        let call = self.prepare(flow).await;
        let warm = self.cost(flow, call).await;
        let call = self.prepare(flow).await;
        self.platform.restart();
        let cold = self.cost(flow, call).await;
        Counted { flow, warm, cold }
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
