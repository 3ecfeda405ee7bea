//! `make bench-cold`: what starts of the built functions cost, into `docs/performance.md`.

use bench::cold::{self, Options};
use bench::{Error, page, scene};

/// Starts of each function.
const ROUNDS: usize = 30;
/// Sign-ins of one process unless the second argument says otherwise.
const SIGN_INS: usize = 300;

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let built = arguments.next().map_or_else(|| scene::repository().join("target/lambda"), Into::into);
    let sign_ins = arguments.next().map_or(Ok(SIGN_INS), |argument| argument.parse())?;
    let options = Options { built, rounds: ROUNDS, sign_ins };
    let starts = tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(cold::measure(&options))?;
    let report = cold::report(&starts, &options)?;
    eprint!("{report}");
    Ok(page::write(&scene::page(), page::COLD, &report)?)
}
