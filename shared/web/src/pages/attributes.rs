//! The fields of a tenant's own attributes, a part of every page that asks for some.

use askama::Template;
use domain::attributes::{Attribute, Kind, Posted, Problems, Value};

use super::shown;
use crate::language::Language;
use crate::texts::AccountTexts;

/// A field for each attribute that is asked for; its name and its id are [`Attribute::field`].
#[derive(Clone, Debug, Template)]
#[template(path = "attributes.html")]
pub struct AttributeFields<'a> {
    /// The language.
    pub language: Language,
    /// What is asked for, in this order.
    pub asked: Vec<&'a Attribute>,
    /// What was entered before, or stands.
    pub entered: &'a Posted<'a>,
    /// What was wrong with it.
    pub problems: &'a Problems,
}

/// A value as a person reads it.
pub(crate) fn readable(language: Language, attribute: &Attribute, value: &Value) -> String {
    let texts = language.texts().account;
    let entered = value.as_entered();
    match (&attribute.kind, value) {
        (Kind::Boolean, Value::Boolean(value)) => (if *value { texts.yes } else { texts.no }).to_owned(),
        (Kind::Choice { of }, _) => {
            let chosen = of.iter().find(|choice| choice.value == entered);
            shown::account(chosen.and_then(|choice| choice.label.of(language.tag())).unwrap_or(&entered))
        }
        _ => shown::account(&entered),
    }
}

/// How a value is entered.
enum Input {
    /// In one line: the attributes `type`, `inputmode` and `maxlength`.
    Line { kind: &'static str, mode: &'static str, maximum: Option<u16> },
    /// By choosing a line of a list: values and what the page shows of them.
    List(Vec<(String, String)>),
}

impl AttributeFields<'_> {
    fn account_texts(&self) -> &'static AccountTexts {
        self.language.texts().account
    }

    fn label(&self, attribute: &Attribute) -> String {
        shown::account(attribute.label.of(self.language.tag()).unwrap_or(attribute.name.as_str()))
    }

    fn hint(&self, attribute: &Attribute) -> Option<String> {
        attribute.hint.of(self.language.tag()).map(shown::account)
    }

    fn value(&self, attribute: &Attribute) -> String {
        shown::typed(self.entered.get(attribute.name.as_str()).copied().unwrap_or_default())
    }

    fn is_chosen(&self, attribute: &Attribute, value: &str) -> bool {
        self.entered.get(attribute.name.as_str()).is_some_and(|entered| entered.trim() == value)
    }

    fn is_wrong(&self, attribute: &Attribute) -> bool {
        self.problems.too_large || self.problems.of.contains_key(&attribute.name)
    }

    /// The ids of what describes the field, if anything does.
    fn described_by(&self, attribute: &Attribute) -> Option<String> {
        let problem = self.is_wrong(attribute).then(|| "problem".to_owned());
        let hint = self.hint(attribute).map(|_| format!("{}-hint", attribute.field()));
        let ids: Vec<_> = hint.into_iter().chain(problem).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn input(&self, attribute: &Attribute) -> Input {
        let texts = self.account_texts();
        match &attribute.kind {
            Kind::Text { maximum, .. } => Input::Line { kind: "text", mode: "text", maximum: Some(*maximum) },
            Kind::Integer => Input::Line { kind: "text", mode: "numeric", maximum: None },
            Kind::Date => Input::Line { kind: "date", mode: "text", maximum: None },
            Kind::Boolean => Input::List([("true", texts.yes), ("false", texts.no)].map(|(value, text)| (value.to_owned(), text.to_owned())).into()),
            Kind::Choice { of } => {
                let line = |choice: &domain::attributes::Choice| choice.label.of(self.language.tag()).unwrap_or(&choice.value).to_owned();
                Input::List(of.iter().map(|choice| (choice.value.clone(), shown::account(&line(choice)))).collect())
            }
        }
    }
}
