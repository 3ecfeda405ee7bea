//! Where a person is signed in.

use askama::Template;
use domain::Timestamp;

use super::{Head, Mine, pages_of, place};
use crate::pages::{Frame, style};

/// A session as its person sees it.
#[derive(Clone, Copy, Debug)]
pub struct ShownSession<'a> {
    /// What names it, as apps know it too.
    pub sid: &'a str,
    /// The browser, as it named itself.
    pub user_agent: Option<&'a str>,
    /// From where.
    pub address: Option<&'a str>,
    /// From which country, where that is known.
    pub country: Option<&'a str>,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last used, to an eighth of its idle time.
    pub last_used_at: Timestamp,
    /// Whether it is the one that this page is shown in.
    pub is_this: bool,
}

/// Lists them. Each but this one has a form that posts `state` and `end`; one posts `state` and `end_others`.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "mine_sessions.html")]
pub struct SessionsPage<'a> {
    /// What stands on every page.
    pub head: Head<'a>,
    /// This one first.
    pub sessions: &'a [ShownSession<'a>],
}

pages_of!(SessionsPage => Sessions);

impl SessionsPage<'_> {
    fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_this)
    }

    fn browser(&self, session: &ShownSession<'_>) -> String {
        self.device(session.user_agent)
    }

    fn place(&self, session: &ShownSession<'_>) -> String {
        place(session.address, session.country).unwrap_or_else(|| self.mine().unknown_place.to_owned())
    }
}
