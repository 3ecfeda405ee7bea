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
            .map_err(|error| refusal(&Failure::of(&error, ProvideErrorMetadata::code)))
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::canned::Canned;

    const SENT: &str = "<SendEmailResponse><SendEmailResult><MessageId>1</MessageId></SendEmailResult></SendEmailResponse>";

    fn mail() -> Mail {
        Mail {
            to: "Ada@Example.com".to_owned(),
            subject: "New sign-in · Grüße".to_owned(),
            text: "Hello".to_owned(),
            html: Some("<p>Hello</p>".to_owned()),
            dedupe: "01KAN-mail_new_browser".to_owned(),
        }
    }

    async fn sent(mail: &Mail) -> BTreeMap<String, String> {
        let canned = Canned::answering(&[(200, SENT)]);
        Ses::new(&canned.aws(), "login@id.example.com").send(mail).await.expect("an accepted mail");
        let requests = canned.requests();
        form_urlencoded::parse(requests[0].body.as_bytes()).into_owned().collect()
    }

    fn error(code: &str) -> String {
        let message = "Email address is not verified: ada@example.com";
        format!("<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>")
    }

    #[tokio::test]
    async fn a_mail_goes_to_the_address_as_entered_and_names_its_delivery() {
        let form = sent(&mail()).await;
        let field = |name: &str| form.get(name).map(String::as_str);
        assert_eq!(field("Action"), Some("SendEmail"));
        assert_eq!(field("Source"), Some("login@id.example.com"));
        assert_eq!(field("Destination.ToAddresses.member.1"), Some("Ada@Example.com"));
        assert_eq!(field("Message.Subject.Data"), Some("New sign-in · Grüße"));
        assert_eq!(field("Message.Subject.Charset"), Some("UTF-8"));
        assert_eq!(field("Message.Body.Text.Data"), Some("Hello"));
        assert_eq!(field("Message.Body.Html.Data"), Some("<p>Hello</p>"));
        assert_eq!((field("Tags.member.1.Name"), field("Tags.member.1.Value")), (Some("delivery"), Some("01KAN-mail_new_browser")));
        assert_eq!(sent(&Mail { html: None, ..mail() }).await.get("Message.Body.Html.Data"), None);
    }

    #[tokio::test]
    async fn only_what_is_wrong_with_the_mail_itself_is_final_and_no_error_quotes_an_address() {
        for (code, is_final) in [
            ("MessageRejected", true),
            ("InvalidParameterValue", true),
            ("MailFromDomainNotVerified", false),
            ("AccountSendingPausedException", false),
            ("Throttling", false),
            ("AccessDenied", false),
        ] {
            let answer = error(code);
            let canned = Canned::answering(&[(400, answer.as_str()); 3]);
            let refused = Ses::new(&canned.aws(), "login@id.example.com").send(&mail()).await.expect_err("a refusal");
            assert_eq!(matches!(refused, MailError::ForGood(_)), is_final, "{refused}");
            assert!(refused.to_string().contains(code) && !refused.to_string().contains('@'), "{refused}");
        }
        let unreachable = Canned::answering(&[]);
        let refused = Ses::new(&unreachable.aws(), "login@id.example.com").send(&mail()).await;
        assert!(matches!(refused, Err(MailError::ForNow(_))), "{refused:?}");
    }
}
