//! Runs `revoke` on Lambda.

use revoke::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::serve(|start| revoke::router(Deps::new(&start.platform)))
}
