//! An import: the file's rows in batches, each row its own transaction.
//!
//! A row that is read again, because whoever read it died before its place was written down, finds the account that it made: it counts once, as made.

use domain::policy;
use domain::transfer::{Format, Header, JobFailure, Line, Place, Position, Progress, RefusedRow};
use futures_util::future::try_join_all;
use runtime::Failure;

use crate::Turn;
use crate::at::{At, Going};
use crate::file::{self, File};
use crate::row::Rows;

/// Rows that are worked on at the same time.
const AT_ONCE: usize = 8;

/// One turn at an import of a file of `bytes`.
pub(crate) async fn run(at: &mut At<'_>, bytes: u64) -> Result<Turn, Failure> {
    let Place::File(mut position) = at.job.place else { return Err(Failure::Broken("an import whose place is in no file".to_owned())) };
    if position == Position::default()
        && let Some(number) = file::missing(at, bytes).await?
    {
        return Ok(Turn::GivenUp(JobFailure::MissingPart(number)));
    }
    let header = match header(at, bytes).await? {
        Ok((header, after)) => {
            position = if position == Position::default() { after } else { position };
            header
        }
        Err(why) => return Ok(Turn::GivenUp(JobFailure::Header(why))),
    };
    let rows = Rows::new(at, header).await?;
    let mut file = File::from(bytes, position);
    loop {
        let lines = file.next(at, policy::TRANSFER_BATCH).await?;
        let Some(last) = lines.last() else { return Ok(Turn::Done) };
        let progress = at.job.progress;
        if progress.rows + lines.len() as u64 > policy::TRANSFER_ROWS_MAX {
            return Ok(Turn::GivenUp(JobFailure::TooManyRows));
        }
        let place = Place::File(last.end);
        let progress = batch(at, &rows, &lines, progress).await?;
        match at.goes_on(place, progress).await? {
            Going::On => {}
            Going::Later => return Ok(Turn::Later),
            Going::Lost => return Ok(Turn::Lost),
        }
    }
}

/// The columns of the file and where its rows begin.
async fn header(at: &At<'_>, bytes: u64) -> Result<Result<(Header, Position), String>, Failure> {
    if at.job.format == Format::Ndjson {
        return Ok(Ok((Header::default(), Position::default())));
    }
    let first = File::from(bytes, Position::default()).next(at, 1).await?.into_iter().next();
    let Some(Line { text, end }) = first else { return Ok(Err("the file has no lines".to_owned())) };
    Ok(text.map_err(|refused| refused.detail).and_then(|text| Header::parse(&text)).map(|header| (header, end)))
}

async fn batch(at: &At<'_>, rows: &Rows, lines: &[Line], mut progress: Progress) -> Result<Progress, Failure> {
    for some in lines.chunks(AT_ONCE) {
        for made in try_join_all(some.iter().map(|line| make(at, rows, line))).await? {
            progress.rows += 1;
            match made {
                Made::Account => progress.created += 1,
                Made::Nothing => progress.refused += 1,
            }
        }
    }
    Ok(progress)
}

/// What a row made.
#[derive(Clone, Copy)]
enum Made {
    Account,
    Nothing,
}

async fn make(at: &At<'_>, rows: &Rows, line: &Line) -> Result<Made, Failure> {
    let number = line.end.line;
    let made = match &line.text {
        Ok(text) => rows.make(at, text, number).await?,
        Err(refused) => Err(refused.clone()),
    };
    let Err(refused): Result<(), RefusedRow> = made else { return Ok(Made::Account) };
    at.home()?.note_refused(&at.job, &refused.of_line(number)).await?;
    Ok(Made::Nothing)
}
