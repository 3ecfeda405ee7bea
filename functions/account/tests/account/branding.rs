//! What a tenant chose is on its pages within a minute.

use std::collections::BTreeMap;

use domain::branding::{Accent, Colour, InvalidBranding, LegalLink, WebAddress};
use domain::policy;
use runtime::Provisioner;
use runtime::provision::NotChanged;
use store::TenantChange;
use testkit::rows::number;

use crate::support::place;

#[tokio::test]
async fn a_branding_is_checked_counted_told_and_shown() {
    let place = place().await;
    let (tenant, provisioner) = (&place.scene.tenant.record().id, Provisioner::new(&place.stage.platform));
    let colour = |text| Colour::parse(text).expect("a colour");
    let pale = Accent { light: colour("#ffd400"), dark: colour("#ffd400") };
    let refused = provisioner.change_branding(tenant, |branding| branding.accent = Some(pale)).await;
    assert!(matches!(refused, Err(NotChanged::Branding(InvalidBranding::LightContrast))), "{refused:?}");
    let before = place.endpoint.get("/reset").await;
    assert!(!before.header("content-security-policy").contains("cdn.example"));
    for version in 1..=2 {
        let changed = provisioner.change_branding(tenant, |branding| {
            branding.logo = Some(WebAddress::parse("https://cdn.example/logo.svg").expect("an address"));
            branding.accent = Some(Accent { light: colour("#0b6e4f"), dark: colour("#5fd3a8") });
            branding.links = BTreeMap::from([(LegalLink::Privacy, WebAddress::parse("https://demo.example/privacy").expect("an address"))]);
        });
        assert_eq!(changed.await.expect("an answer"), TenantChange::Changed);
        let told = place.events("branding.changed").await;
        assert_eq!((told.len() as u64, number(&told[told.len() - 1], "version") > 0), (version, true));
    }
    place.stage.clock.advance(policy::CACHE_USABLE);
    let after = place.endpoint.get("/reset").await;
    assert!(after.header("content-security-policy").contains("; img-src data: https://cdn.example; "));
    assert!(after.body.contains(r#"<img class="logo" src="https://cdn.example/logo.svg" alt="Demo">"#), "{}", after.body);
    assert!(after.body.contains("--accent:#0b6e4f") && after.body.contains("id=\"legal-privacy\""));
}
