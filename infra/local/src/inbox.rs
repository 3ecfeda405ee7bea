//! Mails and text messages that were sent, kept where a developer and a test can read them.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use cloud::mail::{Mail, MailError, Mailer};
use cloud::sms::{Sms, SmsError, Texter};
use serde::{Deserialize, Serialize};

use crate::shelf::Shelf;

/// What a message came by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// As a mail.
    #[default]
    Mail,
    /// As a text message.
    Sms,
}

/// A message as the inbox shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What it came by.
    #[serde(default)]
    pub way: Way,
    /// Whom it was sent to.
    pub to: String,
    /// Subject line; of a text message, that it is one.
    pub subject: String,
    /// Body as text.
    pub text: String,
    /// Links of the body, in its order.
    pub links: Vec<String>,
}

/// Takes every message and sends none.
#[derive(Debug)]
pub struct Inbox {
    shelf: Shelf,
    outage: Mutex<Option<MailError>>,
    sms_outage: Mutex<Option<SmsError>>,
}

impl Inbox {
    /// An inbox whose messages are kept on `shelf`.
    pub fn new(shelf: Shelf) -> Self {
        Self { shelf, outage: Mutex::default(), sms_outage: Mutex::default() }
    }

    /// Every message, the oldest first.
    pub fn messages(&self) -> Vec<Message> {
        // Only this file writes to the shelf; what somebody else put there is none.
        self.shelf.list().into_iter().filter_map(|document| serde_json::from_value(document).ok()).collect()
    }

    /// From now on mail is refused with `error`, until `None` ends the outage.
    pub fn refuse(&self, error: Option<MailError>) {
        *self.outage.lock().unwrap_or_else(PoisonError::into_inner) = error;
    }

    /// The same of text messages.
    pub fn refuse_sms(&self, error: Option<SmsError>) {
        *self.sms_outage.lock().unwrap_or_else(PoisonError::into_inner) = error;
    }

    fn add(&self, message: Message) -> Result<(), String> {
        let document = serde_json::to_value(message).map_err(|error| error.to_string())?;
        self.shelf.add(document).map_err(|error| error.to_string())
    }
}

#[async_trait]
impl Mailer for Inbox {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        if let Some(error) = self.outage.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(error);
        }
        let links = links(&mail.text);
        let message = Message { way: Way::Mail, to: mail.to.clone(), subject: mail.subject.clone(), text: mail.text.clone(), links };
        self.add(message).map_err(MailError::ForNow)
    }
}

#[async_trait]
impl Texter for Inbox {
    async fn send(&self, sms: &Sms) -> Result<(), SmsError> {
        if let Some(error) = self.sms_outage.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(error);
        }
        let subject = "Text message".to_owned();
        let message = Message { way: Way::Sms, to: sms.to.clone(), subject, text: sms.text.clone(), links: links(&sms.text) };
        self.add(message).map_err(SmsError::ForNow)
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
        Mailer::send(&open(), &mail("ada@demo.example")).await.expect("the inbox takes it");
        let [message] = &open().messages()[..] else { panic!("one mail") };
        assert_eq!((message.to.as_str(), message.subject.as_str()), ("ada@demo.example", "New sign-in"));
        assert_eq!(message.links, ["https://a.example/x?y=1", "http://localhost:1/z"]);
    }

    #[tokio::test]
    async fn in_an_outage_nothing_is_taken_and_afterwards_again() {
        let inbox = Inbox::new(Shelf::in_memory());
        let outage = MailError::ForNow("down".to_owned());
        inbox.refuse(Some(outage.clone()));
        assert_eq!(Mailer::send(&inbox, &mail("a@b.example")).await, Err(outage));
        inbox.refuse(None);
        assert_eq!(Mailer::send(&inbox, &mail("a@b.example")).await, Ok(()));
        assert_eq!(inbox.messages().len(), 1);
    }

    #[tokio::test]
    async fn a_text_message_is_kept_beside_the_mails_and_has_outages_of_its_own() {
        let inbox = Inbox::new(Shelf::in_memory());
        let sms = Sms { to: "+4915123456789".to_owned(), text: "123456 is your code.".to_owned() };
        let outage = SmsError::ForNow("down".to_owned());
        inbox.refuse_sms(Some(outage.clone()));
        assert_eq!((Texter::send(&inbox, &sms).await, Mailer::send(&inbox, &mail("a@b.example")).await), (Err(outage), Ok(())));
        inbox.refuse_sms(None);
        assert_eq!(Texter::send(&inbox, &sms).await, Ok(()));
        let [_, message] = &inbox.messages()[..] else { panic!("a mail and a text message") };
        assert_eq!((message.way, message.to.as_str(), message.text.as_str()), (Way::Sms, "+4915123456789", "123456 is your code."));
    }
}
