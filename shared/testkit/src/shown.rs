//! Answers as snapshots show them: whole, but for texts that are long, secret or drawn at random, which are named instead.

use http::header;

use crate::endpoint::Answer;

/// Every sealed artefact begins so: its form's version, then the first version of a data key.
const SEALED: &str = "AQAAAAE";

/// Status, headers in order of names but for the body's length, body.
pub(crate) fn whole(answer: &Answer) -> String {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        // It says nothing that the body doesn't.
        .filter(|(name, _)| *name != header::CONTENT_LENGTH)
        .map(|(name, value)| format!("{name}: {}", without_secrets(&String::from_utf8_lossy(value.as_bytes()))))
        .collect();
    headers.sort();
    format!("{}\n{}\n\n{}", answer.status.as_u16(), headers.join("\n"), body(answer)).trim_end().to_owned()
}

/// Status and body.
pub(crate) fn page_alone(answer: &Answer) -> String {
    format!("{}\n\n{}", answer.status.as_u16(), body(answer)).trim_end().to_owned()
}

/// Status and what tells one answer from another.
pub(crate) fn outcome(answer: &Answer) -> String {
    let said = match answer.headers.get(header::LOCATION) {
        Some(location) => without_secrets(&String::from_utf8_lossy(location.as_bytes())),
        None if is_page(answer) => title(&answer.body).to_owned(),
        None => without_secrets(answer.body.trim_end()),
    };
    format!("{} {said}", answer.status.as_u16())
}

fn body(answer: &Answer) -> String {
    if is_page(answer) { page(&answer.body) } else { without_secrets(&answer.body) }
}

fn is_page(answer: &Answer) -> bool {
    answer.header("content-type").starts_with("text/html")
}

fn title(html: &str) -> &str {
    html.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).map_or("", |(title, _)| title)
}

/// A page as its reader meets it: title, texts, and the form with its fields.
fn page(html: &str) -> String {
    let mut lines = vec![format!("<title>{}", title(html))];
    let (_, main) = html.split_once("<main>").unwrap_or(("", html));
    let (main, _) = main.split_once("</main>").unwrap_or((main, ""));
    for piece in main.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        if ["form ", "input ", "button "].iter().any(|shown| tag.starts_with(shown)) {
            lines.push(format!("<{}>", without_secrets(tag)));
        }
        if !text.trim().is_empty() {
            lines.push(without_secrets(text.trim()));
        }
    }
    let incident = lines.iter().position(|line| line == "Incident number" || line == "Vorfallnummer");
    if let Some(number) = incident.and_then(|at| lines.get_mut(at + 1)) {
        "<incident>".clone_into(number);
    }
    lines.join("\n")
}

/// A text whose tokens, artefacts and hashes are named.
pub fn without_secrets(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut word = String::new();
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '+' | '/');
    for letter in text.chars().chain(['\n']) {
        if is_part(letter) {
            word.push(letter);
            continue;
        }
        let before = shown.clone();
        shown.push_str(named(&word, &before));
        shown.push(letter);
        word.clear();
    }
    shown.pop();
    shown
}

fn named<'a>(word: &'a str, before: &str) -> &'a str {
    if word.starts_with(SEALED) {
        "<sealed>"
    } else if word.starts_with("eyJ") && word.split('.').count() == 3 {
        "<token>"
    } else if before.ends_with("cs-browser=") {
        "<random>"
    } else if word.starts_with("sha256-") {
        "<hash of the sheet>"
    } else {
        word
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;

    #[test]
    fn what_is_secret_or_random_is_named_and_the_rest_is_exact() {
        let text = "__Host-cs-session=AQAAAAE-x_y; __Host-cs-browser=abc; a=eyJh.eyJi.c&b=eyJ 'sha256-ab+c/d='";
        assert_eq!(without_secrets(text), "__Host-cs-session=<sealed>; __Host-cs-browser=<random>; a=<token>&b=eyJ '<hash of the sheet>='");
    }

    #[test]
    fn a_page_is_its_title_its_texts_and_its_form() {
        let body = "<title>T</title><style>x</style><main><h1>Hello</h1><svg a></svg><form method=\"post\"><input name=\"state\" value=\"AQAAAAEx\"></form></main>";
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, "text/html; charset=utf-8".parse().expect("a value"))]);
        let answer = Answer { status: StatusCode::OK, headers, body: body.to_owned() };
        assert_eq!(
            answer.snapshot(),
            "200\ncontent-type: text/html; charset=utf-8\n\n<title>T\nHello\n<form method=\"post\">\n<input name=\"state\" value=\"<sealed>\">"
        );
        assert_eq!(answer.outcome(), "200 T");
        assert_eq!(answer.field("state"), "AQAAAAEx");
    }
}
