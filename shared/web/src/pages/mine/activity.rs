//! What happened to an account.

use askama::Template;
use domain::Timestamp;
use domain::history::Happening;

use super::{Head, Mine, pages_of, place};
use crate::pages::{Frame, shown, style};

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// What.
    pub what: Happening,
    /// When.
    pub at: Timestamp,
    /// The browser, as it named itself.
    pub user_agent: Option<&'a str>,
    /// From where.
    pub address: Option<&'a str>,
    /// From which country, where that is known.
    pub country: Option<&'a str>,
    /// The app that it was about.
    pub app: Option<&'a str>,
}

/// Lists it, the latest first.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "mine_activity.html")]
pub struct ActivityPage<'a> {
    /// What stands on every page.
    pub head: Head<'a>,
    /// What happened.
    pub entries: &'a [Entry<'a>],
    /// Where older entries are, if there may be any.
    pub older: Option<&'a str>,
}

pages_of!(ActivityPage => Activity);

impl ActivityPage<'_> {
    fn text(&self, entry: &Entry<'_>) -> &'static str {
        (self.mine().happening)(entry.what)
    }

    fn circumstances(&self, entry: &Entry<'_>) -> String {
        let browser = entry.user_agent.map(|user_agent| self.device(Some(user_agent)));
        let known = [browser, place(entry.address, entry.country), entry.app.map(shown::name)];
        known.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}
