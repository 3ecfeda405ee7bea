//! What may be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Administers a tenant of Countersign.
#[derive(Debug, Parser)]
#[command(
    name = "countersign",
    version,
    after_help = "Exit codes: 0 done, 1 refused or failed, 2 not said right, 3 `plan` found differences, 130 interrupted.\n\
                  The app's secret is read from --client-secret-file or COUNTERSIGN_CLIENT_SECRET, never from an argument."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) connection: ConnectionAsked,
    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Who asks, and where.
#[derive(Debug, Default, Args)]
pub(crate) struct ConnectionAsked {
    /// The issuer of the tenant that the app is of.
    #[arg(long, global = true, env = "COUNTERSIGN_ISSUER", value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// The admin API, `…/admin/v1`; where the issuer says it, if it isn't said.
    #[arg(long, global = true, env = "COUNTERSIGN_ADMIN", value_name = "URL")]
    pub(crate) admin: Option<String>,
    /// The slug of the tenant that is administered; the issuer's, if it isn't said.
    #[arg(long, global = true, env = "COUNTERSIGN_TENANT", value_name = "SLUG")]
    pub(crate) tenant: Option<String>,
    /// The app that acts for itself.
    #[arg(long, global = true, env = "COUNTERSIGN_CLIENT_ID", value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// The file that holds its secret.
    #[arg(long, global = true, env = "COUNTERSIGN_CLIENT_SECRET_FILE", value_name = "FILE")]
    pub(crate) client_secret_file: Option<PathBuf>,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What is asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    At(AtTenant),
    /// Look at everything between here and the admin API, and say what to do where something is wrong.
    Doctor,
    /// Translate the export of a Keycloak realm; asks nobody.
    Keycloak(RealmAsked),
}

/// What is asked for of a tenant.
#[derive(Debug, Subcommand)]
pub(crate) enum AtTenant {
    /// Print an access token for the admin API.
    Token,
    /// Print what the tenant is set up with, as `plan` and `apply` read it.
    Export {
        /// Write it to a file instead.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Show what `apply` would change; exit code 3 if anything.
    Plan {
        /// What the tenant shall be set up with, YAML or JSON by its extension.
        file: PathBuf,
    },
    /// Set the tenant up as a file says: all of it, or nothing.
    Apply {
        /// What the tenant shall be set up with, YAML or JSON by its extension.
        file: PathBuf,
        /// Don't ask.
        #[arg(long)]
        yes: bool,
    },
    /// People.
    #[command(subcommand)]
    Users(Users),
}

/// A realm that is translated.
#[derive(Debug, Args)]
pub(crate) struct RealmAsked {
    /// The realm, as `kc.sh export --users realm_file` writes it.
    pub(crate) realm: PathBuf,
    /// Where to write what the tenant shall be set up with, for `plan` and `apply`; YAML, or JSON by its extension.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Where to write the people, for `users import`: NDJSON with the hashes of their passwords.
    #[arg(long, value_name = "FILE")]
    pub(crate) users: PathBuf,
    /// Where to write what has no counterpart; Markdown, or JSON by its extension.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: PathBuf,
    /// What the tenant is set up with, as `export` writes it: what it has beside the realm stays.
    #[arg(long, value_name = "FILE")]
    pub(crate) onto: Option<PathBuf>,
}

/// What is asked for of people.
#[derive(Debug, Subcommand)]
pub(crate) enum Users {
    /// Make the accounts that a file of people says.
    Import(ImportAsked),
}

/// An import.
#[derive(Debug, Args)]
pub(crate) struct ImportAsked {
    /// The file: `.csv`, `.ndjson` or `.jsonl`.
    #[arg(required_unless_present = "resume")]
    pub(crate) file: Option<PathBuf>,
    /// What its rows are written in, where the extension doesn't say it.
    #[arg(long = "as", value_enum, value_name = "FORM")]
    pub(crate) form: Option<Form>,
    /// Go on with an import that was begun: send its file, if that wasn't sent, and follow it.
    #[arg(long, value_name = "JOB")]
    pub(crate) resume: Option<String>,
    /// Don't wait until it is done.
    #[arg(long)]
    pub(crate) no_wait: bool,
}

/// What rows are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Comma-separated values, with a first line of names.
    Csv,
    /// A JSON object per line.
    Ndjson,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_agree_with_each_other() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn no_secret_is_an_argument() {
        let refused = Arguments::try_parse_from(["countersign", "--client-secret", "x", "token"]).expect_err("there is no such argument");
        assert_eq!(refused.exit_code(), 2);
    }
}
