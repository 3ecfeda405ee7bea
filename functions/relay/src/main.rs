//! Runs `relay` on Lambda.

use std::sync::Arc;

use cloud::queue::Sqs;
use relay::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::receive(
        |start| {
            let queue = Sqs::new(&start.aws, start.configuration.required("DELIVER_QUEUE_URL")?);
            Ok(Deps::new(&start.platform, Arc::new(queue)))
        },
        &async |deps, event| Ok(relay::receive(deps, event).await),
    )
}
