//! The kind of a hash: algorithm and parameters, written as a hash of nobody's password.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::{Imported, Salted};

impl Imported {
    /// A hash of the same work, the same for all of its kind; it reads back as one.
    pub(super) fn kind(&self) -> String {
        match self {
            Self::Argon2 { algorithm, version, params, salted } => {
                let (memory, passes, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
                format!("${}$v={}$m={memory},t={passes},p={lanes}${}", algorithm.as_str(), *version as u32, salted.nobody())
            }
            Self::Bcrypt { cost, .. } => format!("$2b${cost:02}${}", ".".repeat(53)),
            Self::Pbkdf2 { digest, iterations, salted } => format!("$pbkdf2-{}$i={iterations}${}", digest.as_str(), salted.nobody()),
            Self::Scrypt { params, salted } => {
                format!("$scrypt$ln={},r={},p={}${}", params.log_n(), params.r(), params.p(), salted.nobody())
            }
            Self::ShaCrypt { id, rounds, .. } => {
                let hash = ".".repeat(if *id == "5" { 43 } else { 86 });
                format!("${id}$rounds={rounds}${}${hash}", ".".repeat(16))
            }
        }
    }
}

impl Salted {
    // Of the hash's length, which is work too.
    fn nobody(&self) -> String {
        format!("{}${}", STANDARD_NO_PAD.encode([0; 16]), STANDARD_NO_PAD.encode(vec![0; self.hash.len()]))
    }
}
