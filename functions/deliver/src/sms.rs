//! Text messages: each is composed from its event when it is sent, in the language of its person, and kept within one segment.

pub(crate) mod phone_changed;
pub(crate) mod phone_code;

use cloud::sms::{Sms, SmsError};
use domain::delivery::{Delivery, Try};
use runtime::Failure;

use crate::Deps;

/// What there is to send.
pub(crate) enum Composed {
    /// This.
    Message(Sms),
    /// There is nobody any more to send it to.
    Nobody,
    /// What it would have been about is over, as it may be: nothing.
    Over,
}

/// Sends the text message of a delivery, as soon as it is composed.
pub(crate) async fn send(deps: &Deps, delivery: &Delivery, composing: impl Future<Output = Result<Composed, Failure>>) -> Result<Try, Failure> {
    let sms = match composing.await? {
        Composed::Message(sms) => sms,
        Composed::Nobody => return Ok(Try::FailedForGood),
        Composed::Over => return Ok(Try::Sent),
    };
    Ok(match deps.texter.send(&sms).await {
        Ok(()) => Try::Sent,
        Err(SmsError::ForNow(reason)) => {
            tracing::warn!(reason, attempts = delivery.attempts, "text message not accepted for now");
            Try::FailedForNow
        }
        Err(SmsError::ForGood(reason)) => {
            tracing::warn!(reason, "text message refused for good");
            Try::FailedForGood
        }
    })
}

/// Characters of the GSM 7-bit alphabet beside ASCII's letters and digits (3GPP TS 23.038 §6.2.1).
const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
/// Those that take two places (§6.2.1.1).
const GSM_TWICE: &str = "^{}\\[~]|€";
/// Places of one segment.
const SEGMENT: usize = 160;

/// The first of `texts` that one segment holds, else the last.
fn within_a_segment(texts: &[String]) -> String {
    let fits = |text: &&String| {
        let places = text.chars().map(|c| match c {
            _ if c.is_ascii_alphanumeric() || GSM.contains(c) => Some(1),
            _ if GSM_TWICE.contains(c) => Some(2),
            _ => None,
        });
        places.sum::<Option<usize>>().is_some_and(|places| places <= SEGMENT)
    };
    texts.iter().find(fits).or(texts.last()).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_text_that_one_segment_holds_is_taken() {
        let texts = |long: String| within_a_segment(&[long, "short".to_owned()]);
        let fine = ["a".repeat(160), "ü".repeat(160), "€".repeat(80)];
        assert!(fine.into_iter().all(|fine| texts(fine.clone()) == fine));
        for wrong in ["a".repeat(161), "€".repeat(81), "東".to_owned()] {
            assert_eq!(texts(wrong), "short");
        }
        assert_eq!(within_a_segment(&["東京".to_owned(), "東".to_owned()]), "東", "nothing fits: the shortest is sent");
    }
}
