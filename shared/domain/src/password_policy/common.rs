//! Passwords that many people chose, in a set that is asked where it lies in the binary (`lists/README.md`).

use fst::Set;

static LIST: &[u8] = include_bytes!("../../lists/common-passwords.fst");

/// Whether a password without case is one of them.
pub(super) fn holds(folded: &str) -> bool {
    let set = Set::new(LIST).expect("the list that was built in is whole, a test reads it");
    set.contains(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../lists/common-passwords.txt");

    #[test]
    fn the_list_of_common_passwords_is_the_text_that_it_names() {
        let set = Set::from_iter(TEXT.lines()).expect("the text is in order");
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/lists/common-passwords.fst");
        if option_env!("UPDATE_DOCS").is_some() {
            std::fs::write(path, set.as_fst().as_bytes()).expect("the list can be written");
        }
        let same = std::fs::read(path).expect("the list") == set.as_fst().as_bytes();
        assert!(same, "{path} is stale: UPDATE_DOCS=1 cargo test -p domain common");
    }

    #[test]
    fn every_password_of_the_text_is_common_and_its_neighbours_are_not() {
        let mut count = 0;
        for password in TEXT.lines() {
            assert!(holds(password), "{password}");
            assert!(!holds(&format!("{password}\u{e4}")), "{password}");
            count += 1;
        }
        assert_eq!(count, 8359);
        for other in ["", "correct horse", "PASSWORD123"] {
            assert!(!holds(other), "{other}");
        }
    }
}
