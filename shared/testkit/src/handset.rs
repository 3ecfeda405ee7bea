//! A telephone that keeps the text messages it is given.

use std::sync::Mutex;

use async_trait::async_trait;
use cloud::sms::{Sms, SmsError, Texter};

use crate::lock;

/// Keeps text messages in memory, in the order in which they were accepted.
#[derive(Debug, Default)]
pub struct Handset {
    messages: Mutex<Vec<Sms>>,
    failure: Mutex<Option<SmsError>>,
    tries: Mutex<usize>,
}

impl Handset {
    /// From now on every message fails like this; `None` ends it (F28).
    pub fn fail(&self, failure: Option<SmsError>) {
        *lock(&self.failure) = failure;
    }

    /// The accepted messages; one that was sent twice is there twice.
    pub fn messages(&self) -> Vec<Sms> {
        lock(&self.messages).clone()
    }

    /// How often a message was handed over, refused ones included.
    pub fn tries(&self) -> usize {
        *lock(&self.tries)
    }
}

#[async_trait]
impl Texter for Handset {
    async fn send(&self, sms: &Sms) -> Result<(), SmsError> {
        *lock(&self.tries) += 1;
        if let Some(failure) = lock(&self.failure).clone() {
            return Err(failure);
        }
        lock(&self.messages).push(sms.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn messages_are_kept_unless_they_are_to_fail() {
        let sms = Sms { to: "+4915123456789".to_owned(), text: "Hello".to_owned() };
        let handset = Handset::default();
        handset.fail(Some(SmsError::ForNow("an outage".to_owned())));
        assert!(handset.send(&sms).await.is_err());
        handset.fail(None);
        assert!(handset.send(&sms).await.is_ok());
        assert_eq!((handset.messages(), handset.tries()), (vec![sms], 2));
    }
}
