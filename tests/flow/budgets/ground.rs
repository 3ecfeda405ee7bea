//! What comes before each counted request.

use domain::policy;
use local::TestPlatform;
use testkit::endpoint::{Answer, Call};

use super::super::completion::ask_for;
use super::super::invitation::invited;
use super::super::migration::{self, Hook, hook_of};
use super::super::outlived::{DAYS, ages, wants_others};
use super::super::relying_party::{RelyingParty, machine_call, path};
use super::super::sign_up::{PASSWORD, mailed_link, mailed_link_to, sealed};
use super::super::tenants::another_app;
use super::super::visitor::{Visitor, answer};
use super::{Cost, Counted, Flow};

/// A platform on which flows are made ready, each at a network of its own.
pub(super) struct Ground {
    platform: TestPlatform,
    app: RelyingParty,
    number: u16,
    // Whom the tenant asks about people of elsewhere, once it does.
    hook: Option<Hook>,
}

impl Ground {
    pub(super) async fn new() -> Self {
        let platform = TestPlatform::start().await;
        let app = RelyingParty::public(&platform);
        Self { platform, app, number: 0, hook: None }
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
            Flow::NewPassword => self.resetting().await,
            Flow::NotMe => self.alarming().await,
            Flow::OwnPage => self.signed_in().await.0.call(open(self.app.url("/account"))),
            Flow::AccountApi => self.keeping_accounts().await,
            Flow::Accept => Box::pin(self.accepting()).await,
            Flow::BroughtOver => Box::pin(self.bringing_over()).await,
            Flow::Outlive => Box::pin(self.outliving()).await,
            Flow::Complete => self.completing().await,
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

    async fn resetting(&mut self) -> Call {
        let grace = self.with_account().await;
        let email = grace.username.clone();
        let call = self.forgetting(grace.clone(), &email).await;
        answer(&self.platform, call).await;
        let link = mailed_link_to(&self.platform, &email, "/reset").await;
        grace.call(Call::form(path(&self.app.url("/reset")), &[("link", sealed(&link)), ("password", "nine copper whistles hum")]))
    }

    async fn keeping_accounts(&mut self) -> Call {
        let app = self.app.clone().keeping_accounts();
        let code = self.visitor().arrive(&self.platform, &app).await;
        let (access_token, _) = app.tokens(&self.platform, &code).await;
        Call::get(path(&app.url("/account/v1/profile"))).with("authorization", &format!("Bearer {access_token}"))
    }

    async fn newcomer(&mut self) -> (Visitor, Answer) {
        self.number += 1;
        Visitor::newcomer(&self.platform, &self.app, self.number).await
    }

    async fn alarming(&mut self) -> Call {
        let mut grace = self.with_account().await;
        grace.arrive(&self.platform, &self.app).await;
        let link = mailed_link_to(&self.platform, &grace.username, "/not-me").await;
        grace.call(Call::form(path(&self.app.url("/not-me")), &[("link", sealed(&link))]))
    }

    async fn accepting(&mut self) -> Call {
        let mut grace = self.visitor();
        let link = invited(&self.platform, &format!("invited{}@example.org", self.number)).await;
        grace.get(&self.platform, &link).await;
        grace.call(Call::form(path(&self.app.url("/invitation")), &[("link", sealed(&link)), ("password", PASSWORD)]))
    }

    async fn bringing_over(&mut self) -> Call {
        if self.hook.is_none() {
            self.hook = Some(hook_of(&self.platform).await);
        }
        let name = format!("elsewhere{}@example.org", self.number);
        let grace = self.visitor().typing(&name, migration::PASSWORD);
        self.posted(grace).await
    }

    // The tenant is content with old passwords before and after.
    async fn outliving(&mut self) -> Call {
        let mut grace = self.with_account().await;
        wants_others(&self.platform, Some(DAYS)).await;
        ages(&self.platform);
        let page = grace.types_outlived(&self.platform, &self.app).await;
        wants_others(&self.platform, None).await;
        // The other function learns of the tenant.
        grace.get(&self.platform, &self.app.url("/reset")).await;
        let form = [("state", page.field("state")), ("password", "seven purple lanterns drift")];
        grace.call(Call::form(path(&self.app.url("/new-password")), &form))
    }

    async fn completing(&mut self) -> Call {
        let mut ada = self.visitor();
        let field = ask_for(&self.platform, &format!("thing{}", self.number)).await;
        let page = ada.ask(&self.platform, &self.app).await;
        let answer = ada.sign_in(&self.platform, &self.app, &page).await;
        let page = ada.follow(&self.platform, &self.app, answer).await;
        ada.call(Call::form(path(&self.app.url("/complete")), &[("state", page.field("state")), (field.as_str(), "x")]))
    }

    async fn with_account(&mut self) -> Visitor {
        let (mut grace, page) = self.newcomer().await;
        grace.sign_up(&self.platform, &self.app, &page).await;
        let link = mailed_link(&self.platform, &grace.username).await;
        grace.verify(&self.platform, &self.app, &link).await;
        grace
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

    pub(super) async fn count(&mut self, flow: Flow) -> Counted {
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
