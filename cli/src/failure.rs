//! Why a command isn't done; each is a sentence or two for whoever typed it, and none quotes a secret.

use std::io;
use std::path::{Path, PathBuf};

use crate::outcome::Outcome;
use crate::problem::Problem;

/// Why a command isn't done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// It isn't said right.
    #[error("{0}")]
    Usage(String),
    /// Nobody answers.
    #[error("{place} can't be reached: {why}.")]
    Unreachable {
        /// Scheme, host and port; links have what is secret behind that.
        place: String,
        /// What went wrong on the way.
        why: String,
    },
    /// The admin API refuses it.
    #[error("{0}")]
    Problem(Problem),
    /// The token endpoint refuses it (RFC 6749 §5.2).
    #[error("No token: {error}{description}.")]
    NoToken {
        /// The code.
        error: String,
        /// What is said of it, after a colon.
        description: String,
    },
    /// Somebody answers, but not as the platform does.
    #[error("{place} doesn't answer as Countersign does: {what}.")]
    Strange {
        /// Who.
        place: String,
        /// What is strange.
        what: String,
    },
    /// A file can't be read or written.
    #[error("{}: {error}.", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Something else.
    #[error("{0}")]
    Said(String),
}

impl Failure {
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |error| Self::File { path: path.to_owned(), error }
    }

    pub(crate) fn strange(place: &str, what: impl Into<String>) -> Self {
        Self::Strange { place: place.to_owned(), what: what.into() }
    }

    /// How the program ends for this.
    pub(crate) const fn outcome(&self) -> Outcome {
        if let Self::Usage(_) = self { Outcome::Usage } else { Outcome::Failed }
    }
}
