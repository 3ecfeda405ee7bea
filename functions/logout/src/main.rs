//! Runs `logout` on Lambda.

use logout::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::serve(|start| logout::router(Deps::new(&start.platform)))
}
