//! The person of the suite, about whom every standard claim is known (OpenID Connect Core §5.1).

use domain::Secret;
use domain::user::{Address, Phone, Profile};
use local::TestPlatform;
use runtime::Provisioner;
use runtime::provision::NewUser;

/// What the person types.
pub(crate) const USERNAME: &str = "suite";
/// And this.
pub(crate) const PASSWORD: &str = "a password of the conformance suite";

/// Makes the person.
pub(crate) async fn sign_up(platform: &TestPlatform) {
    let (username, email) = (USERNAME.to_owned(), "suite@suite.example".to_owned());
    let new = NewUser { username, email, password: Secret::new(PASSWORD.to_owned()).into(), profile: profile() };
    Provisioner::new(platform.platform()).create_user(&platform.demo.tenant, &new).await.expect("a person");
}

fn profile() -> Profile {
    let text = |text: &str| Some(text.to_owned());
    Profile {
        name: text("Suite Conformance Person"),
        given_name: text("Suite"),
        family_name: text("Person"),
        middle_name: text("Conformance"),
        nickname: text("Suite"),
        profile: text("https://suite.example/person"),
        picture: text("https://suite.example/person.png"),
        website: text("https://suite.example"),
        gender: text("unspecified"),
        birthdate: text("1990-01-01"),
        locale: text("en-US"),
        zoneinfo: text("America/New_York"),
        phone: Some(Phone { number: "+1 212 555 0100".to_owned(), verified: true }),
        address: Some(Address { formatted: text("1 Suite Street\nNew York"), country: text("US"), ..Address::default() }),
    }
}
