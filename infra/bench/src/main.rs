//! `make bench`: what each warm flow costs, into `docs/performance.md`. Log lines, whose cost counts, go to standard output.

use bench::{Error, page, scene, warm};

/// How often each flow is measured unless the first argument says otherwise.
const TIMES: usize = 1000;

fn main() -> Result<(), Error> {
    let times = std::env::args().nth(1).map_or(Ok(TIMES), |argument| argument.parse())?;
    runtime::telemetry::start(None);
    // One thread, as in Lambda.
    let costs = tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(warm::measure(times))?;
    let report = warm::report(&costs)?;
    eprint!("{report}");
    Ok(page::write(&scene::page(), page::WARM, &report)?)
}
