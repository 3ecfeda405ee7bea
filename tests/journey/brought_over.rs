//! People who bring a password from elsewhere, in Chromium: with its hash, or by a hook that knows it. Made on one machine only: no route imports people
//! or sets a hook yet.

use domain::Secret;
use domain::key_ring::Purpose;
use domain::policy;
use domain::user::Profile;
use local::TestPlatform;
use runtime::provision::{NewPassword, NewUser};
use runtime::tenants::Name;
use runtime::{Clock, Needs, Provisioner, Signing, Tenants};
use serde_json::json;
use store::UserCreation;

use super::node;
use super::people::{TURNS, input, with};
use super::resource_server::blocking;
use super::running::free_pair_of_ports;

/// Of the password `correct horse é`, each made by another implementation (`shared/crypto/tests/imported.rs`).
const PASSWORD: &str = "correct horse \u{e9}";
const HASHES: [(&str, &str); 4] = [
    ("bcrypt", "$2b$05$abcdefghijklmnopqrstuuNKTrdYIyJepeBe0WMJS4ZyMwX4aEJLK"),
    ("pbkdf2", "$pbkdf2-sha256$i=1000$c2l4dGVlbiBieXRlcy4uLg$dJJ13Xh1DxLuB9+13H3QUrMNap2NPGQpc7+DFPhy1Xs"),
    ("scrypt", "$scrypt$ln=10,r=8,p=2$c2l4dGVlbiBieXRlcy4uLg$dYMqUmdwtqYnMn0MTyUv0PT/8XwFybS/C9X47QDbrVk"),
    ("sha-crypt", "$6$saltstring$Vy1qkR4howG25g0MrA26uBcI9k9c5cxzfoR6VfYPEDH6Qz8CJGsLsSf6i7jmz6/3LKpWlmhxHaJqvorDx2KhI."),
];
const NEEDS: Needs = Needs { purposes: &[Purpose::Credentials, Purpose::People], signing: Signing::None };

/// The stored hash of whoever is called so.
async fn stored_hash(platform: &TestPlatform, username: &str) -> String {
    let now = platform.clock.now();
    let tenants = std::sync::Arc::new(Tenants::new(platform.platform(), NEEDS));
    let tenant = tenants.find(&Name::Id(platform.demo.tenant.clone()), now).await.expect("tables").expect("a tenant").tenant;
    let home = tenant.home(now).expect("a home");
    let claim = tenant.name_typed(username).expect("keys").claim;
    let id = home.find_identifier(&claim).await.expect("tables").expect("somebody");
    let sealed = home.read_recovery(&id, &now.month()).await.expect("tables").password.expect("a password").sealed_hash;
    tenant.open_password_hash(&id, &sealed).expect("keys").expose().clone()
}

#[tokio::test]
async fn people_sign_in_with_hashes_of_elsewhere_and_have_ours_from_then_on() {
    // A tenant has three kinds at most.
    for (turn, hashes) in TURNS.into_iter().zip(HASHES.chunks(2)) {
        let platform = TestPlatform::served().await;
        let provisioner = Provisioner::new(platform.platform());
        for (username, hash) in hashes {
            let password = NewPassword::Imported(Secret::new((*hash).to_owned()));
            let (username, email) = ((*username).to_owned(), format!("{username}@example.org"));
            let new = NewUser { username, email, password, profile: Profile::default() };
            assert_eq!(provisioner.create_user(&platform.demo.tenant, &new).await.expect("an answer"), UserCreation::Created);
        }
        for (username, _) in hashes {
            assert!(!stored_hash(&platform, username).await.starts_with("$argon2id$"), "{username}");
        }
        let people: Vec<_> = hashes.iter().map(|(username, _)| json!({ "username": username, "password": PASSWORD })).collect();
        // The second time it is ours that they sign in with.
        for _ in 0..2 {
            let input = with(input(&platform, turn), &json!({ "people": people }));
            blocking(move || node::journey("people", "signsIn", &input)).await;
            for (username, _) in hashes {
                assert!(stored_hash(&platform, username).await.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{username}");
            }
        }
    }
}

#[tokio::test]
async fn somebody_is_brought_over_by_a_hook_and_signs_in_without_it_from_then_on() {
    let platform = TestPlatform::served().await;
    for (number, turn) in TURNS.into_iter().enumerate() {
        let port = free_pair_of_ports();
        let provisioner = Provisioner::new(platform.platform());
        let hook = provisioner.set_migration_hook(&platform.demo.tenant, &format!("http://127.0.0.1:{port}/people")).await;
        let (_, secret) = hook.expect("a hook");
        platform.clock.advance(policy::CACHE_USABLE);
        let told = json!({ "email": format!("Grace{number}@example.org"), "hook_port": port, "hook_secret": secret.expose() });
        let input = with(input(&platform, turn), &told);
        blocking(move || node::journey("people", "isBroughtOver", &input)).await;
    }
}
