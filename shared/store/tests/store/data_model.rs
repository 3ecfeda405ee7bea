//! `docs/data-model.md` is what `store::keys` says.

use std::fmt::Write;
use std::path::Path;

use store::Table;
use store::keys::{KINDS, LIST_ENTRY, LIST_INDEX, SUBJECT_INDEX};

const BEGINNING: &str = "\
# Data model

Generated from `shared/store/src/keys.rs` by `UPDATE_DOCS=1 cargo test -p store`; a test fails when it is stale.

Every table has a partition key `pk` and a sort key `sk`, both texts. A row's own attributes are the fields of its value in `shared/domain`;
beside them stand `v`, the format it is written in, and on everything that ends `expires_at`, seconds since 1970, for the sweeper alone:
conditions and decisions compare the value's own end in milliseconds. `{window}`, `{minute}` and `{due}` count since 1970.
";

fn data_model() -> String {
    let mut page = BEGINNING.to_owned();
    for table in Table::ALL {
        let heading = format!("\n## `{}`\n\n| pk | sk | holds | may be swept |\n|---|---|---|---|\n", table.as_str());
        page.push_str(&heading);
        for kind in KINDS.iter().filter(|kind| kind.table == table) {
            writeln!(page, "| `{}` | `{}` | {} | {} |", kind.partition, kind.sort, kind.holds, kind.ends).expect("a text takes every line");
        }
        if table == Table::Identity {
            writeln!(page, "\nThe index `listed` has `list_pk` = `{LIST_INDEX}` and `list_sk` = `{LIST_ENTRY}`, and holds keys only.")
                .expect("a text takes every line");
        }
        if table == Table::Events {
            writeln!(page, "\nThe index `by-subject` has `subject_pk` = `{SUBJECT_INDEX}` and `subject_sk` = `{{event}}`, and holds keys only.")
                .expect("a text takes every line");
        }
    }
    page
}

#[test]
fn the_data_model_page_is_what_the_keys_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/data-model.md");
    // Read when the test is compiled; cargo compiles it anew when the variable changes.
    if option_env!("UPDATE_DOCS").is_some() {
        std::fs::write(&path, data_model()).expect("the page is writable");
    }
    let page = std::fs::read_to_string(&path).expect("docs/data-model.md");
    assert!(page == data_model(), "docs/data-model.md is stale: UPDATE_DOCS=1 cargo test -p store");
}

#[test]
fn every_kind_of_a_tenants_rows_can_be_told_by_the_beginning_of_its_partition() {
    for kind in KINDS.iter().filter(|kind| !matches!(kind.table, Table::Directory | Table::Work)) {
        let (name, rest) = kind.partition.split_once('#').expect("a kind and more");
        assert!(name.chars().all(|c| c.is_ascii_uppercase()) && rest.starts_with("{tenant}"), "{}", kind.partition);
    }
}
