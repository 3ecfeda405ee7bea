//! `countersign`: the program.

use std::ffi::OsStr;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use cli::{Environment, Screen};

/// Where the secret of the app stands whose token is used.
const SECRET: &str = "COUNTERSIGN_CLIENT_SECRET";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let environment = Environment { client_secret: secret(SECRET.as_ref()).map(Into::into), since_epoch };
    cli::run(std::env::args_os(), &environment, &mut Screen::of_process()).await.into()
}

#[expect(clippy::disallowed_methods, reason = "no function: a program on somebody's machine, whose secret is said where `ps` doesn't show it")]
fn secret(name: &OsStr) -> Option<String> {
    std::env::var(name).ok().filter(|secret| !secret.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "no function: the clock of this machine is what `doctor` looks at")]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
