//! Where a command prints and asks: results on standard output, everything else beside it.

use std::io::{self, BufRead, IsTerminal, Write};

/// Where a command prints and asks.
pub struct Screen {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    // Who answers questions, where somebody does.
    answers: Option<Box<dyn BufRead + Send>>,
    redraws: bool,
}

impl Screen {
    /// That of the process.
    pub fn of_process() -> Self {
        let answers = io::stdin().is_terminal().then(|| Box::new(io::BufReader::new(io::stdin())) as Box<dyn BufRead + Send>);
        Self { out: Box::new(io::stdout()), err: Box::new(io::stderr()), answers, redraws: io::stderr().is_terminal() }
    }

    /// One that is no terminal; `answers` are lines that somebody types, if anybody does.
    pub fn new(out: impl Write + Send + 'static, err: impl Write + Send + 'static, answers: Option<&str>) -> Self {
        let answers = answers.map(|lines| Box::new(io::Cursor::new(lines.to_owned())) as Box<dyn BufRead + Send>);
        Self { out: Box::new(out), err: Box::new(err), answers, redraws: false }
    }

    /// Prints a result.
    pub(crate) fn out(&mut self, text: &str) {
        self.out_bytes(text.as_bytes());
    }

    pub(crate) fn out_bytes(&mut self, bytes: &[u8]) {
        // Whoever reads no further has read enough.
        let _read = self.out.write_all(bytes).and_then(|()| self.out.flush());
    }

    /// Prints what is said beside a result.
    pub(crate) fn err(&mut self, text: &str) {
        let _read = self.err.write_all(text.as_bytes()).and_then(|()| self.err.flush());
    }

    /// Whether a line may be drawn over.
    pub(crate) const fn redraws(&self) -> bool {
        self.redraws
    }

    /// Whether the answer is `yes`; nothing where nobody can be asked.
    pub(crate) fn agrees(&mut self, question: &str) -> Option<bool> {
        self.answers.as_ref()?;
        self.err(question);
        let mut line = String::new();
        // A line that can't be read is no agreement.
        let _read = self.answers.as_mut()?.read_line(&mut line);
        Some(line.trim() == "yes")
    }
}

/// A text of elsewhere without what a terminal would obey.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }).collect()
}
