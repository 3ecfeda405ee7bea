//! Apache with `mod_auth_openidc` guards a page. Made on one machine only: the app is registered with the port that Apache happens to get.

use std::fs;
use std::path::Path;
use std::process::Command;

use domain::ClientId;
use domain::client::{BackchannelLogout, Client, ClientAuthenticationMethod, RedirectUri, SecretHash, SecurityProfile};
use local::TestPlatform;
use runtime::{Clock, Provisioner, SystemClock};
use serde_json::{Value, json};

use super::node;
use super::places::fresh_folder;
use super::running::{Running, free_pair_of_ports, get};

const CLIENT_ID: &str = "behind-apache";
const SECRET: &str = "a-secret-of-apache-that-is-long-enough";
/// A page that is there because the module is.
const GUARDED: &str = "/copyright";

#[tokio::test]
async fn a_page_behind_apache_is_entered_refreshed_and_left() {
    let platform = TestPlatform::served().await;
    // Apache has a clock of its own.
    platform.clock.set(SystemClock.now());
    let port = free_pair_of_ports();
    let site = format!("http://127.0.0.1:{port}");
    register(&platform, &site).await;
    let apache = apache(&platform, port);
    apache.wait_until("Apache", || get(port, "/"));
    let enter = || node_journey("signIn", json!({ "site": site, "guarded": GUARDED, "person": platform.demo.person() }));
    let at = |cookies: &Value| json!({ "site": site, "guarded": GUARDED, "cookies": cookies });

    // The provider's session ends: Apache hears of it by back channel.
    let entered = enter().await;
    let issuer = platform.demo.issuer();
    node_journey("logOutAtProvider", json!({ "issuer": issuer, "cookies": entered["cookies"] })).await;
    node_journey("isSignedIn", at(&entered["cookies"])).await;
    platform.pump().await;
    node_journey("isSignedOut", at(&entered["cookies"])).await;

    // Apache signs the person out itself, there and here.
    let entered = enter().await;
    let left = node_journey("logOut", at(&entered["cookies"])).await;
    node_journey("isSignedOut", at(&left["cookies"])).await;
}

// The journey blocks, and the platform that it talks to answers on this thread.
async fn node_journey(name: &'static str, input: Value) -> Value {
    tokio::task::spawn_blocking(move || node::journey("apache", name, &input)).await.expect("the journey ends well")
}

async fn register(platform: &TestPlatform, site: &str) {
    let uri = |path: &str| RedirectUri::parse(&format!("{site}{path}")).expect("a URI that can be registered");
    let sha256 = crypto::base64url::encode(crypto::derive::sha256(SECRET.as_bytes()));
    let client = Client {
        authentication: ClientAuthenticationMethod::ClientSecretBasic,
        secrets: vec![SecretHash { sha256, created_at: platform.clock.now() }],
        redirect_uris: vec![uri("/callback")],
        post_logout_redirect_uris: vec![uri("/left")],
        backchannel_logout: Some(BackchannelLogout { uri: uri("/callback?logout=backchannel"), session_required: true }),
        security_profile: SecurityProfile::OAuth21,
        ..Client::named(ClientId::parse(CLIENT_ID).expect("a client id"), "A page behind Apache", platform.clock.now())
    };
    Provisioner::new(platform.platform()).create_client(&platform.demo.tenant, &client).await.expect("an app");
}

fn apache(platform: &TestPlatform, port: u16) -> Running {
    let folder = fresh_folder("apache");
    let file = folder.join("apache.conf");
    fs::write(&file, configuration(platform.demo.issuer(), port, &folder)).expect("target is writable");
    Running::start("apache", Command::new("/usr/sbin/apache2").arg("-f").arg(&file).arg("-DFOREGROUND"))
}

// `User` counts only when this runs as root: Apache serves nothing as root.
fn configuration(issuer: &str, port: u16, folder: &Path) -> String {
    let modules = ["mpm_event", "authn_core", "authz_core", "authz_user", "auth_openidc"];
    let modules = modules.map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n")).concat();
    let folder = folder.display();
    format!(
        "{modules}
User www-data
Group www-data
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
Mutex pthread
ErrorLog {folder}/error.log
DocumentRoot /usr/share/doc/libapache2-mod-auth-openidc
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {CLIENT_ID}
OIDCClientSecret {SECRET}
OIDCRedirectURI http://127.0.0.1:{port}/callback
OIDCCryptoPassphrase of-this-test-alone
OIDCScope \"openid profile email offline_access\"
OIDCPKCEMethod S256
OIDCInfoHook access_token userinfo
<Location />
    Require all granted
</Location>
<Location {GUARDED}>
    AuthType openid-connect
    Require valid-user
    # Also those who say, as Node.js does, that they are a script.
    OIDCUnAuthAction auth true
</Location>
<Location /callback>
    AuthType openid-connect
    Require valid-user
</Location>
"
    )
}
