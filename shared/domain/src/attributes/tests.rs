use proptest::prelude::*;

use super::*;

fn name(text: &str) -> AttributeName {
    AttributeName::parse(text).expect("a name")
}

fn text(maximum: u16, pattern: Option<&str>) -> Kind {
    Kind::Text { maximum, pattern: pattern.map(str::to_owned) }
}

fn choice() -> Kind {
    let of = |value: &str| Choice { value: value.to_owned(), label: Translated::default() };
    Kind::Choice { of: ["red", "green", "grün"].map(of).into() }
}

/// An attribute that its person reads and writes.
fn attribute(called: &str, kind: Kind) -> Attribute {
    let label = Translated::everywhere(called);
    Attribute {
        name: name(called),
        label,
        hint: Translated::default(),
        kind,
        required: false,
        readers: [Reader::Person].into(),
        writer: Writer::Person,
    }
}

/// A staff number that administrators write and apps read, and what people write of themselves, a city of it by force.
fn schema() -> Schema {
    let staff =
        Attribute { readers: [Reader::Apps].into(), writer: Writer::Administrator, ..attribute("staff_number", text(9, Some("[A-Z]-[0-9]+"))) };
    let city = Attribute { required: true, readers: [Reader::Person, Reader::Apps].into(), ..attribute("city", text(20, None)) };
    let others =
        [attribute("seats", Kind::Integer), attribute("newsletter", Kind::Boolean), attribute("hired", Kind::Date), attribute("colour", choice())];
    Schema { version: 1, attributes: [staff, city].into_iter().chain(others).collect() }
}

fn values(of: &[(&str, Value)]) -> Values {
    of.iter().map(|(called, value)| (name(called), value.clone())).collect()
}

fn written(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn problem(schema: &Schema, posted: &[(&str, &str)], writer: Writer) -> Option<(String, Problem)> {
    let problems = change(schema, &Values::new(), &posted.iter().copied().collect(), writer).err()?;
    problems.of.into_iter().next().map(|(name, problem)| (name.to_string(), problem))
}

#[test]
fn each_type_reads_what_it_is_and_nothing_else() {
    let integer = |number| Some(Value::Integer(number));
    let none = |problem| Err(problem);
    for (kind, entered, read) in [
        (text(5, None), " Łódź ", Ok(Some(written("Łódź")))),
        (text(5, None), "", Ok(None)),
        (text(5, None), " \t", Ok(None)),
        // e and a combining accent are one letter in NFC.
        (text(4, None), "cafe\u{301}", Ok(Some(written("caf\u{e9}")))),
        (text(5, None), "sixsix", none(Problem::TooLong { maximum: 5 })),
        (text(9, None), "a\u{202e}b", none(Problem::Invisible)),
        (text(9, None), "a\nb", none(Problem::Invisible)),
        (text(9, None), "a\0b", none(Problem::Invisible)),
        (text(9, Some("[A-Z]-[0-9]+")), "A-12", Ok(Some(written("A-12")))),
        (text(9, Some("[A-Z]-[0-9]+")), "xA-12", none(Problem::Pattern)),
        (text(9, Some("[A-Z]-[0-9]+")), "A-12x", none(Problem::Pattern)),
        (text(9, Some("a|b")), "ab", none(Problem::Pattern)),
        (Kind::Integer, "-12", Ok(integer(-12))),
        (Kind::Integer, "9007199254740991", Ok(integer(9_007_199_254_740_991))),
        (Kind::Integer, "9007199254740992", none(Problem::Integer)),
        (Kind::Integer, "-9223372036854775808", none(Problem::Integer)),
        (Kind::Integer, "1.5", none(Problem::Integer)),
        (Kind::Integer, "\u{661}", none(Problem::Integer)),
        (Kind::Boolean, "true", Ok(Some(Value::Boolean(true)))),
        (Kind::Boolean, "false", Ok(Some(Value::Boolean(false)))),
        (Kind::Boolean, "on", none(Problem::Boolean)),
        (Kind::Date, "2024-02-29", Ok(Some(written("2024-02-29")))),
        (Kind::Date, "2023-02-29", none(Problem::Date)),
        (Kind::Date, "2023-13-01", none(Problem::Date)),
        (Kind::Date, "2023-00-10", none(Problem::Date)),
        (Kind::Date, "0000-01-01", none(Problem::Date)),
        (Kind::Date, "2023-1-1", none(Problem::Date)),
        (Kind::Date, "2023-01-0é", none(Problem::Date)),
        (Kind::Date, "+023-01-01", none(Problem::Date)),
        (choice(), "green", Ok(Some(written("green")))),
        (choice(), "gru\u{308}n", Ok(Some(written("grün")))),
        (choice(), "Green", none(Problem::Choice)),
    ] {
        assert_eq!(kind.read(entered), read, "{kind:?} of {entered:?}");
    }
}

#[test]
fn a_person_writes_what_is_theirs_and_an_administrator_everything() {
    let current = values(&[("staff_number", written("A-1")), ("seats", Value::Integer(2))]);
    let changed = change(&schema(), &current, &[("city", "Oslo"), ("seats", "")].into(), Writer::Person);
    assert_eq!(changed, Ok(values(&[("staff_number", written("A-1")), ("city", written("Oslo"))])));
    let staff = [("staff_number", "B-2")];
    assert_eq!(problem(&schema(), &staff, Writer::Person), Some(("staff_number".to_owned(), Problem::ReadOnly)));
    assert_eq!(problem(&schema(), &[("staff_number", "wrong")], Writer::Person), Some(("staff_number".to_owned(), Problem::ReadOnly)));
    let changed = change(&schema(), &current, &staff.into(), Writer::Administrator);
    assert_eq!(changed, Ok(values(&[("staff_number", written("B-2")), ("seats", Value::Integer(2))])));
}

#[test]
fn a_name_that_no_attribute_has_is_refused_and_all_that_is_wrong_is_named_at_once() {
    let posted = [("is_admin", "true"), ("seats", "many"), ("city", ""), ("hired", "2024-02-29")].into();
    let problems = change(&schema(), &Values::new(), &posted, Writer::Person).expect_err("problems");
    assert_eq!(problems.unknown, ["is_admin".to_owned()].into());
    assert_eq!(problems.of, [(name("seats"), Problem::Integer), (name("city"), Problem::Missing)].into());
    assert!(!problems.too_large);
}

#[test]
fn a_required_attribute_is_missed_when_it_is_emptied_and_not_when_another_is_changed() {
    assert_eq!(problem(&schema(), &[("city", " ")], Writer::Person), Some(("city".to_owned(), Problem::Missing)));
    assert_eq!(problem(&schema(), &[("city", " ")], Writer::Administrator), Some(("city".to_owned(), Problem::Missing)));
    assert_eq!(problem(&schema(), &[("seats", "1")], Writer::Person), None);
}

#[test]
fn a_form_is_read_for_the_attributes_that_its_writer_may_write_and_no_others() {
    let posted = [("attribute-city", "Oslo"), ("attribute-staff_number", "A-1"), ("attribute-is_admin", "true"), ("seats", "1")];
    let field = |field: &str| posted.iter().find(|(name, _)| *name == field).map(|(_, value)| *value);
    let schema = schema();
    let of_person = entered(&schema, Writer::Person, field);
    assert_eq!(of_person, [("city", "Oslo"), ("seats", ""), ("newsletter", ""), ("hired", ""), ("colour", "")].into());
    assert_eq!(change(&schema, &Values::new(), &of_person, Writer::Person), Ok(values(&[("city", written("Oslo"))])));
    assert_eq!(entered(&schema, Writer::Administrator, field).get("staff_number"), Some(&"A-1"));
}

#[test]
fn what_is_missing_is_what_the_person_can_mend() {
    let required_of_staff = Attribute { required: true, ..schema().attributes[0].clone() };
    let schema = Schema { attributes: [vec![required_of_staff], schema().attributes[1..].to_vec()].concat(), ..schema() };
    let missed = |values: &Values| missing(&schema, values).map(|attribute| attribute.name.to_string()).collect::<Vec<_>>();
    assert_eq!(missed(&Values::new()), ["city"]);
    assert_eq!(missed(&values(&[("city", written("Oslo"))])), Vec::<String>::new());
    // Of another type, or longer than the tenant wants by now.
    assert_eq!(missed(&values(&[("city", Value::Integer(1))])), ["city"]);
    assert_eq!(missed(&values(&[("city", written(&"o".repeat(21)))])), ["city"]);
    assert_eq!(schema.asked_at_sign_up().map(|attribute| attribute.name.as_str()).collect::<Vec<_>>(), ["city"]);
}

#[test]
fn each_reader_sees_what_is_meant_for_them() {
    let stored = values(&[
        ("staff_number", written("A-1")),
        ("city", written("Oslo")),
        ("seats", Value::Integer(2)),
        ("hired", Value::Boolean(true)),
        ("gone", written("x")),
    ]);
    let schema = schema();
    let (oslo, staff, two) = (written("Oslo"), written("A-1"), Value::Integer(2));
    assert_eq!(shown(&schema, &stored, Reader::Apps), [("staff_number", &staff), ("city", &oslo)].into());
    assert_eq!(shown(&schema, &stored, Reader::Person), [("city", &oslo), ("seats", &two)].into());
    let changed = change(&schema, &stored, &Posted::new(), Writer::Person).expect("no problems");
    assert!(!changed.contains_key(&name("gone")) && changed.contains_key(&name("city")), "what the tenant keeps no more goes");
}

#[test]
fn attributes_together_stay_within_a_record() {
    let schema = Schema { version: 1, attributes: (0..9).map(|at| attribute(&format!("a{at}"), text(250, None))).collect() };
    let long = "x".repeat(250);
    let names: Vec<String> = (0..9).map(|at| format!("a{at}")).collect();
    let posted = |count: usize| names.iter().take(count).map(|called| (called.as_str(), long.as_str())).collect::<Posted<'_>>();
    assert!(change(&schema, &Values::new(), &posted(8), Writer::Person).is_ok(), "{} bytes", 8 * 252);
    let problems = change(&schema, &Values::new(), &posted(9), Writer::Person).expect_err("too large");
    assert_eq!(problems, Problems { too_large: true, ..Problems::default() });
}

#[test]
fn a_schema_reads_back_and_one_that_cannot_be_is_refused() {
    let schema = schema();
    assert_eq!(schema.check(), Ok(()));
    let json = serde_json::to_value(&schema).expect("JSON");
    assert_eq!(serde_json::from_value::<Schema>(json).expect("it reads back"), schema);
    let of = |attribute: Attribute| Schema { version: 1, attributes: vec![attribute] }.check().err();
    let fine = || attribute("x", text(9, None));
    let label = |text: &str| Attribute { label: Translated::everywhere(text), ..fine() };
    let choices = |of: Vec<&str>| {
        let of = of.into_iter().map(|value| Choice { value: value.to_owned(), label: Translated::default() }).collect();
        attribute("x", Kind::Choice { of })
    };
    assert_eq!(of(fine()), None);
    for registered in ["sub", "email", "groups", "nonce", "acr", "updated_at", "username"] {
        assert_eq!(of(attribute(registered, Kind::Integer)), Some(InvalidSchema::Registered(name(registered))));
    }
    for wrong in [label(""), label(" "), label("a\u{202e}"), label(&"x".repeat(101)), Attribute { label: Translated::default(), ..fine() }] {
        assert_eq!(of(wrong), Some(InvalidSchema::Label(name("x"))));
    }
    let in_no_language = Translated([("English".to_owned(), "x".to_owned())].into());
    assert_eq!(of(Attribute { hint: in_no_language, ..fine() }), Some(InvalidSchema::Label(name("x"))));
    for maximum in [0, 251] {
        assert_eq!(of(attribute("x", text(maximum, None))), Some(InvalidSchema::Length(name("x"))));
    }
    for pattern in ["(", "a)|(b", "(?x)a#", "(a{99}){99}", &"a".repeat(201), "[z-a]"] {
        assert_eq!(of(attribute("x", text(9, Some(pattern)))), Some(InvalidSchema::Pattern(name("x"))), "{pattern}");
    }
    assert_eq!(of(attribute("x", text(9, Some("[0-9]{2,4}|x")))), None);
    for wrong in [vec![], vec!["a", "a"], vec![" a"], vec!["e\u{301}"], vec![""]] {
        assert_eq!(of(choices(wrong.clone())), Some(InvalidSchema::Choices(name("x"))), "{wrong:?}");
    }
    assert_eq!(of(Attribute { readers: [Reader::Apps].into(), ..fine() }), Some(InvalidSchema::WrittenUnread(name("x"))));
    assert_eq!(Schema { version: 1, attributes: vec![fine(), fine()] }.check(), Err(InvalidSchema::SameName(name("x"))));
    let many = |count: usize| Schema { version: 1, attributes: (0..count).map(|at| attribute(&format!("a{at}"), Kind::Integer)).collect() };
    assert_eq!((many(30).check(), many(31).check()), (Ok(()), Err(InvalidSchema::TooMany)));
}

#[test]
fn a_name_is_short_and_plain() {
    for fine in ["a", "staff_number", "x1", &"a".repeat(32)] {
        assert!(AttributeName::parse(fine).is_ok(), "{fine}");
    }
    for wrong in ["", "1a", "_a", "A", "a-b", "ä", "a b", &"a".repeat(33)] {
        assert_eq!(AttributeName::parse(wrong), Err(InvalidAttributeName), "{wrong}");
    }
}

#[test]
fn a_text_is_in_the_language_asked_for_or_in_one_that_there_is() {
    let both = Translated([("de".to_owned(), "Stadt".to_owned()), ("en".to_owned(), "City".to_owned())].into());
    assert_eq!((both.of("de"), both.of("en"), both.of("fr")), (Some("Stadt"), Some("City"), Some("City")));
    let german = Translated([("de".to_owned(), "Stadt".to_owned())].into());
    assert_eq!((german.of("en"), Translated::default().of("en")), (Some("Stadt"), None));
}

fn posted() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof!["staff_number|city|seats|newsletter|hired|colour", "[a-z_]{1,8}"];
    let value = prop_oneof!["true|false|green|A-12|2024-02-29|-?[0-9]{1,17}", ".{0,30}", Just(String::new())];
    proptest::collection::vec((name, value), 0..8)
}

proptest! {
    #[test]
    fn whatever_a_person_posts_what_is_stored_fits_the_schema_and_is_theirs(posted in posted()) {
        let (schema, current) = (schema(), values(&[("staff_number", written("A-1")), ("city", written("Oslo"))]));
        let posted: Posted<'_> = posted.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if let Ok(changed) = change(&schema, &current, &posted, Writer::Person) {
            prop_assert_eq!(changed.get(&name("staff_number")), Some(&written("A-1")));
            prop_assert!(changed.contains_key(&name("city")), "what is required stays");
            for (name, value) in &changed {
                let kind = &schema.find(name.as_str()).expect("an attribute").kind;
                prop_assert_eq!(kind.read(&value.as_entered()), Ok(Some(value.clone())));
            }
            let again: Vec<_> = changed.iter().map(|(name, value)| (name.as_str(), value.as_entered())).collect();
            let again: Posted<'_> = again.iter().map(|(name, value)| (*name, value.as_str())).collect();
            prop_assert_eq!(change(&schema, &changed, &again, Writer::Administrator), Ok(changed.clone()));
            let json = serde_json::to_value(&changed).expect("JSON");
            prop_assert_eq!(serde_json::from_value::<Values>(json).expect("it reads back"), changed);
        }
    }
}
