//! How far a long seed is: a bar on a terminal, a line for each twentieth elsewhere.

use std::cell::RefCell;
use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};

use super::many::{Kind, Progress};

const BAR: &str = "{prefix:8} [{bar:40}] {human_pos} of {human_len}, {eta} left";
const LINES: usize = 20;

/// What tells of each step, on standard error.
pub(super) fn teller() -> Box<dyn Fn(Progress)> {
    if io::stderr().is_terminal() {
        let bar = RefCell::new(None);
        return Box::new(move |progress| draw(&mut bar.borrow_mut(), progress));
    }
    let lines = RefCell::new(Lines::default());
    Box::new(move |progress| {
        if let Some(line) = lines.borrow_mut().next(progress) {
            eprintln!("{line}");
        }
    })
}

fn draw(bar: &mut Option<(Kind, ProgressBar)>, Progress { kind, done, of }: Progress) {
    let is_of_it = bar.as_ref().is_some_and(|(drawn, _)| *drawn == kind);
    if !is_of_it {
        let style = ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar());
        let fresh = ProgressBar::new(of as u64).with_style(style).with_prefix(name(kind));
        *bar = Some((kind, fresh));
    }
    if let Some((_, bar)) = bar {
        bar.set_position(done as u64);
        if done == of {
            bar.finish();
        }
    }
}

/// The lines that were said.
#[derive(Default)]
struct Lines {
    last: Option<(Kind, usize)>,
}

impl Lines {
    fn next(&mut self, Progress { kind, done, of }: Progress) -> Option<String> {
        let part = (kind, done * LINES / of.max(1));
        if self.last == Some(part) || part.1 == 0 {
            return None;
        }
        self.last = Some(part);
        Some(format!("{} {done} of {of}", name(kind)))
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Tenants => "tenants",
        Kind::People => "people",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_twentieth_is_a_line_and_the_last_step_is_one() {
        let mut lines = Lines::default();
        let mut said = |kind, of: usize, step: usize| {
            let all = (0..=of).step_by(step).filter_map(|done| lines.next(Progress { kind, done, of }));
            all.collect::<Vec<_>>()
        };
        let tenants = said(Kind::Tenants, 1_000, 1);
        assert_eq!((tenants.len(), tenants[0].as_str(), tenants[19].as_str()), (20, "tenants 50 of 1000", "tenants 1000 of 1000"));
        assert_eq!(said(Kind::People, 300, 100), ["people 100 of 300", "people 200 of 300", "people 300 of 300"]);
    }
}
