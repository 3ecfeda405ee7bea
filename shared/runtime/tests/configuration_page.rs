//! `docs/configuration.md` names every environment variable. It is written from the code; this test fails when it is stale.

use std::fmt::Write;
use std::path::Path;

use runtime::configuration::{Readers, VARIABLES};

const UPDATE: &str = "UPDATE_DOCS=1 cargo test -p runtime --test configuration_page";

fn readers(readers: Readers) -> &'static str {
    match readers {
        Readers::All => "every function",
        Readers::Keys => "those that unwrap a tenant's keys",
        Readers::Events => "those that read or write events",
        Readers::Work => "those that read or write deliveries or jobs",
        Readers::Nudging => "those that nudge `deliver`",
        Readers::Mailing => "`deliver`",
        Readers::Photos => "`account`, `deliver`",
        Readers::Transfers => "`admin`, `transfer`",
        Readers::Http => "those that answer HTTP",
        Readers::Origins => "those that answer HTTP, or make tenants",
        Readers::Placing => "those that write the directory",
        Readers::Identity => "those that read current state",
        Readers::WrappedKeys => "those that read keys, wrapped or public",
        Readers::Once => "those that use things once",
    }
}

fn page() -> String {
    let mut page = format!(
        "# Configuration\n\n<!-- Generated from shared/runtime/src/configuration.rs. To write it anew: {UPDATE} -->\n\n\
         Functions read their environment once, at start, and refuse to start when it is wrong. `template.yaml` gives each function what it reads and nothing else.\n\n\
         | variable | holds | read by |\n|---|---|---|\n"
    );
    for variable in VARIABLES {
        writeln!(page, "| `{}` | {} | {} |", variable.name, variable.meaning, readers(variable.readers)).expect("a string takes any text");
    }
    page
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the switch that writes the page belongs to the person who runs the test")]
fn the_page_of_configuration_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page()).expect("docs can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, page(), "docs/configuration.md is stale: {UPDATE}");
}
