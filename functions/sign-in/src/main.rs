//! Runs `sign-in` on Lambda.

use sign_in::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::serve(|start| sign_in::router(Deps::new(&start.platform)))
}
