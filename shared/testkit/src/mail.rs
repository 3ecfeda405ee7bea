//! A mailer that keeps what it is given.

use std::sync::Mutex;

use async_trait::async_trait;
use cloud::mail::{Mail, MailError, Mailer};

use crate::lock;

/// Keeps mails in memory, in the order in which they were accepted.
#[derive(Debug, Default)]
pub struct Inbox {
    mails: Mutex<Vec<Mail>>,
    failure: Mutex<Option<MailError>>,
    tries: Mutex<usize>,
}

impl Inbox {
    /// From now on every mail fails like this; `None` ends it (F28).
    pub fn fail(&self, failure: Option<MailError>) {
        *lock(&self.failure) = failure;
    }

    /// The accepted mails; one that was sent twice is there twice.
    pub fn mails(&self) -> Vec<Mail> {
        lock(&self.mails).clone()
    }

    /// How often a mail was handed over, refused ones included.
    pub fn tries(&self) -> usize {
        *lock(&self.tries)
    }
}

#[async_trait]
impl Mailer for Inbox {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        *lock(&self.tries) += 1;
        if let Some(failure) = lock(&self.failure).clone() {
            return Err(failure);
        }
        lock(&self.mails).push(mail.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn mail_is_kept_unless_it_is_to_fail() {
        let mail =
            Mail { to: "ada@example.com".to_owned(), subject: "Hello".to_owned(), text: "Hello".to_owned(), html: None, dedupe: "1".to_owned() };
        let inbox = Inbox::default();
        inbox.fail(Some(MailError::ForNow("an outage".to_owned())));
        assert!(inbox.send(&mail).await.is_err());
        inbox.fail(None);
        assert!(inbox.send(&mail).await.is_ok());
        assert_eq!((inbox.mails(), inbox.tries()), (vec![mail], 2));
    }
}
