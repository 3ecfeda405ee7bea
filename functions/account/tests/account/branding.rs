//! What a tenant chose is on its pages within 30 seconds.

use domain::branding::InvalidBranding;
use domain::policies::{InvalidPolicy, PolicyKind, Rule};
use domain::policy;
use runtime::Provisioner;
use runtime::provision::NotChanged;
use serde_json::json;
use store::TenantChange;
use testkit::rows::number;

use crate::support::place;

#[tokio::test]
async fn a_branding_is_checked_counted_told_and_shown() {
    let place = place().await;
    let (tenant, provisioner) = (&place.scene.tenant.record().id, Provisioner::new(&place.stage.platform));
    let branding = |light: &str| {
        let settings = json!({
            "logo": "https://cdn.example/logo.svg",
            "accent": { "light": light, "dark": "#5fd3a8" },
            "links": { "privacy": "https://demo.example/privacy" }
        });
        Rule::baseline(PolicyKind::Branding, settings).expect("a policy")
    };
    let refused = provisioner.change_policy(tenant, &branding("#ffd400")).await;
    assert!(matches!(refused, Err(NotChanged::Policy(InvalidPolicy::Branding(InvalidBranding::LightContrast)))), "{refused:?}");
    let before = place.endpoint.get("/reset").await;
    assert!(!before.header("content-security-policy").contains("cdn.example"));
    for version in 1..=2 {
        assert_eq!(provisioner.change_policy(tenant, &branding("#0b6e4f")).await.expect("an answer"), TenantChange::Changed);
        let told = place.events("policy.changed").await;
        assert_eq!((told.len() as u64, number(&told[told.len() - 1], "version") > 0), (version, true));
    }
    place.stage.clock.advance(policy::CACHE_USABLE);
    let after = place.endpoint.get("/reset").await;
    assert!(after.header("content-security-policy").contains("; img-src data: https://cdn.example; "));
    assert!(after.body.contains(r#"<img class="logo" src="https://cdn.example/logo.svg" alt="Demo">"#), "{}", after.body);
    assert!(after.body.contains("--accent:#0b6e4f") && after.body.contains("id=\"legal-privacy\""));
}
