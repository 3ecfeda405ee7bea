//! Whether pages may be shown (OpenID Connect Core §3.1.2.1, `prompt`).
//!
//! A value that isn't honoured is refused: an app that asks for `login` and isn't told that nobody was asked would trust the wrong person.

use serde::{Deserialize, Serialize};

use super::Reason;

/// What is offered, as metadata states it.
pub const SUPPORTED: [&str; 1] = ["none"];

/// Whether pages may be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Where one is needed.
    #[default]
    WhenNeeded,
    /// Never: what would need one is an error.
    None,
}

impl Prompt {
    /// Reads the parameter.
    pub fn requested(prompt: Option<&str>) -> Result<Self, Reason> {
        let values: Vec<&str> = prompt.unwrap_or_default().split(' ').filter(|value| !value.is_empty()).collect();
        match values.as_slice() {
            [] => Ok(Self::WhenNeeded),
            ["none"] => Ok(Self::None),
            several if several.contains(&"none") => Err(Reason::PromptContradicts),
            _ => Err(Reason::PromptUnsupported),
        }
    }

    /// The parameter that reads as this value.
    pub const fn as_parameter(self) -> Option<&'static str> {
        match self {
            Self::WhenNeeded => None,
            Self::None => Some("none"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_honoured_alone_and_nothing_else_is_promised() {
        assert_eq!(Prompt::requested(None), Ok(Prompt::WhenNeeded));
        assert_eq!(Prompt::requested(Some("none")), Ok(Prompt::None));
        assert_eq!(Prompt::requested(Some("none login")), Err(Reason::PromptContradicts));
        for unsupported in ["login", "consent", "select_account", "create", "NONE", "login consent"] {
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
