//! People who came with a password hash of elsewhere: the first sign-in replaces it.

use domain::Secret;
use domain::user::Profile;
use http::StatusCode;
use runtime::provision::{NewPassword, NewUser, NotCreated, Provisioner};
use store::UserCreation;
use testkit::rows::text;

use crate::support::{Page, Place, WRONG, endpoint, place};

const PASSWORD: &str = "correct horse \u{e9}";
const BCRYPT: &str = "$2b$05$abcdefghijklmnopqrstuuNKTrdYIyJepeBe0WMJS4ZyMwX4aEJLK";
const SHA_512: &str = "$6$saltstring$Vy1qkR4howG25g0MrA26uBcI9k9c5cxzfoR6VfYPEDH6Qz8CJGsLsSf6i7jmz6/3LKpWlmhxHaJqvorDx2KhI.";
const PBKDF2: &str = "$pbkdf2-sha256$i=1000$c2l4dGVlbiBieXRlcy4uLg$dJJ13Xh1DxLuB9+13H3QUrMNap2NPGQpc7+DFPhy1Xs";
const SCRYPT: &str = "$scrypt$ln=10,r=8,p=2$c2l4dGVlbiBieXRlcy4uLg$dYMqUmdwtqYnMn0MTyUv0PT/8XwFybS/C9X47QDbrVk";

/// Grace, with her hash of elsewhere.
async fn import(place: &Place, username: &str, hash: &str) -> Result<UserCreation, NotCreated> {
    let password = NewPassword::Imported(Secret::new(hash.to_owned()));
    let new = NewUser { username: username.to_owned(), email: format!("{username}@example.com"), password, profile: Profile::default() };
    Provisioner::new(&place.stage.platform).create_user(&place.scene.tenant.record().id, &new).await
}

/// The credential's hash and version as they lie in the table.
async fn credential(place: &Place, but: &[String]) -> (String, String) {
    let rows = place.stage.rows("identity").await;
    let row = rows.iter().find(|row| text(row, "pk").starts_with("CRED#") && !but.contains(&text(row, "sealed_hash").to_owned()));
    let row = row.expect("a password");
    (text(row, "sealed_hash").to_owned(), format!("{:?}", row.get("version")))
}

async fn all_hashes(place: &Place) -> Vec<String> {
    let rows = place.stage.rows("identity").await;
    rows.iter().filter(|row| text(row, "pk").starts_with("CRED#")).map(|row| text(row, "sealed_hash").to_owned()).collect()
}

#[tokio::test]
async fn the_first_sign_in_replaces_a_hash_of_elsewhere_and_the_next_finds_ours() {
    for hash in [BCRYPT, SHA_512, PBKDF2, SCRYPT] {
        let place = place().await;
        let before = all_hashes(&place).await;
        assert_eq!(import(&place, "grace", hash).await.expect("an answer"), UserCreation::Created);
        let brought = credential(&place, &before).await;
        let endpoint = endpoint(&place.stage);
        let try_with = async |password: &str| endpoint.send(Page::sign_in(&place.page(), "grace", password)).await;
        assert_eq!(try_with("wrong").await.outcome(), WRONG, "{hash}");
        assert_eq!(credential(&place, &before).await, brought, "a wrong password changes nothing");
        assert_eq!(try_with(PASSWORD).await.status, StatusCode::SEE_OTHER, "{hash}");
        let ours = credential(&place, &before).await;
        assert_ne!(ours.0, brought.0, "{hash}");
        assert_eq!(ours.1, brought.1, "a stronger hash is no new password");
        assert_eq!(try_with(PASSWORD).await.status, StatusCode::SEE_OTHER, "{hash}");
        assert_eq!(credential(&place, &before).await, ours, "{hash}");
        assert_eq!(try_with("wrong").await.outcome(), WRONG, "{hash}");
        // Everybody else signs in as before, at the work of both.
        assert_eq!(place.sign_in_rightly(&place.page()).await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn a_kind_is_noted_once_and_a_tenant_has_no_more_than_three() {
    let place = place().await;
    for (username, hash) in [("grace", BCRYPT), ("grace-2", BCRYPT), ("grace-3", SHA_512), ("grace-4", PBKDF2), ("grace-5", BCRYPT)] {
        assert_eq!(import(&place, username, hash).await.expect("an answer"), UserCreation::Created, "{username}");
    }
    assert!(matches!(import(&place, "grace-6", SCRYPT).await, Err(NotCreated::TooManyKinds)));
    assert!(matches!(import(&place, "grace-7", "$2b$31$abcdefghijklmnopqrstuuNKTrdYIyJepeBe0WMJS4ZyMwX4aEJLK").await, Err(NotCreated::Hash(_))));
    let noted = place.events("imported_hashes.accepted").await;
    assert!((3..=5).contains(&noted.len()), "{}", noted.len());
    assert_eq!(all_hashes(&place).await.len(), 6);
    let endpoint = endpoint(&place.stage);
    for username in ["grace", "grace-2", "grace-3", "grace-4", "grace-5"] {
        assert_eq!(endpoint.send(Page::sign_in(&place.page(), username, PASSWORD)).await.status, StatusCode::SEE_OTHER, "{username}");
    }
}
