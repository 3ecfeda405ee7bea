//! `countersign`: a tenant administered from the command line. It speaks HTTP with the token endpoint and the admin API, and knows nothing else of the platform.

mod api;
mod arguments;
mod config;
mod connection;
mod doctor;
mod failure;
mod http;
mod import;
mod keycloak;
mod outcome;
mod problem;
mod screen;
mod token;

use std::ffi::OsString;
use std::time::Duration;

use clap::Parser;
use domain::Secret;

use crate::api::Api;
use crate::arguments::{Arguments, AtTenant, Command, Users};
use crate::connection::Connection;
use crate::failure::Failure;

pub use outcome::Outcome;
pub use screen::Screen;

/// What isn't said by arguments.
pub struct Environment {
    /// The secret of the app whose token is used.
    pub client_secret: Option<Secret<String>>,
    /// What this machine takes for the time, since 1970 in UTC.
    pub since_epoch: fn() -> Duration,
}

/// Does what the arguments say; the first one is the program's name.
pub async fn run(arguments: impl IntoIterator<Item = OsString>, environment: &Environment, screen: &mut Screen) -> Outcome {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            screen.err(&error.to_string());
            return Outcome::Usage;
        }
        Err(help) => {
            screen.out(&help.to_string());
            return Outcome::Fine;
        }
    };
    match obey(arguments, environment, screen).await {
        Ok(outcome) => outcome,
        Err(failure) => {
            screen.err(&format!("{failure}\n"));
            failure.outcome()
        }
    }
}

async fn obey(arguments: Arguments, environment: &Environment, screen: &mut Screen) -> Result<Outcome, Failure> {
    let Arguments { connection, format, command } = arguments;
    let command = match command {
        Command::Doctor => return doctor::examine(&connection, environment, format, screen).await,
        Command::Keycloak(asked) => return keycloak::translate(&asked, screen),
        Command::At(command) => command,
    };
    let connection = Connection::of(&connection, environment)?;
    let api = Api::new(connection)?;
    match command {
        AtTenant::Token => token::show(&api, format, screen).await,
        AtTenant::Export { output } => config::export(&api, output.as_deref(), screen).await,
        AtTenant::Plan { file } => config::plan(&api, &file, format, screen).await,
        AtTenant::Apply { file, yes } => config::apply(&api, (&file, yes), format, screen).await,
        AtTenant::Users(Users::Import(asked)) => import::import(&api, &asked, format, screen).await,
    }
}
