//! One mail to one person (Amazon SES `SendEmail`).

use async_trait::async_trait;
use aws_sdk_ses::Client;
use aws_sdk_ses::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_ses::types::{Body, Content, Destination, Message, MessageTag};

use crate::aws::{Aws, Patience};
use crate::failure::Failure;

/// A mail, complete but for its sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The address as entered by its owner.
    pub to: String,
    /// Subject line.
    pub subject: String,
    /// Body for every reader.
    pub text: String,
    /// Body for readers that show HTML.
    pub html: Option<String>,
    /// Names the delivery, so that the same mail sent twice is recognised: letters, digits, `_` and `-`.
    pub dedupe: String,
}

/// Why a mail wasn't accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Later it may work.
    #[error("mail not accepted for now: {0}")]
    ForNow(String),
    /// This mail will never be accepted.
    #[error("mail refused: {0}")]
    ForGood(String),
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail to the next hop.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}

/// Amazon SES.
#[derive(Clone, Debug)]
pub struct Ses {
    client: Client,
    sender: String,
}

impl Ses {
    /// SES of a region; `sender` is an address of a verified identity.
    pub fn new(aws: &Aws, sender: impl Into<String>) -> Self {
        Self { client: Client::new(&aws.config(Patience::Background)), sender: sender.into() }
    }
}

#[async_trait]
impl Mailer for Ses {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = message(mail).map_err(|error| MailError::ForGood(error.to_string()))?;
        let tag = MessageTag::builder().name("delivery").value(&mail.dedupe).build().map_err(|error| MailError::ForGood(error.to_string()))?;
        self.client
            .send_email()
            .source(&self.sender)
            .destination(Destination::builder().to_addresses(&mail.to).build())
            .message(message)
            .tags(tag)
            .send()
            .await
            .map(drop)
            .map_err(|error| refusal(&Failure::of(&error, |ses| ses.code())))
    }
}

fn message(mail: &Mail) -> Result<Message, BuildError> {
    let content = |text: &str| Content::builder().charset("UTF-8").data(text).build();
    let html = mail.html.as_deref().map(content).transpose()?;
    let body = Body::builder().text(content(&mail.text)?).set_html(html).build();
    Ok(Message::builder().subject(content(&mail.subject)?).body(body).build())
}

// Only what is wrong with this very mail is final; an unverified sender or a paused account is for an operator to mend.
fn refusal(failure: &Failure) -> MailError {
    match failure.code() {
        Some("MessageRejected" | "InvalidParameterValue") => MailError::ForGood(failure.to_string()),
        _ => MailError::ForNow(failure.to_string()),
    }
}
