//! Sealed artefacts: what opens, and everything that doesn't.

use crypto::artefact::{Expected, Kind, LONGEST, Opened, Refusal, SealError, Stamp, open, seal};
use crypto::{DataKeys, SymmetricKey, base64url};
use domain::custom_domain::DomainName;
use domain::placement::AcrossEpochs;
use domain::{ClientId, Epoch, Region, TenantId, Timestamp};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
const EXPIRES: Timestamp = Timestamp::from_seconds(1_795_000_060);
const KINDS: [Kind; 10] = [
    Kind::AuthorizationCode,
    Kind::SignInState,
    Kind::ConsentState,
    Kind::LogoutState,
    Kind::LogoutRequest,
    Kind::Session,
    Kind::Device,
    Kind::AccessReference,
    Kind::AuthorizationRequest,
    Kind::RefreshToken,
];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    subject: String,
    scope: Vec<String>,
}

struct Fixture {
    keys: DataKeys,
    tenant: TenantId,
    client: ClientId,
    region: Region,
    payload: Payload,
}

impl Fixture {
    fn new() -> Self {
        Self {
            keys: data_keys(&[1]),
            tenant: TenantId::from_random([1; 16]),
            client: ClientId::parse("demo-app").expect("a client id"),
            region: Region::new("eu-west-1"),
            payload: Payload { subject: "someone".to_owned(), scope: vec!["openid".to_owned()] },
        }
    }

    fn stamp(&self, kind: Kind) -> Stamp<'_> {
        Stamp { kind, tenant: &self.tenant, client: Some(&self.client), domain: None, region: &self.region, epoch: Epoch(3), expires_at: EXPIRES }
    }

    fn expected(&self, kind: Kind) -> Expected<'_> {
        Expected { kind, tenant: &self.tenant, client: Some(&self.client), domain: None }
    }

    fn code(&self) -> String {
        seal(&self.keys, &self.stamp(Kind::AuthorizationCode), [7; 16], &self.payload).expect("a sealed code")
    }

    fn open(&self, text: &str) -> Result<Opened<Payload>, Refusal> {
        open(&self.keys, &self.expected(Kind::AuthorizationCode), text, NOW)
    }
}

fn data_keys(versions: &[u32]) -> DataKeys {
    let key = |version: &u32| (*version, SymmetricKey::from_bytes([u8::try_from(*version).expect("a small version"); 32]));
    DataKeys::new(versions.iter().map(key).collect()).expect("versions")
}

#[test]
fn an_artefact_opens_as_what_it_is_and_says_where_it_was_minted() {
    let fixture = Fixture::new();
    let opened = fixture.open(&fixture.code()).expect("the code");
    assert_eq!(opened, Opened { payload: fixture.payload.clone(), region: fixture.region.clone(), epoch: Epoch(3), expires_at: EXPIRES });
}

#[test]
fn the_form_that_was_issued_yesterday_still_opens_today() {
    // Form 1, composed by another implementation (HMAC and AES-GCM of Python). It must open for as long as that form is read.
    let yesterday =
        "AQAAAAEAAAADAAABoe5XSGAJZXUtd2VzdC0xBwcHBwcHBwcHBwcHBwcHBzGGLXfNrdXI3G3Jiojc4mggrTG4fMYg-iAZpQOEWUGZCzAK4S3t6r8IUrB9_d6BCVzc8V78XNlg";
    let fixture = Fixture::new();
    assert_eq!(fixture.code(), yesterday);
    assert_eq!(fixture.open(yesterday).expect("yesterday's code").payload, fixture.payload);
}

#[test]
fn every_flipped_bit_is_refused() {
    let fixture = Fixture::new();
    let sealed = base64url::decode(fixture.code()).expect("base64url");
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut forged = sealed.clone();
            forged[at] ^= 1 << bit;
            let refusal = fixture.open(&base64url::encode(&forged)).expect_err("a forged code opened");
            assert_ne!(refusal, Refusal::Expired, "byte {at}, bit {bit}: the expiry was believed before it was authenticated");
        }
    }
    assert!(fixture.open(&base64url::encode(&sealed)).is_ok());
}

#[test]
fn a_text_that_was_padded_extended_truncated_or_case_flipped_is_refused() {
    let fixture = Fixture::new();
    let code = fixture.code();
    for suffix in ["=", "==", "A", "AA", "AAAA", " ", "\n", "\0", "."] {
        assert!(fixture.open(&format!("{code}{suffix}")).is_err(), "{suffix:?} appended");
    }
    for length in 0..code.len() {
        assert!(fixture.open(&code[..length]).is_err(), "truncated to {length}");
    }
    for (at, character) in code.char_indices().filter(|(_, character)| character.is_ascii_alphabetic()) {
        let other = if character.is_ascii_lowercase() { character.to_ascii_uppercase() } else { character.to_ascii_lowercase() };
        let flipped = format!("{}{other}{}", &code[..at], &code[at + 1..]);
        assert!(fixture.open(&flipped).is_err(), "case flipped at {at}");
    }
    assert!(fixture.open(&code).is_ok());
}

#[test]
fn no_kind_stands_in_for_another() {
    let fixture = Fixture::new();
    for sealed_as in KINDS {
        let text = seal(&fixture.keys, &fixture.stamp(sealed_as), [7; 16], &fixture.payload).expect("an artefact");
        for opened_as in KINDS {
            let outcome = open::<Payload>(&fixture.keys, &fixture.expected(opened_as), &text, NOW);
            if opened_as == sealed_as {
                assert_eq!(outcome.expect("its own kind").payload, fixture.payload);
            } else {
                assert_eq!(outcome, Err(Refusal::Forged), "{sealed_as:?} opened as {opened_as:?}");
            }
        }
    }
}

#[test]
fn an_artefact_of_another_tenant_is_refused_even_under_the_same_key() {
    let fixture = Fixture::new();
    let other = TenantId::from_random([2; 16]);
    let expected = Expected { tenant: &other, ..fixture.expected(Kind::AuthorizationCode) };
    assert_eq!(open::<Payload>(&fixture.keys, &expected, &fixture.code(), NOW), Err(Refusal::Forged));
    assert!(fixture.open(&fixture.code()).is_ok());
}

#[test]
fn an_artefact_of_another_client_or_of_none_is_refused() {
    let fixture = Fixture::new();
    let other = ClientId::parse("demo-ap").expect("a client id");
    for client in [Some(&other), None] {
        let expected = Expected { client, ..fixture.expected(Kind::AuthorizationCode) };
        assert_eq!(open::<Payload>(&fixture.keys, &expected, &fixture.code(), NOW), Err(Refusal::Forged));
    }
    let without = Stamp { client: None, ..fixture.stamp(Kind::Session) };
    let session = seal(&fixture.keys, &without, [7; 16], &fixture.payload).expect("a session");
    assert_eq!(open::<Payload>(&fixture.keys, &fixture.expected(Kind::Session), &session, NOW), Err(Refusal::Forged));
    let nobody = Expected { client: None, ..fixture.expected(Kind::Session) };
    assert!(open::<Payload>(&fixture.keys, &nobody, &session, NOW).is_ok());
}

#[test]
fn it_opens_until_the_last_millisecond_and_not_at_its_expiry() {
    let fixture = Fixture::new();
    let code = fixture.code();
    let at = |millis| open::<Payload>(&fixture.keys, &fixture.expected(Kind::AuthorizationCode), &code, Timestamp::from_millis(millis));
    assert!(at(EXPIRES.millis() - 1).is_ok());
    assert_eq!(at(EXPIRES.millis()), Err(Refusal::Expired));
    assert_eq!(at(u64::MAX), Err(Refusal::Expired));
}

#[test]
fn a_retired_version_opens_what_it_sealed_until_it_is_gone() {
    let fixture = Fixture::new();
    let code = fixture.code();
    let opened_with = |versions: &[u32]| {
        let expected = fixture.expected(Kind::AuthorizationCode);
        open::<Payload>(&data_keys(versions), &expected, &code, NOW).map(|opened| opened.payload)
    };
    assert_eq!(opened_with(&[1, 2, 3]), Ok(fixture.payload.clone()));
    assert_eq!(opened_with(&[2, 3]), Err(Refusal::UnknownKey));
}

#[test]
fn the_newest_version_seals() {
    let fixture = Fixture::new();
    let sealed = seal(&data_keys(&[1, 2]), &fixture.stamp(Kind::Session), [7; 16], &fixture.payload).expect("a session");
    let outcome = |versions: &[u32]| open::<Payload>(&data_keys(versions), &fixture.expected(Kind::Session), &sealed, NOW);
    assert!(outcome(&[2]).is_ok());
    assert_eq!(outcome(&[1]), Err(Refusal::UnknownKey));
}

#[test]
fn a_key_of_the_same_number_and_other_bytes_opens_nothing() {
    let fixture = Fixture::new();
    let others = DataKeys::new(vec![(1, SymmetricKey::from_bytes([9; 32]))]).expect("a version");
    let outcome = open::<Payload>(&others, &fixture.expected(Kind::AuthorizationCode), &fixture.code(), NOW);
    assert_eq!(outcome, Err(Refusal::Forged));
}

#[test]
fn releases_that_differ_by_an_optional_member_read_each_other() {
    #[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Newer {
        subject: String,
        scope: Vec<String>,
        #[serde(default)]
        resource: Option<String>,
    }
    let fixture = Fixture::new();
    let expected = fixture.expected(Kind::AuthorizationCode);
    let read_by_newer = open::<Newer>(&fixture.keys, &expected, &fixture.code(), NOW).expect("an older release's code");
    assert_eq!(read_by_newer.payload.resource, None);

    let newer = Newer { subject: "someone".to_owned(), scope: vec!["openid".to_owned()], resource: Some("https://api".to_owned()) };
    let sealed = seal(&fixture.keys, &fixture.stamp(Kind::AuthorizationCode), [7; 16], &newer).expect("a newer release's code");
    assert_eq!(fixture.open(&sealed).expect("a newer release's code").payload, fixture.payload);
}

#[test]
fn a_payload_of_another_shape_is_malformed_not_a_panic() {
    let fixture = Fixture::new();
    let outcome = open::<u64>(&fixture.keys, &fixture.expected(Kind::AuthorizationCode), &fixture.code(), NOW);
    assert_eq!(outcome, Err(Refusal::Malformed));
}

#[test]
fn what_would_never_open_is_never_sealed() {
    let fixture = Fixture::new();
    let fits = "a".repeat(12_000);
    let sealed = seal(&fixture.keys, &fixture.stamp(Kind::Session), [7; 16], &fits).expect("an artefact near the cap");
    assert!(open::<String>(&fixture.keys, &fixture.expected(Kind::Session), &sealed, NOW).is_ok());

    let outcome = seal(&fixture.keys, &fixture.stamp(Kind::Session), [7; 16], &"a".repeat(LONGEST));
    assert!(matches!(outcome, Err(SealError::TooLong(length)) if length > LONGEST));
}

#[test]
fn codes_and_states_die_with_their_epoch_and_the_rest_survives() {
    let survivors: Vec<Kind> = KINDS.into_iter().filter(|kind| kind.across_epochs() == AcrossEpochs::Survives).collect();
    assert_eq!(survivors, [Kind::Session, Kind::Device, Kind::AccessReference, Kind::RefreshToken]);
}

proptest! {
    #[test]
    fn whatever_is_sealed_comes_back(
        subject: String, scope: Vec<String>, salt: [u8; 16], epoch: u32, region in "[a-z0-9-]{0,40}", expires in 1..u64::MAX,
    ) {
        let fixture = Fixture { payload: Payload { subject, scope }, region: Region::new(region), ..Fixture::new() };
        let stamp = Stamp { epoch: Epoch(epoch), expires_at: Timestamp::from_millis(expires), ..fixture.stamp(Kind::Device) };
        let text = seal(&fixture.keys, &stamp, salt, &fixture.payload).expect("an artefact");
        let opened = open::<Payload>(&fixture.keys, &fixture.expected(Kind::Device), &text, Timestamp::from_millis(expires - 1));
        let whole = Opened { payload: fixture.payload.clone(), region: fixture.region.clone(), epoch: Epoch(epoch), expires_at: stamp.expires_at };
        prop_assert_eq!(opened, Ok(whole));
    }

    #[test]
    fn no_changed_byte_opens(at: prop::sample::Index, change in 1..=255_u8, salt: [u8; 16]) {
        let fixture = Fixture::new();
        let text = seal(&fixture.keys, &fixture.stamp(Kind::AuthorizationCode), salt, &fixture.payload).expect("a code");
        let mut bytes = base64url::decode(&text).expect("base64url");
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        prop_assert!(fixture.open(&base64url::encode(&bytes)).is_err());
        prop_assert!(fixture.open(&text).is_ok());
    }

    #[test]
    fn no_text_makes_it_panic(text in "[A-Za-z0-9_-]{0,120}|\\PC{0,60}") {
        prop_assert!(Fixture::new().open(&text).is_err());
    }
}

#[test]
fn what_stays_at_its_issuer_opens_at_the_domain_where_it_was_made_and_nowhere_else() {
    let fixture = Fixture::new();
    let [here, other] = ["login.acme.example", "login.other.example"].map(|name| DomainName::parse(name).expect("a domain"));
    for kind in [Kind::AuthorizationCode, Kind::AuthorizationRequest, Kind::SignInState, Kind::Session] {
        assert!(kind.stays_at_its_issuer());
        for made in [None, Some(&here)] {
            let text = seal(&fixture.keys, &Stamp { domain: made, ..fixture.stamp(kind) }, [1; 16], &"payload").expect("an artefact");
            for domain in [None, Some(&here), Some(&other)] {
                let opened = open::<String>(&fixture.keys, &Expected { domain, ..fixture.expected(kind) }, &text, NOW);
                assert_eq!(opened.map(drop), if domain == made { Ok(()) } else { Err(Refusal::Forged) }, "{kind:?} {made:?} {domain:?}");
            }
        }
    }
    for kind in [Kind::RefreshToken, Kind::AccessReference, Kind::ResetLink] {
        assert!(!kind.stays_at_its_issuer());
        let text = seal(&fixture.keys, &Stamp { domain: Some(&here), ..fixture.stamp(kind) }, [1; 16], &"payload").expect("an artefact");
        for domain in [None, Some(&here), Some(&other)] {
            assert!(open::<String>(&fixture.keys, &Expected { domain, ..fixture.expected(kind) }, &text, NOW).is_ok(), "{kind:?}");
        }
    }
}
