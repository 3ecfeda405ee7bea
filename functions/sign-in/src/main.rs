//! Runs `sign-in` on Lambda.

use std::sync::Arc;

use cloud::egress::Guarded;
use runtime::lambda;
use sign_in::Deps;

fn main() -> Result<(), lambda::Error> {
    lambda::serve(|start| sign_in::router(Deps::new(&start.platform, Arc::new(Guarded))))
}
