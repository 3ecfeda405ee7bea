//! Mails as people read them: one content, written as text and as HTML, so that both say the same.

use askama::Template;
use domain::branding::{Branding, LIGHT, Palette};

use crate::language::Language;
use crate::pages::{shown, style};

/// A fact of a letter: what it is, and how it is.
pub type Fact = (&'static str, String);

/// What a letter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The language.
    pub language: Language,
    /// Whose letter: the tenant's name.
    pub tenant_name: String,
    /// What makes it the tenant's own. A letter loads nothing, so it has no logo.
    pub branding: Branding,
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

impl Letter {
    /// The links at its foot: the words, the address.
    fn legal_links(&self) -> Vec<(&'static str, &str)> {
        self.branding.links.iter().map(|(link, address)| ((self.language.texts().legal)(*link), address.as_str())).collect()
    }
}

impl Html<'_> {
    /// The colour of the mark and of what to press, and what is written on it.
    fn colours(&self) -> (String, String) {
        let palette = self.letter.branding.accent.and_then(|accent| Palette::of(accent.light, LIGHT));
        palette.map_or_else(|| (format!("#{}", style::ACCENT), "#ffffff".to_owned()), |palette| (palette.accent.to_string(), palette.ink.to_string()))
    }

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
