//! What the admin API says when it does nothing (RFC 9457), as people read it.

use std::fmt;

use serde_json::Value;

use crate::screen::plain;

const TYPE: &str = "urn:countersign:problem:";

/// A problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The status of the answer.
    pub(crate) status: u16,
    /// What stays: the last part of its type.
    pub(crate) slug: String,
    title: String,
    detail: Option<String>,
}

impl Problem {
    /// Reads an answer's body, whatever it is: in between may be who answers otherwise.
    pub(crate) fn read(status: u16, body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| body[name].as_str().map(plain);
        let slug = text("type").and_then(|kind| kind.strip_prefix(TYPE).map(str::to_owned)).unwrap_or_else(|| format!("status {status}"));
        let title = text("title").unwrap_or_else(|| "It says nothing that Countersign says.".to_owned());
        Self { status, slug, title, detail: text("detail") }
    }

    /// What may be done about it, where that isn't in the title.
    fn advice(&self) -> Option<&'static str> {
        Some(match self.slug.as_str() {
            "sign-in-again" => "No app may do this for itself: a person does, after a sign-in of just now.",
            "forbidden" => "An owner gives the app a role at administrators/apps/{client_id}; `countersign doctor` says what it has.",
            "token" => "`countersign doctor` looks where that comes from.",
            "tenant-closed" => "The platform's administrators resume a tenant.",
            _ => return None,
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.slug, self.title)?;
        if let Some(detail) = &self.detail {
            write!(formatter, "\n  {detail}")?;
        }
        self.advice().map_or(Ok(()), |advice| write!(formatter, "\n  {advice}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_its_slug_its_title_and_what_it_is_about() {
        let body = br#"{"type":"urn:countersign:problem:invalid","title":"It can't be so.","status":422,"detail":"name: 1 to 100"}"#;
        assert_eq!(Problem::read(422, body).to_string(), "invalid: It can't be so.\n  name: 1 to 100");
        let body = br#"{"type":"urn:countersign:problem:token","title":"No.","status":401}"#;
        assert_eq!(Problem::read(401, body).to_string(), "token: No.\n  `countersign doctor` looks where that comes from.");
    }

    #[test]
    fn somebody_elses_answer_is_no_problem_of_ours() {
        assert_eq!(Problem::read(502, b"<html>").to_string(), "status 502: It says nothing that Countersign says.");
    }

    #[test]
    fn what_a_terminal_would_obey_is_not_printed() {
        let body = br#"{"type":"urn:countersign:problem:x","title":"\u001b[2J","status":409}"#;
        assert_eq!(Problem::read(409, body).to_string(), "x: \u{fffd}[2J");
    }
}
