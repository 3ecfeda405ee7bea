//! The direction of dependencies: `domain ← {oauth, crypto, picture} ← {store, cloud, web} ← runtime ← functions ← {infra, tests}` and `domain ← cli ← tests`, over
//! `cargo metadata`.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;

use cargo_metadata::{Dependency, DependencyKind, Metadata, MetadataCommand, Package};

use crate::repository::{folders, root};

/// The rooms of the repository, in the direction of dependencies: a crate may know those of rooms before its own.
const ROOMS: [&[&str]; 4] = [&["domain"], &["oauth", "crypto", "picture"], &["store", "cloud", "web"], &["runtime"]];
/// Where crates of the AWS SDK may be named.
const KNOWS_AWS: [&str; 4] = ["store", "cloud", "runtime", "testkit"];
/// What a pure crate can't have: a runtime, a client, a server.
const IMPURE: [&str; 8] = ["tokio", "axum", "hyper", "reqwest", "lambda_http", "lambda_runtime", "dynoxide-rs", "rand"];
const PURE: [&str; 4] = ["domain", "oauth", "crypto", "picture"];

static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
    let mut command = MetadataCommand::new();
    command.manifest_path(root().join("Cargo.toml")).no_deps().exec().expect("cargo metadata of this repository")
});

/// Where a package stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Shared(usize),
    Testkit,
    Function,
    Cli,
    Infra,
    Tests,
}

/// A package that names another one.
#[derive(Debug, PartialEq, Eq)]
struct Edge {
    from: String,
    to: String,
    kind: DependencyKind,
}

impl fmt::Display for Edge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} → {} ({})", self.from, self.to, self.kind)
    }
}

fn place(package: &str) -> Place {
    if let Some(room) = ROOMS.iter().position(|room| room.contains(&package)) {
        return Place::Shared(room);
    }
    match package {
        "testkit" => Place::Testkit,
        "cli" => Place::Cli,
        "journeys" => Place::Tests,
        _ if folders("functions").iter().any(|folder| folder == package) => Place::Function,
        _ => Place::Infra,
    }
}

/// Whether a package may name another one of this repository.
fn is_allowed(edge: &Edge) -> bool {
    if edge.kind == DependencyKind::Development {
        // A test may stand on the builders and on what its own crate may know; a crate never tests with what stands on it.
        return edge.to == "testkit" || may_know(&place(&edge.from), &place(&edge.to));
    }
    may_know(&place(&edge.from), &place(&edge.to))
}

fn may_know(from: &Place, to: &Place) -> bool {
    match (from, to) {
        (Place::Shared(from), Place::Shared(to)) => to < from,
        (Place::Testkit | Place::Function, Place::Shared(_)) | (Place::Tests, _) => true,
        // It knows the words of the domain, and speaks HTTP.
        (Place::Cli, Place::Shared(room)) => *room == 0,
        (Place::Infra, to) => !matches!(to, Place::Tests | Place::Cli),
        _ => false,
    }
}

fn dependencies(keep: impl Fn(&Dependency) -> bool) -> Vec<Edge> {
    let of = |package: &Package| {
        let kept = package.dependencies.iter().filter(|dependency| keep(dependency));
        kept.map(|dependency| Edge { from: package.name.to_string(), to: dependency.name.clone(), kind: dependency.kind }).collect::<Vec<_>>()
    };
    METADATA.workspace_packages().into_iter().flat_map(of).collect()
}

fn ours() -> Vec<Edge> {
    let names: BTreeSet<String> = METADATA.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    dependencies(|dependency| names.contains(&dependency.name))
}

fn edge(from: &str, to: &str, kind: DependencyKind) -> Edge {
    Edge { from: from.to_owned(), to: to.to_owned(), kind }
}

#[track_caller]
fn assert_none(edges: &[Edge], rule: &str) {
    let list: Vec<String> = edges.iter().map(ToString::to_string).collect();
    assert!(edges.is_empty(), "{rule}:\n  {}", list.join("\n  "));
}

#[test]
fn dependencies_point_one_way() {
    let against: Vec<_> = ours().into_iter().filter(|edge| !is_allowed(edge)).collect();
    assert_none(&against, "domain ← {oauth, crypto} ← {store, cloud, web} ← runtime ← functions ← {infra, tests}");
}

#[test]
fn the_rule_tells_a_wrong_direction_from_a_right_one() {
    use DependencyKind::{Development, Normal};
    for right in [
        edge("oauth", "domain", Normal),
        edge("token", "runtime", Normal),
        edge("local", "token", Normal),
        edge("token", "testkit", Development),
        edge("cli", "domain", Normal),
    ] {
        assert!(is_allowed(&right), "{right}");
    }
    let wrong = [
        edge("domain", "oauth", Normal),
        edge("oauth", "crypto", Normal),
        edge("store", "cloud", Normal),
        edge("web", "runtime", Normal),
        edge("token", "userinfo", Normal),
        edge("token", "userinfo", Development),
        edge("token", "testkit", Normal),
        edge("runtime", "testkit", Normal),
        edge("token", "local", Normal),
        edge("local", "journeys", Normal),
        edge("cli", "store", Normal),
        edge("cli", "testkit", Normal),
        edge("local", "cli", Normal),
    ];
    for wrong in wrong {
        assert!(!is_allowed(&wrong), "{wrong}");
    }
}

#[test]
fn only_the_local_platform_benches_and_tests_are_built_on_the_testkit() {
    let built_on: Vec<_> = ours().into_iter().filter(|edge| edge.to == "testkit" && edge.kind != DependencyKind::Development).collect();
    let others: Vec<_> = built_on.into_iter().filter(|edge| !["local", "bench"].contains(&edge.from.as_str())).collect();
    assert_none(&others, "testkit is a dev-dependency, or used by infra/local and infra/bench");
}

#[test]
fn the_aws_sdk_stays_in_its_rooms() {
    let aws = dependencies(|dependency| dependency.name.starts_with("aws-sdk-") || dependency.name.starts_with("aws-smithy-"));
    assert!(aws.iter().any(|edge| edge.from == "store"), "the store is on the SDK, or this test sees nothing");
    let others: Vec<_> = aws.into_iter().filter(|edge| !KNOWS_AWS.contains(&edge.from.as_str())).collect();
    assert_none(&others, "AWS SDK crates appear in store, cloud, runtime and testkit only");
}

#[test]
fn pure_crates_have_no_input_and_output() {
    let io = dependencies(|dependency| dependency.kind == DependencyKind::Normal && IMPURE.contains(&dependency.name.as_str()));
    assert!(!io.is_empty(), "the functions are on a runtime, or this test sees nothing");
    let pure: Vec<_> = io.into_iter().filter(|edge| PURE.contains(&edge.from.as_str())).collect();
    assert_none(&pure, "domain, oauth and crypto are given their time, randomness and keys");
}

#[test]
fn every_package_is_where_its_name_says() {
    for package in METADATA.workspace_packages() {
        let name = package.name.as_str();
        let folder = match place(name) {
            Place::Shared(_) | Place::Testkit => format!("shared/{name}"),
            Place::Function => format!("functions/{name}"),
            Place::Infra => format!("infra/{name}"),
            Place::Cli => "cli".to_owned(),
            Place::Tests => "tests".to_owned(),
        };
        assert_eq!(package.manifest_path.parent().map(cargo_metadata::camino::Utf8Path::as_std_path), Some(root().join(folder).as_path()));
    }
}

#[test]
fn a_function_is_one_binary_of_its_folder_s_name() {
    for function in folders("functions") {
        let package = METADATA.workspace_packages().into_iter().find(|package| package.name.as_str() == function);
        let package = package.unwrap_or_else(|| panic!("functions/{function} is no package of that name"));
        let binaries: Vec<_> = package.targets.iter().filter(|target| target.is_bin()).map(|target| target.name.as_str()).collect();
        assert_eq!(binaries, [function.as_str()]);
    }
}
