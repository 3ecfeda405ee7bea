//! Pages of a tenant that chose how they look, and of one that didn't.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::branding::{Accent, Branding, Colour, LegalLink, WebAddress};
use domain::tenant::{Issuer, Tenant};
use domain::{Slug, TenantId, Timestamp};
use web::{Brand, Language, Page, PageSecurity};

use super::{samples, sign_in, tags};

thread_local! {
    static BRANDED: Cell<bool> = const { Cell::new(false) };
}

fn branding() -> &'static Branding {
    static BRANDING: LazyLock<Branding> = LazyLock::new(|| {
        let address = |url: &str| WebAddress::parse(url).expect("an address");
        let colour = |text| Colour::parse(text).expect("a colour");
        let link = |link: LegalLink| (link, address(&format!("https://northwind.example/{}", link.as_str())));
        Branding {
            version: 1,
            logo: Some(address("https://cdn.northwind.example/logo.svg")),
            accent: Some(Accent { light: colour("#0b6e4f"), dark: colour("#5fd3a8") }),
            welcome: BTreeMap::from(
                [("en", "Good to have you back."), ("de", "Schön, dass Sie wieder da sind.")].map(|(tag, text)| (tag.to_owned(), text.to_owned())),
            ),
            links: LegalLink::ALL.map(link).into(),
        }
    });
    assert_eq!(BRANDING.check(), Ok(()));
    &BRANDING
}

/// Whose pages the samples are.
pub(crate) fn brand() -> Brand<'static> {
    let plain = Brand::plain("Northwind");
    if BRANDED.get() { Brand { branding: branding(), ..plain } } else { plain }
}

/// Samples of a tenant with a branding.
pub(crate) fn branded<T>(samples: impl FnOnce() -> T) -> T {
    BRANDED.set(true);
    let made = samples();
    BRANDED.set(false);
    made
}

/// A tenant without one.
pub(crate) fn tenant() -> Tenant {
    let issuer = Issuer::parse("https://demo.id.example.com").expect("an issuer");
    Tenant::named(TenantId::from_random([1; 16]), Slug::parse("demo").expect("a slug"), "Northwind", issuer, Timestamp::from_seconds(0))
}

#[test]
fn every_page_of_a_tenant_shows_its_logo_its_colours_and_its_links_and_no_other_page_does() {
    for language in Language::ALL {
        let of_tenant = |(name, _): &(String, String)| name != "error_without_tenant";
        for (name, html) in branded(|| samples(language)).into_iter().filter(of_tenant) {
            assert_eq!(html.matches("<style>").count(), 2, "{name}");
            assert!(html.contains(r#"<img class="logo" src="https://cdn.northwind.example/logo.svg" alt="Northwind">"#), "{name}");
            assert!(!html.contains("class=\"mark\"") && html.contains("fill='%230b6e4f'"), "{name}");
            for link in LegalLink::ALL {
                let tag =
                    format!(r#"a id="legal-{0}" href="https://northwind.example/{0}" target="_blank" rel="noopener noreferrer""#, link.as_str());
                assert!(tags(&html).contains(&tag.as_str()), "{name}: {tag}");
            }
            let welcomes = ["sign_in", "sign_up", "invitation"].iter().any(|page| name.starts_with(page));
            assert_eq!(html.contains("id=\"welcome\""), welcomes, "{name}");
        }
        for (name, html) in samples(language) {
            let shown = ["class=\"logo\"", "id=\"legal-", "id=\"welcome\""].iter().any(|part| html.contains(part));
            assert!(!shown && html.matches("<style>").count() == 1, "{name}");
        }
    }
}

#[test]
fn the_policy_of_a_page_knows_its_colours_and_where_its_logo_is() {
    let html = branded(|| sign_in(Language::English).html());
    let sheets = html.split("<style>").skip(1).map(|rest| rest.split("</style>").next().expect("its end"));
    let sheets: Vec<_> = sheets.collect();
    let hashes: Vec<_> = sheets.iter().map(|sheet| format!("'sha256-{}'", STANDARD.encode(crypto::derive::sha256(sheet.as_bytes())))).collect();
    let policy = PageSecurity::of(&Tenant { branding: branding().clone(), ..tenant() }).content_security_policy();
    assert!(policy.contains(&format!("; style-src {}; img-src data: https://cdn.northwind.example; ", hashes.join(" "))), "{policy}");
    insta::assert_snapshot!(sheets[1], @"
    :root{--accent:#0b6e4f;--accent-hover:#095f44;--accent-ink:#ffffff;--accent-text:#0b6e4f;--tint:#e9f2ef;--glow:#dfe9e9}@media (prefers-color-scheme:dark){:root{--accent:#5fd3a8;--accent-hover:#75d9b4;--accent-ink:#14161c;--accent-text:#5fd3a8;--tint:#1b2729;--glow:#131e1e}}
    ");
}

#[test]
fn a_hostile_welcome_or_name_stays_a_text() {
    let hostile = "\"'></p><script>alert(1)</script>";
    let attacked = Branding { welcome: BTreeMap::from([("en".to_owned(), hostile.to_owned())]), ..branding().clone() };
    let plain = branded(|| sign_in(Language::English).html());
    let html = web::SignInPage { brand: Brand { name: hostile, branding: &attacked }, ..sign_in(Language::English) }.html();
    assert_eq!(tags(&html).len(), tags(&plain).len());
    assert!(!html.contains("<script"));
}
