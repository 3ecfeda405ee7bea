//! How the program ends, as scripts read it.

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What was asked for is done.
    Fine,
    /// It was refused, or failed.
    Failed,
    /// The arguments say nothing that can be done.
    Usage,
    /// `plan` found what differs.
    Differences,
    /// It was interrupted; what runs elsewhere goes on.
    Interrupted,
}

impl Outcome {
    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Differences => 3,
            // 128 and SIGINT, as shells have it.
            Self::Interrupted => 130,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        outcome.code().into()
    }
}
