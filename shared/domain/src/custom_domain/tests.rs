use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn name(text: &str) -> DomainName {
    DomainName::parse(text).expect("a domain")
}

fn challenge(byte: u8) -> Challenge {
    Challenge::from_random([byte; 16])
}

fn wanting(domains: &Domains, text: &str) -> Result<Domains, NotAdded> {
    domains.wanting(name(text), challenge(1), Some("id.example.com"), NOW)
}

#[test]
fn a_domain_has_one_form() {
    for (typed, canonical) in [
        ("login.acme.example", "login.acme.example"),
        ("Login.ACME.Example", "login.acme.example"),
        ("login.bücher.example", "login.xn--bcher-kva.example"),
        ("LOGIN.BÜCHER.EXAMPLE", "login.xn--bcher-kva.example"),
        ("acme。example", "acme.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("1.acme.example", "1.acme.example"),
    ] {
        assert_eq!(DomainName::parse(typed).map(String::from).as_deref(), Ok(canonical), "{typed}");
    }
}

#[test]
fn what_is_no_name_of_two_labels_is_no_domain() {
    let long = format!("{}.example", "a".repeat(64));
    let whole = format!("{}example", "abcdefg.".repeat(30));
    for wrong in [
        "",
        ".",
        "localhost",
        "acme",
        "acme.example.",
        ".acme.example",
        "a..example",
        "-a.example",
        "a-.example",
        "a_b.example",
        "*.acme.example",
        "192.0.2.1",
        "0x7f.1",
        "[::1]",
        "::1",
        "acme.example:443",
        "https://acme.example",
        "acme.example/x",
        "a b.example",
        "a%2eexample",
        "user@acme.example",
        "xn--a.example",
        "\u{202e}acme.example",
        &long,
        &whole,
    ] {
        assert_eq!(DomainName::parse(wrong), Err(InvalidDomain), "{wrong}");
    }
    let longest = format!("{}.{}.{}.{}", "a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(48));
    assert_eq!((longest.len(), DomainName::parse(&longest).is_ok()), (240, true));
    assert_eq!(name(&longest).record_name().len(), policy::DOMAIN_NAME_MAX);
    assert_eq!(DomainName::parse(&format!("{longest}d")), Err(InvalidDomain));
}

proptest! {
    #[test]
    fn the_form_of_a_form_is_itself(text in "\\PC{0,40}") {
        if let Ok(domain) = DomainName::parse(&text) {
            prop_assert_eq!(DomainName::parse(domain.as_str()), Ok(domain.clone()));
            prop_assert!(Issuer::parse(domain.issuer().as_str()).is_ok());
        }
    }
}

#[test]
fn a_domain_has_its_issuer_and_the_name_of_its_record() {
    let domain = name("login.acme.example");
    assert_eq!(domain.issuer().as_str(), "https://login.acme.example");
    assert_eq!(domain.record_name(), "_countersign.login.acme.example");
}

#[test]
fn the_platforms_own_names_are_no_tenants() {
    for own in ["id.example.com", "demo.id.example.com", "a.b.id.example.com"] {
        assert_eq!(wanting(&Domains::default(), own), Err(NotAdded::OfThePlatform), "{own}");
    }
    for other in ["example.com", "myid.example.com", "id.example.com.evil.example"] {
        assert!(wanting(&Domains::default(), other).is_ok(), "{other}");
    }
}

#[test]
fn a_domain_is_wanted_proved_and_taken_away_and_each_change_counts() {
    let domain = name("login.acme.example");
    let wanted = wanting(&Domains::default(), "login.acme.example").expect("a wish");
    assert_eq!((wanted.version, wanted.is_verified(&domain), wanted.verified().count()), (1, false, 0));
    assert_eq!(wanting(&wanted, "LOGIN.acme.example"), Err(NotAdded::Known));
    let proved = wanted.proving(&domain, &challenge(1), NOW).expect("a wish");
    assert_eq!((proved.version, proved.verified().collect::<Vec<_>>()), (2, vec![&domain]));
    assert_eq!(proved.proving(&domain, &challenge(1), NOW), None, "it is proved once");
    assert_eq!(wanted.proving(&domain, &challenge(2), NOW), None, "another wish was proved");
    assert_eq!(wanted.proving(&name("other.example"), &challenge(1), NOW), None);
    let gone = proved.without(&domain).expect("a domain");
    assert_eq!((gone.version, gone.names.len(), gone.is_untouched()), (3, 0, false));
    assert_eq!(gone.without(&domain), None);
}

#[test]
fn a_tenant_has_ten_domains_and_no_more() {
    let ten = (0..policy::DOMAINS_MAX).fold(Domains::default(), |domains, number| wanting(&domains, &format!("a{number}.example")).expect("room"));
    assert_eq!(wanting(&ten, "one-more.example"), Err(NotAdded::TooMany));
    let nine = ten.without(&name("a0.example")).expect("a domain");
    assert!(wanting(&nine, "one-more.example").is_ok());
}

#[test]
fn one_value_among_several_proves_a_domain_if_it_is_exactly_that() {
    let challenge = challenge(7);
    let told = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    assert!(challenge.is_answered_by(&told(&["v=spf1 -all", challenge.as_str()])));
    let padded = format!(" {}", challenge.as_str());
    for wrong in [told(&[]), told(&["countersign"]), told(&[&padded]), told(&[&challenge.as_str().to_uppercase()])] {
        assert!(!challenge.is_answered_by(&wrong), "{wrong:?}");
    }
}

#[test]
fn whoever_the_dns_names_may_take_a_domain_and_of_two_the_first_has_it() {
    let [first, second] = [1, 2].map(|byte| TenantId::from_random([byte; 16]));
    let standing = challenge(1);
    let holder = Holder { tenant: &first, challenge: &standing };
    let both = [challenge(2), challenge(1)].map(String::from);
    let new_alone = [challenge(2)].map(String::from);
    assert!(!may_take(holder, &second, &both));
    assert!(may_take(holder, &second, &new_alone));
    assert!(may_take(holder, &first, &both) && may_take(holder, &first, &new_alone), "a tenant proves it anew");
}

#[test]
fn a_domain_is_kept_as_it_is_told() {
    let wanted = wanting(&Domains::default(), "login.acme.example").expect("a wish");
    let proved = wanted.proving(&name("login.acme.example"), &challenge(1), NOW).expect("a wish");
    for domains in [wanted, proved] {
        let told = serde_json::to_value(&domains).expect("JSON");
        assert_eq!(serde_json::from_value::<Domains>(told).expect("domains"), domains);
    }
}

impl From<Challenge> for String {
    fn from(challenge: Challenge) -> Self {
        challenge.0
    }
}
