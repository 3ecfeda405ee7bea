use super::*;

fn read(text: &str) -> Result<Value, Problem> {
    yaml(text.as_bytes()).map(|Once(value)| value)
}

fn accepting(accept: &str) -> bool {
    prefers_json(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_str(accept).expect("a header"))]))
}

#[test]
fn json_is_shown_where_it_is_wanted_more_than_yaml() {
    for accept in ["application/json", "application/json, */*;q=0.1", "application/yaml;q=0.5, application/json;q=0.8", "application/JSON;q=0.001"] {
        assert!(accepting(accept), "{accept}");
    }
    for accept in [
        "",
        "*/*",
        "application/*",
        "application/yaml",
        "application/yaml, application/json",
        "text/html",
        "application/json;q=0",
        "json",
        "application/json;q=0.5, application/yaml;q=0.51",
    ] {
        assert!(!accepting(accept), "{accept}");
    }
}

#[test]
fn yaml_reads_as_the_json_that_it_means() {
    let text = "a: 1\nb: [x, 'y', \"z\"]\nc: {d: true, e: ~}\nf: &g text\nh: *g\ni: yes\nj: 0o17\nk: 1.5\n";
    let expected =
        serde_json::json!({ "a": 1, "b": ["x", "y", "z"], "c": { "d": true, "e": null }, "f": "text", "h": "text", "i": "yes", "j": 15, "k": 1.5 });
    assert_eq!(read(text), Ok(expected));
}

#[test]
fn what_is_no_yaml_or_says_something_twice_is_refused_by_its_line() {
    for (text, line) in [
        ("a: 1\na: 2\n", "line 2"),
        ("a:\n  b: 1\n  b: 2\n", "line 3"),
        ("a: [1, 2\n", "line"),
        ("a: b: c\n", "line 1"),
        ("a: *nowhere\n", "line 1"),
        ("a: !!python/object:os.system x\n", "line 1"),
        ("x: &x {a: 1}\ny:\n  <<: *x\n", "line 3"),
        ("a: .nan\n", "line 1"),
        ("a: 1\n---\nb: 2\n", "line"),
        ("\u{0}", ""),
    ] {
        match read(text) {
            Err(Problem::Malformed(why)) => assert!(why.starts_with(line), "{text:?}: {why}"),
            other => panic!("{text:?}: {other:?}"),
        }
    }
    assert!(yaml(&[0xff, 0xfe]).is_err());
    let twice: Result<Once, _> = serde_json::from_str(r#"{"a":1,"b":{"c":1,"c":2}}"#);
    assert!(twice.expect_err("said twice").to_string().starts_with("\"c\" is said twice"));
}

#[test]
fn a_bomb_of_aliases_or_of_depth_is_refused_before_it_grows() {
    let doubling = (1..40).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1)).collect::<Vec<_>>().concat();
    assert!(read(&format!("a0: &a0 [x]\n{doubling}")).is_err());
    let many: String = (0..=policy::CONFIGURATION_ALIASES_MAX).map(|_| "- *a\n").collect();
    assert!(read(&format!("a: &a x\nb:\n{many}")).is_err());
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&deep(policy::CONFIGURATION_DEPTH_MAX - 2)).is_ok());
    assert!(read(&deep(100_000)).is_err());
    let nested = (0..200).map(|n| format!("{}a:\n", " ".repeat(n))).collect::<Vec<_>>().concat();
    assert!(read(&nested).is_err());
    assert!(read(&"- x\n".repeat(policy::CONFIGURATION_NODES_MAX + 1)).is_err());
    assert!(json_of(deep(100_000).as_bytes()).is_err());
}

#[test]
fn what_is_written_reads_back_the_same_whatever_it_says() {
    let texts = [
        "",
        " ",
        "yes",
        "no",
        "on",
        "null",
        "~",
        "true",
        "1",
        "1.0",
        "0x1f",
        "1e3",
        "-",
        "- a",
        "a: b",
        "a #b",
        "#",
        "&a",
        "*a",
        "!a",
        "%a",
        "@a",
        "`a",
        "'",
        "\"",
        "\\",
        "[",
        "{",
        "|",
        ">",
        "?",
        ":",
        "a\nb",
        "a\n",
        "\n",
        "\ta",
        "a\u{85}b",
        "a\u{2028}b",
        "\u{feff}",
        "\u{202e}abc",
        "🦀",
        "<script>",
        "2026-11-23",
        "12:30:00",
        "=",
        "<<",
        ".nan",
        "---",
        "...",
        "a\r\nb",
        "\u{0}\u{7}\u{1b}",
        "trailing ",
        "https://api.example/a?b=c#d",
        "com.example.app:/cb",
        "[A-Z]-[0-9]+: x",
        "0o7",
        "1_000",
        "+1",
        ".5",
        "y",
        "N",
        "Null",
        "TRUE",
        "\u{d7ff}\u{e000}\u{fffd}\u{10ffff}",
    ];
    let long = "word ".repeat(100);
    let options = || serde_saphyr::ser_options! { prefer_block_scalars: false };
    for text in texts.into_iter().chain([long.as_str()]) {
        let value = serde_json::json!({ "members": { text: text }, "list": [text, [text], { "a": text }], "numbers": [0, -1, u64::MAX, i64::MIN, 1.5, 1e300], "empty": [[], {}], "none": null });
        let written = serde_saphyr::to_string_with_options(&value, options()).expect("YAML");
        assert_eq!(read(&written), Ok(value), "{written}");
    }
}
