//! Runs `admin` on Lambda.

use std::sync::Arc;

use admin::Deps;
use cloud::dns::SystemDns;
use runtime::{Platform, lambda};

fn main() -> Result<(), lambda::Error> {
    lambda::serve_administration(|start| {
        let platform = start.platform_with_links()?;
        let objects = start.platform_with_photos()?.objects;
        Ok(admin::router(Deps::new(&Platform { objects, dns: Arc::new(SystemDns), ..platform })))
    })
}
