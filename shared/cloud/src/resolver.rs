//! How hosts become addresses: by the system's resolver, or as they were judged before.
//!
//! One type for both, and for plain HTTP as well: each type of resolver or connector is another 0.2 MB of HTTP client in a function.

use std::net::IpAddr;
use std::sync::Arc;

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};

/// What resolves the hosts of one client.
#[derive(Clone, Debug)]
pub(crate) enum Resolver {
    /// The system.
    System,
    /// Every name is at the addresses that were judged, and nowhere else.
    Judged(Arc<[IpAddr]>),
}

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        match self {
            Self::System => DnsFuture::new(async move { lookup(name, 0).await.map_err(ResolveDnsError::new) }),
            Self::Judged(addresses) => DnsFuture::ready(Ok(addresses.to_vec())),
        }
    }
}

/// The addresses of a host.
pub(crate) async fn lookup(name: &str, port: u16) -> std::io::Result<Vec<IpAddr>> {
    Ok(tokio::net::lookup_host((name, port)).await?.map(|found| found.ip()).collect())
}
