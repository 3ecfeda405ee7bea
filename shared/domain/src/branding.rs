//! What makes a tenant's pages and mails its own: a logo, colours that can be read, a line of welcome, links to what the law asks for. Values, not CSS.

mod address;
mod colour;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::identifier::is_control_or_format;
use crate::policy;

pub use address::{InvalidAddress, WebAddress};
pub use colour::{Colour, InvalidColour};

/// The least contrast of text (WCAG 2.2 §1.4.3).
const CONTRAST: f64 = 4.5;
/// Hundredths of black or white in the colour of a button under the pointer.
const HOVER: u16 = 14;
/// Hundredths of the accent in what is only tinted.
const TINT: u16 = 9;

/// A tenant's branding. Without one, pages have the product's colours and the first letter of the tenant's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Branding {
    /// Counts its changes.
    pub version: u64,
    /// A picture in the head of every page: PNG, JPEG, WebP or SVG.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<WebAddress>,
    /// The colour of buttons, links and the mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<Accent>,
    /// What the pages of sign-in and sign-up say first, by language (`en`, `de`).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub welcome: BTreeMap<String, String>,
    /// Where the foot of every page and mail leads.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<LegalLink, WebAddress>,
}

/// The accent by day and by night.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accent {
    /// On light pages.
    pub light: Colour,
    /// On dark ones.
    pub dark: Colour,
}

/// What pages say is at the other end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalLink {
    /// How personal data are treated.
    Privacy,
    /// Who runs this.
    Imprint,
    /// The terms of use.
    Terms,
    /// Who helps.
    Support,
}

impl LegalLink {
    /// Every link.
    pub const ALL: [Self; 4] = [Self::Privacy, Self::Imprint, Self::Terms, Self::Support];

    /// Its name in ids.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Privacy => "privacy",
            Self::Imprint => "imprint",
            Self::Terms => "terms",
            Self::Support => "support",
        }
    }
}

/// What pages are painted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surface {
    /// Cards.
    pub card: Colour,
    /// What is around them.
    pub page: Colour,
    /// The other ink for text on the accent, beside white.
    pub dark_ink: Colour,
}

/// Light pages; a test holds the style sheet to it.
pub const LIGHT: Surface = Surface { card: Colour::WHITE, page: Colour::rgb(0xf4, 0xf5, 0xf8), dark_ink: DARK_INK };
/// Dark pages; the same test.
pub const DARK: Surface = Surface { card: Colour::rgb(0x14, 0x16, 0x1c), page: Colour::rgb(0x0b, 0x0c, 0x10), dark_ink: DARK_INK };
const DARK_INK: Colour = Colour::rgb(0x14, 0x16, 0x1c);

/// The colours that follow from an accent on a surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// The accent itself.
    pub accent: Colour,
    /// What is written on it.
    pub ink: Colour,
    /// The accent under the pointer: further from its ink.
    pub hover: Colour,
    /// A card with a breath of the accent.
    pub tint: Colour,
    /// A page with one.
    pub glow: Colour,
}

/// Why a branding can't be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBranding {
    /// Text in the accent, or on it, couldn't be read on light pages.
    #[error("the light accent has less contrast than 4.5 to 1")]
    LightContrast,
    /// The same on dark ones.
    #[error("the dark accent has less contrast than 4.5 to 1")]
    DarkContrast,
    /// The logo is no picture.
    #[error("a logo is a PNG, JPEG, WebP or SVG")]
    Logo,
    /// A line of welcome is too long, or holds what can't be seen.
    #[error("a welcome has at most {} visible characters, in a language", policy::WELCOME_MAX_CHARACTERS)]
    Welcome,
}

impl Palette {
    /// The palette of `accent` on `surface`; none where it couldn't be read.
    pub fn of(accent: Colour, surface: Surface) -> Option<Self> {
        let ink = [Colour::WHITE, surface.dark_ink].into_iter().max_by(|one, other| accent.contrast(*one).total_cmp(&accent.contrast(*other)))?;
        let readable = [ink, surface.card, surface.page].iter().all(|other| accent.contrast(*other) >= CONTRAST);
        let away = if ink == Colour::WHITE { Colour::BLACK } else { Colour::WHITE };
        let (tint, glow) = (surface.card.mixed(accent, TINT), surface.page.mixed(accent, TINT));
        readable.then_some(Self { accent, ink, hover: accent.mixed(away, HOVER), tint, glow })
    }
}

impl Branding {
    /// A tenant without one.
    pub const fn none() -> Self {
        Self { version: 0, logo: None, accent: None, welcome: BTreeMap::new(), links: BTreeMap::new() }
    }

    /// Whether there never was one.
    pub const fn is_untouched(&self) -> bool {
        self.version == 0
    }

    /// Whether it can be shown.
    pub fn check(&self) -> Result<(), InvalidBranding> {
        if let Some(accent) = self.accent {
            Palette::of(accent.light, LIGHT).ok_or(InvalidBranding::LightContrast)?;
            Palette::of(accent.dark, DARK).ok_or(InvalidBranding::DarkContrast)?;
        }
        if self.logo.as_ref().is_some_and(|logo| !logo.is_picture()) {
            return Err(InvalidBranding::Logo);
        }
        let is_language = |tag: &str| tag.len() == 2 && tag.bytes().all(|letter| letter.is_ascii_lowercase());
        let is_line = |text: &str| {
            let characters = text.chars().count();
            (1..=policy::WELCOME_MAX_CHARACTERS).contains(&characters) && !text.chars().any(is_control_or_format)
        };
        let few = self.welcome.len() <= policy::ATTRIBUTE_LANGUAGES_MAX;
        if few && self.welcome.iter().all(|(tag, text)| is_language(tag) && is_line(text)) { Ok(()) } else { Err(InvalidBranding::Welcome) }
    }

    /// The palettes by day and by night.
    pub fn palettes(&self) -> Option<(Palette, Palette)> {
        let accent = self.accent?;
        Some((Palette::of(accent.light, LIGHT)?, Palette::of(accent.dark, DARK)?))
    }

    /// The welcome in a language, if there is one.
    pub fn welcome(&self, language: &str) -> Option<&str> {
        self.welcome.get(language).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn accented(light: &str, dark: &str) -> Branding {
        let colour = |text| Colour::parse(text).expect("a colour");
        Branding { accent: Some(Accent { light: colour(light), dark: colour(dark) }), ..Branding::default() }
    }

    #[test]
    fn an_accent_is_one_that_can_be_read() {
        assert_eq!(accented("#0b6e4f", "#5fd3a8").check(), Ok(()));
        assert_eq!(accented("#ffd400", "#ffd400").check(), Err(InvalidBranding::LightContrast));
        assert_eq!(accented("#0b6e4f", "#0b6e4f").check(), Err(InvalidBranding::DarkContrast));
        // Enough on a white card, not enough on the page around it.
        assert_eq!(accented("#767676", "#5fd3a8").check(), Err(InvalidBranding::LightContrast));
    }

    #[test]
    fn a_welcome_is_a_line_in_a_language() {
        let with = |tag: &str, text: &str| Branding { welcome: BTreeMap::from([(tag.to_owned(), text.to_owned())]), ..Branding::default() }.check();
        let longest = "ä".repeat(policy::WELCOME_MAX_CHARACTERS);
        assert_eq!((with("en", "Welcome"), with("de", &longest)), (Ok(()), Ok(())));
        let too_long = format!("{longest}ä");
        for (tag, wrong) in [("en", ""), ("en", "a\nb"), ("en", "a\u{202e}b"), ("en", "a\0"), ("en", &too_long), ("EN", "x"), ("", "x"), ("eng", "x")]
        {
            assert_eq!(with(tag, wrong), Err(InvalidBranding::Welcome), "{tag} {wrong:?}");
        }
    }

    #[test]
    fn a_logo_is_a_picture() {
        let with = |url| Branding { logo: Some(WebAddress::parse(url).expect("an address")), ..Branding::default() }.check();
        assert_eq!(with("https://cdn.example/logo.svg"), Ok(()));
        assert_eq!(with("https://cdn.example/logo"), Err(InvalidBranding::Logo));
    }

    #[test]
    fn a_branding_reads_back_and_one_that_was_never_written_is_none() {
        let links = BTreeMap::from([(LegalLink::Imprint, WebAddress::parse("https://a.example/imprint").expect("an address"))]);
        let branding = Branding { version: 3, links, ..accented("#0b6e4f", "#5fd3a8") };
        let json = serde_json::to_value(&branding).expect("JSON");
        assert_eq!(json["links"]["imprint"], "https://a.example/imprint");
        assert_eq!(serde_json::from_value::<Branding>(json).expect("a branding"), branding);
        assert_eq!(serde_json::from_str::<Branding>("{}").expect("a branding"), Branding::none());
    }

    proptest! {
        #[test]
        fn whatever_is_taken_can_be_read_also_under_the_pointer(red: u8, green: u8, blue: u8) {
            for surface in [LIGHT, DARK] {
                if let Some(palette) = Palette::of(Colour::rgb(red, green, blue), surface) {
                    prop_assert!(palette.accent.contrast(palette.ink) >= CONTRAST && palette.hover.contrast(palette.ink) >= CONTRAST);
                    prop_assert!(palette.accent.contrast(surface.card) >= CONTRAST && palette.accent.contrast(surface.page) >= CONTRAST);
                    // Icons on a tint are no text (WCAG 2.2 §1.4.11).
                    prop_assert!(palette.accent.contrast(palette.tint) >= 3.0);
                }
            }
        }
    }
}
