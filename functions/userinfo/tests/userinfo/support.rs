//! A stage with the function on it, and tokens of the sample app.

use testkit::{Answer, Call, Endpoint, Scene, Stage, builders};
use userinfo::Deps;

pub(crate) struct Place {
    pub(crate) stage: Stage,
    pub(crate) scene: Scene,
    pub(crate) endpoint: Endpoint,
}

pub(crate) async fn place() -> Place {
    let stage = Stage::new().await;
    let scene = stage.scene().await;
    let endpoint = endpoint(&stage);
    Place { stage, scene, endpoint }
}

/// A fresh process of the function.
pub(crate) fn endpoint(stage: &Stage) -> Endpoint {
    Endpoint::new(stage, userinfo::router(Deps::new(&stage.platform)))
}

/// A request with the token in its header.
pub(crate) fn bearer(token: &str) -> Call {
    Call::get("/userinfo").with("authorization", &format!("Bearer {token}"))
}

impl Place {
    /// A token of the sample public app.
    pub(crate) async fn token(&self, scopes: &[&str]) -> String {
        self.scene.access_token(&builders::client(), scopes).await.0
    }

    pub(crate) async fn ask(&self, token: &str) -> Answer {
        self.endpoint.send(bearer(token)).await
    }
}
