//! Parameters of a request, changed one at a time.

/// Names and values in the order in which they are sent.
pub type Form<'a> = Vec<(&'a str, &'a str)>;

/// A form with another value for a parameter.
pub fn with<'a>(form: &Form<'a>, name: &'a str, value: &'a str) -> Form<'a> {
    let mut form = without(form, name);
    form.push((name, value));
    form
}

/// A form without a parameter.
pub fn without<'a>(form: &Form<'a>, name: &str) -> Form<'a> {
    form.iter().copied().filter(|(key, _)| *key != name).collect()
}

/// A form as a query or a body holds it.
pub fn encoded(form: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}
