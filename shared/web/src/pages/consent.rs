//! The consent page (OpenID Connect Core §3.1.2.4): who asks, for what, on whose behalf, and where the answer goes.

use askama::Template;
use domain::client::RedirectUri;

use super::{Brand, Frame, Page, shown, style};
use crate::language::Language;
use crate::texts::ScopeTexts;

/// Asks whether an app may have what it wants. The form posts `state` and `decision`, which is `allow` or `deny`.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "consent.html")]
pub struct ConsentPage<'a> {
    /// The language.
    pub language: Language,
    /// Whose page.
    pub brand: Brand<'a>,
    /// The app that asks.
    pub client_name: &'a str,
    /// Where the browser goes with the answer; its host is shown, because a name alone can lie.
    pub redirect_uri: &'a RedirectUri,
    /// The account that is signed in: its e-mail address or username.
    pub account: &'a str,
    /// The scopes asked for, one name each.
    pub scopes: &'a [&'a str],
    /// The API that those scopes are of which aren't everybody's. Its name is what it proves to be; a display name could lie.
    pub audience: Option<&'a str>,
    /// Where the form posts: the issuer's path and `/consent`.
    pub action: &'a str,
    /// The sealed state of this request.
    pub state: &'a str,
}

/// A scope as a row of the page.
struct ScopeRow<'a> {
    /// The scope's own name, which picks the icon.
    name: &'a str,
    /// That name as it is shown.
    shown: String,
    /// Its words; a scope without any is shown by its name.
    texts: Option<ScopeTexts>,
}

impl Page for ConsentPage<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn brand(&self) -> Brand<'_> {
        self.brand
    }
}

impl ConsentPage<'_> {
    fn client(&self) -> String {
        shown::name(self.client_name)
    }

    fn signed_in_account(&self) -> String {
        shown::account(self.account)
    }

    fn host(&self) -> String {
        shown::account(&self.redirect_uri.host())
    }

    fn api(&self) -> Option<String> {
        self.audience.map(shown::account)
    }

    fn rows(&self) -> Vec<ScopeRow<'_>> {
        let texts = self.texts();
        let words = |name: &str| match name {
            "openid" => Some(texts.scope_openid),
            "profile" => Some(texts.scope_profile),
            "email" => Some(texts.scope_email),
            "address" => Some(texts.scope_address),
            "phone" => Some(texts.scope_phone),
            "groups" => Some(texts.scope_groups),
            "roles" => Some(texts.scope_roles),
            "account" => Some(texts.scope_account),
            "offline_access" => Some(texts.scope_offline_access),
            _ => None,
        };
        self.scopes.iter().map(|&name| ScopeRow { name, shown: shown::name(name), texts: words(name) }).collect()
    }
}
