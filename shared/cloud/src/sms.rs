//! One text message to one telephone (Amazon SNS `Publish`).

use async_trait::async_trait;
use aws_sdk_sns::Client;
use aws_sdk_sns::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_sns::types::MessageAttributeValue;

use crate::aws::{Aws, Patience};
use crate::failure::Failure;

/// A text message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sms {
    /// The number, `+` and digits (E.164).
    pub to: String,
    /// What it says.
    pub text: String,
}

/// Why a text message wasn't accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmsError {
    /// Later it may work.
    #[error("text message not accepted for now: {0}")]
    ForNow(String),
    /// This one will never be accepted.
    #[error("text message refused: {0}")]
    ForGood(String),
}

/// Sends text messages. That one was accepted doesn't say that it arrived.
#[async_trait]
pub trait Texter: Send + Sync {
    /// Hands a message to the next hop.
    async fn send(&self, sms: &Sms) -> Result<(), SmsError>;
}

/// Amazon SNS.
#[derive(Clone, Debug)]
pub struct Sns {
    client: Client,
}

impl Sns {
    /// SNS of a region, which sends as the account's settings for text messages say.
    pub fn new(aws: &Aws) -> Self {
        Self { client: Client::new(&aws.config(Patience::Background)) }
    }
}

/// Codes go before advertisements.
const KIND: &str = "AWS.SNS.SMS.SMSType";
const TRANSACTIONAL: &str = "Transactional";

#[async_trait]
impl Texter for Sns {
    async fn send(&self, sms: &Sms) -> Result<(), SmsError> {
        let kind = transactional().map_err(|error| SmsError::ForGood(error.to_string()))?;
        let request = self.client.publish().phone_number(&sms.to).message(&sms.text).message_attributes(KIND, kind);
        request.send().await.map(drop).map_err(|error| refusal(&Failure::of(&error, ProvideErrorMetadata::code)))
    }
}

fn transactional() -> Result<MessageAttributeValue, BuildError> {
    MessageAttributeValue::builder().data_type("String").string_value(TRANSACTIONAL).build()
}

// Only what is wrong with this very message is final; a spent budget or a missing permission is for an operator to mend.
fn refusal(failure: &Failure) -> SmsError {
    match failure.code() {
        Some("InvalidParameter" | "InvalidParameterException" | "ParameterValueInvalid" | "OptedOut") => SmsError::ForGood(failure.to_string()),
        _ => SmsError::ForNow(failure.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::canned::Canned;

    const SENT: &str = "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>";

    fn sms() -> Sms {
        Sms { to: "+4915123456789".to_owned(), text: "123456 is your code.\n\n@demo.id.example.com #123456".to_owned() }
    }

    fn error(code: &str) -> String {
        let message = "Invalid parameter: PhoneNumber Reason: +4915123456789 is not valid to publish to";
        format!("<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>")
    }

    #[tokio::test]
    async fn a_message_goes_to_the_number_as_one_that_must_not_wait() {
        let canned = Canned::answering(&[(200, SENT)]);
        Sns::new(&canned.aws()).send(&sms()).await.expect("an accepted message");
        let requests = canned.requests();
        let form: BTreeMap<String, String> = form_urlencoded::parse(requests[0].body.as_bytes()).into_owned().collect();
        let field = |name: &str| form.get(name).map(String::as_str);
        assert_eq!((field("Action"), field("PhoneNumber")), (Some("Publish"), Some("+4915123456789")));
        assert_eq!(field("Message"), Some("123456 is your code.\n\n@demo.id.example.com #123456"));
        assert_eq!(field("MessageAttributes.entry.1.Name"), Some("AWS.SNS.SMS.SMSType"));
        assert_eq!(field("MessageAttributes.entry.1.Value.StringValue"), Some("Transactional"));
        assert_eq!((field("TopicArn"), field("TargetArn")), (None, None));
    }

    #[tokio::test]
    async fn only_what_is_wrong_with_the_message_itself_is_final_and_no_error_quotes_a_number() {
        for (code, is_final) in [("InvalidParameter", true), ("OptedOut", true), ("Throttled", false), ("AuthorizationError", false)] {
            let answer = error(code);
            let canned = Canned::answering(&[(400, answer.as_str()); 3]);
            let refused = Sns::new(&canned.aws()).send(&sms()).await.expect_err("a refusal");
            assert_eq!(matches!(refused, SmsError::ForGood(_)), is_final, "{refused}");
            assert!(refused.to_string().contains(code) && !refused.to_string().contains("+49"), "{refused}");
        }
        let refused = Sns::new(&Canned::answering(&[]).aws()).send(&sms()).await;
        assert!(matches!(refused, Err(SmsError::ForNow(_))), "{refused:?}");
    }
}
