//! Serves the demo app against a platform that a run described: `demo-app .countersign/emulated.json 8091`.

use std::error::Error;
use std::process::ExitCode;

use demo_app::Configuration;
use serde::Deserialize;
use tokio::net::TcpListener;

/// A redirect URI that leaves the port to whoever listens (RFC 8252 §7.3).
const ANY_PORT: &str = "http://127.0.0.1/callback";

/// The part of a run's description that a relying party needs.
#[derive(Deserialize)]
struct Description {
    tenants: Tenants,
}

#[derive(Deserialize)]
struct Tenants {
    demo: Tenant,
}

#[derive(Deserialize)]
struct Tenant {
    issuer: String,
    clients: Vec<Registered>,
}

#[derive(Deserialize)]
struct Registered {
    client_id: String,
    client_secret: Option<String>,
    redirect_uris: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let [file, port] = arguments().ok_or("Say which platform, and the port to listen on: demo-app .countersign/local.json 8091")?;
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let address = listener.local_addr()?;
    let description: Description = serde_json::from_slice(&std::fs::read(file)?)?;
    let configuration = registration(description.tenants.demo, address.port()).ok_or("No app there may choose its port.")?;
    println!("Demo app: http://{address}/");
    demo_app::serve(listener, configuration).await?;
    Ok(())
}

fn arguments() -> Option<[String; 2]> {
    std::env::args().skip(1).collect::<Vec<_>>().try_into().ok()
}

/// The first app that may listen on any port of this machine; at its own port under the address by which it is known, logout included.
fn registration(tenant: Tenant, port: u16) -> Option<Configuration> {
    let Tenant { issuer, clients } = tenant;
    let app = clients.into_iter().find(|app| app.redirect_uris.iter().any(|uri| uri == ANY_PORT))?;
    let own = format!("http://localhost:{port}/callback");
    let redirect_uri = if app.redirect_uris.contains(&own) { own } else { format!("http://127.0.0.1:{port}/callback") };
    Some(Configuration { issuer, client_id: app.client_id, client_secret: app.client_secret, redirect_uri })
}
