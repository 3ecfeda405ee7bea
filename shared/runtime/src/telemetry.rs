//! One JSON line per thing worth telling; levels by `LOG_LEVEL`.

use tracing_subscriber::filter::LevelFilter;

/// Sends log lines to standard output as JSON.
// One level for everything: filters by module would bring a regular expression engine into every function.
pub fn start(level: Option<&str>) {
    let level = level.and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    // A second start in one process, as in tests, keeps the first.
    let _ = tracing_subscriber::fmt().json().with_max_level(level).with_current_span(false).without_time().try_init();
}
