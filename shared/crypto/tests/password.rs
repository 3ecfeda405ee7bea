//! Argon2id: what matches, what is made stronger, and what a stored string may not ask for.

use crypto::password::{LANES, MEMORY_KIB, PASSES, Unusable, Verdict, Workspace, decoy, hash, verify};
use domain::Secret;

const SALT: [u8; 16] = *b"sixteen bytes...";

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

#[test]
fn the_password_matches_and_another_does_not() {
    let mut workspace = Workspace::new();
    let stored = hash(&secret("correct horse"), SALT, &mut workspace);
    assert_eq!(verify(&secret("correct horse"), stored.expose(), &mut workspace), Ok(Verdict::Match));
    for wrong in ["correct horse ", "Correct horse", "", "correct hors"] {
        assert_eq!(verify(&secret(wrong), stored.expose(), &mut workspace), Ok(Verdict::Mismatch), "{wrong:?}");
    }
}

#[test]
fn the_string_is_the_one_that_the_reference_implementation_gives() {
    // Python: argon2.low_level.hash_secret(b"password", b"sixteen bytes...", 2, 19456, 1, 32, Type.ID).
    let reference = "$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlcy4uLg$SM2xlxHIZhNQm3V1cWMibRtpWaG13zOE7rYddpTktPc";
    assert_eq!(hash(&secret("password"), SALT, &mut Workspace::new()).expose(), reference);
}

#[test]
fn memory_that_an_earlier_password_left_changes_nothing() {
    let mut used = Workspace::new();
    hash(&secret("somebody else's"), [1; 16], &mut used);
    assert_eq!(hash(&secret("mine"), SALT, &mut used), hash(&secret("mine"), SALT, &mut Workspace::new()));
}

#[test]
fn the_same_password_from_two_keyboards_is_one() {
    let mut workspace = Workspace::new();
    let composed = hash(&secret("caf\u{e9} \u{2460}"), SALT, &mut workspace);
    // `e` with a combining accent, and the digit that the circled one is compatible with (NFKC, UAX #15).
    assert_eq!(verify(&secret("cafe\u{301} 1"), composed.expose(), &mut workspace), Ok(Verdict::Match));
    assert_eq!(verify(&secret("cafe 1"), composed.expose(), &mut workspace), Ok(Verdict::Mismatch));
}

#[test]
fn a_weaker_hash_matches_and_asks_to_be_made_again() {
    // Python: argon2.low_level.hash_secret(b"password", b"sixteen bytes...", time, memory, lanes, 32, Type.ID).
    let mut workspace = Workspace::new();
    let weaker = [
        "$argon2id$v=19$m=19456,t=1,p=1$c2l4dGVlbiBieXRlcy4uLg$gvD3m8bPsZwk+YCIaBde801O9ZufsWhpS6M1vmIgirk",
        "$argon2id$v=19$m=12288,t=3,p=1$c2l4dGVlbiBieXRlcy4uLg$SsjBz22UZ5GDOEltY0ha9qVMFVecGP87Tx1QXbfO9wU",
    ];
    for stored in weaker {
        assert_eq!(verify(&secret("password"), stored, &mut workspace), Ok(Verdict::MatchNeedsUpgrade), "{stored}");
        assert_eq!(verify(&secret("passwore"), stored, &mut workspace), Ok(Verdict::Mismatch), "{stored}");
    }
    let stronger = "$argon2id$v=19$m=20480,t=3,p=2$c2l4dGVlbiBieXRlcy4uLg$fLfyTGcoffUXBNUZyjzsBZA42svyT6zzpwvdChClC7E";
    assert_eq!(verify(&secret("password"), stronger, &mut workspace), Ok(Verdict::Match));
}

#[test]
fn the_decoy_costs_what_a_hash_made_today_costs_and_matches_nothing() {
    let mut workspace = Workspace::new();
    let today = hash(&secret("anything"), SALT, &mut workspace);
    let shape = |phc: &str| {
        let fields: Vec<String> = phc.split('$').map(str::to_owned).collect();
        (fields[..4].to_vec(), fields[4].len(), fields[5].len())
    };
    assert_eq!(shape(decoy()), shape(today.expose()));
    assert_eq!(shape(decoy()).0, ["", "argon2id", "v=19", &format!("m={MEMORY_KIB},t={PASSES},p={LANES}")]);
    assert_eq!(verify(&secret(""), decoy(), &mut workspace), Ok(Verdict::Mismatch));
}

#[test]
fn a_stored_string_that_asks_for_absurd_work_is_refused_before_it_gets_any() {
    let mut workspace = Workspace::new();
    let ask = |parameters: &str| decoy().replace("m=19456,t=2,p=1", parameters);
    for parameters in ["m=65537,t=2,p=1", "m=4194304,t=2,p=1", "m=19456,t=6,p=1", "m=19456,t=4294967295,p=1", "m=19456,t=2,p=5"] {
        assert_eq!(verify(&secret("x"), &ask(parameters), &mut workspace), Err(Unusable::Excessive), "{parameters}");
    }
    assert_eq!(format!("{workspace:?}"), "Workspace(0 KiB)");
    assert_eq!(verify(&secret("x"), &ask("m=65536,t=1,p=4"), &mut workspace), Ok(Verdict::Mismatch));
}

#[test]
fn a_stored_string_of_another_form_is_refused() {
    let mut workspace = Workspace::new();
    let wrong = [
        String::new(),
        "password".to_owned(),
        decoy().replace("argon2id", "argon2i"),
        decoy().replace("argon2id", "scrypt"),
        decoy().replace("v=19", "v=16"),
        decoy().replace("$v=19", ""),
        decoy().replace("t=2", "t=0"),
        decoy().replace("m=19456", "m=0"),
        decoy().rsplit_once('$').expect("fields").0.to_owned(),
        format!("{}$", decoy()),
    ];
    for stored in wrong {
        assert_eq!(verify(&secret("x"), &stored, &mut workspace), Err(Unusable::Malformed), "{stored}");
    }
    assert_eq!(verify(&secret("x"), decoy(), &mut workspace), Ok(Verdict::Mismatch));
}

#[test]
fn memory_is_allocated_once() {
    let mut workspace = Workspace::new();
    workspace.reserve();
    assert_eq!(format!("{workspace:?}"), format!("Workspace({MEMORY_KIB} KiB)"));
    hash(&secret("x"), SALT, &mut workspace);
    assert_eq!(format!("{workspace:?}"), format!("Workspace({MEMORY_KIB} KiB)"));
}
