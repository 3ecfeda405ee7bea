//! Texts that somebody else chose, made fit to be shown.

use domain::policy::IDENTIFIER_MAX_CHARACTERS;

/// Letters of a name that a page shows; a longer one ends in an ellipsis.
const NAME_SHOWN: usize = 48;
/// Letters of an account's name that a page shows; e-mail addresses are longer than names.
const ACCOUNT_SHOWN: usize = 120;

/// A name of a tenant or an app.
pub(crate) fn name(text: &str) -> String {
    shortened(text, NAME_SHOWN)
}

/// The name of an account.
pub(super) fn account(text: &str) -> String {
    shortened(text, ACCOUNT_SHOWN)
}

/// What somebody typed, as it goes back into its field: cut where no account's name is that long.
pub(super) fn typed(text: &str) -> String {
    text.chars().take(IDENTIFIER_MAX_CHARACTERS).collect()
}

/// The first letter of a name, for its mark; a dot when it has none.
pub(crate) fn initial(text: &str) -> String {
    text.chars().find(|letter| letter.is_alphanumeric()).map_or_else(|| "·".to_owned(), |letter| letter.to_uppercase().collect())
}

fn shortened(text: &str, most: usize) -> String {
    let mut letters = text.trim().chars().filter(|&letter| !is_treacherous(letter));
    let kept: String = letters.by_ref().take(most).collect();
    if letters.next().is_some() { format!("{}…", kept.trim_end()) } else { kept }
}

/// Controls, and what turns the direction of the text around it or is invisible: a name must not dress up as the sentence it stands in.
// SECURITY: Unicode UAX #9 §2 explicit directional formatting, UTR #36 §2.
const fn is_treacherous(letter: char) -> bool {
    letter.is_ascii_control()
        || matches!(letter, '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_letters_whatever_their_script() {
        assert_eq!(name("Zoë's Bäckerei 東京"), "Zoë's Bäckerei 東京");
        assert_eq!(initial("ärzte"), "Ä");
        assert_eq!(initial("  «42» "), "4");
        assert_eq!(initial("…"), "·");
    }

    #[test]
    fn a_name_loses_what_turns_or_hides_text() {
        assert_eq!(name("evil\u{202e}moc.elgoog\u{202c}\u{0}\n"), "evilmoc.elgoog");
        assert_eq!(name("a\u{200b}b\u{2066}c"), "abc");
    }

    #[test]
    fn a_long_name_ends_in_an_ellipsis() {
        assert_eq!(name(&"a".repeat(NAME_SHOWN)), "a".repeat(NAME_SHOWN));
        assert_eq!(name(&"a".repeat(1_000_000)), format!("{}…", "a".repeat(NAME_SHOWN)));
        assert_eq!(account(&"a".repeat(100)), "a".repeat(100));
    }
}
