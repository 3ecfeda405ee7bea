//! Runs `admin` on Lambda.

use admin::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::serve_administration(|start| Ok(admin::router(Deps::new(&start.platform_with_links()?))))
}
