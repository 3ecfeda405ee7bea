//! What a region does without being asked: streams and queues are worked off, schedules wake functions. In the background, or step by step for
//! a test.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join;
use futures_util::future::join_all;
use tokio::sync::watch;

use crate::schedule::{self, ScheduledFunction};
use crate::template::Schedule;

/// How long an idle source is left alone.
const POLL: Duration = Duration::from_millis(200);
/// The first wait after a failure; it doubles with each in a row.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);
/// The longest.
const LONGEST_BACKOFF: Duration = Duration::from_secs(20);
/// More rounds than this mean that work never ends.
const ROUNDS: usize = 1000;

/// What a step found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing to do now.
    Idle,
    /// Something was done.
    Advanced,
    /// Something was tried, and will be again.
    Failed,
}

/// A stream or a queue with the function that works it off.
#[async_trait]
pub trait Source: Send {
    /// Takes up at most one batch.
    async fn step(&mut self) -> Progress;
}

/// Work brings more work, or a source fails for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("work was still coming after {ROUNDS} rounds")]
pub struct Unsettled;

/// The sources and schedules of a region.
pub struct Background {
    /// Streams and queues.
    pub sources: Vec<Box<dyn Source>>,
    /// What the clock wakes.
    pub schedules: Vec<(Schedule, ScheduledFunction)>,
}

impl Background {
    /// Works until `stop` says true; what has begun is finished.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let sources = self.sources.into_iter().map(|source| follow(source, stop.clone()));
        let schedules = self.schedules.into_iter().map(|(schedule, function)| schedule::follow(schedule, function, stop.clone()));
        join(join_all(sources), join_all(schedules)).await;
    }

    /// Works off everything that is there, and what comes of it.
    pub async fn settle(&mut self) -> Result<(), Unsettled> {
        for _ in 0..ROUNDS {
            let mut idle = true;
            for source in &mut self.sources {
                idle &= source.step().await == Progress::Idle;
            }
            if idle {
                return Ok(());
            }
        }
        Err(Unsettled)
    }

    /// Wakes every scheduled function once.
    pub async fn wake(&self) {
        for (schedule, function) in &self.schedules {
            schedule::wake(schedule, function).await;
        }
    }
}

async fn follow(mut source: Box<dyn Source>, mut stop: watch::Receiver<bool>) {
    let mut failures = 0;
    while !*stop.borrow_and_update() {
        let wait = match source.step().await {
            Progress::Advanced => {
                failures = 0;
                continue;
            }
            Progress::Idle => POLL,
            Progress::Failed => {
                failures += 1;
                backoff(failures)
            }
        };
        // Whoever dropped the sender wants an end too.
        if tokio::time::timeout(wait, stop.changed()).await.is_ok_and(|changed| changed.is_err()) {
            return;
        }
    }
}

fn backoff(failures: u32) -> Duration {
    FIRST_BACKOFF.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(LONGEST_BACKOFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Countdown(u32);

    #[async_trait]
    impl Source for Countdown {
        async fn step(&mut self) -> Progress {
            self.0 = self.0.saturating_sub(1);
            if self.0 == 0 { Progress::Idle } else { Progress::Advanced }
        }
    }

    #[tokio::test]
    async fn work_is_settled_when_nothing_is_left_and_not_when_it_never_ends() {
        let background = |steps| Background { sources: vec![Box::new(Countdown(steps)), Box::new(Countdown(3))], schedules: Vec::new() };
        assert_eq!(background(5).settle().await, Ok(()));
        assert_eq!(background(5000).settle().await, Err(Unsettled));
    }

    #[tokio::test]
    async fn the_background_ends_when_it_is_told_to() {
        let (stop, stopped) = watch::channel(false);
        let background = Background { sources: vec![Box::new(Countdown(1))], schedules: Vec::new() };
        let running = tokio::spawn(background.run(stopped));
        stop.send(true).expect("it runs");
        tokio::time::timeout(Duration::from_secs(5), running).await.expect("it ends soon").expect("it doesn't panic");
    }

    #[test]
    fn waits_double_up_to_a_bound() {
        assert_eq!([backoff(1), backoff(2), backoff(3)], [200, 400, 800].map(Duration::from_millis));
        assert_eq!(backoff(100), LONGEST_BACKOFF);
    }
}
