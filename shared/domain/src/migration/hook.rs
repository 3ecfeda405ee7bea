//! The hook, as the tenant's record has it.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::policy;
use crate::secret::SealedBytes;
use crate::tenant::{Issuer, is_loopback_http};

/// Whether people are brought over, and by which hook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// Counts the changes; zero of a tenant that never had a hook.
    pub version: u64,
    /// Who is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hook: Option<MigrationHook>,
}

impl Migration {
    /// Whether the tenant never had a hook.
    pub const fn is_untouched(&self) -> bool {
        self.version == 0
    }
}

/// Who says whether a password is right elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationHook {
    /// Where it is.
    pub url: HookUrl,
    /// What questions are signed with, so that the hook knows who asks; sealed under the tenant's `credentials` key.
    pub secret: SealedBytes,
}

/// The address of a hook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HookUrl(String);

/// A hook can't be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHook {
    /// No URL, or one with credentials or a fragment.
    #[error("a hook has a URL without credentials and fragment, of at most {} bytes", policy::HOOK_URL_MAX)]
    Malformed,
    /// It would send passwords in clear.
    #[error("a hook is called by https")]
    Scheme,
}

impl HookUrl {
    /// Reads an address for the tenant of `issuer`: https, or this machine by http where the platform itself runs on it. Whether it is a public
    /// one shows when it is called.
    pub fn parse(text: &str, issuer: &Issuer) -> Result<Self, InvalidHook> {
        let url = Url::parse(text).map_err(|_| InvalidHook::Malformed)?;
        let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        if !bare || !url.has_host() || text.len() > policy::HOOK_URL_MAX {
            return Err(InvalidHook::Malformed);
        }
        let local = issuer.is_loopback() && is_loopback_http(&url);
        if url.scheme() == "https" || local { Ok(Self(text.to_owned())) } else { Err(InvalidHook::Scheme) }
    }

    /// The address as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_is_called_by_https_or_on_the_machine_that_the_platform_runs_on() {
        let [production, local] =
            ["https://demo.id.example.com", "http://localhost:8080/t/demo"].map(|issuer| Issuer::parse(issuer).expect("an issuer"));
        for issuer in [&production, &local] {
            let fine = "https://old.example/people?tenant=1";
            assert_eq!(HookUrl::parse(fine, issuer).as_ref().map(HookUrl::as_str), Ok(fine));
            for malformed in ["", "old.example", "https://ada:secret@old.example/", "https://old.example/#x", "mailto:ada@example.com"] {
                assert_eq!(HookUrl::parse(malformed, issuer), Err(InvalidHook::Malformed), "{malformed}");
            }
            let longest = format!("https://old.example/{}", "a".repeat(policy::HOOK_URL_MAX - 20));
            assert!(HookUrl::parse(&longest, issuer).is_ok());
            assert_eq!(HookUrl::parse(&format!("{longest}a"), issuer), Err(InvalidHook::Malformed));
            for clear in ["http://old.example/", "ftp://old.example/"] {
                assert_eq!(HookUrl::parse(clear, issuer), Err(InvalidHook::Scheme), "{clear}");
            }
        }
        let here = "http://localhost:9000/people";
        assert_eq!(HookUrl::parse(here, &production), Err(InvalidHook::Scheme));
        assert!(HookUrl::parse(here, &local).is_ok());
    }
}
