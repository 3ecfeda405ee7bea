//! Serves the demo app against a platform that a run described: `demo-app .countersign/emulated.json`.

use std::error::Error;
use std::process::ExitCode;

use demo_app::Configuration;
use serde::Deserialize;
use tokio::net::TcpListener;
use url::Url;

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
    let path = std::env::args_os().nth(1).ok_or("Say which platform: demo-app .countersign/local.json")?;
    let description: Description = serde_json::from_slice(&std::fs::read(path)?)?;
    let (configuration, address) =
        find_registration(description.tenants.demo).ok_or("No app there has a redirect URI http://localhost:…/callback.")?;
    let listener = TcpListener::bind(&address).await?;
    println!("Demo app: http://{address}/");
    demo_app::serve(listener, configuration).await?;
    Ok(())
}

/// The first app that comes back to a loopback port, and that port.
fn find_registration(tenant: Tenant) -> Option<(Configuration, String)> {
    let Tenant { issuer, clients } = tenant;
    clients.into_iter().find_map(|Registered { client_id, client_secret, redirect_uris }| {
        let (redirect_uri, address) = redirect_uris.iter().find_map(|uri| {
            let url = Url::parse(uri).ok().filter(|url| url.scheme() == "http" && url.path() == "/callback")?;
            Some((uri.clone(), format!("{}:{}", url.host_str().filter(|host| *host == "localhost")?, url.port()?)))
        })?;
        Some((Configuration { issuer: issuer.clone(), client_id, client_secret, redirect_uri }, address))
    })
}
