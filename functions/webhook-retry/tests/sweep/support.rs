//! A stage with the function on it.

use std::sync::Arc;

use testkit::{LocalQueue, Scene, Stage};
use webhook_retry::Deps;

pub(crate) struct Place {
    pub(crate) stage: Stage,
    pub(crate) scene: Scene,
    pub(crate) queue: Arc<LocalQueue>,
    pub(crate) deps: Deps,
}

pub(crate) async fn place() -> Place {
    let stage = Stage::new().await;
    let scene = stage.scene().await;
    let queue = Arc::new(LocalQueue::default());
    let deps = Deps::new(&stage.platform, queue.clone());
    Place { stage, scene, queue, deps }
}
