//! `make run`: the platform and the demo app on this machine.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match local::run::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", local::sentence(&error));
            ExitCode::FAILURE
        }
    }
}
