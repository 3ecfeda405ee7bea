//! Runs `deliver` on Lambda.

use std::sync::Arc;

use cloud::egress::Guarded;
use cloud::mail::Ses;
use cloud::queue::Sqs;
use cloud::sms::Sns;
use deliver::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::receive(
        |start| {
            let mailer = Ses::new(&start.aws, start.configuration.required("MAIL_FROM")?);
            let queue = Sqs::new(&start.aws, start.configuration.required("DELIVER_QUEUE_URL")?);
            let platform = start.platform_with_photos()?;
            Ok(Deps::new(&platform, Arc::new(mailer), Arc::new(Sns::new(&start.aws)), Arc::new(queue), Arc::new(Guarded)))
        },
        &async |deps, event| Ok(deliver::receive(deps, event).await),
    )
}
