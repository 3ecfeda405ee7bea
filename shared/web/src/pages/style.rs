//! The one style sheet, inside every page, and the hash by which the Content-Security-Policy knows it (CSP Level 3 §2.3.1).

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The style sheet, without anything around it: the hash is over exactly what stands between the tags.
pub(crate) const SHEET: &str = include_str!("../../templates/style.css");

/// The accent of its light pages, without the sign before it, for what isn't styled by it: the icon, and mails.
pub(crate) const ACCENT: &str = "4353e0";

static SOURCE: LazyLock<String> = LazyLock::new(|| format!("'sha256-{}'", STANDARD.encode(crypto::derive::sha256(SHEET.as_bytes()))));

/// The source expression that allows the sheet and nothing else.
pub(crate) fn csp_source() -> &'static str {
    &SOURCE
}

#[cfg(test)]
mod tests {
    use domain::branding::{DARK, LIGHT};

    use super::*;

    #[test]
    fn accents_are_checked_against_what_pages_are_painted_on() {
        let (light, dark) = SHEET.split_once("@media (prefers-color-scheme: dark)").expect("two schemes");
        for (sheet, surface) in [(light, LIGHT), (dark, DARK)] {
            let card = surface.card.to_string().replace("#ffffff", "#fff");
            assert!(sheet.contains(&format!("--card: {card};")) && sheet.contains(&format!("--page: {};", surface.page)), "{surface:?}");
        }
        assert!(light.contains(&format!("--accent: #{ACCENT};")) && light.contains(&format!("--ink: {};", LIGHT.dark_ink)));
    }
}
