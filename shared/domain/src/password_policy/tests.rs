//! What is refused and by which reason, each beside what is fine.

use proptest::prelude::*;

use super::*;
use crate::id::{Slug, TenantId, UserId};
use crate::tenant::{Issuer, Tenant};
use crate::user::{Email, Profile, User};

const EPOCH: Timestamp = Timestamp::from_seconds(0);

fn tenant() -> Tenant {
    let issuer = Issuer::parse("https://demo.id.example.com").expect("an issuer");
    Tenant::named(TenantId::from_random([1; 16]), Slug::parse("demo").expect("a slug"), "Analytical Engines", issuer, EPOCH)
}

fn ada() -> User {
    User {
        username: Some("countess".to_owned()),
        email: Some(Email::first("first.programmer@numbers.example", true)),
        profile: Profile { given_name: Some("Ada".to_owned()), family_name: Some("Lovelace".to_owned()), ..Profile::default() },
        ..User::new(UserId::from_random([2; 16]), EPOCH)
    }
}

fn text(password: &str) -> PasswordText {
    PasswordText::typed(password).expect("a password")
}

fn beside_a_factor(policy: &PasswordPolicy, password: &str) -> Result<(), PasswordProblem> {
    check(policy, &text(password), &Context::of_user(&tenant(), &ada()).with_factors(Factors::PasswordAndAnother))
}

fn alone(policy: &PasswordPolicy, password: &str) -> Result<(), PasswordProblem> {
    check(policy, &text(password), &Context::of_user(&tenant(), &ada()))
}

#[test]
fn fifteen_characters_stand_alone_and_eight_beside_a_factor() {
    let policy = PasswordPolicy::default();
    assert_eq!(alone(&policy, "vq7#kzrm-xw2hn"), Err(PasswordProblem::TooShort { minimum: 15 }));
    assert_eq!(alone(&policy, "vq7#kzrm-xw2hnt"), Ok(()));
    assert_eq!(beside_a_factor(&policy, "vq7#kzr"), Err(PasswordProblem::TooShort { minimum: 8 }));
    assert_eq!(beside_a_factor(&policy, "vq7#kzrm"), Ok(()));
}

#[test]
fn a_tenant_may_ask_for_more_but_not_for_what_nobody_should() {
    let policy = |asked| PasswordPolicy { minimum_alone: asked, ..PasswordPolicy::default() };
    for (asked, minimum) in [(0, 8), (7, 8), (8, 8), (20, 20), (64, 64), (1000, 64)] {
        assert_eq!(policy(asked).minimum(Factors::PasswordAlone), minimum, "{asked}");
    }
    assert_eq!(alone(&policy(20), "vq7#kzrm-xw2hnt"), Err(PasswordProblem::TooShort { minimum: 20 }));
    for (asked, history) in [(0, 0), (3, 3), (200, policy::PASSWORD_HISTORY_MAX)] {
        assert_eq!(PasswordPolicy { history: asked, ..PasswordPolicy::default() }.history(), history, "{asked}");
    }
}

#[test]
fn characters_are_counted_after_nfkc_and_none_is_cut_off() {
    // One character each, of one, two and four bytes; a letter and its accent are one.
    for (typed, characters) in [("a", 1), ("ä", 1), ("a\u{308}", 1), ("𐰊", 1), ("ﬁ", 2), (" a ", 3), ("a\0b", 3)] {
        assert_eq!(text(typed).characters(), characters, "{typed:?}");
    }
    assert_eq!(PasswordText::typed(""), Err(PasswordProblem::Empty));
    assert_eq!(text(&"é".repeat(4096)).secret().expose().len(), 8192);
    assert_eq!(PasswordText::typed(&"é".repeat(4097)), Err(PasswordProblem::TooLong));
    // 18 characters each after NFKC.
    assert_eq!(PasswordText::typed(&"\u{fdfa}".repeat(228)), Err(PasswordProblem::TooLong));
    assert_eq!(text(&"\u{fdfa}".repeat(227)).characters(), 4086);
    assert_eq!(format!("{:?}", text("hunter2")), "***");
}

#[test]
fn what_many_chose_is_refused_in_any_case() {
    let lax = PasswordPolicy { strength: Strength::Off, ..PasswordPolicy::default() };
    for common in ["password123", "PassWord123", "ｐａｓｓｗｏｒｄ123", "iloveyou"] {
        assert_eq!(beside_a_factor(&lax, common), Err(PasswordProblem::Common), "{common}");
    }
    assert_eq!(beside_a_factor(&lax, "password123-and-more"), Ok(()));
    let off = PasswordPolicy { blocklist: Blocklist::Off, ..lax };
    assert_eq!(beside_a_factor(&off, "password123"), Ok(()));
}

#[test]
fn what_is_made_of_known_names_is_refused() {
    let lax = PasswordPolicy { strength: Strength::Off, ..PasswordPolicy::default() };
    for known in
        ["lovelace-1815-xy", "AdaLovelace1815!!", "countess_1234567", "AnalyticalEngines", "my-numbers-first", "programmer@2025!", "Analytical.xkqrz"]
    {
        assert_eq!(alone(&lax, known), Err(PasswordProblem::Known), "{known}");
    }
    for fine in ["lovelace-1815-xyz", "vq7#kzrm-demo-xw2hnt", "correct horse battery staple"] {
        assert_eq!(alone(&lax, fine), Ok(()), "{fine}");
    }
    // The same password in somebody else's hands.
    assert_eq!(check(&lax, &text("AdaLovelace1815!!"), &Context::of_tenant(&tenant())), Ok(()));
    let told = Context::of_tenant(&tenant()).with_email("ada.lovelace@example.com");
    assert_eq!(check(&lax, &text("AdaLovelace1815!!"), &told), Err(PasswordProblem::Known));
}

#[test]
fn what_is_easy_to_guess_is_refused() {
    let policy = PasswordPolicy::default();
    for easy in ["aaaaaaaaaaaaaaaaaaaa", "qwertyuiopasdfghjkl", "passwordpassword", "abcdefghijklmnopqrs", "123456789012345678", "P@ssw0rdP@ssw0rd"] {
        assert_eq!(alone(&policy, easy), Err(PasswordProblem::Guessable), "{easy}");
    }
    for hard in ["correct horse battery staple", "sieben Zwerge kochen Kürbissuppe", "vq7#kzrm-xw2hnt", "хлеб и молоко по средам"]
    {
        assert_eq!(alone(&policy, hard), Ok(()), "{hard}");
    }
    let policy = |strength| PasswordPolicy { minimum_alone: 8, strength, ..PasswordPolicy::default() };
    for (strength, outcome) in [(Strength::Fair, Ok(())), (Strength::Good, Ok(())), (Strength::Strong, Err(PasswordProblem::Guessable))] {
        assert_eq!(alone(&policy(strength), "TestMeNow!"), outcome, "{strength:?}");
        assert_eq!(beside_a_factor(&policy(strength), "TestMeNow!"), Ok(()), "{strength:?}");
    }
    assert_eq!(alone(&policy(Strength::Good), "vq7#kzrm"), Err(PasswordProblem::Guessable));
    assert_eq!(alone(&policy(Strength::Off), "abababababa"), Ok(()));
}

#[test]
fn composition_and_age_are_asked_for_only_where_the_tenant_says_so() {
    let plain = PasswordPolicy::default();
    assert!(!plain.is_outlived(EPOCH, Timestamp::from_seconds(u64::MAX / 2000)));
    let composition = BTreeSet::from([CharacterKind::Lower, CharacterKind::Upper, CharacterKind::Digit, CharacterKind::Symbol]);
    let policy = PasswordPolicy { composition, longest_days: NonZeroU16::new(90), ..plain };
    for (password, outcome) in [
        ("vq7#kzrm-xw2hnt", Err(PasswordProblem::Lacks(CharacterKind::Upper))),
        ("VQ7#KZRM-XW2HNT", Err(PasswordProblem::Lacks(CharacterKind::Lower))),
        ("Vqx#kzrm-xwyhnt", Err(PasswordProblem::Lacks(CharacterKind::Digit))),
        ("Vq7xkzrm7xw2hnt", Err(PasswordProblem::Lacks(CharacterKind::Symbol))),
        ("Vq7#kzrm-xw2hnt", Ok(())),
    ] {
        assert_eq!(alone(&policy, password), outcome, "{password}");
    }
    let day = |days: u64| Timestamp::from_seconds(days * 86_400);
    assert!(policy.is_outlived(day(10), day(100)));
    assert!(!policy.is_outlived(day(10), day(100).minus(Duration::from_millis(1))));
}

#[test]
fn a_policy_written_before_it_had_a_field_reads_back() {
    let read = |json: &str| serde_json::from_str::<PasswordPolicy>(json).expect("a policy");
    assert_eq!(read("{}"), PasswordPolicy::default());
    assert_eq!(
        read(r#"{"minimum_alone":12,"strength":"strong"}"#),
        PasswordPolicy { minimum_alone: 12, strength: Strength::Strong, ..PasswordPolicy::default() }
    );
    let written = serde_json::to_string(&PasswordPolicy { longest_days: NonZeroU16::new(30), ..PasswordPolicy::default() }).expect("JSON");
    assert_eq!(read(&written).longest_days, NonZeroU16::new(30));
}

#[test]
fn names_are_looked_at_in_bounded_number_and_length() {
    let long = ["a", "part", "of", "a", "name"].join("-part ").repeat(50);
    let context = (0..200).fold(Context::of_tenant(&tenant()), |context, number| context.with_name(&format!("name{number}")).with_name(&long));
    assert_eq!(context.words().len(), policy::PASSWORD_WORDS);
    // NFKC makes eighteen of one.
    assert!(context.words().iter().all(|word| word.chars().count() <= 18 * policy::PASSWORD_WORD_CHARACTERS));
}

proptest! {
    #[test]
    fn a_password_is_the_same_from_every_keyboard(typed in "\\PC{1,60}") {
        use unicode_normalization::UnicodeNormalization;
        let password = text(&typed);
        prop_assert_eq!(password.secret().expose(), &typed.nfkc().collect::<String>());
        prop_assert_eq!(password.characters(), typed.nfkc().count());
        let decomposed: String = typed.nfd().collect();
        prop_assert_eq!(&text(&decomposed), &password);
        prop_assert_eq!(&text(password.secret().expose()), &password);
    }

    #[test]
    fn shorter_than_the_minimum_is_refused_whatever_is_in_it(typed in "\\PC{1,30}", minimum in 8u16..40) {
        let policy = PasswordPolicy { minimum_alone: minimum, strength: Strength::Off, blocklist: Blocklist::Off, ..PasswordPolicy::default() };
        let enough = text(&typed).characters() >= usize::from(minimum);
        let refused = Err(PasswordProblem::TooShort { minimum: usize::from(minimum) });
        prop_assert_eq!(alone(&policy, &typed), if enough { Ok(()) } else { refused });
    }

    #[test]
    fn a_name_repeated_or_decorated_on_less_than_half_is_refused(name in "[a-z]{3,12}", times in 1usize..5, tail in "[0-9!]{0,2}") {
        let policy = PasswordPolicy { strength: Strength::Off, ..PasswordPolicy::default() };
        let context = Context::of_tenant(&tenant()).with_name(&name).with_factors(Factors::PasswordAndAnother);
        let typed = format!("{}{tail}", name.to_uppercase().repeat(times));
        let outcome = check(&policy, &text(&typed), &context);
        let (short, common) = (Err(PasswordProblem::TooShort { minimum: 8 }), Err(PasswordProblem::Common));
        prop_assert!(outcome == Err(PasswordProblem::Known) || outcome == short || outcome == common, "{typed}: {outcome:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_password_gets_an_answer_and_what_is_random_is_fine(random in "[a-zA-Z0-9]{22,60}", any in "\\PC{1,400}") {
        prop_assert_eq!(alone(&PasswordPolicy::default(), &random), Ok(()));
        let _answered = alone(&PasswordPolicy::default(), &any);
    }
}
