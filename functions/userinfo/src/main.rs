//! Runs `userinfo` on Lambda.

use userinfo::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::serve(|start| userinfo::router(Deps::new(&start.platform)))
}
