//! Thousands of people and a hundred tenants cost what ten people and one tenant cost: each question of an administrator, and a sign-in from its page to
//! userinfo, in requests and in units. Nothing here is timed.
//!
//! `make test` has two thousand people and a hundred tenants, `make proof` as many as `SEEDED_PEOPLE` and `SEEDED_TENANTS` say, and writes down what it saw.

use std::path::Path;
use std::process::Command;

use domain::Secret;
use domain::listing::List;
use http::StatusCode;
use local::TestPlatform;
use local::seed::SeedError;
use local::seed::many::{Many, Sown, slug, sow, user_id, username};
use serde::Serialize;
use serde_json::json;
use store::Wanted;
use testkit::endpoint::Call;
use testkit::transport::{Crash, Report};

use super::founding::{administer, platform_token};
use super::relying_party::RelyingParty;
use super::visitor::Visitor;

const FEW: Many = Many { people: 10, tenants: 0 };
const USUAL: Many = Many { people: 2_000, tenants: 100 };
/// How often the seed is killed on its way.
const KILLS: usize = 4;
/// Rows of a page: fewer than the few.
const LIMIT: usize = 5;
/// Who is looked for and signs in.
const SOMEBODY: usize = 3;

/// What something asks of the tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Cost {
    requests: usize,
    longest_chain: usize,
    read_units: String,
    write_units: String,
}

impl From<Report> for Cost {
    fn from(report: Report) -> Self {
        let (read_units, write_units) = (report.read_units().to_string(), report.write_units().to_string());
        Self { requests: report.requests(), longest_chain: report.longest_chain(), read_units, write_units }
    }
}

#[expect(clippy::disallowed_methods, reason = "a switch of the test, not of the product")]
fn wanted() -> Option<Many> {
    let number = |name| std::env::var(name).ok().map(|number| number.parse::<usize>().expect("a number"));
    Some(Many { people: number("SEEDED_PEOPLE")?, tenants: number("SEEDED_TENANTS")? })
}

/// What administrators ask, and how many rows answer.
fn questions(at: &TestPlatform) -> Vec<(&'static str, String, usize)> {
    let name = username(SOMEBODY);
    let users = |below: &str| format!("/admin/v1/tenants/demo/users{below}");
    vec![
        ("users: first page", users(&format!("?limit={LIMIT}")), LIMIT),
        ("users: address begins so", users(&format!("?limit={LIMIT}&email=person-")), LIMIT),
        ("users: username begins so", users(&format!("?limit={LIMIT}&username=person-")), LIMIT),
        ("users: name begins so", users(&format!("?limit={LIMIT}&name=person")), LIMIT),
        ("users: one by address", users(&format!("?limit={LIMIT}&email={name}@many.example")), 1),
        ("users: one by username", users(&format!("?limit={LIMIT}&username={name}")), 1),
        ("users: one by name", users(&format!("?limit={LIMIT}&name=Person%20{SOMEBODY:07}")), 1),
        ("user", users(&format!("/{}", user_id(&at.demo.tenant, SOMEBODY).as_str())), 1),
        ("tenants: first page", "/admin/v1/tenants?limit=1".to_owned(), 1),
    ]
}

/// What each question costs a function that has met the tenant.
async fn asked(at: &TestPlatform, token: &str) -> Vec<(&'static str, Cost)> {
    let mut costs = Vec::new();
    for (what, path, items) in questions(at) {
        administer(at, token, Call::get(path.as_str())).await;
        at.counting().reset();
        let answer = administer(at, token, Call::get(path.as_str())).await;
        let cost = at.counting().take().into();
        assert_eq!(answer.status, StatusCode::OK, "{what}: {}", answer.body);
        let found = answer.json()["items"].as_array().map_or(1, Vec::len);
        assert_eq!(found, items, "{what}: {}", answer.body);
        costs.push((what, cost));
    }
    costs
}

/// Page, form, code, tokens, userinfo of somebody at a browser that nobody used yet; consent is given.
async fn signs_in(at: &TestPlatform, app: &RelyingParty, (number, network): (usize, u16)) -> Cost {
    let mut somebody = Visitor::ada(at, network).typing(&username(number), &at.demo.person().password);
    at.counting().reset();
    let code = somebody.arrive(at, app).await;
    let (access_token, _) = app.tokens(at, &code).await;
    let claims = app.userinfo(at, &access_token).await;
    let cost = at.counting().take().into();
    assert_eq!(claims.text_of("email"), format!("{}@many.example", username(number)));
    cost
}

/// Everything that has to cost the same. `network` and the two after it are those of browsers that nobody used yet.
async fn costs(at: &mut TestPlatform, token: &str, network: u16) -> Vec<(&'static str, Cost)> {
    let app = RelyingParty::public(at);
    let mut costs = asked(at, token).await;
    signs_in(at, &app, (SOMEBODY, network)).await;
    costs.push(("sign-in, from page to userinfo", signs_in(at, &app, (SOMEBODY, network + 1)).await));
    at.restart();
    costs.push(("the same by functions that just started", signs_in(at, &app, (SOMEBODY, network + 2)).await));
    costs
}

async fn seeded(at: &TestPlatform, many: Many) -> Result<Sown, SeedError> {
    let password = Secret::new(at.demo.person().password.clone());
    sow(at.platform(), &at.demo.tenant, (many, &password), &|_| ()).await
}

/// Seeds, killed some times before or after a request is answered, and says what the last life found and made.
async fn seeded_at_last(at: &TestPlatform, many: Many) -> Sown {
    for kill in 0..KILLS {
        let crash = if kill % 2 == 0 { Crash::Before } else { Crash::After };
        // Tenants first, each some requests, then people: every life gets further than the one before.
        at.faulty().crash_at((many.tenants + many.people) / (KILLS + 1) + kill, crash);
        let ended = at.faulty().until_crash(seeded(at, many)).await;
        at.faulty().heal();
        assert!(ended.is_err(), "a life that isn't killed ends the seed");
    }
    seeded(at, many).await.expect("nothing is in its way")
}

/// Everybody is there once, with each of their names: the lists, page by page to their ends, name each person once and nobody else.
async fn assert_each_once(at: &TestPlatform, people: usize) {
    let platform = at.platform();
    let zone = platform.store.directory().find_zone(&platform.zone).await.expect("an answer").expect("a zone");
    let home = platform.store.home(&zone.place(&at.demo.tenant)).expect("a client for the home region");
    let mut everybody: Vec<_> = (0..people).map(|number| user_id(&at.demo.tenant, number)).collect();
    everybody.sort();
    for (list, prefix) in [(List::People, "person "), (List::PeopleByEmail, "person-"), (List::PeopleByUsername, "person-")] {
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let page = home.list_people(list, Wanted { prefix, after: after.as_deref(), limit: 100 }).await.expect("an answer");
            listed.extend(page.rows.into_iter().map(|user| user.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        listed.sort();
        assert!(listed == everybody, "{list:?}: {} of {people}", listed.len());
    }
}

#[tokio::test]
async fn many_people_and_tenants_cost_what_few_do() {
    let many = wanted().unwrap_or(USUAL);
    let mut at = TestPlatform::start().await;
    let token = platform_token(&at).await;
    let sown = seeded(&at, FEW).await.expect("empty tables");
    assert_eq!((sown.people.made, sown.people.before), (FEW.people, 0));
    let few = costs(&mut at, &token, 1).await;

    let sown = seeded_at_last(&at, many).await;
    let of = |count: local::seed::many::Count| (count.made + count.before, count.made > 0 && count.before > 0);
    assert_eq!((of(sown.people).0, of(sown.tenants).0), (many.people, many.tenants));
    assert!(of(sown.people).1 && sown.tenants.before > 0, "it went on where it was: {sown:?}");
    assert_each_once(&at, many.people).await;
    let listed = administer(&at, &token, Call::get("/admin/v1/tenants?limit=100&slug=many-")).await;
    assert_eq!(listed.json()["items"].as_array().map(Vec::len), Some(many.tenants.min(100)));
    let last = slug(many.tenants - 1).expect("a slug");
    assert_eq!(administer(&at, &token, Call::get(format!("/admin/v1/tenants/{last}"))).await.status, StatusCode::OK);

    let grown = costs(&mut at, &token, 11).await;
    if wanted().is_some() {
        prove(many, &few, &grown);
    }
    assert_eq!(few, grown);
    signs_in(&at, &RelyingParty::public(&at), (many.people - 1, 21)).await;
}

fn prove(many: Many, few: &[(&str, Cost)], grown: &[(&str, Cost)]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let git = Command::new("git").args(["rev-parse", "--short", "HEAD"]).current_dir(&root).output().expect("git");
    let costs = few.iter().zip(grown).map(|((what, few), (_, many))| json!({ "what": what, "few": few, "many": many, "same": few == many }));
    let proof = json!({
        "commit": String::from_utf8_lossy(&git.stdout).trim(),
        "few": { "people": FEW.people, "tenants": 1 },
        "many": { "people": many.people, "tenants": 1 + many.tenants },
        "kills_while_seeding": KILLS,
        "costs": costs.collect::<Vec<_>>(),
    });
    let text = serde_json::to_string_pretty(&proof).expect("JSON") + "\n";
    std::fs::write(root.join("docs/proofs/scale.json"), text).expect("the folder is there");
}
