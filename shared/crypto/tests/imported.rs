//! Hashes of elsewhere: known vectors, bounds, and the work that tells no account from another.

use std::collections::BTreeSet;

use crypto::password::{ImportedHash, MEMORY_KIB, Runs, Unusable, Verdict, Workspace, compare, hash, import, is_one_of, verify};
use domain::Secret;

const PASSWORD: &str = "correct horse é";
const SALT: [u8; 16] = *b"sixteen bytes...";

/// Of `PASSWORD`, by passlib 1.7.4, Django 5.2, hashlib and argon2-cffi, with little work.
const VECTORS: [&str; 21] = [
    "$2a$05$abcdefghijklmnopqrstuuNKTrdYIyJepeBe0WMJS4ZyMwX4aEJLK",
    "$2b$05$abcdefghijklmnopqrstuuNKTrdYIyJepeBe0WMJS4ZyMwX4aEJLK",
    "$2y$05$abcdefghijklmnopqrstuuNKTrdYIyJepeBe0WMJS4ZyMwX4aEJLK",
    "$6$saltstring$Vy1qkR4howG25g0MrA26uBcI9k9c5cxzfoR6VfYPEDH6Qz8CJGsLsSf6i7jmz6/3LKpWlmhxHaJqvorDx2KhI.",
    "$5$rounds=1400$anotherlongsalts$NgE/g7QKe2.Fr.7e5BHKFAaQKFplgTacxVPZfViUpT0",
    "$pbkdf2-sha256$1000$c2l4dGVlbiBieXRlcy4uLg$dJJ13Xh1DxLuB9.13H3QUrMNap2NPGQpc7.DFPhy1Xs",
    "$pbkdf2-sha512$1000$c2l4dGVlbiBieXRlcy4uLg$Ne6cj8Ahapji4Ry9f4bsaEEGpH0AfE/kfFKYzAKq2HzkcLHFde.67dmwL1yZPrjgN4sS81r4Jh4/Ft1muJ7pZw",
    "$pbkdf2$1000$c2l4dGVlbiBieXRlcy4uLg$OGyNceZRvHnAbP7pAAlHqjNAZjg",
    "$pbkdf2-sha256$i=1000$c2l4dGVlbiBieXRlcy4uLg$dJJ13Xh1DxLuB9+13H3QUrMNap2NPGQpc7+DFPhy1Xs",
    "$pbkdf2-sha512$i=1000$c2l4dGVlbiBieXRlcy4uLg$Ne6cj8Ahapji4Ry9f4bsaEEGpH0AfE/kfFKYzAKq2HzkcLHFde+67dmwL1yZPrjgN4sS81r4Jh4/Ft1muJ7pZw",
    "$pbkdf2-sha1$i=1000$c2l4dGVlbiBieXRlcy4uLg$OGyNceZRvHnAbP7pAAlHqjNAZjg",
    "$pbkdf2-sha256$i=1000,l=64$c2l4dGVlbiBieXRlcy4uLg$dJJ13Xh1DxLuB9+13H3QUrMNap2NPGQpc7+DFPhy1XvyRTwnEhxy3AsNwAjR4BWTHBsUKCkTZGnIya9pdnTnDQ",
    "pbkdf2_sha256$1000$djangosalt$tKz5szklS8ef2P8GMUqGMMx85U9HJKymRgLzJy/edDE=",
    "pbkdf2_sha1$1000$djangosalt$czIm6N+7oHjXsxf+0VWEVrY62Kk=",
    "$scrypt$ln=10,r=8,p=2$c2l4dGVlbiBieXRlcy4uLg$dYMqUmdwtqYnMn0MTyUv0PT/8XwFybS/C9X47QDbrVk",
    "$argon2i$v=19$m=1024,t=2,p=2$c2l4dGVlbiBieXRlcy4uLg$BQZwggh5NPPeN2Otx7eVuCjB6wxxYI71MbxSqjGb18A",
    "$argon2i$v=16$m=1024,t=2,p=2$c2l4dGVlbiBieXRlcy4uLg$l47HwUy3/hc+ctByACPnq3U5QlWLsFK5rqX6jnvFU2k",
    "$argon2d$v=19$m=1024,t=2,p=2$c2l4dGVlbiBieXRlcy4uLg$NZbg5Oyi214/GcaSeOdyW+CPG4IQod2Rrphu72x0xSo",
    "$argon2d$m=1024,t=2,p=2$c2l4dGVlbiBieXRlcy4uLg$NLcbgOODJWX7MhVpT6hcz7aWfxwv6MBqTNGcevPKY/M",
    "$argon2id$v=19$m=1024,t=2,p=2$c2l4dGVlbiBieXRlcy4uLg$yPxXuf1vY3+xhWOx54WITktbwTpbdylMCZOQlpMPgag",
    "$argon2id$v=16$m=1024,t=2,p=2$c2l4dGVlbiBieXRlcy4uLg$xvxOs525oj5Lngn4HFEDq8y89AFlB+vEF4RHgme5Qzo",
];

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn imported(text: &str) -> ImportedHash {
    import(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn known_vectors_match_their_password_alone_and_ask_to_be_made_again() {
    let mut workspace = Workspace::new();
    for vector in VECTORS {
        let ImportedHash { stored, .. } = imported(vector);
        assert_eq!(verify(&secret(PASSWORD), stored.expose(), &mut workspace), Ok(Verdict::MatchNeedsUpgrade), "{vector}");
        for wrong in ["correct horse e\u{301}", "correct horse", "", "correct horse é\0", "correct horse é "] {
            assert_eq!(verify(&secret(wrong), stored.expose(), &mut workspace), Ok(Verdict::Mismatch), "{vector}: {wrong:?}");
        }
    }
    assert_eq!(format!("{workspace:?}"), "Workspace(0 KiB)");
    assert_eq!(workspace.runs(), Runs { ours: 0, imported: 6 * 21 });
}

#[test]
fn rfc_vectors_match() {
    // RFC 7914 §12, the third; SHA-crypt.txt, the first of each, as passlib computes them; OpenBSD's bcrypt.
    let vectors = [
        (
            "pleaseletmein",
            "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw",
        ),
        ("Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
        ("Hello world!", "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"),
        ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
    ];
    for (password, vector) in vectors {
        assert_eq!(verify(&secret(password), imported(vector).stored.expose(), &mut Workspace::new()), Ok(Verdict::MatchNeedsUpgrade), "{vector}");
    }
}

#[test]
fn bcrypt_sees_72_bytes_as_it_did_where_the_hash_was_made() {
    // Of 80 letters x.
    let long = imported("$2b$05$abcdefghijklmnopqrstuujf8SX2ahXLwp9w/B.Y5XdysS6yR576q").stored;
    let verdict = |typed: &str| verify(&secret(typed), long.expose(), &mut Workspace::new());
    assert_eq!(verdict(&"x".repeat(80)), Ok(Verdict::MatchNeedsUpgrade));
    assert_eq!(verdict(&"x".repeat(72)), Ok(Verdict::MatchNeedsUpgrade));
    assert_eq!(verdict(&"x".repeat(71)), Ok(Verdict::Mismatch));
    assert_eq!(verdict(&format!("{}\0", "x".repeat(80))), Ok(Verdict::Mismatch));
}

#[test]
fn a_long_password_costs_sha_crypt_no_more_than_a_bounded_one() {
    let stored = imported(VECTORS[3]).stored;
    // 16 KB; unbounded, the password would be hashed as often as it has bytes.
    assert_eq!(verify(&secret(&"𐰊".repeat(4096)), stored.expose(), &mut Workspace::new()), Ok(Verdict::Mismatch));
}

#[test]
fn a_kind_says_algorithm_and_parameters_and_is_of_its_own_kind() {
    let kind = |text: &str| imported(text).kind;
    assert_eq!(kind(VECTORS[0]), kind(VECTORS[2]));
    assert_eq!(kind(VECTORS[5]), kind(VECTORS[8]));
    assert_eq!(kind(VECTORS[5]), kind(VECTORS[12]));
    let kinds: BTreeSet<_> = VECTORS.into_iter().map(kind).collect();
    assert_eq!(kinds.len(), 14, "{kinds:#?}");
    for kind in &kinds {
        let text = kind.strip_prefix("imported:").expect("the mark");
        assert_eq!(imported(text).kind, *kind);
        assert_eq!(verify(&secret(""), kind, &mut Workspace::new()), Ok(Verdict::Mismatch), "{kind}");
    }
}

#[test]
fn work_tells_no_account_from_another() {
    let kinds: BTreeSet<_> = [VECTORS[0], VECTORS[4], VECTORS[8]].map(|vector| imported(vector).kind).into();
    let ours = hash(&secret("another"), SALT, &mut Workspace::new());
    let runs = |password: &str, stored: Option<&str>| {
        let mut workspace = Workspace::new();
        let verdict = compare(&secret(password), stored, &kinds, &mut workspace).expect("usable hashes");
        (verdict, workspace.runs())
    };
    let all = Runs { ours: 1, imported: 3 };
    assert_eq!(runs("wrong", None), (Verdict::Mismatch, all));
    assert_eq!(runs("wrong", Some(ours.expose())), (Verdict::Mismatch, all));
    assert_eq!(runs("another", Some(ours.expose())), (Verdict::Match, all));
    for vector in [VECTORS[0], VECTORS[1], VECTORS[4], VECTORS[5]] {
        let stored = imported(vector).stored;
        assert_eq!(runs("wrong", Some(stored.expose())), (Verdict::Mismatch, all), "{vector}");
        // The hash that replaces it is the one of ours.
        assert_eq!(runs(PASSWORD, Some(stored.expose())), (Verdict::MatchNeedsUpgrade, Runs { ours: 0, imported: 3 }), "{vector}");
    }
}

#[test]
fn hashes_that_ask_for_absurd_work_are_refused() {
    let argon2 = |parameters: &str| VECTORS[15].replace("m=1024,t=2,p=2", parameters);
    let scrypt = |parameters: &str| VECTORS[14].replace("ln=10,r=8,p=2", parameters);
    let bcrypt = |cost: &str| VECTORS[0].replace("$05$", cost);
    let (pbkdf2, sha) = (|i: &str| VECTORS[8].replace("i=1000", i), |rounds: &str| VECTORS[4].replace("rounds=1400", rounds));
    for fine in [
        argon2("m=102400,t=2,p=8"),
        argon2("m=65536,t=3,p=4"),
        scrypt("ln=17,r=8,p=1"),
        scrypt("ln=13,r=8,p=10"),
        bcrypt("$14$"),
        pbkdf2("i=1500000"),
        sha("rounds=656000"),
    ] {
        assert!(import(&fine).is_ok(), "{fine}");
    }
    for absurd in [
        argon2("m=131073,t=1,p=1"),
        argon2("m=65536,t=7,p=1"),
        argon2("m=1024,t=11,p=1"),
        argon2("m=1024,t=2,p=9"),
        argon2("m=1024,t=99999999999,p=1"),
        scrypt("ln=18,r=8,p=1"),
        scrypt("ln=17,r=8,p=3"),
        scrypt("ln=200,r=8,p=1"),
        scrypt("ln=1,r=4294967295,p=4294967295"),
        bcrypt("$15$"),
        bcrypt("$31$"),
        pbkdf2("i=1500001"),
        sha("rounds=1000001"),
        VECTORS[5].replace("$1000$", "$4294967296$"),
        VECTORS[12].replace("$1000$", "$1500001$"),
    ] {
        assert_eq!(import(&absurd), Err(Unusable::Excessive), "{absurd}");
    }
}

#[test]
fn texts_that_are_no_hash_are_refused() {
    let wrong = [
        String::new(),
        PASSWORD.to_owned(),
        "$".repeat(300),
        "$1$saltsalt$0123456789012345678901".to_owned(),
        VECTORS[0].replace("$2a", "$2x"),
        VECTORS[0].replace("$05$", "$03$"),
        VECTORS[0].replace("$05$", "$5$"),
        format!("{}.", VECTORS[0]),
        VECTORS[3].replace("$6$", "$7$"),
        VECTORS[3].replace("saltstring", ""),
        VECTORS[4].replace("1400", "999"),
        VECTORS[4].replace("rounds=1400", "rounds=-1"),
        VECTORS[5].replace("$1000$", "$0$"),
        VECTORS[5].replace("sha256", "md5"),
        VECTORS[11].replace("l=64", "l=32"),
        VECTORS[12].replace("sha256", "sha512"),
        VECTORS[14].replace("ln=10", "ln=0"),
        VECTORS[14].replace(",p=2", ""),
        VECTORS[15].replace("v=19", "v=18"),
        VECTORS[15].replace("m=1024", "m=8"),
        VECTORS[15].replace("argon2i", "argon2x"),
        VECTORS[15].rsplit_once('$').expect("fields").0.to_owned(),
        format!("$argon2i$v=19$m=1024,t=2,p=2$c2l4dGVlbiBieXRlcy4uLg${}", "A".repeat(400)),
        "imported:$2a$05$abcdefghijklmnopqrstuuNKTrdYIyJepeBe0WMJS4ZyMwX4aEJLK".to_owned(),
    ];
    for text in wrong {
        assert_eq!(import(&text), Err(Unusable::Malformed), "{text}");
    }
}

#[test]
fn a_password_is_compared_with_each_of_the_former_ones_and_no_more_than_five() {
    let mut workspace = Workspace::new();
    let former: Vec<_> = ["one", "two"].map(|former| hash(&secret(former), SALT, &mut workspace)).into();
    let former = [former, vec![imported(VECTORS[0]).stored]].concat();
    for (typed, found) in [("one", true), ("two", true), (PASSWORD, true), ("three", false)] {
        let before = workspace.runs();
        assert_eq!(is_one_of(&secret(typed), &former, &mut workspace), Ok(found), "{typed}");
        assert_eq!((workspace.runs().ours - before.ours, workspace.runs().imported - before.imported), (2, 1), "{typed}");
    }
    let mut fresh = Workspace::new();
    let many = vec![former[0].clone(); 9];
    assert_eq!(is_one_of(&secret("three"), &many, &mut fresh), Ok(false));
    assert_eq!((fresh.runs().ours, format!("{fresh:?}")), (5, format!("Workspace({MEMORY_KIB} KiB)")));
}
