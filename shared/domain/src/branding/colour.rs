//! Colours, and whether what is written in one can be read on another (WCAG 2.2 §1.4.3).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A colour of sRGB, `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

/// A text is no colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a colour is # and six hexadecimal digits")]
pub struct InvalidColour;

impl Colour {
    /// White.
    pub const WHITE: Self = Self([255; 3]);
    /// Black.
    pub const BLACK: Self = Self([0; 3]);

    /// A colour by its parts.
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Result<Self, InvalidColour> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or(InvalidColour)?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self([red, green, blue]))
    }

    /// How bright it is, from 0 to 1 (WCAG 2.2, relative luminance).
    pub fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// How well it can be told from another, from 1 to 21 (WCAG 2.2, contrast ratio).
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// The colour with so many hundredths of another mixed into it.
    #[must_use]
    pub fn mixed(self, other: Self, hundredths: u16) -> Self {
        let mix = |own: u8, other: u8| {
            let sum = u16::from(own) * 100_u16.saturating_sub(hundredths) + u16::from(other) * hundredths.min(100);
            u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX)
        };
        Self([mix(self.0[0], other.0[0]), mix(self.0[1], other.0[1]), mix(self.0[2], other.0[2])])
    }

    /// The six digits, without the sign before them.
    pub fn digits(self) -> String {
        let [red, green, blue] = self.0;
        format!("{red:02x}{green:02x}{blue:02x}")
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "#{}", self.digits())
    }
}

impl TryFrom<String> for Colour {
    type Error = InvalidColour;
    fn try_from(text: String) -> Result<Self, InvalidColour> {
        Self::parse(&text)
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_a_sign_and_six_digits() {
        assert_eq!(Colour::parse("#4353E0").map(|colour| colour.to_string()).as_deref(), Ok("#4353e0"));
        for wrong in ["4353e0", "#435", "#4353e", "#4353e0f", "#+353e0", "red", "#4353eg", "#4353é", "url(x)"] {
            assert_eq!(Colour::parse(wrong), Err(InvalidColour), "{wrong}");
        }
    }

    #[test]
    fn contrast_is_what_the_guidelines_say() {
        assert!((Colour::WHITE.contrast(Colour::BLACK) - 21.0).abs() < 1e-9);
        assert!((Colour::WHITE.contrast(Colour::WHITE) - 1.0).abs() < 1e-9);
        // The known pair around 4.5: #767676 passes on white, #777777 doesn't.
        assert!(Colour::rgb(0x76, 0x76, 0x76).contrast(Colour::WHITE) >= 4.5);
        assert!(Colour::rgb(0x77, 0x77, 0x77).contrast(Colour::WHITE) < 4.5);
    }

    #[test]
    fn colours_mix_in_hundredths() {
        assert_eq!(Colour::WHITE.mixed(Colour::BLACK, 0), Colour::WHITE);
        assert_eq!(Colour::WHITE.mixed(Colour::BLACK, 100), Colour::BLACK);
        assert_eq!(Colour::WHITE.mixed(Colour::BLACK, 50), Colour::rgb(128, 128, 128));
    }
}
