//! Runs `webhook-retry` on Lambda.

use std::sync::Arc;

use cloud::queue::Sqs;
use runtime::lambda;
use webhook_retry::Deps;

fn main() -> Result<(), lambda::Error> {
    lambda::receive(
        |start| {
            let queue = Sqs::new(&start.aws, start.configuration.required("DELIVER_QUEUE_URL")?);
            Ok(Deps::new(&start.platform, Arc::new(queue)))
        },
        &async |deps, _schedule: serde_json::Value| Ok(webhook_retry::sweep(deps).await?),
    )
}
