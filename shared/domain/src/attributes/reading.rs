//! Reading what was entered for an attribute.

use regex_lite::{Regex, RegexBuilder};
use time::{Date, Month};
use unicode_normalization::UnicodeNormalization;

use super::schema::Kind;
use super::{Problem, Value};
use crate::identifier::is_control_or_format;
use crate::policy;

/// The largest integer, either way, that JSON readers agree on: 2^53 - 1.
const INTEGER_MAX: u64 = (1 << 53) - 1;

impl Kind {
    /// Whether `value` is of this type, whatever else is asked of it.
    pub(super) const fn is_of(&self, value: &Value) -> bool {
        matches!(
            (self, value),
            (Self::Integer, Value::Integer(_))
                | (Self::Boolean, Value::Boolean(_))
                | (Self::Text { .. } | Self::Date | Self::Choice { .. }, Value::Text(_))
        )
    }

    /// The value that `entered` is; `None` when it is empty. Whitespace around it doesn't count.
    pub fn read(&self, entered: &str) -> Result<Option<Value>, Problem> {
        let text: String = entered.trim().nfc().collect();
        if text.is_empty() {
            return Ok(None);
        }
        if text.chars().any(is_control_or_format) {
            return Err(Problem::Invisible);
        }
        let value = match self {
            Self::Text { maximum, pattern } => fitting(text, *maximum, pattern.as_deref()).map(Value::Text),
            Self::Integer => {
                text.parse().ok().filter(|number: &i64| number.unsigned_abs() <= INTEGER_MAX).map(Value::Integer).ok_or(Problem::Integer)
            }
            Self::Boolean => text.parse().map(Value::Boolean).map_err(|_| Problem::Boolean),
            Self::Date if is_date(&text) => Ok(Value::Text(text)),
            Self::Date => Err(Problem::Date),
            Self::Choice { of } if of.iter().any(|choice| choice.value == text) => Ok(Value::Text(text)),
            Self::Choice { .. } => Err(Problem::Choice),
        };
        value.map(Some)
    }
}

fn fitting(text: String, maximum: u16, pattern: Option<&str>) -> Result<String, Problem> {
    if text.chars().nth(usize::from(maximum)).is_some() {
        return Err(Problem::TooLong { maximum });
    }
    let fits = pattern.is_none_or(|pattern| whole(pattern).is_ok_and(|pattern| pattern.is_match(&text)));
    if fits { Ok(text) } else { Err(Problem::Pattern) }
}

/// A pattern of a whole text. Matching takes time in proportion to the pattern's size and the text's, both of which are bounded.
pub(super) fn whole(pattern: &str) -> Result<Regex, regex_lite::Error> {
    let compile = |pattern: &str| RegexBuilder::new(pattern).size_limit(policy::ATTRIBUTE_PATTERN_BYTES).build();
    // SECURITY: alone first, so that no parenthesis of it closes ours.
    compile(pattern)?;
    compile(&format!(r"\A(?:{pattern})\z"))
}

/// `YYYY-MM-DD` of the calendar (RFC 3339 §5.6), from the year 1 on.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape =
        bytes.len() == 10 && bytes.iter().enumerate().all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
    let part = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<u16>().ok()).unwrap_or_default();
    let small = |range| u8::try_from(part(range)).unwrap_or_default();
    let month = || Month::try_from(small(5..7)).ok();
    shape && part(0..4) > 0 && month().is_some_and(|month| Date::from_calendar_date(i32::from(part(0..4)), month, small(8..10)).is_ok())
}
