//! Runs `account` on Lambda.

use account::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::serve_unless(|start| Ok(account::router(Deps::new(&start.platform_with_photos()?))))
}
