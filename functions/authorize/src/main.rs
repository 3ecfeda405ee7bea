//! Runs `authorize` on Lambda.

use authorize::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::serve(|start| authorize::router(Deps::new(&start.platform)))
}
