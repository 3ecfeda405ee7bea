//! One JSON line per thing worth telling; levels by `LOG_LEVEL`.

use tracing_subscriber::EnvFilter;

/// Sends log lines to standard output as JSON.
pub fn start(level: Option<&str>) {
    let filter = EnvFilter::try_new(level.unwrap_or("info")).unwrap_or_else(|_| EnvFilter::new("info"));
    // A second start in one process, as in tests, keeps the first.
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_current_span(false).without_time().try_init();
}
