//! Runs `token` on Lambda.

use token::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::serve(|start| token::router(Deps::new(&start.platform)))
}
