//! The table: what every person, link and browser is, and so how each operation is answered. It calls nothing of the platform, and says every limit
//! anew, as the documentation has it.

use std::collections::BTreeMap;

use super::operation::{BROWSERS, Met, Operation, PEOPLE, Which};

/// All times are in seconds since 1970.
type Moment = u64;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

const SIGN_UP_LINK: u64 = DAY;
const RESET_LINK: u64 = HOUR;
const ALARM_LINK: u64 = 7 * DAY;
const INVITATION: u64 = 7 * DAY;
const SESSION_IDLE: u64 = 12 * HOUR;
const SESSION_ABSOLUTE: u64 = 7 * DAY;
/// A session's use is written down when the one before is this old.
const SESSION_TOUCHED: u64 = SESSION_IDLE / 8;
/// Mails of a kind that an address gets within an hour of the clock.
const MAILS: u32 = 4;
/// Wrong passwords of one name within a day of the clock that no test goes beyond: at fifty every unknown source waits.
const WRONG_PASSWORDS: u32 = 40;

#[derive(Clone, Debug, Default)]
struct Person {
    account: Option<Account>,
    sign_ups: Vec<SignUp>,
    invitations: Vec<Invitation>,
    resets: Vec<Reset>,
    notices: Vec<Notice>,
}

#[derive(Clone, Debug)]
struct Account {
    password_version: u32,
    /// Whether its owner said that somebody else used it, and has chosen no new password since.
    is_locked: bool,
    /// What was signed in to before is over.
    not_before: Moment,
    is_editor: bool,
}

#[derive(Clone, Debug)]
struct SignUp {
    ends_at: Moment,
    was_mailed: bool,
    became_account: bool,
}

/// A link of an invitation; the newest is the invitation's.
#[derive(Clone, Debug)]
struct Invitation {
    ends_at: Moment,
    as_editor: bool,
    is_open: bool,
}

#[derive(Clone, Debug)]
struct Reset {
    asked_at: Moment,
    password_version: u32,
}

/// A mail that tells of a sign-in or a new password, with a link that says "this wasn't me".
#[derive(Clone, Debug)]
struct Notice {
    happened_at: Moment,
    password_version: u32,
}

#[derive(Clone, Debug)]
struct Session {
    who: usize,
    began_at: Moment,
    touched_at: Moment,
    is_over: bool,
}

/// Everything that there is.
pub(super) struct Model {
    people: Vec<Person>,
    browsers: Vec<Option<Session>>,
    mails: BTreeMap<(usize, &'static str, u64), u32>,
    wrong_passwords: BTreeMap<(usize, u64), u32>,
    now: Moment,
}

fn chosen<T>(links: &[T], which: Which) -> Option<usize> {
    let back = if which == Which::Newest { 1 } else { 2 };
    links.len().checked_sub(back)
}

impl Model {
    pub(super) fn new(now: Moment) -> Self {
        let (mails, wrong_passwords) = (BTreeMap::new(), BTreeMap::new());
        Self { people: vec![Person::default(); PEOPLE], browsers: vec![None; BROWSERS], mails, wrong_passwords, now }
    }

    /// Everybody who has an account, and whether they are an editor.
    pub(super) fn accounts(&self) -> BTreeMap<usize, bool> {
        self.people.iter().enumerate().filter_map(|(who, person)| Some((who, person.account.as_ref()?.is_editor))).collect()
    }

    /// What happens when `operation` is done at `now`.
    pub(super) fn take(&mut self, operation: Operation, now: Moment) -> Met {
        self.now = now;
        match operation {
            Operation::SignUp { who, .. } => self.sign_up(who),
            Operation::Prove { who, link, rightly } => self.prove(who, link, rightly),
            Operation::SignIn { who, browser, rightly } => self.sign_in(who, browser, rightly),
            Operation::Ask { browser } => self.ask(browser),
            Operation::SignOut { browser } => self.sign_out(browser),
            Operation::Forget { who } => self.forget(who),
            Operation::SetPassword { who, link, .. } => self.set_password(who, link),
            Operation::Alarm { who, link } => self.alarm(who, link),
            Operation::Invite { who, as_editor } => self.invite(who, as_editor),
            Operation::InviteAgain { who } => self.invite_again(who),
            Operation::Revoke { who } => self.revoke(who),
            Operation::Accept { who, link, .. } => self.accept(who, link),
            Operation::Assign { who, as_editor } => self.assign(who, as_editor),
            Operation::Wait { .. } => Met::Skipped,
        }
    }

    fn mail(&mut self, who: usize, kind: &'static str) -> bool {
        let sent = self.mails.entry((who, kind, self.now / HOUR)).or_default();
        *sent += 1;
        *sent <= MAILS
    }

    fn sign_up(&mut self, who: usize) -> Met {
        if !self.mail(who, "sign-up") {
            return Met::Status(429, false);
        }
        let was_mailed = self.people[who].account.is_none();
        self.people[who].sign_ups.push(SignUp { ends_at: self.now + SIGN_UP_LINK, was_mailed, became_account: false });
        Met::Status(200, was_mailed)
    }

    fn prove(&mut self, who: usize, which: Which, rightly: bool) -> Met {
        let person = &mut self.people[who];
        let Some(at) = chosen(&person.sign_ups, which) else { return Met::Skipped };
        let is_newest = at + 1 == person.sign_ups.len();
        let sign_up = &mut person.sign_ups[at];
        if !sign_up.was_mailed {
            return Met::Skipped;
        }
        if self.now >= sign_up.ends_at {
            return Met::Status(410, false);
        }
        if !rightly {
            return Met::Status(403, false);
        }
        if sign_up.became_account {
            return Met::Status(200, false);
        }
        if !is_newest || person.account.is_some() {
            return Met::Status(410, false);
        }
        sign_up.became_account = true;
        person.account = Some(Account { password_version: 1, is_locked: false, not_before: self.now, is_editor: false });
        Met::Status(200, false)
    }

    fn sign_in(&mut self, who: usize, browser: usize, rightly: bool) -> Met {
        let succeeds = rightly && self.people[who].account.as_ref().is_some_and(|account| !account.is_locked);
        if !succeeds {
            let wrong = self.wrong_passwords.entry((who, self.now / DAY)).or_default();
            if *wrong == WRONG_PASSWORDS {
                return Met::Skipped;
            }
            *wrong += 1;
        }
        self.browsers[browser] = succeeds.then_some(Session { who, began_at: self.now, touched_at: self.now, is_over: false });
        if succeeds {
            self.notice(who);
        }
        // Each sign-in is from a browser that nobody used before, so its owner is told.
        if succeeds { Met::Status(303, true) } else { Met::Status(403, false) }
    }

    fn notice(&mut self, who: usize) {
        let (happened_at, person) = (self.now, &mut self.people[who]);
        let password_version = person.account.as_ref().map(|account| account.password_version);
        person.notices.extend(password_version.map(|password_version| Notice { happened_at, password_version }));
    }

    fn is_alive(&self, session: &Session) -> bool {
        let not_before = self.people[session.who].account.as_ref().map_or(Moment::MAX, |account| account.not_before);
        let is_young = self.now < session.began_at + SESSION_ABSOLUTE && self.now < session.touched_at + SESSION_IDLE;
        !session.is_over && session.began_at >= not_before && is_young
    }

    fn ask(&mut self, browser: usize) -> Met {
        let Some(session) = self.browsers[browser].clone() else { return Met::Page("Sign in") };
        if !self.is_alive(&session) {
            return Met::Page("Sign in");
        }
        let touched_at = if self.now >= session.touched_at + SESSION_TOUCHED { self.now } else { session.touched_at };
        self.browsers[browser] = Some(Session { touched_at, ..session });
        Met::Page("Allow access")
    }

    fn sign_out(&mut self, browser: usize) -> Met {
        let Some(session) = self.browsers[browser].clone().filter(|session| self.is_alive(session)) else { return Met::Page("You’re signed out") };
        self.browsers[browser] = Some(Session { is_over: true, ..session });
        Met::Page("Sign out, and then: You’re signed out")
    }

    fn forget(&mut self, who: usize) -> Met {
        if !self.mail(who, "reset") {
            return Met::Status(429, false);
        }
        let person = &mut self.people[who];
        let reset = person.account.as_ref().map(|account| Reset { asked_at: self.now, password_version: account.password_version });
        let was_mailed = reset.is_some();
        person.resets.extend(reset);
        Met::Status(200, was_mailed)
    }

    fn set_password(&mut self, who: usize, which: Which) -> Met {
        let person = &mut self.people[who];
        let Some(at) = chosen(&person.resets, which) else { return Met::Skipped };
        let (reset, account) = (&person.resets[at], person.account.as_mut());
        let Some(account) = account.filter(|account| account.password_version == reset.password_version && self.now < reset.asked_at + RESET_LINK)
        else {
            return Met::Status(410, false);
        };
        account.password_version += 1;
        account.is_locked = false;
        account.not_before = self.now;
        self.notice(who);
        Met::Status(200, true)
    }

    /// Everything that the account is signed in to is over, the password opens nothing, and a link for a new one is mailed.
    fn alarm(&mut self, who: usize, which: Which) -> Met {
        let person = &mut self.people[who];
        let Some(at) = chosen(&person.notices, which) else { return Met::Skipped };
        let (notice, account) = (&person.notices[at], person.account.as_mut());
        let is_good = |account: &&mut Account| account.password_version == notice.password_version && self.now < notice.happened_at + ALARM_LINK;
        let Some(account) = account.filter(is_good) else { return Met::Status(410, false) };
        account.password_version += 1;
        account.is_locked = true;
        account.not_before = self.now;
        person.resets.push(Reset { asked_at: self.now, password_version: account.password_version });
        Met::Status(200, true)
    }

    fn invite(&mut self, who: usize, as_editor: bool) -> Met {
        let person = &mut self.people[who];
        if person.account.is_some() {
            return Met::Refused("the address has an account");
        }
        person.invitations.push(Invitation { ends_at: self.now + INVITATION, as_editor, is_open: true });
        Met::Done(true)
    }

    fn invite_again(&mut self, who: usize) -> Met {
        let person = &mut self.people[who];
        let Some(newest) = person.invitations.last().filter(|invitation| invitation.is_open) else { return Met::Refused("no open invitation") };
        let again = Invitation { ends_at: self.now + INVITATION, ..newest.clone() };
        person.invitations.push(again);
        Met::Done(true)
    }

    fn revoke(&mut self, who: usize) -> Met {
        let Some(newest) = self.people[who].invitations.last_mut().filter(|invitation| invitation.is_open) else {
            return Met::Refused("no open invitation");
        };
        newest.is_open = false;
        Met::Done(false)
    }

    fn accept(&mut self, who: usize, which: Which) -> Met {
        let person = &mut self.people[who];
        let Some(at) = chosen(&person.invitations, which) else { return Met::Skipped };
        let is_newest = at + 1 == person.invitations.len();
        let invitation = &mut person.invitations[at];
        if !is_newest || !invitation.is_open || self.now >= invitation.ends_at {
            return Met::Status(410, false);
        }
        if person.account.is_some() {
            return Met::Status(409, false);
        }
        invitation.is_open = false;
        person.account = Some(Account { password_version: 1, is_locked: false, not_before: self.now, is_editor: invitation.as_editor });
        Met::Status(200, false)
    }

    fn assign(&mut self, who: usize, as_editor: bool) -> Met {
        let Some(account) = &mut self.people[who].account else { return Met::Refused("nobody has that name") };
        account.is_editor = as_editor;
        Met::Done(false)
    }
}
