//! The page that posts an answer to an app (OAuth 2.0 Form Post Response Mode §2): by itself where scripts run, by its button where they don't.

use std::sync::LazyLock;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::client::RedirectUri;

use super::{Brand, Frame, Page, form_post, shown, style};
use crate::language::Language;

/// The one script: the hash in the page's policy is over exactly this.
pub(crate) const SCRIPT: &str = "document.forms[0].submit()";

static SOURCE: LazyLock<String> = LazyLock::new(|| format!("'sha256-{}'", STANDARD.encode(crypto::derive::sha256(SCRIPT.as_bytes()))));

/// The source expression that allows the script and nothing else.
pub(crate) fn csp_source() -> &'static str {
    &SOURCE
}

/// Takes an answer back to an app.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "form_post.html")]
pub struct FormPostPage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page.
    pub brand: Brand<'a>,
    /// The app that asked.
    pub client_name: &'a str,
    /// Where the form posts: a checked return address.
    pub redirect_uri: &'a RedirectUri,
    /// What it posts, by name.
    pub fields: &'a [(&'a str, &'a str)],
}

impl Page for FormPostPage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand
    }
}

impl FormPostPage<'_> {
    fn client(&self) -> String {
        shown::name(self.client_name)
    }
}
