//! Apps that are called, in memory: what reached them, and what they answer.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use cloud::egress::{Answer, Egress, EgressError, Outgoing, Question};

use crate::lock;

/// Keeps what is sent; every address answers 200 until it is told otherwise.
#[derive(Debug, Default)]
pub struct LocalEgress {
    sent: Mutex<Vec<Outgoing>>,
    answers: Mutex<BTreeMap<String, Result<u16, EgressError>>>,
    asked: Mutex<Vec<Question>>,
    replies: Mutex<BTreeMap<String, Result<Answer, EgressError>>>,
}

impl LocalEgress {
    /// From now on `url` answers so.
    pub fn answer(&self, url: &str, answer: Result<u16, EgressError>) {
        lock(&self.answers).insert(url.to_owned(), answer);
    }

    /// From now on a question at `url` is answered so; at other addresses nobody is there.
    pub fn reply(&self, url: &str, answer: Result<Answer, EgressError>) {
        lock(&self.replies).insert(url.to_owned(), answer);
    }

    /// What was asked so far, in order.
    pub fn asked(&self) -> Vec<Question> {
        lock(&self.asked).clone()
    }

    /// What was sent so far, in order.
    pub fn sent(&self) -> Vec<Outgoing> {
        lock(&self.sent).clone()
    }
}

#[async_trait]
impl Egress for LocalEgress {
    async fn post(&self, outgoing: &Outgoing) -> Result<u16, EgressError> {
        lock(&self.sent).push(outgoing.clone());
        lock(&self.answers).get(&outgoing.url).cloned().unwrap_or(Ok(200))
    }

    async fn ask(&self, question: &Question) -> Result<Answer, EgressError> {
        lock(&self.asked).push(question.clone());
        let nobody = Err(EgressError::Unreachable("nobody is there".to_owned()));
        lock(&self.replies).get(&question.url).cloned().unwrap_or(nobody)
    }
}

#[cfg(test)]
mod tests {
    use cloud::egress::Targets;

    use super::*;

    #[tokio::test]
    async fn an_address_answers_as_it_was_told_and_everything_is_kept() {
        let outgoing = Outgoing { url: "https://app.example/out".to_owned(), targets: Targets::Public, form: "a=b".to_owned() };
        let egress = LocalEgress::default();
        assert_eq!(egress.post(&outgoing).await, Ok(200));
        egress.answer(&outgoing.url, Err(EgressError::TooSlow));
        assert_eq!(egress.post(&outgoing).await, Err(EgressError::TooSlow));
        assert_eq!(egress.sent(), [outgoing.clone(), outgoing]);
    }
}
