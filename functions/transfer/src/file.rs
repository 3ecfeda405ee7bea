//! The file of an import: its parts one after the other, read some bytes at a time, cut into lines.

use std::collections::VecDeque;

use cloud::parts::Way;
use domain::policy;
use domain::transfer::{Line, Lines, Position, parts};
use runtime::Failure;

use crate::at::At;

/// Bytes that are read at a time.
const AT_A_TIME: u64 = 1024 * 1024;

/// A file from a position on.
pub(crate) struct File {
    bytes: u64,
    offset: u64,
    lines: Lines,
    ready: VecDeque<Line>,
    is_over: bool,
}

impl File {
    pub(crate) fn from(bytes: u64, position: Position) -> Self {
        Self { bytes, offset: position.offset, lines: Lines::from(position), ready: VecDeque::new(), is_over: false }
    }

    /// The next lines, at most `count`; fewer only at the end.
    pub(crate) async fn next(&mut self, at: &At<'_>, count: usize) -> Result<Vec<Line>, Failure> {
        while self.ready.len() < count && !self.is_over {
            if self.offset < self.bytes {
                let chunk = self.chunk(at).await?;
                self.ready.extend(self.lines.push(&chunk));
            } else {
                self.ready.extend(self.lines.finish());
                self.is_over = true;
            }
        }
        let count = count.min(self.ready.len());
        Ok(self.ready.drain(..count).collect())
    }

    async fn chunk(&mut self, at: &At<'_>) -> Result<Vec<u8>, Failure> {
        let (part, first) = (self.offset / policy::TRANSFER_PART_BYTES, self.offset % policy::TRANSFER_PART_BYTES);
        let left = (policy::TRANSFER_PART_BYTES - first).min(self.bytes - self.offset);
        let most = usize::try_from(left.min(AT_A_TIME)).unwrap_or(usize::MAX);
        let number = u32::try_from(part + 1).unwrap_or(u32::MAX);
        let chunk = at.deps.parts.read(at.region(), &at.part(Way::In, number), first, most).await?;
        if chunk.is_empty() {
            return Err(Failure::Broken("a part of a file ends before its length".to_owned()));
        }
        self.offset += chunk.len() as u64;
        Ok(chunk.into())
    }
}

fn numbered(bytes: u64) -> impl Iterator<Item = (u32, u64)> {
    (1..).zip(parts(bytes).unwrap_or_default())
}

/// The first part that isn't there, or isn't as long as was said.
pub(crate) async fn missing(at: &At<'_>, bytes: u64) -> Result<Option<u32>, Failure> {
    for (number, expected) in numbered(bytes) {
        if at.deps.parts.length(at.region(), &at.part(Way::In, number)).await? != Some(expected) {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// Removes the file of a job that is over. What can't be removed now goes by the rule of its bucket.
pub(crate) async fn remove(at: &At<'_>, bytes: u64) {
    for (number, _) in numbered(bytes) {
        if let Err(error) = at.deps.parts.remove(at.region(), &at.part(Way::In, number)).await {
            tracing::warn!(job = at.job.id.as_str(), %error, "a part of a file was not removed");
        }
    }
}
