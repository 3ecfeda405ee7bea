//! Runs `par` on Lambda.

use par::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::serve(|start| par::router(Deps::new(&start.platform)))
}
