//! Runs `discovery` on Lambda.

use discovery::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::serve(|start| discovery::router(Deps::new(&start.platform)))
}
