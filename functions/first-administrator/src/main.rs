//! Runs `first-administrator` on Lambda.

use first_administrator::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::answer(|start| Ok(Deps::new(&start.platform, start.configuration.zone_regions()?)), &async |deps, asked| {
        Ok(first_administrator::issue(deps, &asked).await?)
    })
}
