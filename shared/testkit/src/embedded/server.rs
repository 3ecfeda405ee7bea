//! The embedded database on a loopback port of its own, in a thread of its own, so that it answers whatever the caller's runtime does.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use dynoxide::Database;
use tokio::sync::oneshot;

/// How long a drop waits for requests that are under way.
const LAST_REQUESTS: Duration = Duration::from_secs(1);

/// A running server; dropping it lets running requests finish and then ends it.
pub(super) struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    // Behind a lock so that threads may share the tables.
    stopped: Mutex<mpsc::Receiver<()>>,
}

impl Server {
    pub(super) fn start(database: Database) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopping) = oneshot::channel::<()>();
        let (tell, stopped) = mpsc::channel();
        thread::Builder::new().name("embedded-dynamodb".to_owned()).spawn(move || {
            let served = runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).map_err(|error| error.to_string())?;
                dynoxide::server::serve_with_shutdown(listener, database, async {
                    // An error means that the other end is gone, which is a stop as well.
                    let _ = stopping.await;
                })
                .await
            });
            drop(runtime);
            // Nobody listens when the value was dropped without waiting.
            let _ = tell.send(());
            if let Err(why) = served {
                eprintln!("the embedded DynamoDB ended: {why}");
            }
        })?;
        Ok(Self { address, stop: Some(stop), stopped: Mutex::new(stopped) })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have ended by itself.
            let _ = stop.send(());
        }
        let _ = crate::lock(&self.stopped).recv_timeout(LAST_REQUESTS);
    }
}
