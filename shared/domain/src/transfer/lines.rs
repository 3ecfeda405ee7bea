//! Lines out of chunks of bytes, however the chunks are cut.

use serde::{Deserialize, Serialize};

use super::row::{Reason, RefusedRow};
use crate::policy;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Where reading goes on: after whole lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Bytes of the file that were read.
    pub offset: u64,
    /// Lines of it.
    pub line: u64,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its text without its end, or why it has none.
    pub text: Result<String, RefusedRow>,
    /// Where the next one begins; its `line` is this one's number, which counts from 1.
    pub end: Position,
}

/// Cuts chunks into lines. What it holds of a file is one line of `policy::TRANSFER_LINE_MAX` bytes at most.
#[derive(Clone, Debug)]
pub struct Lines {
    position: Position,
    // What came of the line that isn't over yet, and how long it is in the file.
    begun: Vec<u8>,
    length: u64,
}

impl Lines {
    /// Lines from a position on.
    pub const fn from(position: Position) -> Self {
        Self { position, begun: Vec::new(), length: 0 }
    }

    /// The lines that are over with this chunk. Empty ones are left out.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            self.length += piece.len() as u64;
            let text = piece.strip_suffix(b"\n");
            self.keep(text.unwrap_or(piece));
            if text.is_some() {
                lines.extend(self.end());
            }
        }
        lines
    }

    /// The last line of a file, where nothing ends it.
    pub fn finish(&mut self) -> Option<Line> {
        if self.length == 0 { None } else { self.end() }
    }

    fn keep(&mut self, bytes: &[u8]) {
        // One more than fits tells that a line is too long; the end of a line and the mark at the beginning of the first don't count.
        let most = policy::TRANSFER_LINE_MAX + BYTE_ORDER_MARK.len() + 2;
        let room = most.saturating_sub(self.begun.len());
        self.begun.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn end(&mut self) -> Option<Line> {
        self.position = Position { offset: self.position.offset + self.length, line: self.position.line + 1 };
        self.length = 0;
        let begun = std::mem::take(&mut self.begun);
        let bytes = if self.position.line == 1 { begun.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&begun) } else { &begun };
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if bytes.is_empty() {
            return None;
        }
        let refused = |reason, detail: &str| RefusedRow { line: self.position.line, ..RefusedRow::new(reason, detail) };
        let text = if bytes.len() > policy::TRANSFER_LINE_MAX {
            Err(refused(Reason::TooLong, &format!("more than {} bytes", policy::TRANSFER_LINE_MAX)))
        } else {
            std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| refused(Reason::Encoding, "not UTF-8"))
        };
        Some(Line { text, end: self.position })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(chunks: &[&[u8]]) -> Vec<Line> {
        let mut lines = Lines::from(Position::default());
        let mut all: Vec<_> = chunks.iter().flat_map(|chunk| lines.push(chunk)).collect();
        all.extend(lines.finish());
        all
    }

    fn texts(file: &[u8]) -> Vec<(u64, Result<String, Reason>)> {
        lines(&[file]).into_iter().map(|line| (line.end.line, line.text.map_err(|refused| refused.reason))).collect()
    }

    #[test]
    fn a_mark_at_the_beginning_and_either_end_of_a_line_are_no_part_of_it() {
        let fine = |number, text: &str| (number, Ok(text.to_owned()));
        assert_eq!(texts("\u{feff}a\r\n\r\n\nb\nc".as_bytes()), [fine(1, "a"), fine(4, "b"), fine(5, "c")]);
        assert_eq!(texts("a\n\u{feff}b\n".as_bytes()), [fine(1, "a"), fine(2, "\u{feff}b")]);
        assert_eq!((texts(b""), texts(b"\n\r\n")), (vec![], vec![]));
        assert_eq!(texts("\u{feff}".as_bytes()), []);
    }

    #[test]
    fn a_line_in_another_encoding_or_too_long_is_an_error_of_its_own() {
        let long = vec![b'x'; policy::TRANSFER_LINE_MAX + 1];
        let full = &long[1..];
        let file = [b"a\n\xff\xfe\nb\n".as_slice(), &long, b"\n", full, b"\r\nc\n"].concat();
        let read = texts(&file);
        let reasons: Vec<_> = read.iter().map(|(number, text)| (*number, text.as_ref().map(String::len).map_err(|reason| *reason))).collect();
        assert_eq!(reasons, [(1, Ok(1)), (2, Err(Reason::Encoding)), (3, Ok(1)), (4, Err(Reason::TooLong)), (5, Ok(full.len())), (6, Ok(1))]);
        let megabyte = [vec![b'x'; 1 << 20], b"\nc".to_vec()].concat();
        assert_eq!(texts(&megabyte), [(1, Err(Reason::TooLong)), (2, Ok("c".to_owned()))]);
    }

    proptest! {
        #[test]
        fn a_file_has_the_same_lines_wherever_it_is_cut_and_resumed(file in "(\u{feff})?([a-zé,\"']{0,8}\r?\n?){0,12}", cuts in prop::collection::vec(0_usize..120, 0..6)) {
            let file = file.as_bytes();
            let whole = lines(&[file]);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(file.len())).collect();
            cuts.extend([0, file.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|pair| &file[pair[0]..pair[1]]).collect();
            prop_assert_eq!(&lines(&chunks), &whole);
            // From the end of each line on come the lines that follow it.
            for (index, line) in whole.iter().enumerate() {
                let mut resumed = Lines::from(line.end);
                let mut rest = resumed.push(&file[usize::try_from(line.end.offset).expect("small")..]);
                rest.extend(resumed.finish());
                prop_assert_eq!(&rest[..], &whole[index + 1..]);
            }
        }
    }
}
