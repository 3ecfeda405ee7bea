//! What a person is asked, whether or not it is needed (OpenID Connect Core §3.1.2.1, `prompt`).
//!
//! A value that isn't honoured is refused: an app that asks for one and isn't told that nobody was asked would trust the wrong person.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Reason;

/// What is offered, as metadata states it.
pub const SUPPORTED: [&str; 4] = ["none", "login", "consent", "select_account"];

/// Something that a request demands of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// None is shown: what would need one is an error. Stands alone.
    None,
    /// The person signs in anew.
    Login,
    /// The person is asked for consent again.
    Consent,
    /// The person says who goes on.
    SelectAccount,
}

impl Prompt {
    /// Reads the parameter.
    pub fn requested(prompt: Option<&str>) -> Result<BTreeSet<Self>, Reason> {
        let values = prompt.unwrap_or_default().split(' ').filter(|value| !value.is_empty());
        let prompts: BTreeSet<Self> = values.map(Self::parse).collect::<Result<_, _>>()?;
        if prompts.contains(&Self::None) && prompts.len() > 1 { Err(Reason::PromptContradicts) } else { Ok(prompts) }
    }

    fn parse(value: &str) -> Result<Self, Reason> {
        match value {
            "none" => Ok(Self::None),
            "login" => Ok(Self::Login),
            "consent" => Ok(Self::Consent),
            "select_account" => Ok(Self::SelectAccount),
            _ => Err(Reason::PromptUnsupported),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_prompts_may_stand_together_and_none_stands_alone() {
        assert_eq!(Prompt::requested(None), Ok(BTreeSet::new()));
        assert_eq!(Prompt::requested(Some(" ")), Ok(BTreeSet::new()));
        assert_eq!(Prompt::requested(Some("none")), Ok(BTreeSet::from([Prompt::None])));
        assert_eq!(Prompt::requested(Some("consent login")), Ok(BTreeSet::from([Prompt::Login, Prompt::Consent])));
        assert_eq!(Prompt::requested(Some("none login")), Err(Reason::PromptContradicts));
        for unsupported in ["create", "NONE", "login create", "none create"] {
            assert_eq!(Prompt::requested(Some(unsupported)), Err(Reason::PromptUnsupported), "{unsupported}");
        }
    }

    #[test]
    fn every_supported_value_is_read() {
        for value in SUPPORTED {
            assert!(Prompt::requested(Some(value)).is_ok(), "{value}");
        }
    }
}
