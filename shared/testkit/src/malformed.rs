//! Requests that don't read, for every endpoint that takes parameters: each is refused with a clear error and never with a 500.

use http::Method;

use crate::endpoint::Call;

const FORM: &str = "application/x-www-form-urlencoded";

/// More parameters than any request has.
pub fn too_many_parameters() -> String {
    (0..201).map(|number| format!("p{number}=x")).collect::<Vec<_>>().join("&")
}

/// Forms posted to `path`, each with the status that says it best.
pub fn forms(path: &str) -> Vec<(Call, u16)> {
    let post = |content_type: &str, body: &[u8]| Call::new(Method::POST, path).with_body(content_type, body);
    let many = too_many_parameters();
    let malformed: [&[u8]; 11] = [
        b"state=a&state=a",
        b"state=a&state=",
        b"state=%00",
        b"state=\0",
        b"state=%ff",
        b"state=\xff\xfe",
        b"state=%c3%28",
        b"state=%zz",
        b"state=%2",
        b"%00=a",
        many.as_bytes(),
    ];
    let mut forms: Vec<_> = malformed.into_iter().map(|body| (post(FORM, body), 400)).collect();
    forms.extend([
        (post("application/json", b"{}"), 415),
        (post("text/plain", b"state=a"), 415),
        (post("multipart/form-data; boundary=x", b"--x--"), 415),
        (post("application/x-www-form-urlencoded; charset=utf-16", b"state=a"), 415),
        (post("", b"state=a"), 415),
        (post(FORM, b"state=a").with("content-type", FORM), 415),
        (post(FORM, &vec![b'x'; 64 * 1024 + 1]), 413),
    ]);
    forms
}

/// Queries that don't read, for parameters that are otherwise `good`.
pub fn queries(good: &str) -> Vec<String> {
    let malformed = ["state=%00", "state=%ff", "state=%c3%28", "state=%zz", "state=%2", "%00=a", "client_id=a&client_id=a", "client_id=a&client_id="];
    malformed.into_iter().map(str::to_owned).chain([too_many_parameters()]).map(|wrong| format!("{good}&{wrong}")).collect()
}
