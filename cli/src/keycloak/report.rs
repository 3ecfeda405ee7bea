//! What of a realm has no counterpart, or another one: where it stood, and what to do. One line for each kind of thing, however many there are of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::screen::plain;

/// Examples that a line names.
const EXAMPLES: usize = 10;

/// What became of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// It isn't carried over, and somebody has to know.
    Left,
    /// It is carried over as something else.
    Changed,
}

impl Fate {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Changed => "changed",
        }
    }
}

/// The report.
#[derive(Default)]
pub(super) struct Report {
    lines: BTreeMap<(Fate, String, String), Examples>,
    carried: BTreeMap<&'static str, usize>,
}

#[derive(Default)]
struct Examples {
    count: usize,
    first: Vec<String>,
}

impl Report {
    /// Something isn't carried over. `at` names its place, `whose` an example, which may be empty.
    pub(super) fn left(&mut self, at: &str, whose: &str, advice: &str) {
        self.note(Fate::Left, at, whose, advice);
    }

    /// Something is carried over as something else.
    pub(super) fn changed(&mut self, at: &str, whose: &str, advice: &str) {
        self.note(Fate::Changed, at, whose, advice);
    }

    fn note(&mut self, fate: Fate, at: &str, whose: &str, advice: &str) {
        let examples = self.lines.entry((fate, at.to_owned(), advice.to_owned())).or_default();
        examples.count += 1;
        if !whose.is_empty() && examples.first.len() < EXAMPLES {
            examples.first.push(plain(whose));
        }
    }

    /// So many more of these are carried over.
    pub(super) fn carried(&mut self, what: &'static str, count: usize) {
        *self.carried.entry(what).or_default() += count;
    }

    /// How many of these are.
    pub(super) fn count(&self, what: &str) -> usize {
        self.carried.get(what).copied().unwrap_or_default()
    }

    /// How many kinds of things aren't.
    pub(super) fn lines(&self) -> usize {
        self.lines.len()
    }

    #[cfg(test)]
    pub(super) fn says(&self, at: &str, whose: &str) -> bool {
        self.lines
            .iter()
            .any(|((_, place, _), examples)| place == at && (whose.is_empty() || examples.first.iter().any(|first| first.contains(whose))))
    }

    /// For programs.
    pub(super) fn as_json(&self) -> Value {
        let line = |((fate, at, advice), examples): (&(Fate, String, String), &Examples)| json!({ "fate": fate.as_str(), "at": at, "advice": advice, "count": examples.count, "examples": examples.first });
        json!({ "carried": self.carried, "lines": self.lines.iter().map(line).collect::<Vec<_>>() })
    }

    /// For people, in Markdown.
    pub(super) fn as_markdown(&self) -> String {
        let mut text = "# What became of the realm\n\n".to_owned();
        for (what, count) in &self.carried {
            // Writing to a text can't fail.
            let _written = writeln!(text, "- {count} {what}");
        }
        for (fate, title) in [(Fate::Left, "Not carried over"), (Fate::Changed, "Carried over as something else")] {
            let of_it: Vec<_> = self.lines.iter().filter(|((found, ..), _)| *found == fate).collect();
            if !of_it.is_empty() {
                let _written = write!(text, "\n## {title}\n\n| where it stood | how many | for example | what to do |\n|---|---|---|---|\n");
            }
            for ((_, at, advice), examples) in of_it {
                let cells = [at.clone(), examples.count.to_string(), examples.first.join(", "), advice.clone()].map(|cell| cell.replace('|', "\\|"));
                let _written = writeln!(text, "| {} |", cells.join(" | "));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_thing_is_one_line_with_a_count_and_some_examples() {
        let mut report = Report::default();
        report.carried("people", 20);
        for number in 0..20 {
            report.left("users/*/totp", &format!("p{number}|"), "They enrol again.");
        }
        let text = report.as_markdown();
        assert!(text.contains("- 20 people\n") && text.contains("| users/*/totp | 20 | p0\\|, p1\\|"), "{text}");
        assert!(!text.contains("p10") && report.lines() == 1, "{text}");
        assert_eq!(report.as_json()["lines"][0]["count"], 20);
    }
}
