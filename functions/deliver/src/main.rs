//! Runs `deliver` on Lambda.

use std::sync::Arc;

use cloud::mail::Ses;
use deliver::Deps;
use runtime::lambda;

fn main() -> Result<(), lambda::Error> {
    lambda::receive(
        |start| {
            let mailer = Ses::new(&start.aws, start.configuration.required("MAIL_FROM")?);
            Ok(Deps::new(&start.platform, Arc::new(mailer)))
        },
        &async |deps, event| Ok(deliver::receive(deps, event).await),
    )
}
