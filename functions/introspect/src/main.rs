//! Runs `introspect` on Lambda.

use introspect::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::serve(|start| introspect::router(Deps::new(&start.platform)))
}
