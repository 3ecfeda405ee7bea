//! `docs/admin-api.html`, the page on which people read what the API is: written from the document, and served.

use std::fmt::Write as _;
use std::path::Path;

use http::StatusCode;
use serde_json::Value;
use testkit::Call;

use crate::support::place;

const STYLE: &str = "
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
nav ul { columns: 14rem; padding: 0; list-style: none; }
details, section { overflow-x: auto; }
details { border-top: 1px solid var(--line); padding: .5rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
code, .method { font-family: ui-monospace, monospace; }
.method { display: inline-block; min-width: 4rem; font-weight: 600; }
table { border-collapse: collapse; min-width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-top: 1px solid var(--line); }
th { font-weight: 600; }
";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Words with `code` in them.
fn words(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { format!("<code>{}</code>", escaped(part)) } else { escaped(part) }).collect()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// What a value is, in a word or two.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return format!("<a href=\"#schema-{name}\"><code>{name}</code></a>");
    }
    let choices = ["oneOf", "anyOf", "allOf"].into_iter().find_map(|of| schema[of].as_array());
    if let Some(choices) = choices {
        return choices.iter().filter(|choice| choice["type"] != "null").map(kind).collect::<Vec<_>>().join(" or ");
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().filter_map(Value::as_str).map(|value| format!("<code>{}</code>", escaped(value))).collect::<Vec<_>>().join(", ");
    }
    let types: Vec<_> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect(),
        one => one.as_str().into_iter().collect(),
    };
    let format = schema["format"].as_str().map_or_else(String::new, |format| format!(" ({})", escaped(format)));
    match types[..] {
        ["array"] => format!("list of {}", kind(&schema["items"])),
        ["object"] if schema["additionalProperties"].is_object() => format!("map of {}", kind(&schema["additionalProperties"])),
        _ => format!("{}{format}", escaped(&types.join(" or "))),
    }
}

fn properties(page: &mut String, schema: &Value) {
    let parts = schema["oneOf"].as_array().or_else(|| schema["allOf"].as_array()).cloned().unwrap_or_default();
    for part in &parts {
        if part["properties"].is_object() {
            properties(page, part);
        } else {
            let _ = writeln!(page, "<p>{}</p>", kind(part));
        }
    }
    let Some(members) = schema["properties"].as_object().filter(|members| !members.is_empty()) else { return };
    let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|required| required == name));
    page.push_str("<table>\n<tr><th>name</th><th>what it is</th><th></th></tr>\n");
    for (name, member) in members {
        let always = if required(name) { "" } else { " · may be left out" };
        let _ = writeln!(
            page,
            "<tr><td><code>{}</code></td><td>{}{always}</td><td>{}</td></tr>",
            escaped(name),
            kind(member),
            words(text(member, "description"))
        );
    }
    page.push_str("</table>\n");
}

fn operation(page: &mut String, (path, method): (&str, &str), operation: &Value) {
    let id = text(operation, "operationId");
    let _ = writeln!(
        page,
        "<details id=\"{id}\">\n<summary><span class=\"method\">{}</span> <code>{}</code><br>{}</summary>",
        method.to_uppercase(),
        escaped(path),
        words(text(operation, "summary"))
    );
    if !text(operation, "description").is_empty() {
        let _ = writeln!(page, "<p>{}</p>", words(text(operation, "description")));
    }
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    if !parameters.is_empty() {
        page.push_str("<table>\n<tr><th>parameter</th><th>in</th><th></th></tr>\n");
        for parameter in &parameters {
            let _ = writeln!(
                page,
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                escaped(text(parameter, "name")),
                text(parameter, "in"),
                words(text(parameter, "description"))
            );
        }
        page.push_str("</table>\n");
    }
    if let Some((media, body)) = operation["requestBody"]["content"].as_object().and_then(|content| content.iter().next()) {
        let _ = writeln!(page, "<p>It takes {} as <code>{media}</code>.</p>", kind(&body["schema"]));
    }
    page.push_str("<table>\n<tr><th>status</th><th>answer</th><th></th></tr>\n");
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        let body = answer["content"].as_object().and_then(|content| content.values().next()).map(|body| kind(&body["schema"])).unwrap_or_default();
        let _ = writeln!(page, "<tr><td>{status}</td><td>{}</td><td>{body}</td></tr>", words(text(answer, "description")));
    }
    page.push_str("</table>\n</details>\n");
}

fn page() -> String {
    let document = admin::document();
    let title = text(&document["info"], "title");
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<p>{}</p>\n\
         <p>The same for programs: <a href=\"openapi.json\"><code>openapi.json</code></a>, OpenAPI 3.1.</p>\n",
        words(text(&document["info"], "description"))
    );
    let tags = document["tags"].as_array().cloned().unwrap_or_default();
    page.push_str("<nav aria-label=\"Contents\">\n<ul>\n");
    for name in tags.iter().map(|tag| text(tag, "name")) {
        let _ = writeln!(page, "<li><a href=\"#tag-{}\">{name}</a></li>", name.replace(' ', "-"));
    }
    page.push_str("<li><a href=\"#schemas\">what is sent and answered</a></li>\n</ul>\n</nav>\n");
    for tag in &tags {
        let name = text(tag, "name");
        let _ = writeln!(page, "<section id=\"tag-{}\">\n<h2>{name}</h2>\n<p>{}</p>", name.replace(' ', "-"), words(text(tag, "description")));
        for (path, methods) in document["paths"].as_object().into_iter().flatten() {
            for (method, told) in methods.as_object().into_iter().flatten().filter(|(_, told)| told["tags"][0] == name) {
                operation(&mut page, (path, method), told);
            }
        }
        page.push_str("</section>\n");
    }
    page.push_str("<section id=\"schemas\">\n<h2>What is sent and answered</h2>\n");
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let _ = writeln!(page, "<h3 id=\"schema-{name}\">{name}</h3>\n<p>{}</p>", words(text(schema, "description")));
        if schema["properties"].is_null() && schema["oneOf"].is_null() && schema["allOf"].is_null() {
            let _ = writeln!(page, "<p>{}</p>", kind(schema));
        }
        properties(&mut page, schema);
    }
    page.push_str("</section>\n</main>\n</body>\n</html>\n");
    page
}

#[test]
fn the_page_is_what_the_document_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/admin-api.html");
    if option_env!("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page()).expect("the page is writable");
    }
    let written = std::fs::read_to_string(&path).expect("docs/admin-api.html");
    assert!(written == page(), "docs/admin-api.html is stale: UPDATE_DOCS=1 cargo test --workspace --test admin");
    // Every operation is on it, and whatever is linked to is there.
    for methods in admin::document()["paths"].as_object().into_iter().flatten().map(|(_, methods)| methods) {
        for told in methods.as_object().into_iter().flatten().map(|(_, told)| text(told, "operationId")) {
            assert!(written.contains(&format!("<details id=\"{told}\">")), "{told}");
        }
    }
    for link in written.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(written.contains(&format!(" id=\"{link}\"")), "{link}");
    }
}

#[tokio::test]
async fn the_page_is_served_and_runs_and_loads_nothing() {
    let place = place().await;
    let answer = place.endpoint.send(Call::get("/admin/v1/reference")).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    assert!(answer.body == page(), "what is served is what is written");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.ends_with("frame-ancestors 'none'"), "{policy}");
    assert!(!answer.body.contains("<script") && !answer.body.contains(" style="));
}
