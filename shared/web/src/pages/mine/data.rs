//! All that is stored about a person, and the end of their account.

use askama::Template;
use domain::Timestamp;

use super::{Head, Mine, pages_of};
use crate::pages::{Frame, style};

/// A link to the data, and a form that posts `state` and `delete`, or `keep` once that was asked for.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "mine_data.html")]
pub struct DataPage<'a> {
    /// What stands on every page.
    pub head: Head<'a>,
    /// When the account will be deleted, if that was asked for.
    pub deletion_due_at: Option<Timestamp>,
}

pages_of!(DataPage => Data);
