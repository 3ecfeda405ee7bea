//! A second tenant on the same platform (the same names, apps of the same ids, other keys), and further apps of the first.

use domain::client::{Client, RedirectUri};
use domain::key_ring::Algorithm;
use domain::registration::RegistrationPolicy;
use domain::{ClientId, Secret, Slug};
use local::TestPlatform;
use runtime::Provisioner;
use runtime::provision::{NewTenant, NewUser};
use testkit::builders;

use super::relying_party::RelyingParty;

/// Makes the tenant `other` with a person of the same name and password as the demo's, and returns its app of the same id.
pub(crate) async fn second_tenant(platform: &TestPlatform) -> RelyingParty {
    let demo = RelyingParty::public(platform);
    let slug = Slug::parse("other").expect("a slug");
    let issuer = platform.platform().routing.issuer(&slug).expect("an issuer");
    let provisioner = Provisioner::new(platform.platform());
    let new = NewTenant { slug, name: "Other".to_owned(), issuer: issuer.clone(), registration: RegistrationPolicy::default() };
    let tenant = provisioner.create_tenant(&new).await.expect("an answer").expect("a free slug");
    let person = platform.demo.person();
    let password = Secret::new(person.password.clone());
    let new =
        NewUser { username: person.username.clone(), email: person.email.clone(), password: password.into(), profile: builders::user().profile };
    provisioner.create_user(&tenant, &new).await.expect("a person");
    provisioner.create_client(&tenant, &client(&demo)).await.expect("an app");
    demo.at_issuer(issuer.as_str())
}

/// Registers one more public app at the demo tenant.
pub(crate) async fn another_app(platform: &TestPlatform, number: usize) -> RelyingParty {
    let app = RelyingParty::public(platform).called(format!("another-{number}"));
    Provisioner::new(platform.platform()).create_client(&platform.demo.tenant, &client(&app)).await.expect("an app");
    app
}

/// Registers one more public app at the demo tenant, whose ID tokens are signed by `algorithm`.
pub(crate) async fn app_of_algorithm(platform: &TestPlatform, algorithm: Algorithm) -> RelyingParty {
    let app = RelyingParty::public(platform).called(format!("app-{}", algorithm.as_str()));
    let client = Client { id_token_signed_response_alg: algorithm, ..client(&app) };
    Provisioner::new(platform.platform()).create_client(&platform.demo.tenant, &client).await.expect("an app");
    app
}

fn client(app: &RelyingParty) -> Client {
    let redirect_uris = vec![RedirectUri::parse(&app.redirect_uri).expect("a redirect URI")];
    Client { id: ClientId::parse(&app.client_id).expect("a client id"), redirect_uris, ..builders::client() }
}
