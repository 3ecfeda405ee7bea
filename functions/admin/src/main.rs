//! Runs `admin` on Lambda.

use admin::Deps;
use runtime::{Platform, lambda};

fn main() -> Result<(), lambda::Error> {
    lambda::serve_administration(|start| {
        let platform = Platform { objects: start.platform_with_photos()?.objects, ..start.platform_with_links()? };
        Ok(admin::router(Deps::new(&platform)))
    })
}
