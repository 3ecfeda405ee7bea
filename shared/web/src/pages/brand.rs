//! Whose page: the tenant's name, and what makes its pages its own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::branding::{Branding, Palette};
use domain::tenant::Tenant;

/// The look of a tenant's pages.
#[derive(Clone, Copy, Debug)]
pub struct Brand<'a> {
    /// The tenant's name.
    pub name: &'a str,
    /// What it chose.
    pub branding: &'a Branding,
}

static NONE: Branding = Branding::none();

impl<'a> Brand<'a> {
    /// A tenant's.
    pub const fn of(tenant: &'a Tenant) -> Self {
        Self { name: tenant.name.as_str(), branding: &tenant.branding }
    }

    /// That of somebody who chose nothing.
    pub const fn plain(name: &'a str) -> Self {
        Self { name, branding: &NONE }
    }
}

/// The few rules that a tenant's colours are, beside the style sheet that all pages have.
// SECURITY: made of digits alone; nothing that anybody entered is in it.
pub(crate) fn sheet(branding: &Branding) -> Option<String> {
    let (day, night) = branding.palettes()?;
    Some(format!(":root{{{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}", variables(day), variables(night)))
}

fn variables(palette: Palette) -> String {
    let Palette { accent, ink, hover, tint, glow } = palette;
    format!("--accent:{accent};--accent-hover:{hover};--accent-ink:{ink};--accent-text:{accent};--tint:{tint};--glow:{glow}")
}

/// The source expression that allows these rules and nothing else.
pub(crate) fn csp_source(branding: &Branding) -> Option<String> {
    sheet(branding).map(|sheet| format!("'sha256-{}'", STANDARD.encode(crypto::derive::sha256(sheet.as_bytes()))))
}
