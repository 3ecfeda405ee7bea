//! Canonical forms of what people type to name themselves: NFKC, case fold, IDN, before anything is validated or looked up.
//!
//! The entered form is kept and is the only target of mail; the canonical form decides uniqueness.

use caseless::default_case_fold_str;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::policy;

/// The version of the canonical forms; part of every claim's key, so that a better form can be rolled out beside the old one.
pub const CANONICAL_VERSION: u8 = 1;

/// What the `sub` of an app begins with, and no person's does.
pub const SUBJECTS_OF_CLIENTS: &str = "client:";

/// What kind of identifier a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierKind {
    /// An e-mail address.
    Email,
    /// A username.
    Username,
    /// The `sub` of tokens, unique and never reused.
    Subject,
}

impl IdentifierKind {
    /// The kind's name in keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Username => "username",
            Self::Subject => "sub",
        }
    }
}

/// An identifier in its one canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Canonical {
    kind: IdentifierKind,
    text: String,
}

/// Why a text isn't an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentifier {
    /// Nothing but white space.
    #[error("empty")]
    Empty,
    /// Longer than any identifier.
    #[error("longer than {} characters", policy::IDENTIFIER_MAX_CHARACTERS)]
    TooLong,
    /// A control character, among them NUL and the bidirectional overrides.
    #[error("holds a control character")]
    Control,
    /// Not `local@domain` with a domain that IDNA accepts.
    #[error("not an e-mail address")]
    Email,
    /// A username with an `@` would be taken for an e-mail address.
    #[error("a username has no @ and no white space")]
    Username,
    /// A person's `sub` that could be an app's.
    #[error("a sub that begins with {SUBJECTS_OF_CLIENTS} is an app's")]
    OfClients,
}

impl Canonical {
    /// What a person typed to sign in: an e-mail address when it holds an `@`, a username otherwise.
    pub fn typed(entered: &str) -> Result<Self, InvalidIdentifier> {
        if entered.contains('@') || entered.contains('＠') { Self::email(entered) } else { Self::username(entered) }
    }

    /// The canonical form of an e-mail address: local part and domain folded, the domain in its ASCII form (RFC 5891).
    pub fn email(entered: &str) -> Result<Self, InvalidIdentifier> {
        let folded = fold(entered)?;
        let (local, domain) = folded.rsplit_once('@').ok_or(InvalidIdentifier::Email)?;
        let Ok(url::Host::Domain(domain)) = url::Host::parse(domain) else { return Err(InvalidIdentifier::Email) };
        let local_fits = !local.is_empty() && !local.contains(|c: char| c == '@' || c.is_whitespace());
        if local_fits && domain.contains('.') && !domain.ends_with('.') {
            Ok(Self { kind: IdentifierKind::Email, text: format!("{local}@{domain}") })
        } else {
            Err(InvalidIdentifier::Email)
        }
    }

    /// The canonical form of a username.
    pub fn username(entered: &str) -> Result<Self, InvalidIdentifier> {
        let folded = fold(entered)?;
        if folded.contains(|c: char| c == '@' || c.is_whitespace()) {
            return Err(InvalidIdentifier::Username);
        }
        Ok(Self { kind: IdentifierKind::Username, text: folded })
    }

    /// A `sub` is case-sensitive ASCII (OpenID Connect Core §2) and stands as it is.
    pub fn subject(sub: &str) -> Result<Self, InvalidIdentifier> {
        match sub.len() {
            0 => Err(InvalidIdentifier::Empty),
            _ if sub.starts_with(SUBJECTS_OF_CLIENTS) => Err(InvalidIdentifier::OfClients),
            1..=255 if sub.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Self { kind: IdentifierKind::Subject, text: sub.to_owned() }),
            1..=255 => Err(InvalidIdentifier::Control),
            _ => Err(InvalidIdentifier::TooLong),
        }
    }

    /// Which kind of identifier this is.
    pub const fn kind(&self) -> IdentifierKind {
        self.kind
    }

    /// What follows the `@` of an address; the whole text of anything else.
    pub fn domain(&self) -> &str {
        self.text.rsplit_once('@').map_or(self.text.as_str(), |(_, domain)| domain)
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

// NFKC, full case folding, NFKC again (Unicode §3.13, D146), with outer white space dropped first.
fn fold(entered: &str) -> Result<String, InvalidIdentifier> {
    if entered.chars().nth(policy::IDENTIFIER_MAX_CHARACTERS).is_some() {
        return Err(InvalidIdentifier::TooLong);
    }
    let compatible: String = entered.trim().nfkc().collect();
    let folded: String = default_case_fold_str(&compatible).nfkc().collect();
    if folded.is_empty() {
        return Err(InvalidIdentifier::Empty);
    }
    if folded.chars().any(is_control_or_format) {
        return Err(InvalidIdentifier::Control);
    }
    Ok(folded)
}

/// Whether a text is shown as the name of a thing: 1 to `policy::NAME_MAX_CHARACTERS` characters, none of them invisible, no white space around it.
pub fn is_title(text: &str) -> bool {
    let fits = (1..=policy::NAME_MAX_CHARACTERS).contains(&text.chars().count()) && text.trim() == text;
    fits && !text.chars().any(is_control_or_format)
}

/// Characters that no name needs and that make one look like another: controls, zero-width and bidirectional formatting.
pub fn is_control_or_format(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spelling_variants_of_one_address_are_one_identifier() {
        let plain = Canonical::email("ada@bücher.example").expect("an address");
        for variant in ["ADA@BÜCHER.EXAMPLE", " ada@bücher.example ", "ada@xn--bcher-kva.example", "ａｄａ@bücher.example", "ada＠bücher.example"]
        {
            assert_eq!(Canonical::typed(variant).as_ref(), Ok(&plain), "{variant}");
        }
        assert_eq!(plain.as_str(), "ada@xn--bcher-kva.example");
    }

    #[test]
    fn what_is_no_identifier_is_refused_by_its_reason() {
        for (text, why) in [
            ("", InvalidIdentifier::Empty),
            ("  ", InvalidIdentifier::Empty),
            ("a\0b", InvalidIdentifier::Control),
            ("a\u{202e}b", InvalidIdentifier::Control),
            ("a b", InvalidIdentifier::Username),
            ("@", InvalidIdentifier::Email),
            ("a@b", InvalidIdentifier::Email),
            ("a@[::1]", InvalidIdentifier::Email),
            ("a@b@c.example", InvalidIdentifier::Email),
        ] {
            assert_eq!(Canonical::typed(text), Err(why), "{text:?}");
        }
        assert_eq!(Canonical::typed(&"a".repeat(321)), Err(InvalidIdentifier::TooLong));
    }

    #[test]
    fn a_sub_stands_as_it_is_unless_it_could_be_an_apps() {
        for fine in ["ada", "Ada|x", "auth0|1", "Client:app", "a-client:app"] {
            assert_eq!(Canonical::subject(fine).map(|canonical| canonical.as_str().to_owned()), Ok(fine.to_owned()));
        }
        assert_eq!(Canonical::subject("client:app"), Err(InvalidIdentifier::OfClients));
        assert_eq!(Canonical::subject("a b"), Err(InvalidIdentifier::Control));
        assert_eq!(Canonical::subject(&"s".repeat(256)), Err(InvalidIdentifier::TooLong));
    }

    proptest! {
        #[test]
        fn a_canonical_form_is_its_own_canonical_form(entered in "\\PC{1,40}") {
            if let Ok(once) = Canonical::typed(&entered) {
                prop_assert_eq!(Canonical::typed(once.as_str()), Ok(once.clone()));
            }
        }
    }
}
