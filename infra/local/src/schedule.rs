//! Wakes a function at its rate, as an `EventBridge` schedule does.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::template::Schedule;

/// A function that is woken by the clock; it says what went wrong in one line.
pub type ScheduledFunction = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// Wakes `function` now and then at its rate until `stop` says true; a run that has begun is finished.
pub async fn follow(schedule: Schedule, function: ScheduledFunction, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(schedule.every);
    // A machine that slept wakes a function once, not once per minute slept.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !*stop.borrow_and_update() {
        tokio::select! {
            _ = ticks.tick() => wake(&schedule, &function).await,
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

/// Wakes a function once; what goes wrong is logged, as the next time heals it.
pub(crate) async fn wake(schedule: &Schedule, function: &ScheduledFunction) {
    let outcome = AssertUnwindSafe(async { function().await }).catch_unwind().await;
    if let Err(error) = outcome.unwrap_or_else(|_| Err("it panicked".to_owned())) {
        tracing::error!(function = schedule.function, error, "a scheduled function failed");
    }
}
