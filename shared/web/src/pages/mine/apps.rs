//! Which apps a person allowed something.

use askama::Template;
use domain::Timestamp;

use super::{Head, Mine, pages_of};
use crate::pages::{Frame, shown, style};

/// An app that a person allowed something, or that has tokens of theirs.
#[derive(Clone, Copy, Debug)]
pub struct ConnectedApp<'a> {
    /// Its id.
    pub client_id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What it may learn, by the names of scopes.
    pub scopes: &'a str,
    /// Since when.
    pub since: Timestamp,
}

/// Lists them, each with a form that posts `state` and `remove`.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "mine_apps.html")]
pub struct AppsPage<'a> {
    /// What stands on every page.
    pub head: Head<'a>,
    /// The apps, by name.
    pub apps: &'a [ConnectedApp<'a>],
}

pages_of!(AppsPage => Apps);

impl ConnectedApp<'_> {
    fn shown_name(&self) -> String {
        shown::name(self.name)
    }
}
