//! Runs `token` on Lambda.

use runtime::lambda;
use token::Deps;

fn main() -> Result<(), lambda::Error> {
    lambda::serve(|start| token::router(Deps::new(&start.platform)))
}
