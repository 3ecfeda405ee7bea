//! The one style sheet, inside every page, and the hash by which the Content-Security-Policy knows it (CSP Level 3 §2.3.1).

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The style sheet, without anything around it: the hash is over exactly what stands between the tags.
pub(crate) const SHEET: &str = include_str!("../../templates/style.css");

static SOURCE: LazyLock<String> = LazyLock::new(|| format!("'sha256-{}'", STANDARD.encode(crypto::derive::sha256(SHEET.as_bytes()))));

/// The source expression that allows the sheet and nothing else.
pub(crate) fn csp_source() -> &'static str {
    &SOURCE
}
