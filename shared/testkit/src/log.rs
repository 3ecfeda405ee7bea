//! What is logged, so that a test sees the alarms that an operator sees.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

use crate::lock;

/// What this thread logs, from its beginning until it is dropped.
pub struct Log {
    written: Written,
    _kept: DefaultGuard,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Begins to listen.
    pub fn listen() -> Self {
        let written = Written::default();
        let subscriber = tracing_subscriber::fmt().json().with_writer(written.clone()).finish();
        Self { written, _kept: tracing::subscriber::set_default(subscriber) }
    }

    /// The names of the alarms so far, in their order.
    pub fn alarms(&self) -> Vec<String> {
        let text = self.text();
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter_map(|line| line["fields"]["alarm"].as_str().map(str::to_owned)).collect()
    }

    /// Everything so far, one JSON object per line.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&lock(&self.written.0)).into_owned()
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Written {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_heard_and_a_line_without_one_is_none() {
        let log = Log::listen();
        tracing::error!(alarm = "sample", "a sample");
        tracing::error!("no alarm");
        assert_eq!(log.alarms(), ["sample"]);
        assert_eq!(log.text().lines().count(), 2);
    }
}
