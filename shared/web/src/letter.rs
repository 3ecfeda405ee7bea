//! Mails as people read them: one content, written as text and as HTML, so that both say the same.

use askama::Template;

use crate::language::Language;
use crate::pages::shown;

/// A fact of a letter: what it is, and how it is.
pub type Fact = (&'static str, String);

/// What a letter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The language.
    pub language: Language,
    /// Whose letter: the tenant's name.
    pub tenant_name: String,
    /// Subject line.
    pub subject: String,
    /// Its greeting.
    pub greeting: String,
    /// What it is about, a sentence or two.
    pub lead: String,
    /// What there is to know, in a table.
    pub facts: Vec<Fact>,
    /// What to do, as a link with its words.
    pub link: Option<(&'static str, String)>,
    /// What else to do, or not to; a sentence each.
    pub closing: Vec<String>,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct Text<'a> {
    letter: &'a Letter,
}

impl Letter {
    /// For readers that show HTML. It loads nothing from anywhere.
    pub fn html(&self) -> String {
        Html { letter: self }.render().expect("a template that only prints texts can't fail")
    }

    /// For every reader.
    pub fn text(&self) -> String {
        Text { letter: self }.render().expect("a template that only prints texts can't fail")
    }
}

impl Html<'_> {
    fn initial(&self) -> String {
        shown::initial(&self.letter.tenant_name)
    }
}

impl Text<'_> {
    /// The facts, their values under one another.
    fn facts(&self) -> Vec<(String, &str)> {
        let width = self.letter.facts.iter().map(|(what, _)| what.chars().count()).max().unwrap_or_default();
        let padded = |what: &str| format!("{what}:{}", " ".repeat(width - what.chars().count() + 1));
        self.letter.facts.iter().map(|(what, how)| (padded(what), how.as_str())).collect()
    }
}

/// A name that somebody chose, in one line of a mail.
pub fn named(name: &str) -> String {
    shown::name(name)
}
