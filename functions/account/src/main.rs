//! Runs `account` on Lambda.

use account::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::serve(|start| account::router(Deps::new(&start.platform)))
}
