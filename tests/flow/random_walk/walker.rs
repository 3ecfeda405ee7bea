//! Does each operation at a platform, as a browser or an administrator does it, and keeps what was mailed and chosen on the way.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::invitation::Invitee;
use domain::roster::RoleName;
use http::StatusCode;
use local::TestPlatform;
use runtime::provision::Membership;
use runtime::{Clock, Provisioner};
use testkit::endpoint::Answer;

use super::operation::{BROWSERS, Met, Operation, PEOPLE, Which};
use crate::flow::ledger::rows;
use crate::flow::relying_party::RelyingParty;
use crate::flow::sign_up::sealed;
use crate::flow::visitor::Visitor;

/// As many networks as a visitor can come from, so that none asks too often.
const NETWORKS: u16 = 500;

/// The links that somebody was mailed, the newest last, and the passwords that they chose.
#[derive(Clone, Debug, Default)]
struct Mailed {
    /// With the password of the sign-up; no link went to an address that had an account.
    sign_ups: Vec<(Option<String>, String)>,
    resets: Vec<String>,
    notices: Vec<String>,
    invitations: Vec<String>,
    password: String,
}

pub(super) struct Walker<'a> {
    at: &'a TestPlatform,
    app: RelyingParty,
    provisioner: Provisioner,
    mailed: Vec<Mailed>,
    browsers: Vec<Option<Visitor>>,
    network: u16,
    seen: usize,
}

fn email(who: usize) -> String {
    format!("Person{who}@example.org")
}

fn password(number: u32) -> String {
    format!("seven purple lanterns drift {number}")
}

fn editor() -> RoleName {
    RoleName::parse("editor").expect("a name")
}

fn chosen<T: Clone>(links: &[T], which: Which) -> T {
    let back = if which == Which::Newest { 1 } else { 2 };
    links[links.len() - back].clone()
}

fn status(answer: &Answer) -> Met {
    Met::Status(answer.status.as_u16(), false)
}

impl<'a> Walker<'a> {
    pub(super) async fn new(at: &'a TestPlatform) -> Self {
        let provisioner = Provisioner::new(at.platform());
        provisioner.change_roster(&at.demo.tenant, |roster| _ = roster.roles.insert(editor())).await.expect("a role");
        let (mailed, browsers) = (vec![Mailed::default(); PEOPLE], vec![None; BROWSERS]);
        Self { at, app: RelyingParty::public(at), provisioner, mailed, browsers, network: 0, seen: 0 }
    }

    /// Seconds since 1970.
    pub(super) fn now(&self) -> u64 {
        self.at.clock.now().seconds()
    }

    /// Lets time pass; the moment after it.
    pub(super) fn pass(&self, time: Duration) -> u64 {
        self.at.clock.advance(time);
        self.now()
    }

    pub(super) async fn take(&mut self, operation: Operation) -> Met {
        match operation {
            Operation::SignUp { who, password } => self.sign_up(who, password).await,
            Operation::Prove { who, link, rightly } => self.prove(who, link, rightly).await,
            Operation::SignIn { who, browser, rightly } => self.sign_in(who, browser, rightly).await,
            Operation::Ask { browser } => self.ask(browser).await,
            Operation::SignOut { browser } => self.sign_out(browser).await,
            Operation::Forget { who } => self.forget(who).await,
            Operation::SetPassword { who, link, password } => self.set_password(who, link, password).await,
            Operation::Alarm { who, link } => self.alarm(who, link).await,
            Operation::Accept { who, link, password } => self.accept(who, link, password).await,
            Operation::Invite { .. } | Operation::InviteAgain { .. } | Operation::Revoke { .. } | Operation::Assign { .. } => {
                self.administer(operation).await
            }
            Operation::Wait { .. } => Met::Skipped,
        }
    }

    /// Everybody who has an account, and whether they are an editor, as the tables have it.
    pub(super) async fn accounts(&self) -> BTreeMap<usize, bool> {
        let rows = rows(self.at, "identity").await;
        let people = rows.iter().filter(|row| row["sk"] == "USER");
        let of = |row: &serde_json::Value| {
            let who = (0..PEOPLE).find(|who| row["email"]["address"] == email(*who).as_str() && row["email"]["verified"] == true)?;
            Some((who, row["roles"].as_array().is_some_and(|roles| roles.iter().any(|role| role == "editor"))))
        };
        people.filter_map(of).collect()
    }

    fn visitor(&mut self) -> Visitor {
        self.network = (self.network + 1) % NETWORKS;
        Visitor::ada(self.at, self.network)
    }

    fn url(&self, path: &str) -> String {
        self.app.url(path)
    }

    /// The link that came to `who` since the last look, if one did.
    async fn new_link(&mut self, who: usize, path: &str) -> Option<String> {
        self.at.pump().await;
        let messages = self.at.inbox.messages();
        let path = format!("{path}?link=");
        let new = messages[self.seen..].iter().filter(|mail| mail.to == email(who));
        let link = new.flat_map(|mail| mail.text.lines()).rfind(|line| line.contains(&path)).map(str::to_owned);
        self.seen = messages.len();
        link
    }

    async fn sign_up(&mut self, who: usize, number: u32) -> Met {
        let mut visitor = self.visitor();
        let page = visitor.get(self.at, &self.url("/sign-up")).await;
        let (email, password) = (email(who), password(number));
        let form = [("state", page.field("state")), ("email", email.as_str()), ("password", password.as_str())];
        let answer = visitor.post(self.at, &self.url("/sign-up"), &form).await;
        let link = self.new_link(who, "/verify").await;
        let was_mailed = link.is_some();
        if answer.status == StatusCode::OK {
            self.mailed[who].sign_ups.push((link, password));
        }
        Met::Status(answer.status.as_u16(), was_mailed)
    }

    async fn prove(&mut self, who: usize, which: Which, rightly: bool) -> Met {
        let (link, password) = chosen(&self.mailed[who].sign_ups, which);
        let Some(link) = link else { return Met::Refused("no such link") };
        let typed = if rightly { password.as_str() } else { "not the one that was chosen" };
        let mut visitor = self.visitor();
        let answer = visitor.post(self.at, &self.url("/verify"), &[("link", sealed(&link)), ("password", typed)]).await;
        // A link that made its account before is answered as if it had now.
        if answer.status == StatusCode::OK && self.mailed[who].password.is_empty() {
            self.mailed[who].password = password;
        }
        status(&answer)
    }

    async fn sign_in(&mut self, who: usize, browser: usize, rightly: bool) -> Met {
        let password = if rightly { self.mailed[who].password.clone() } else { String::new() };
        let typed = if password.is_empty() { "not the one that was chosen" } else { &password };
        let mut visitor = self.visitor().typing(&email(who), typed);
        let page = visitor.ask(self.at, &self.app).await;
        let answer = visitor.sign_in(self.at, &self.app, &page).await;
        self.browsers[browser] = Some(visitor);
        self.noticed(who, &answer).await
    }

    /// The answer, and whether its notice came.
    async fn noticed(&mut self, who: usize, answer: &Answer) -> Met {
        let link = self.new_link(who, "/not-me").await;
        let was_mailed = link.is_some();
        self.mailed[who].notices.extend(link);
        Met::Status(answer.status.as_u16(), was_mailed)
    }

    async fn alarm(&mut self, who: usize, which: Which) -> Met {
        let link = chosen(&self.mailed[who].notices, which);
        let mut visitor = self.visitor();
        let answer = visitor.post(self.at, &self.url("/not-me"), &[("link", sealed(&link))]).await;
        let link = self.new_link(who, "/reset").await;
        let was_mailed = link.is_some();
        self.mailed[who].resets.extend(link);
        Met::Status(answer.status.as_u16(), was_mailed)
    }

    async fn ask(&mut self, browser: usize) -> Met {
        let mut visitor = match self.browsers[browser].take() {
            Some(visitor) => visitor,
            None => self.visitor(),
        };
        let answer = visitor.ask(self.at, &self.app).await;
        self.browsers[browser] = Some(visitor);
        page(&answer, &["Sign in", "Allow access"])
    }

    async fn sign_out(&mut self, browser: usize) -> Met {
        let mut visitor = match self.browsers[browser].take() {
            Some(visitor) => visitor,
            None => self.visitor(),
        };
        let asked = visitor.get(self.at, &self.url("/logout")).await;
        let said = if asked.outcome() == "200 Sign out · Demo" {
            let form = [("confirmation", asked.field("confirmation")), ("decision", "confirm")];
            match page(&visitor.post(self.at, &self.url("/logout"), &form).await, &["You’re signed out"]) {
                Met::Page(_) => Met::Page("Sign out, and then: You’re signed out"),
                other => other,
            }
        } else {
            page(&asked, &["You’re signed out"])
        };
        self.browsers[browser] = Some(visitor);
        said
    }

    async fn forget(&mut self, who: usize) -> Met {
        let mut visitor = self.visitor();
        let page = visitor.get(self.at, &self.url("/reset")).await;
        let answer = visitor.post(self.at, &self.url("/reset"), &[("state", page.field("state")), ("username", &email(who))]).await;
        let link = self.new_link(who, "/reset").await;
        let was_mailed = link.is_some();
        self.mailed[who].resets.extend(link);
        Met::Status(answer.status.as_u16(), was_mailed)
    }

    async fn set_password(&mut self, who: usize, which: Which, number: u32) -> Met {
        let (link, password) = (chosen(&self.mailed[who].resets, which), password(number));
        let mut visitor = self.visitor();
        let answer = visitor.post(self.at, &self.url("/reset"), &[("link", sealed(&link)), ("password", &password)]).await;
        if answer.status == StatusCode::OK {
            self.mailed[who].password = password;
        }
        self.noticed(who, &answer).await
    }

    async fn accept(&mut self, who: usize, which: Which, number: u32) -> Met {
        let (link, password) = (chosen(&self.mailed[who].invitations, which), password(number));
        let mut visitor = self.visitor();
        let answer = visitor.post(self.at, &self.url("/invitation"), &[("link", sealed(&link)), ("password", &password)]).await;
        if answer.status == StatusCode::OK {
            self.mailed[who].password = password;
        }
        status(&answer)
    }

    async fn administer(&mut self, operation: Operation) -> Met {
        let tenant = &self.at.demo.tenant;
        let roles = |as_editor: bool| as_editor.then(editor).into_iter().collect();
        let (who, done) = match operation {
            Operation::Invite { who, as_editor } => {
                let invitee = Invitee { email: email(who), roles: roles(as_editor), ..Invitee::default() };
                (who, self.provisioner.invite(tenant, &invitee).await.map(|_| ()).map_err(|error| error.to_string()))
            }
            Operation::InviteAgain { who } => {
                (who, self.provisioner.send_invitation_again(tenant, &email(who)).await.map_err(|error| error.to_string()))
            }
            Operation::Revoke { who } => (who, self.provisioner.revoke_invitation(tenant, &email(who)).await.map_err(|error| error.to_string())),
            Operation::Assign { who, as_editor } => {
                let membership = Membership { roles: roles(as_editor), ..Membership::default() };
                (who, self.provisioner.assign(tenant, &email(who), &membership).await.map(|_| ()).map_err(|error| error.to_string()))
            }
            _ => return Met::Skipped,
        };
        let link = self.new_link(who, "/invitation").await;
        let was_mailed = link.is_some();
        self.mailed[who].invitations.extend(link);
        match done {
            Ok(()) => Met::Done(was_mailed),
            Err(said) => refused(&said),
        }
    }
}

fn page(answer: &Answer, headings: &[&'static str]) -> Met {
    let found = headings.iter().find(|heading| answer.outcome() == format!("200 {heading} · Demo"));
    found.map_or_else(|| status(answer), |heading| Met::Page(heading))
}

fn refused(said: &str) -> Met {
    let known = ["the address has an account", "no open invitation", "nobody has that name"];
    Met::Refused(known.into_iter().find(|reason| *reason == said).unwrap_or("something else"))
}
