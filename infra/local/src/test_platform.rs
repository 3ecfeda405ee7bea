//! A running platform with a tenant, a person and apps in one line, whose clock, randomness, faults and background work are the test's.
//!
//! Requests take the way they take on one machine, without a socket unless one is asked for. Nothing runs in the background: `pump` works off
//! what has arrived, `sweep` wakes what the clock would wake.

mod browser;
mod bucket;
mod demo;
mod ground;
mod replication;
mod two_regions;
mod two_zones;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use first_administrator::{Asked, Issued, NotIssued};
use http::{HeaderValue, Request, header};
use runtime::{Caller, Platform};
use testkit::transport::{Counting, Faulty};
use testkit::{Embedded, FixedClock, LocalKeys, MemoryDns, MemoryObjects};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::AbortHandle;

use crate::background::Background;
use crate::functions;
use crate::gateway::Gateway;
use crate::inbox::Inbox;
use crate::queue::Queue;
use crate::server::{self, Aside};
use crate::shelf::Shelf;
use crate::template::Deployment;

pub use browser::{Browser, Page};
pub use demo::Demo;
pub use two_regions::TwoRegions;
pub use two_zones::TwoZones;

use ground::{Ground, RegionTables};

/// Where tests reach the platform unless it is served; nothing listens there.
const BASE_URL: &str = "http://localhost:8080";
/// The address that requests come from unless they say otherwise (RFC 5737 §3).
const CALLER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// A platform for one test.
pub struct TestPlatform {
    /// The time; it stands until it is moved.
    pub clock: Arc<FixedClock>,
    /// Where mail ends.
    pub inbox: Arc<Inbox>,
    /// The photos and files that are kept, with their outages.
    pub objects: Arc<MemoryObjects>,
    /// The TXT records that there are.
    pub dns: Arc<MemoryDns>,
    /// The key service, with its outages.
    pub keys: Arc<LocalKeys>,
    /// The demo tenant.
    pub demo: Demo,
    /// What `deliver` reads.
    pub nudges: Arc<Queue>,
    /// Stream records that were given up.
    pub parked: Arc<Shelf>,
    /// Messages that were given up.
    pub dead_letters: Arc<Shelf>,
    platform: Platform,
    deployment: Deployment,
    gateway: Gateway,
    background: Mutex<Background>,
    tables: RegionTables,
    server: Option<AbortHandle>,
}

impl TestPlatform {
    /// A platform in one region, in memory.
    ///
    /// # Panics
    /// When it can't be, which fails the test that asked.
    pub async fn start() -> Self {
        Self::at(BASE_URL).await
    }

    /// A platform that also answers on a port of this machine, for clients that need one; its issuer names it.
    ///
    /// # Panics
    /// When it can't be, which fails the test that asked.
    pub async fn served() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let base_url = format!("http://localhost:{port}");
        let mut platform = Self::at(&base_url).await;
        let served = server::serve(
            listener,
            platform.gateway.clone(),
            Aside { inbox: Arc::clone(&platform.inbox), files: bucket::router(&platform.objects, &base_url) },
            std::future::pending(),
        );
        platform.server = Some(tokio::spawn(served).abort_handle());
        platform
    }

    /// Two regions of one zone, each with its own tables, and replication between them when the test says so.
    pub async fn two_regions() -> TwoRegions {
        TwoRegions::start(BASE_URL).await
    }

    /// Two zones with tables, keys and mails of their own, and one directory, which the first zone's region writes for both.
    pub async fn two_zones() -> TwoZones {
        TwoZones::start(BASE_URL).await
    }

    async fn at(base_url: &str) -> Self {
        let ground = Ground::new(base_url);
        let tables = RegionTables::of_one_region(&ground.clock);
        let demo = ground.plant(&ground.platform(&tables, &[&tables]), &[&tables]).await;
        ground.deploy(tables.clone(), &[&tables], demo)
    }

    /// Answers a request for `/t/demo/…` or the issuer's full URL, from an address of its own unless it says which.
    pub async fn request(&self, mut request: Request<Body>) -> Response {
        if request.extensions().get::<Caller>().is_none() {
            request.extensions_mut().insert(Caller { address: Some(CALLER), country: None });
        }
        request.headers_mut().entry(header::HOST).or_insert(HeaderValue::from_static("localhost"));
        self.gateway.answer(request).await
    }

    /// A browser that nobody used yet.
    pub fn browser(&self) -> Browser<'_> {
        Browser::of(self)
    }

    /// Works off streams and queues, and what comes of it, until nothing is left to do at this moment.
    ///
    /// # Panics
    /// When work never ends, which fails the test.
    pub async fn pump(&self) {
        self.background.lock().await.settle().await.expect("work that ends");
    }

    /// Wakes what the clock would wake.
    pub async fn sweep(&self) {
        self.background.lock().await.wake().await;
    }

    /// Lets every function that answers HTTP start anew, with nothing in memory.
    ///
    /// # Panics
    /// Never: their code was found before.
    pub fn restart(&mut self) {
        let code = |folder: &str| -> Option<Router> { functions::answering(folder, &self.platform) };
        self.gateway = Gateway::new(&self.deployment, code).expect("they started before");
    }

    /// Invokes `first-administrator`, as an operator does.
    pub async fn first_administrator(&self, asked: &Asked) -> Result<Issued, NotIssued> {
        let regions = vec![self.platform.region.clone()];
        first_administrator::issue(&first_administrator::Deps::new(&self.platform, regions), asked).await
    }

    /// What functions stand on.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// Counts the requests to this region's tables, those that suffer a fault included.
    pub fn counting(&self) -> &Counting {
        &self.tables.counting
    }

    /// Makes requests to this region's tables fail.
    pub fn faulty(&self) -> &Faulty {
        &self.tables.faulty
    }

    /// This region's tables.
    pub fn tables(&self) -> &Arc<Embedded> {
        &self.tables.embedded
    }
}

impl Drop for TestPlatform {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abort();
        }
    }
}
