//! A stage with the function on it, and tokens of the sample apps.

use revoke::Deps;
use testkit::TokenPlace;

pub(crate) async fn place() -> TokenPlace {
    TokenPlace::new("/revoke", |platform| revoke::router(Deps::new(platform))).await
}
