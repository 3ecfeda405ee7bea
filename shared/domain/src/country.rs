//! Countries, as the edge names them.

use std::fmt;

/// A country by its code (ISO 3166-1 alpha-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country([u8; 2]);

/// A text that is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not two capital letters")]
pub struct InvalidCountry;

impl Country {
    /// Reads two capital letters; which of them are countries changes and isn't looked at.
    pub fn parse(text: &str) -> Result<Self, InvalidCountry> {
        match text.as_bytes() {
            &[first, second] if first.is_ascii_uppercase() && second.is_ascii_uppercase() => Ok(Self([first, second])),
            _ => Err(InvalidCountry),
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|letter| write!(formatter, "{}", char::from(*letter)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_two_capital_letters() {
        assert_eq!(Country::parse("DE").map(|country| country.to_string()).as_deref(), Ok("DE"));
        for wrong in ["", "D", "de", "DEU", "D1", "ÄÖ", "--"] {
            assert_eq!(Country::parse(wrong), Err(InvalidCountry), "{wrong}");
        }
    }
}
