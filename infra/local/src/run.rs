//! One run on one machine: takes the data folder and the ports, seeds the demo, says what to click, serves until it is told to stop.

use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::Slug;
use first_administrator::{Asked, Issued, NotIssued};
use runtime::Platform;
use testkit::Embedded;
use testkit::embedded::EmbeddedError;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::data_folder::{DataFolder, DataFolderError};
use crate::deployed::{Deployed, Keeping, NotDeployed, Senders};
use crate::inbox::Inbox;
use crate::machine::{self, Machine};
use crate::parts;
use crate::seed::{self, Document, SeedError, TENANT};
use crate::server::{self, Aside};
use crate::settings::{InvalidSetting, Settings};
use crate::shelf::Shelf;
use crate::template::DeploymentError;

/// Who may own the platform on one machine.
const OWNER: &str = "owner@system.example";
/// How often expired items are removed; in AWS it takes days.
const SWEEP: Duration = Duration::from_hours(1);
/// How long work that has begun may take once the run is told to stop.
const LAST_WORK: Duration = Duration::from_secs(5);

/// Why a run doesn't start; each is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A setting can't be.
    #[error(transparent)]
    Setting(#[from] InvalidSetting),
    /// The templates can't be built here.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The data folder can't be used.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// Somebody listens on the port.
    #[error("Port {port} is in use; stop what uses it, or {otherwise}.")]
    PortInUse {
        /// The port.
        port: u16,
        /// What else may be done.
        otherwise: &'static str,
    },
    /// The address can't be listened on.
    #[error("Nothing can listen on {address}: {error}.")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The tables can't be opened.
    #[error(transparent)]
    Tables(#[from] EmbeddedError),
    /// What the templates describe can't be run here.
    #[error(transparent)]
    NotDeployed(#[from] NotDeployed),
    /// The demo can't be made.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// The link of the platform's first owner can't be made.
    #[error("The link of the first owner can't be made: {0}.")]
    FoundingLink(NotIssued),
    /// The run ended by itself.
    #[error("The server ended: {0}.")]
    Server(#[from] io::Error),
}

/// The two ports of a run.
struct Listeners {
    platform: TcpListener,
    demo_app: TcpListener,
}

/// Runs until Ctrl-C.
pub async fn run() -> Result<(), RunError> {
    let settings = Settings::from_environment()?;
    runtime::telemetry::start(Some(&settings.log_level));
    let stop = stop_signal()?;
    let deployment = machine::deployment(&settings.template)?;
    let folder = DataFolder::take(&settings.data)?;
    let port = folder.port(settings.port)?;
    let listeners = listen(&settings, &folder, port).await?;
    let Machine { platform, tables, parts, addresses, file } = Machine::open(&folder, &deployment, port)?;
    let inbox = Arc::new(Inbox::new(Shelf::in_folder(&folder.file("inbox")).map_err(|error| folder.disk(error))?));
    let deployed = Deployed::build(&deployment, &platform, &tables, &Senders::to(&inbox), Keeping::InFolder(&folder))?;
    let document = seed::seed(&platform, vec![platform.region.clone()], &addresses, &file).await?;
    tokio::spawn(sweep(Arc::clone(&tables)));
    println!("{}", what_to_click(&document, founding_link(&platform).await?.as_ref(), (&settings.data, &file)));
    serve(listeners, deployed, Aside { inbox, files: parts::router(parts) }, &document, stop).await
}

/// Removes what has expired, as DynamoDB does.
async fn sweep(tables: Arc<Embedded>) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        let tables = Arc::clone(&tables);
        // A sweep that fails is logged by its panic; the next may work.
        let _swept = tokio::task::spawn_blocking(move || tables.sweep()).await;
    }
}

async fn listen(settings: &Settings, folder: &DataFolder, port: u16) -> Result<Listeners, RunError> {
    // A folder that has a port can't move: its issuers name it.
    let otherwise = if folder.has_port() { "start over with `make reset`" } else { "choose another with PORT=" };
    let bind = async |port: u16| {
        let address = SocketAddr::new(settings.bind, port);
        TcpListener::bind(address).await.map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => RunError::PortInUse { port, otherwise },
            _ => RunError::Listen { address, error },
        })
    };
    Ok(Listeners { platform: bind(port).await?, demo_app: bind(port + 1).await? })
}

/// The link by which whoever runs this comes to own the platform, as long as nobody does; a new one each time.
async fn founding_link(platform: &Platform) -> Result<Option<Issued>, RunError> {
    let deps = first_administrator::Deps::new(platform, vec![platform.region.clone()]);
    match first_administrator::issue(&deps, &Asked { email: OWNER.to_owned(), tenant: Slug::system() }).await {
        Ok(issued) => Ok(Some(issued)),
        Err(NotIssued::Owned(_)) => Ok(None),
        Err(error) => Err(RunError::FoundingLink(error)),
    }
}

fn what_to_click(document: &Document, founding: Option<&Issued>, (data, file): (&Path, &Path)) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing to a text can't fail.
        let _written = writeln!(text, "  {name:<11}{value}");
    };
    let (demo_app, inbox) = (document.demo_app_url.as_deref(), document.inbox_url.as_deref());
    line("Demo app", &format!("{}/", demo_app.unwrap_or_default()));
    for person in document.tenants.get(TENANT).iter().flat_map(|demo| &demo.users) {
        line("Username", &person.username);
        line("Password", &person.password);
    }
    line("Inbox", inbox.unwrap_or_default());
    for demo in document.tenants.values() {
        line("Issuer", &demo.issuer);
    }
    let enrol = founding.map(|founding| {
        let (link, until) = (founding.link.expose(), &founding.expires_at);
        format!("\nNobody owns the platform yet. Its first owner, {OWNER}, chooses a password here, until {until}:\n\n  {link}\n")
    });
    let (enrol, data, file) = (enrol.unwrap_or_default(), data.display(), file.display());
    format!(
        "Countersign runs. Open the demo app and sign in:\n\n{text}{enrol}\nIt keeps everything in {data}. Ctrl-C ends it, `make reset` starts over.\nready {file}"
    )
}

async fn serve(listeners: Listeners, deployed: Deployed, aside: Aside, document: &Document, mut stop: watch::Receiver<bool>) -> Result<(), RunError> {
    let demo_app = demo_app(document).map(|configuration| tokio::spawn(demo_app::serve(listeners.demo_app, configuration)));
    let background = tokio::spawn(deployed.background.run(stop.clone()));
    let stopped = async move {
        // An error means that the sender is gone, which is a stop as well.
        let _ = stop.wait_for(|stop| *stop).await;
    };
    server::serve(listeners.platform, deployed.gateway, aside, stopped).await?;
    // Unfinished work is taken up again by the next run.
    let _finished = tokio::time::timeout(LAST_WORK, background).await;
    if let Some(demo_app) = demo_app {
        demo_app.abort();
    }
    Ok(())
}

/// The demo app is the tenant's public app.
fn demo_app(document: &Document) -> Option<demo_app::Configuration> {
    let demo = document.tenants.get(TENANT)?;
    let app = demo.clients.iter().find(|app| app.client_secret.is_none())?;
    let redirect_uri = format!("{}/callback", document.demo_app_url.as_deref()?);
    Some(demo_app::Configuration { issuer: demo.issuer.clone(), client_id: app.client_id.clone(), client_secret: None, redirect_uri })
}

/// Says true once, at Ctrl-C or SIGTERM.
fn stop_signal() -> io::Result<watch::Receiver<bool>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        let _nobody_waits = stop.send(true);
        // Whoever presses twice doesn't want to wait.
        interrupt.recv().await;
        std::process::exit(130);
    });
    Ok(stopped)
}
