//! A browser's session: who signed in, when and how, and when that ends.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::event::{EventKind, RecordedEvent, Subject};
use crate::id::{SessionId, TenantId, UserId};
use crate::policy;
use crate::secret::SealedBytes;
use crate::tenant::{SessionPolicy, Tenant};
use crate::timestamp::Timestamp;
use crate::user::User;

/// How a person proved to be themself (RFC 8176).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthenticationMethod {
    /// A password.
    #[serde(rename = "pwd")]
    Password,
}

/// Why a session was ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Its person signed out (OpenID Connect RP-Initiated Logout §2).
    SignedOut,
    /// It ran out.
    Expired,
    /// Its person ended it from elsewhere.
    Revoked,
    /// Everything of its person from before a moment was ended: they have a new password, say.
    NotBefore,
}

/// How long a browser keeps a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keeping {
    /// Until it is closed.
    #[default]
    WhileOpen,
    /// Beyond that, because its person said so at sign-in.
    Kept,
}

/// A session that was ended; the row stays as a tombstone, so that the state that made it makes no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEnd {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: EndReason,
}

/// A session of one browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Derived from the sign-in state that made it, so that making it claims the state.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// When the person last proved to be themself: `auth_time`.
    pub authenticated_at: Timestamp,
    /// How.
    pub methods: Vec<AuthenticationMethod>,
    /// When it was last used, to an eighth of the idle time.
    pub last_used_at: Timestamp,
    /// Seconds without use after which it is over.
    pub idle_seconds: u64,
    /// When it is over, used or not. Checked in every decision; the row is kept for `policy::SESSION_REMEMBERED` more.
    pub ends_at: Timestamp,
    /// Set when it was ended; nothing brings it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<SessionEnd>,
    /// Whether its browser keeps it when it is closed.
    #[serde(default)]
    pub keeping: Keeping,
    /// Where its person signed in: address and browser, sealed under the person's own key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_from: Option<SealedBytes>,
}

/// Why a session doesn't count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// Ended by somebody.
    #[error("ended")]
    Ended,
    /// Not used for too long.
    #[error("idle for too long")]
    Idle,
    /// Too old.
    #[error("past its absolute lifetime")]
    Absolute,
    /// Its person is disabled.
    #[error("its user is disabled")]
    UserDisabled,
    /// Begun before the "not before" of the tenant or the person.
    #[error("before a watermark")]
    BeforeWatermark,
}

/// When a session is to be looked at, because it may have run out by then. Who uses a session doesn't move this: whoever looks does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiry {
    /// Of which tenant.
    pub tenant: TenantId,
    /// Whose session.
    pub user_id: UserId,
    /// Which.
    pub session_id: SessionId,
    /// When to look.
    pub due_at: Timestamp,
}

impl Expiry {
    /// The look that an event arranges: a session that began is looked at when it may run out first.
    pub fn arranged_by(event: &RecordedEvent) -> Option<Self> {
        match (&event.subject, &event.kind) {
            (Subject::User(user_id), EventKind::SessionStarted { session_id, runs_out_at: Some(due_at), .. }) => {
                Some(Self { tenant: event.tenant.clone(), user_id: user_id.clone(), session_id: session_id.clone(), due_at: *due_at })
            }
            _ => None,
        }
    }
}

/// What a look at a session finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOut {
    /// Its time is over and nobody ended it: it is to be ended, so that its apps are told.
    Now,
    /// It was used since the look was arranged: look again then.
    NotBefore(Timestamp),
    /// Somebody ended it, and told of it.
    EndedBefore,
}

/// How long a session lives that there is.
struct Limits {
    idle: Duration,
    ends_at: Timestamp,
}

/// What starts a session.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// Derived from the sign-in state.
    pub id: SessionId,
    /// Who signed in.
    pub user_id: UserId,
    /// How.
    pub methods: Vec<AuthenticationMethod>,
    /// Whether the browser keeps it when it is closed.
    pub keeping: Keeping,
    /// From where, sealed.
    pub seen_from: Option<SealedBytes>,
}

impl Beginning {
    /// What a password starts, in a browser of which nothing is known.
    pub fn by_password(id: SessionId, user_id: UserId) -> Self {
        Self { id, user_id, methods: vec![AuthenticationMethod::Password], keeping: Keeping::WhileOpen, seen_from: None }
    }
}

impl Session {
    /// A session that begins now.
    pub fn begin(beginning: Beginning, lifetimes: SessionPolicy, now: Timestamp) -> Self {
        Self {
            id: beginning.id,
            user_id: beginning.user_id,
            authenticated_at: now,
            methods: beginning.methods,
            last_used_at: now,
            idle_seconds: lifetimes.idle_seconds,
            ends_at: now.plus(lifetimes.absolute()),
            ended: None,
            keeping: beginning.keeping,
            seen_from: beginning.seen_from,
        }
    }

    /// Whether the session counts for `user` of `tenant` at `now`.
    pub fn live(&self, tenant: &Tenant, user: &User, now: Timestamp) -> Result<(), Ended> {
        if self.ended.is_some() {
            return Err(Ended::Ended);
        }
        if !user.is_active() {
            return Err(Ended::UserDisabled);
        }
        if self.is_cut_off(tenant, Some(user)) {
            return Err(Ended::BeforeWatermark);
        }
        let limits = self.limits(tenant.session_lifetimes(user, self.keeping));
        if now >= limits.ends_at {
            return Err(Ended::Absolute);
        }
        if now.since(self.last_used_at) >= limits.idle {
            return Err(Ended::Idle);
        }
        Ok(())
    }

    // What it began with, or what the tenant says now where that is shorter: a policy that grows stricter is for sessions that there are, one that grows
    // laxer for those that begin.
    fn limits(&self, lifetimes: SessionPolicy) -> Limits {
        Limits {
            idle: Duration::from_secs(self.idle_seconds.min(lifetimes.idle_seconds)),
            ends_at: self.ends_at.min(self.authenticated_at.plus(lifetimes.absolute())),
        }
    }

    /// Whether it is young enough, and was used lately enough, for an app whose sessions are shorter than the tenant's.
    pub fn serves(&self, app: Option<SessionPolicy>, now: Timestamp) -> bool {
        app.is_none_or(|app| now.since(self.authenticated_at) < app.absolute() && now.since(self.last_used_at) < app.idle())
    }

    /// Whether its person proved themself so lately that they may change what they prove themself with.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.since(self.authenticated_at) < policy::FRESH_SIGN_IN
    }

    /// Whether everything of its person from before a moment after its beginning was ended; whoever is gone has nothing left.
    pub fn is_cut_off(&self, tenant: &Tenant, user: Option<&User>) -> bool {
        user.is_none_or(|user| self.authenticated_at < user.not_before.max(tenant.not_before))
    }

    /// When the session is over unless it is used again, by what it began with.
    pub fn runs_out_at(&self) -> Timestamp {
        self.ends_at.min(self.last_used_at.plus(Duration::from_secs(self.idle_seconds)))
    }

    /// Whether the session has run out at `now`, where the tenant says that its person's live so long.
    pub fn run_out(&self, lifetimes: SessionPolicy, now: Timestamp) -> RunOut {
        if self.ended.is_some() {
            return RunOut::EndedBefore;
        }
        let limits = self.limits(lifetimes);
        let at = limits.ends_at.min(self.last_used_at.plus(limits.idle));
        if now < at { RunOut::NotBefore(at) } else { RunOut::Now }
    }

    /// Whether this use is worth a write: the last one is older than an eighth of the idle time that counts for it, the tenant's or an app's.
    pub fn wants_touch(&self, lifetimes: SessionPolicy, now: Timestamp) -> bool {
        now.since(self.last_used_at) >= self.limits(lifetimes).idle / policy::SESSION_TOUCH_PART
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::UserStatus;

    fn user() -> User {
        User::new(UserId::from_random([7; 16]), Timestamp::from_seconds(0))
    }

    fn tenant() -> Tenant {
        let issuer = crate::tenant::Issuer::parse("https://demo.id.example.com").expect("an issuer");
        let slug = crate::Slug::parse("demo").expect("a slug");
        Tenant::named(TenantId::from_random([1; 16]), slug, "Demo", issuer, Timestamp::from_seconds(0))
    }

    fn session() -> Session {
        let beginning = Beginning::by_password(SessionId::from_random([1; 16]), user().id);
        Session::begin(beginning, SessionPolicy { idle_seconds: 800, absolute_seconds: 2000 }, Timestamp::from_seconds(10_000))
    }

    #[test]
    fn a_session_ends_by_idling_and_by_age_to_the_second() {
        assert_eq!(session().live(&tenant(), &user(), Timestamp::from_seconds(10_799)), Ok(()));
        assert_eq!(session().live(&tenant(), &user(), Timestamp::from_seconds(10_800)), Err(Ended::Idle));
        let used = Session { last_used_at: Timestamp::from_seconds(11_900), ..session() };
        assert_eq!(used.live(&tenant(), &user(), Timestamp::from_seconds(11_999)), Ok(()));
        assert_eq!(used.live(&tenant(), &user(), Timestamp::from_seconds(12_000)), Err(Ended::Absolute));
    }

    #[test]
    fn a_disabled_person_and_the_watermarks_end_every_session() {
        let now = Timestamp::from_seconds(10_001);
        assert_eq!(session().live(&tenant(), &User { status: UserStatus::Disabled, ..user() }, now), Err(Ended::UserDisabled));
        assert_eq!(session().live(&tenant(), &User { not_before: Timestamp::from_seconds(10_001), ..user() }, now), Err(Ended::BeforeWatermark));
        assert_eq!(session().live(&tenant(), &User { not_before: Timestamp::from_seconds(10_000), ..user() }, now), Ok(()));
        assert_eq!(session().live(&Tenant { not_before: Timestamp::from_seconds(10_001), ..tenant() }, &user(), now), Err(Ended::BeforeWatermark));
        assert_eq!(session().live(&Tenant { not_before: Timestamp::from_seconds(10_000), ..tenant() }, &user(), now), Ok(()));
    }

    #[test]
    fn a_session_that_was_ended_is_over_whatever_else_holds() {
        let now = Timestamp::from_seconds(10_001);
        let ended = Session { ended: Some(SessionEnd { at: now, reason: EndReason::SignedOut }), ..session() };
        assert_eq!(ended.live(&tenant(), &user(), now), Err(Ended::Ended));
        assert_eq!(session().live(&tenant(), &user(), now), Ok(()));
    }

    #[test]
    fn a_session_has_run_out_exactly_when_it_no_longer_counts() {
        let idle = Timestamp::from_seconds(10_800);
        let run_out = |session: &Session, now| session.run_out(SessionPolicy::default(), now);
        assert_eq!(run_out(&session(), Timestamp::from_seconds(10_799)), RunOut::NotBefore(idle));
        assert_eq!(run_out(&session(), idle), RunOut::Now);
        let used = Session { last_used_at: Timestamp::from_seconds(11_900), ..session() };
        assert_eq!(run_out(&used, idle), RunOut::NotBefore(Timestamp::from_seconds(12_000)));
        assert_eq!(run_out(&used, Timestamp::from_seconds(12_000)), RunOut::Now);
        for session in [session(), used] {
            for now in (10_000..12_100).map(Timestamp::from_seconds) {
                for lifetimes in [SessionPolicy::default(), SessionPolicy { idle_seconds: 70, absolute_seconds: 1900 }] {
                    let tenant = Tenant { sessions: lifetimes, ..tenant() };
                    assert_eq!(session.run_out(lifetimes, now) == RunOut::Now, session.live(&tenant, &user(), now).is_err(), "{now:?}");
                }
            }
            let ended = Session { ended: Some(SessionEnd { at: idle, reason: EndReason::SignedOut }), ..session };
            assert_eq!(run_out(&ended, Timestamp::from_seconds(20_000)), RunOut::EndedBefore);
        }
    }

    #[test]
    fn an_app_may_ask_for_a_younger_and_a_livelier_session_than_the_tenant() {
        let app = SessionPolicy { idle_seconds: 60, absolute_seconds: 600 };
        assert!(session().serves(Some(app), Timestamp::from_seconds(10_059)));
        assert!(!session().serves(Some(app), Timestamp::from_seconds(10_060)));
        let used = Session { last_used_at: Timestamp::from_seconds(10_590), ..session() };
        assert!(used.serves(Some(app), Timestamp::from_seconds(10_599)));
        assert!(!used.serves(Some(app), Timestamp::from_seconds(10_600)));
        assert!(used.serves(None, Timestamp::from_seconds(10_600)));
    }

    #[test]
    fn a_session_is_fresh_for_ten_minutes_however_it_is_used() {
        let used = Session { last_used_at: Timestamp::from_seconds(10_599), ..session() };
        assert!(used.is_fresh(Timestamp::from_seconds(10_599)));
        assert!(!used.is_fresh(Timestamp::from_seconds(10_600)));
    }

    #[test]
    fn a_use_is_written_once_an_eighth_of_the_idle_time() {
        let wants = |idle_seconds, at| session().wants_touch(SessionPolicy { idle_seconds, absolute_seconds: 2000 }, Timestamp::from_seconds(at));
        assert_eq!([wants(800, 10_099), wants(800, 10_100), wants(9_000, 10_099), wants(9_000, 10_100)], [false, true, false, true]);
        assert_eq!([wants(80, 10_009), wants(80, 10_010)], [false, true], "shorter by now");
    }

    #[test]
    fn a_policy_that_grew_stricter_counts_for_sessions_that_there_are_and_one_that_grew_laxer_does_not() {
        let live = |idle_seconds, absolute_seconds, at| {
            let tenant = Tenant { sessions: SessionPolicy { idle_seconds, absolute_seconds }, ..tenant() };
            session().live(&tenant, &user(), Timestamp::from_seconds(at))
        };
        assert_eq!([live(60, 2000, 10_059), live(60, 2000, 10_060)], [Ok(()), Err(Ended::Idle)]);
        assert_eq!([live(800, 100, 10_099), live(800, 100, 10_100)], [Ok(()), Err(Ended::Absolute)]);
        assert_eq!([live(9_000, 9_000, 10_799), live(9_000, 9_000, 10_800)], [Ok(()), Err(Ended::Idle)]);
    }

    #[test]
    fn a_kept_session_is_an_ordinary_one_once_none_is_kept_any_more() {
        let kept = Session { keeping: Keeping::Kept, ..session() };
        let short = SessionPolicy { idle_seconds: 60, absolute_seconds: 600 };
        let offering = Tenant { sessions: short, kept_sessions: Some(SessionPolicy::default()), ..tenant() };
        let at = Timestamp::from_seconds(10_700);
        assert_eq!((kept.live(&offering, &user(), at), session().live(&offering, &user(), at)), (Ok(()), Err(Ended::Absolute)));
        assert_eq!(kept.live(&Tenant { kept_sessions: None, ..offering }, &user(), at), Err(Ended::Absolute));
    }
}
