//! The measured parts of `docs/performance.md`, each between markers of its own, so that no writer touches another's part.

use std::fs;
use std::io;
use std::path::Path;

/// A part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Names its markers.
    pub name: &'static str,
    /// Its heading, should the page not have it yet.
    pub heading: &'static str,
}

/// What requests cost in the tables; counted by tests, not here.
const COUNTED: Part = Part { name: "counted", heading: "Counted" };
/// What `make bench` writes.
pub const WARM: Part = Part { name: "bench", heading: "Measured: warm requests" };
/// What `make bench-cold` writes.
pub const COLD: Part = Part { name: "bench-cold", heading: "Measured: starts" };

const TITLE: &str = "# Performance\n";

impl Part {
    fn begin(self) -> String {
        format!("<!-- {}:begin -->", self.name)
    }

    fn end(self) -> String {
        format!("<!-- {}:end -->", self.name)
    }

    fn empty(self) -> String {
        format!("\n## {}\n\n{}\n{}\n", self.heading, self.begin(), self.end())
    }
}

/// Puts `content` between the markers of `part`, and leaves the rest of the page as it is. A page or part that is missing is made.
pub fn write(page: &Path, part: Part, content: &str) -> io::Result<()> {
    let before = match fs::read_to_string(page) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => TITLE.to_owned(),
        Err(error) => return Err(error),
    };
    fs::write(page, replaced(&before, part, content))
}

fn replaced(page: &str, part: Part, content: &str) -> String {
    let mut page = page.to_owned();
    for part in [COUNTED, WARM, COLD] {
        if !page.contains(&part.begin()) {
            page.push_str(&part.empty());
        }
    }
    let (begin, end) = (part.begin(), part.end());
    match page.split_once(&begin).and_then(|(head, rest)| Some((head, rest.split_once(&end)?.1))) {
        Some((head, tail)) => format!("{head}{begin}\n\n{}\n\n{end}{tail}", content.trim()),
        None => page,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_page_has_every_part_and_the_one_that_was_written() {
        let page = replaced(TITLE, WARM, "numbers\n");
        for part in [COUNTED, WARM, COLD] {
            assert_eq!(page.matches(&part.begin()).count(), 1, "{page}");
            assert_eq!(page.matches(&part.end()).count(), 1, "{page}");
        }
        assert!(page.contains("<!-- bench:begin -->\n\nnumbers\n\n<!-- bench:end -->"), "{page}");
    }

    #[test]
    fn writing_a_part_again_replaces_it_and_nothing_else() {
        let page = replaced(&replaced(TITLE, WARM, "earlier"), COLD, "starts").replace("# Performance", "# Performance\n\nAn introduction.");
        let again = replaced(&page, WARM, "new");
        assert_eq!(again, page.replace("earlier", "new"));
        assert!(again.contains("An introduction.") && again.contains("starts"), "{again}");
    }
}
