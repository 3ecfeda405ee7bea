//! Makes the demo tenant in deployed tables: in AWS, on an emulated AWS, or on any other endpoint.

use std::process::ExitCode;

use local::seed::program;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match program::run(std::env::args().skip(1)).await {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}", local::sentence(&error));
            ExitCode::FAILURE
        }
    }
}
