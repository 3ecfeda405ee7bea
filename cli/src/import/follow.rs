//! An import on its way, and how it ended, for who waits.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;

use super::Job;
use crate::api::Api;
use crate::failure::Failure;
use crate::screen::{Screen, plain};

/// Between two looks.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
/// Characters of the bar.
const BAR: u64 = 30;

/// How following ended.
pub(super) enum Followed {
    /// The job is over.
    ToItsEnd(Job),
    /// Whoever waited doesn't any more.
    Left,
}

/// Looks at a job until it is over, or Ctrl-C.
pub(super) async fn follow(api: &Api, mut job: Job, rows: Option<u64>, screen: &mut Screen) -> Result<Followed, Failure> {
    let mut said = String::new();
    loop {
        let line = progress(&job.shown, rows);
        if line != said {
            // What is drawn over is cleared to its end (ECMA-48 §8.3.41).
            screen.err(&if screen.redraws() { format!("\r{line}\u{1b}[K") } else { format!("{line}\n") });
            said = line;
        }
        if matches!(job.state(), "done" | "failed" | "cancelled") {
            if screen.redraws() {
                screen.err("\n");
            }
            return Ok(Followed::ToItsEnd(job));
        }
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return Ok(Followed::Left),
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
        }
        job = Job::find(api, job.id()).await?;
    }
}

/// How far it is.
fn progress(job: &Value, rows: Option<u64>) -> String {
    let number = |name: &str| job[name].as_u64().unwrap_or_default();
    let (done, state) = (number("rows"), plain(job["state"].as_str().unwrap_or_default()));
    let counts = format!("{done} rows, {} accounts, {} refused", number("created"), number("refused"));
    let Some(rows) = rows.filter(|rows| *rows > 0) else { return format!("{state}: {counts}") };
    let full = usize::try_from((done.min(rows)).saturating_mul(BAR) / rows).unwrap_or_default();
    let rest = usize::try_from(BAR).unwrap_or_default() - full;
    format!("{state} [{}{}] {counts}", "#".repeat(full), "-".repeat(rest))
}

/// What became of it.
pub(super) fn told(job: &Value, refused: &[Value]) -> String {
    let text = |value: &Value| plain(value.as_str().unwrap_or_default());
    let number = |name: &str| job[name].as_u64().unwrap_or_default();
    let mut told = String::new();
    for row in refused {
        // Writing to a text can't fail.
        let _written = writeln!(told, "line {}: {}: {}", row["line"].as_u64().unwrap_or_default(), text(&row["reason"]), text(&row["detail"]));
    }
    let failure = &job["failure"];
    if failure.is_object() {
        let _written = writeln!(told, "{}: {}", text(&failure["reason"]), text(&failure["detail"]));
    }
    let _written = writeln!(told, "{}: {} accounts made, {} rows refused.", text(&job["state"]), number("created"), number("refused"));
    told
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn progress_is_a_bar_where_the_length_is_known() {
        let job = json!({ "state": "running", "rows": 50, "created": 48, "refused": 2 });
        assert_eq!(progress(&job, None), "running: 50 rows, 48 accounts, 2 refused");
        assert_eq!(progress(&job, Some(100)), "running [###############---------------] 50 rows, 48 accounts, 2 refused");
        let more = json!({ "state": "done", "rows": 200, "created": 200, "refused": 0 });
        assert!(progress(&more, Some(100)).contains(&"#".repeat(30)), "an estimate may be too small");
    }

    #[test]
    fn the_end_says_each_row_that_made_no_account() {
        let job = json!({ "state": "done", "created": 1, "refused": 1 });
        let refused = [json!({ "line": 3, "reason": "taken", "detail": "email" })];
        assert_eq!(told(&job, &refused), "line 3: taken: email\ndone: 1 accounts made, 1 rows refused.\n");
        let failed = json!({ "state": "failed", "created": 0, "refused": 0, "failure": { "reason": "header", "detail": "column 2" } });
        assert_eq!(told(&failed, &[]), "header: column 2\nfailed: 0 accounts made, 0 rows refused.\n");
    }
}
