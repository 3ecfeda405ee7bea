//! Runs `key-rotation` on Lambda.

use key_rotation::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::receive(|start| Ok(Deps::new(&start.platform)), &async |deps, _schedule: serde_json::Value| Ok(key_rotation::turn(deps).await?))
}
