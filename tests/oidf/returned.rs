//! How an app is answered: by the query of a redirect, or by a form that the browser posts.

use std::collections::BTreeMap;

use http::StatusCode;
use testkit::endpoint::Answer;

/// How a plan has its apps answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    /// The default of the code flow (OAuth 2.0 Multiple Response Types §2.1).
    Query,
    /// OAuth 2.0 Form Post Response Mode.
    FormPost,
}

/// What an app got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Returned {
    /// Where.
    pub(crate) redirect_uri: String,
    /// What.
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Returned {
    /// Reads the answer to an app out of what a browser got; `None` when it is for the person.
    pub(crate) fn read(answer: &Answer, mode: ResponseMode) -> Option<Self> {
        match mode {
            ResponseMode::Query => Self::redirected(answer),
            ResponseMode::FormPost => Self::posted(answer),
        }
    }

    fn redirected(answer: &Answer) -> Option<Self> {
        if answer.status != StatusCode::SEE_OTHER {
            return None;
        }
        let (redirect_uri, query) = answer.header("location").split_once('?')?;
        // What the app registered as part of its redirect URI stands before what is returned.
        Some(Self { redirect_uri: redirect_uri.to_owned(), parameters: form_urlencoded::parse(query.as_bytes()).into_owned().collect() })
    }

    fn posted(answer: &Answer) -> Option<Self> {
        let form = tags(&answer.body, "form").find(|tag| attribute(tag, "id").as_deref() == Some("form-post"))?;
        assert_eq!((answer.status, attribute(form, "method").as_deref()), (StatusCode::OK, Some("post")));
        let hidden = tags(&answer.body, "input").filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"));
        let parameters = hidden.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?))).collect();
        Some(Self { redirect_uri: attribute(form, "action")?, parameters })
    }

    /// A parameter; empty when it isn't there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }
}

fn tags<'a>(html: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    html.split('<').filter_map(move |piece| piece.strip_prefix(name)?.split('>').next().filter(|tag| tag.starts_with(' ')))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!(" {name}=\""))?.1.split('"').next()?;
    let entities = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    Some(entities.iter().fold(value.to_owned(), |text, (entity, character)| text.replace(entity, character)))
}
