//! The program `seed`: its arguments, and the platform that they describe, built as a deployed function builds it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crypto::SymmetricKey;
use domain::{Region, Secret, Slug};
use runtime::configuration::{Configuration, ConfigurationError};
use runtime::platform::aws;
use runtime::{Failure, Platform, SystemRandom, TenantRouting};
use testkit::{Embedded, LocalKeys};
use url::Url;

use super::many::{Count, Many, Sown, sow};
use super::{Addresses, Document, SeedError, TENANT, plan_error, seed, told};
use crate::data_folder::DataFolder;
use crate::machine::{self, Machine};
use crate::run::RunError;

/// What `--help` says.
const USAGE: &str = "\
seed: makes the demo tenant, or says again what to sign in with.

On one machine, where no run holds the folder:
  --data FOLDER          the data folder of `make run`

Anywhere else:
  --region R             region whose tables are written
  --regions R,S          the zone's regions in their order (default: R alone)
  --zone Z               the zone's name
  --kms-key ID           the zone key, or file:PATH of a local master key
  --base-url URL         an http URL of this machine below which tenants are found by path, or
  --zone-domain DOMAIN   the domain below which tenants have their hosts
  --output FILE          where to write, and remember, what to sign in with
  --endpoint URL         an emulated AWS on this machine
  --inbox-url URL        where mails can be read
  --tables-prefix P      what the zone's tables begin with (default: countersign-Z)
  --directory-table T    the directory (default: countersign-directory)

For either, what has to cost the same however many there are:
  --people N             as many people of the demo tenant, person-0000000 and so on; all have the demo's password
  --tenants N            as many tenants beside it, without people
One that was cut off goes on where it was when it is run again.

Credentials come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.";

const NAMES: [&str; 14] = [
    "data",
    "region",
    "regions",
    "zone",
    "kms-key",
    "base-url",
    "zone-domain",
    "output",
    "endpoint",
    "inbox-url",
    "tables-prefix",
    "directory-table",
    "people",
    "tenants",
];
/// Seen from the repository's root.
const TEMPLATE: &str = "template.yaml";
/// A key that lies in a file stands behind this.
const KEY_FILE: &str = "file:";

/// Why the program ends without a demo.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// An argument isn't one.
    #[error("seed knows no {0}; `seed --help` lists what it knows")]
    Unknown(String),
    /// An argument is missing.
    #[error("seed needs --{0}; `seed --help` says what for")]
    Missing(&'static str),
    /// The platform can't be described by these arguments.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// The file of the master key is none.
    #[error("{0} isn't a master key of 32 bytes")]
    KeyFile(String),
    /// A number isn't one.
    #[error("--{0} is a number")]
    NoNumber(&'static str),
    /// The data folder can't be used.
    #[error(transparent)]
    Folder(#[from] RunError),
    /// The demo can't be made.
    #[error(transparent)]
    Seed(#[from] SeedError),
}

/// The arguments by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Arguments(BTreeMap<String, String>);

// The configuration of functions is read through a plain function, so what it reads must stand still.
static ARGUMENTS: OnceLock<Arguments> = OnceLock::new();

/// Runs the program, once in a process; answers what it has to say.
pub async fn run(arguments: impl Iterator<Item = String>) -> Result<String, ProgramError> {
    let arguments: Vec<_> = arguments.collect();
    if arguments.is_empty() || arguments == ["--help"] {
        return Ok(USAGE.to_owned());
    }
    let arguments = Arguments::read(arguments)?;
    let arguments = ARGUMENTS.get_or_init(|| arguments);
    let site = if let Some(folder) = arguments.find("data") { Site::on_this_machine(Path::new(folder))? } else { Site::deployed(arguments)? };
    let document = seed(&site.platform, site.regions.clone(), &site.addresses, &site.file).await?;
    let sown = many(&site.platform, arguments.many()?, &document).await?;
    Ok([Some(summary(&document, &site.file)), sown].into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

/// Makes sure of many people and tenants where they are asked for; answers how many there were.
async fn many(platform: &Platform, many: Many, document: &Document) -> Result<Option<String>, ProgramError> {
    if many == Many::default() {
        return Ok(None);
    }
    let demo = Slug::parse(TENANT).map_err(plan_error)?;
    let place = platform.store.directory().find_slug(&demo, &platform.zone).await.map_err(Failure::from).map_err(SeedError::from)?;
    let person = document.tenants.get(TENANT).and_then(|demo| demo.users.first());
    let (Some(place), Some(person)) = (place, person) else { return Err(SeedError::Plan("there is no demo".to_owned()).into()) };
    let password = Secret::new(person.password.clone());
    let Sown { tenants, people } = sow(platform, &place.tenant, (many, &password), &*told::teller()).await?;
    let said = |what, count: Count| format!("{what:<9} {} made, {} stood before", count.made, count.before);
    Ok(Some([said("tenants", tenants), said("people", people)].join("\n")))
}

/// Where the demo is made.
struct Site {
    platform: Platform,
    regions: Vec<Region>,
    addresses: Addresses,
    file: PathBuf,
    // Held until the end: the lock of the folder and the server of its tables.
    _held: Option<(DataFolder, Arc<Embedded>)>,
}

impl Site {
    fn deployed(arguments: &Arguments) -> Result<Self, ProgramError> {
        let configuration = Configuration::from_source(|name| ARGUMENTS.get()?.variable(name));
        let mut platform = Platform::from_environment(&configuration, &aws(&configuration)?, configuration.routing()?)?;
        if let Some(keys) = arguments.local_keys()? {
            platform.keys = keys;
        }
        let (addresses, file) = (arguments.addresses(&platform.routing), PathBuf::from(arguments.required("output")?));
        Ok(Self { regions: arguments.regions()?, platform, addresses, file, _held: None })
    }

    fn on_this_machine(path: &Path) -> Result<Self, ProgramError> {
        let deployment = machine::deployment(Path::new(TEMPLATE)).map_err(RunError::from)?;
        let folder = DataFolder::take(path).map_err(RunError::from)?;
        let port = folder.port(None).map_err(RunError::from)?;
        let Machine { platform, tables, addresses, file, .. } = Machine::open(&folder, &deployment, port)?;
        Ok(Self { regions: vec![platform.region.clone()], platform, addresses, file, _held: Some((folder, tables)) })
    }
}

fn summary(document: &Document, file: &Path) -> String {
    let mut lines = Vec::new();
    for demo in document.tenants.values() {
        lines.push(format!("issuer    {}", demo.issuer));
        lines.extend(demo.users.iter().flat_map(|person| [format!("username  {}", person.username), format!("password  {}", person.password)]));
        lines.extend(demo.clients.iter().map(|app| format!("client    {} ({})", app.client_id, app.token_endpoint_auth_method)));
        lines.extend(demo.apis.iter().map(|api| format!("api       {} ({})", api.audience, api.scopes.join(" "))));
    }
    lines.push(format!("written to {}", file.display()));
    lines.join("\n")
}

impl Arguments {
    fn read(texts: Vec<String>) -> Result<Self, ProgramError> {
        let mut texts = texts.into_iter();
        let mut arguments = BTreeMap::new();
        while let Some(text) = texts.next() {
            let name = text.strip_prefix("--").filter(|name| NAMES.contains(name));
            let (Some(name), Some(value)) = (name.map(str::to_owned), texts.next()) else { return Err(ProgramError::Unknown(text)) };
            arguments.insert(name, value);
        }
        Ok(Self(arguments))
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn many(&self) -> Result<Many, ProgramError> {
        let number = |name| self.find(name).map_or(Ok(0), |text| text.parse().map_err(|_| ProgramError::NoNumber(name)));
        Ok(Many { people: number("people")?, tenants: number("tenants")? })
    }

    fn required(&self, name: &'static str) -> Result<&str, ProgramError> {
        self.find(name).ok_or(ProgramError::Missing(name))
    }

    /// What a deployed function would find in its environment.
    fn variable(&self, name: &str) -> Option<String> {
        let table = |role: &str| {
            let prefix =
                self.find("tables-prefix").map_or_else(|| Some(format!("countersign-{}", self.find("zone")?)), |prefix| Some(prefix.to_owned()));
            prefix.map(|prefix| format!("{prefix}-{role}"))
        };
        match name {
            "AWS_REGION" => self.find("region").map(str::to_owned),
            "ZONE" => self.find("zone").map(str::to_owned),
            "ZONE_REGIONS" => self.find("regions").map(str::to_owned),
            "ZONE_DOMAIN" => self.find("zone-domain").map(str::to_owned),
            "LOOPBACK_BASE_URL" => self.find("base-url").map(str::to_owned),
            "ENDPOINT_URL" => self.find("endpoint").map(str::to_owned),
            "ZONE_KEY" => self.find("kms-key").map(str::to_owned),
            "DIRECTORY_TABLE" => Some(self.find("directory-table").unwrap_or("countersign-directory").to_owned()),
            "IDENTITY_TABLE" => table("identity"),
            "EVENTS_TABLE" => table("events"),
            "WORK_TABLE" => table("work"),
            "KEYS_TABLE" => table("keys"),
            "ONCE_TABLE" => table("once"),
            // The one thing that doesn't belong on a command line, where other users of the machine see it.
            credential => Configuration::from_environment().optional(credential),
        }
    }

    fn local_keys(&self) -> Result<Option<Arc<LocalKeys>>, ProgramError> {
        let Some(file) = self.required("kms-key")?.strip_prefix(KEY_FILE) else { return Ok(None) };
        let key = fs::read(file).ok().and_then(|bytes| bytes.try_into().ok());
        let key: [u8; 32] = key.ok_or_else(|| ProgramError::KeyFile(file.to_owned()))?;
        Ok(Some(Arc::new(LocalKeys::new(SymmetricKey::from_bytes(key), Arc::new(SystemRandom::new())))))
    }

    /// The zone's regions in the order in which the directory keeps them for good.
    fn regions(&self) -> Result<Vec<Region>, ProgramError> {
        let listed = self.find("regions").map_or_else(|| self.required("region"), Ok)?;
        Ok(listed.split(',').map(str::trim).map(Region::new).collect())
    }

    fn addresses(&self, routing: &TenantRouting) -> Addresses {
        let inbox_url = self.find("inbox-url").map(str::to_owned);
        match routing {
            TenantRouting::ByPath { base_url } => Addresses { demo_app_url: next_port(base_url), base_url: base_url.clone(), inbox_url },
            TenantRouting::ByHost { zone_domain } => Addresses { base_url: format!("https://{zone_domain}"), inbox_url, demo_app_url: None },
            TenantRouting::Nowhere => Addresses { base_url: String::new(), inbox_url, demo_app_url: None },
        }
    }
}

/// Where the demo app of a platform on this machine is.
fn next_port(base_url: &str) -> Option<String> {
    let port = Url::parse(base_url).ok()?.port()?.checked_add(1)?;
    Some(format!("http://localhost:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Arguments, ProgramError> {
        Arguments::read(line.split(' ').map(str::to_owned).collect())
    }

    #[test]
    fn arguments_say_what_an_environment_would() {
        let arguments = read("--zone eu --region eu-west-1 --base-url http://localhost:8090").expect("all are known");
        assert_eq!(arguments.variable("IDENTITY_TABLE").as_deref(), Some("countersign-eu-identity"));
        assert_eq!(arguments.variable("DIRECTORY_TABLE").as_deref(), Some("countersign-directory"));
        assert_eq!(arguments.regions().expect("its region"), [Region::new("eu-west-1")]);
        let routing = TenantRouting::ByPath { base_url: "http://localhost:8090".to_owned() };
        assert_eq!(arguments.addresses(&routing).demo_app_url.as_deref(), Some("http://localhost:8091"));
        let renamed = read("--zone eu --tables-prefix x").expect("all are known");
        assert_eq!(renamed.variable("KEYS_TABLE").as_deref(), Some("x-keys"));
    }

    #[test]
    fn how_many_is_a_number_or_left_out() {
        let many = |line| read(line).expect("all are known").many();
        assert_eq!(many("--people 20 --zone eu").expect("numbers"), Many { people: 20, tenants: 0 });
        assert_eq!(many("--tenants 1e3").expect_err("no number").to_string(), "--tenants is a number");
    }

    #[test]
    fn an_unknown_argument_and_one_without_a_value_are_named() {
        for (line, unknown) in [("--zne eu", "--zne"), ("eu", "eu"), ("--zone", "--zone")] {
            assert_eq!(read(line).expect_err("it isn't known").to_string(), format!("seed knows no {unknown}; `seed --help` lists what it knows"));
        }
    }
}
