//! The table of starts beside their budgets.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::{Lasting, Options, Samples, Starts};
use crate::Error;
use crate::scene;
use crate::statistics::{milliseconds, ratio};

/// Start to first poll, by the bare function's.
const FIRST_POLL: f64 = 1.6;
/// CPU up to the first answer, by the bare function's.
const FIRST_ANSWER: f64 = 2.5;
/// Megabytes of memory without Argon2id's block.
const MEMORY: f64 = 24.0;
/// Megabytes of a zip.
const ZIP: f64 = 4.0;
/// CPU of the first random number.
const FIRST_RANDOM_NUMBER: Duration = Duration::from_millis(1);
/// Megabytes that memory may differ by and still be flat: pages of the binary that are touched late.
const FLAT_WITHIN: f64 = 1.0;
const MEGABYTE: f64 = 1e6;

/// The measured part of the page about starts.
pub fn report(starts: &Starts, options: &Options) -> Result<String, Error> {
    let mut page = String::new();
    writeln!(page, "Written by `make bench-cold`. {}", scene::described()?)?;
    writeln!(
        page,
        "\nMedians of {} starts of each, in turn with a bare `lambda_http` function from the same lockfile; tables, keys, queue and mail answer on this\n\
         machine without TLS. Each answer is a real one: a page, a session, tokens, claims, a nudge, a mail. Argon2id's CPU and block are taken off.\n",
        options.rounds
    )?;
    writeln!(
        page,
        "| | first poll, ms | by the bare one | CPU to first answer, ms | by the bare one | memory, MB | zip, MB |\n|---|---|---|---|---|---|---|"
    )?;
    let zips = zips(&options.built, starts)?;
    let (poll, cpu) = (milliseconds(starts.bare.first_poll()), milliseconds(starts.bare.cpu()));
    writeln!(page, "| a bare function | {poll} | | {cpu} | | {:.1} | |", megabytes(starts.bare.memory()))?;
    for (name, samples) in &starts.functions {
        writeln!(page, "{}", row(name, samples, &starts.bare, zips.get(name).copied()))?;
    }
    writeln!(page, "| budget | | {FIRST_POLL} | | {FIRST_ANSWER} | {MEMORY} | {ZIP} |\n")?;
    let verdict = verdict(starts.first_random_number <= FIRST_RANDOM_NUMBER);
    writeln!(page, "A process's first random number takes {} ms of CPU; budget 1{verdict}.", milliseconds(starts.first_random_number))?;
    write!(page, "{}", flat(&starts.lasting))?;
    Ok(page)
}

fn row(name: &str, samples: &Samples, bare: &Samples, zip: Option<f64>) -> String {
    let poll = ratio(samples.first_poll(), bare.first_poll());
    let cpu = ratio(samples.cpu(), bare.cpu());
    let memory = megabytes(samples.memory());
    let zip = zip.map_or_else(String::new, |zip| format!("{zip:.2}{}", verdict(zip <= ZIP)));
    format!(
        "| `{name}` | {} | {poll:.2}{} | {} | {cpu:.2}{} | {memory:.1}{} | {zip} |",
        milliseconds(samples.first_poll()),
        verdict(poll <= FIRST_POLL),
        milliseconds(samples.cpu()),
        verdict(cpu <= FIRST_ANSWER),
        verdict(memory <= MEMORY),
    )
}

fn flat(lasting: &Lasting) -> String {
    let (early, late) = (megabytes(lasting.early), megabytes(lasting.late));
    let verdict = verdict(late - early <= FLAT_WITHIN);
    format!(
        "One process of `sign-in` has {early:.1} MB after {} sign-ins and {late:.1} MB after {}; budget flat{verdict}.\n",
        lasting.early_at, lasting.late_at
    )
}

const fn verdict(held: bool) -> &'static str {
    if held { "" } else { " **not held**" }
}

#[expect(clippy::cast_precision_loss, reason = "sizes of processes are far below 2^52")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / MEGABYTE
}

/// The zips as the build's own tool measures them.
fn zips(built: &Path, starts: &Starts) -> Result<BTreeMap<String, f64>, Error> {
    let tool = scene::repository().join("infra/tools/zip_sizes.py");
    let output = Command::new("python3").arg(tool).arg(built).args(starts.functions.iter().map(|(name, _)| name)).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let printed = String::from_utf8(output.stdout)?;
    let size = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?.to_owned(), words.next()?.parse().ok()?))
    };
    Ok(printed.lines().filter_map(size).collect())
}

#[cfg(test)]
mod tests {
    use super::super::Start;
    use super::*;

    fn samples(poll: u64, cpu: u64, memory: u64) -> Samples {
        Samples(vec![Start { first_poll: Duration::from_millis(poll), cpu: Duration::from_millis(cpu), memory }])
    }

    #[test]
    fn a_start_above_its_budgets_says_which() {
        let bare = samples(10, 4, 8_000_000);
        assert_eq!(row("f", &samples(15, 10, 24_000_000), &bare, Some(3.9)), "| `f` | 15.00 | 1.50 | 10.00 | 2.50 | 24.0 | 3.90 |");
        let above = row("f", &samples(17, 11, 25_000_000), &bare, Some(4.1));
        assert_eq!(above, "| `f` | 17.00 | 1.70 **not held** | 11.00 | 2.75 **not held** | 25.0 **not held** | 4.10 **not held** |");
    }

    #[test]
    fn growing_memory_is_not_flat() {
        let lasting = Lasting { early_at: 10, early: 12_000_000, late_at: 100, late: 12_400_000 };
        assert!(flat(&lasting).ends_with("budget flat.\n"));
        assert!(flat(&Lasting { late: 14_000_000, ..lasting }).ends_with("budget flat **not held**.\n"));
    }
}
