//! A stage with the function on it, and tokens of the sample apps.

use introspect::Deps;
use testkit::TokenPlace;

pub(crate) async fn place() -> TokenPlace {
    TokenPlace::new("/introspect", |platform| introspect::router(Deps::new(platform))).await
}
