//! `local.json` and `emulated.json`: where the platform is and what to sign in with.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Addresses;

/// What journeys and people read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Where the platform is.
    pub base_url: String,
    /// Where mails can be read; `?format=json` for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbox_url: Option<String>,
    /// Where the demo app is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demo_app_url: Option<String>,
    /// Tenants by slug.
    pub tenants: BTreeMap<String, TenantDocument>,
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantDocument {
    /// Its issuer.
    pub issuer: String,
    /// Its people.
    pub users: Vec<Person>,
    /// Its apps.
    pub clients: Vec<App>,
    /// Its APIs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apis: Vec<Api>,
}

/// An API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Api {
    /// What names it: `resource` of a request, `aud` of a token.
    pub audience: String,
    /// The scopes that it knows.
    pub scopes: Vec<String>,
    /// What signs its access tokens.
    pub access_token_signed_response_alg: String,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Name to sign in with.
    pub username: String,
    /// Address; also good to sign in with.
    pub email: String,
    /// Password.
    pub password: String,
}

/// An app, in the words of client metadata (OpenID Connect Dynamic Client Registration §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Its identifier.
    pub client_id: String,
    /// Its secret; absent for a public client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// How it authenticates.
    pub token_endpoint_auth_method: String,
    /// Where it is answered.
    pub redirect_uris: Vec<String>,
    /// Where a person may be sent after logout.
    pub post_logout_redirect_uris: Vec<String>,
}

impl Document {
    /// What `file` says; `None` when it isn't there.
    pub fn read(file: &Path) -> io::Result<Option<Self>> {
        match fs::read(file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(io::Error::other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes `file`, for its owner alone: it holds secrets.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let partial = file.with_extension("partial");
        let mut open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
        open.write_all(&serde_json::to_vec_pretty(self).map_err(io::Error::other)?)?;
        open.write_all(b"\n")?;
        open.sync_all()?;
        fs::rename(partial, file)
    }

    /// The same demo, reached elsewhere.
    pub(super) fn at(&self, addresses: &Addresses) -> Self {
        let Addresses { base_url, inbox_url, demo_app_url } = addresses.clone();
        Self { base_url, inbox_url, demo_app_url, tenants: self.tenants.clone() }
    }
}
