//! Runs `userinfo` on Lambda.

use runtime::lambda;
use userinfo::Deps;

fn main() -> Result<(), lambda::Error> {
    lambda::serve(|start| userinfo::router(Deps::new(&start.platform)))
}
