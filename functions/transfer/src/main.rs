//! Runs `transfer` on Lambda.

use runtime::lambda;
use transfer::Deps;

fn main() -> Result<(), lambda::Error> {
    lambda::receive(|start| Ok(Deps::new(&start.platform_with_parts()?)), &async |deps, _schedule: serde_json::Value| Ok(transfer::work(deps).await?))
}
