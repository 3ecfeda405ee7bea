//! Runs `sign-in` on Lambda.

use runtime::lambda;
use sign_in::Deps;

fn main() -> Result<(), lambda::Error> {
    lambda::serve(|start| sign_in::router(Deps::new(&start.platform)))
}
