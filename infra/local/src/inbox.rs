//! Mails that were sent, kept where a developer and a test can read them.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use cloud::mail::{Mail, MailError, Mailer};
use serde::{Deserialize, Serialize};

use crate::shelf::Shelf;

/// A mail as the inbox shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Whom it was sent to.
    pub to: String,
    /// Subject line.
    pub subject: String,
    /// Body as text.
    pub text: String,
    /// Links of the body, in its order.
    pub links: Vec<String>,
}

/// Takes every mail and sends none.
#[derive(Debug)]
pub struct Inbox {
    shelf: Shelf,
    outage: Mutex<Option<MailError>>,
}

impl Inbox {
    /// An inbox whose mails are kept on `shelf`.
    pub fn new(shelf: Shelf) -> Self {
        Self { shelf, outage: Mutex::default() }
    }

    /// Every mail, the oldest first.
    pub fn messages(&self) -> Vec<Message> {
        // Only this file writes to the shelf; what somebody else put there is no mail.
        self.shelf.list().into_iter().filter_map(|document| serde_json::from_value(document).ok()).collect()
    }

    /// From now on mail is refused with `error`, until `None` ends the outage.
    pub fn refuse(&self, error: Option<MailError>) {
        *self.outage.lock().unwrap_or_else(PoisonError::into_inner) = error;
    }
}

#[async_trait]
impl Mailer for Inbox {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        if let Some(error) = self.outage.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(error);
        }
        let message = Message { to: mail.to.clone(), subject: mail.subject.clone(), text: mail.text.clone(), links: links(&mail.text) };
        let document = serde_json::to_value(message).map_err(|error| MailError::ForGood(error.to_string()))?;
        self.shelf.add(document).map_err(|error| MailError::ForNow(error.to_string()))
    }
}

/// The `http` and `https` URLs of a text, without the punctuation of the sentence around them.
fn links(text: &str) -> Vec<String> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'');
    let words = text.split(ends).filter_map(|word| word.find("http://").or_else(|| word.find("https://")).map(|at| &word[at..]));
    words.map(|url| url.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn mail(to: &str) -> Mail {
        Mail {
            to: to.to_owned(),
            subject: "New sign-in".to_owned(),
            text: "Was it you? See https://a.example/x?y=1.\n(or <http://localhost:1/z>)".to_owned(),
            html: None,
            dedupe: "d".to_owned(),
        }
    }

    #[tokio::test]
    async fn a_mail_is_kept_with_its_links_and_outlives_the_process() {
        let scratch = Scratch::new();
        let open = || Inbox::new(Shelf::in_folder(scratch.path()).expect("a folder"));
        open().send(&mail("ada@demo.example")).await.expect("the inbox takes it");
        let [message] = &open().messages()[..] else { panic!("one mail") };
        assert_eq!((message.to.as_str(), message.subject.as_str()), ("ada@demo.example", "New sign-in"));
        assert_eq!(message.links, ["https://a.example/x?y=1", "http://localhost:1/z"]);
    }

    #[tokio::test]
    async fn in_an_outage_nothing_is_taken_and_afterwards_again() {
        let inbox = Inbox::new(Shelf::in_memory());
        let outage = MailError::ForNow("down".to_owned());
        inbox.refuse(Some(outage.clone()));
        assert_eq!(inbox.send(&mail("a@b.example")).await, Err(outage));
        inbox.refuse(None);
        assert_eq!(inbox.send(&mail("a@b.example")).await, Ok(()));
        assert_eq!(inbox.messages().len(), 1);
    }
}
