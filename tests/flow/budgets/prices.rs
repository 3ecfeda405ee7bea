//! What a million password sign-ins and tokens of machines cost in one region, from counted requests and units and AWS's list prices.

use std::path::Path;

use testkit::template::Template;
use testkit::units::Units;

use super::{Counted, Flow};

/// The bound of the architecture, in USD per million.
pub(super) const PASSWORD_SIGN_IN_MOST: f64 = 16.0;
/// The same for flows of one request at `token`, which leave no event.
const SINGLE: [(Flow, f64); 2] = [(Flow::Refresh, 2.5), (Flow::ClientCredentials, 1.7)];
/// Where and when the prices hold.
pub(super) const SOURCE: &str = "List prices of us-east-1 in 2026, without free tiers and discounts: aws.amazon.com/dynamodb/pricing/on-demand, \
     aws.amazon.com/lambda/pricing (x86), aws.amazon.com/api-gateway/pricing (HTTP API), aws.amazon.com/kms/pricing, \
     aws.amazon.com/cloudfront/pricing, aws.amazon.com/waf/pricing";

// USD per million of each.
const HTTP_API_REQUEST: f64 = 1.0;
const LAMBDA_REQUEST: f64 = 0.2;
const LAMBDA_GB_SECOND: f64 = 16.6667;
const WRITE_UNIT: f64 = 0.625;
const READ_UNIT: f64 = 0.125;
const KMS_REQUEST: f64 = 3.0;
const REPLICATED_WRITE_UNIT: f64 = 0.625;
const CLOUDFRONT_REQUEST: f64 = 1.0;
const WAF_REQUEST: f64 = 0.6;

// Seconds that Lambda bills, beyond what is counted: stated, not measured here.
const SECONDS_PER_REQUEST_IN_A_ROW: f64 = 0.005;
const SECONDS_OF_ITS_OWN: f64 = 0.01;
const SECONDS_OF_ARGON2: f64 = 0.04;

/// The assumptions in words.
pub(super) const ASSUMED: &str =
    "Lambda bills memory for 5 ms per request in a row, 10 ms of the function's own, and 40 ms of Argon2id at sign-in; these are assumed";

/// The requests of a password sign-in with consent given: the page, the form (answered with the code), the code, userinfo.
const REQUESTS: [(Flow, &str); 4] =
    [(Flow::AuthorizeWithout, "authorize"), (Flow::SignIn, "sign-in"), (Flow::Code, "token"), (Flow::Userinfo, "userinfo")];
/// Events that `relay` is handed, at worst one at a time: the session and the grant.
const EVENTS: f64 = 2.0;

/// One line of the bill.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) what: &'static str,
    pub(super) count: f64,
    pub(super) price: f64,
}

impl Line {
    pub(super) fn usd_per_million(&self) -> f64 {
        self.count * self.price
    }
}

/// What a million sign-ins cost.
#[derive(Clone, Debug)]
pub(super) struct Bill {
    /// In one region, without edge.
    pub(super) lines: Vec<Line>,
    /// What comes on top elsewhere.
    pub(super) apart: Vec<Line>,
}

impl Bill {
    pub(super) fn usd_per_million(&self) -> f64 {
        self.lines.iter().map(Line::usd_per_million).sum()
    }
}

/// Every bill of the architecture.
pub(super) struct Bills {
    /// A password sign-in: page, form, code, userinfo.
    pub(super) sign_in: Bill,
    /// A flow of one request, with its bound.
    pub(super) single: Vec<(Flow, Bill, f64)>,
}

impl Bills {
    /// The bills of what was counted.
    pub(super) fn of(counted: &[Counted]) -> Self {
        let single = SINGLE.map(|(flow, most)| (flow, bill(counted, &[(flow, "token")], 0.0), most));
        Self { sign_in: bill(counted, &REQUESTS, EVENTS), single: single.into() }
    }
}

fn bill(counted: &[Counted], flows: &[(Flow, &str)], events: f64) -> Bill {
    let warm = |flow| counted.iter().find(|counted| counted.flow == flow).expect("every flow is counted").warm;
    let sum = |count: &dyn Fn(Flow) -> f64| flows.iter().map(|(flow, _)| count(*flow)).sum::<f64>();
    let line = |what, count, price| Line { what, count, price };
    let requests = float(flows.len());
    let write_units = sum(&|flow| units(warm(flow).write_units));
    let memory = Memory::of_the_template();
    let seconds = |flow| {
        let argon2 = if flow == Flow::SignIn { SECONDS_OF_ARGON2 } else { 0.0 };
        float(warm(flow).longest_chain) * SECONDS_PER_REQUEST_IN_A_ROW + SECONDS_OF_ITS_OWN + argon2
    };
    let of_requests = flows.iter().map(|(flow, function)| memory.gigabytes(function) * seconds(*flow)).sum::<f64>();
    let gigabyte_seconds = of_requests + events * memory.gigabytes("relay") * SECONDS_OF_ITS_OWN;
    Bill {
        lines: vec![
            line("HTTP API requests", requests, HTTP_API_REQUEST),
            line("Lambda requests, `relay` once per event", requests + events, LAMBDA_REQUEST),
            line("Lambda GB-seconds", gigabyte_seconds, LAMBDA_GB_SECOND),
            line("write units", write_units, WRITE_UNIT),
            line("read units", sum(&|flow| units(warm(flow).read_units)), READ_UNIT),
            line("KMS requests", sum(&|flow| float(warm(flow).key_calls)), KMS_REQUEST),
        ],
        apart: vec![
            line("a second region: replicated write units", write_units, REPLICATED_WRITE_UNIT),
            line("an edge: CloudFront requests", requests, CLOUDFRONT_REQUEST),
            line("an edge: WAF requests", requests, WAF_REQUEST),
        ],
    }
}

/// The memory of each function.
struct Memory(Template);

impl Memory {
    fn of_the_template() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
        Self(Template::read(&path, &[]).expect("template.yaml is readable"))
    }

    fn gigabytes(&self, function: &str) -> f64 {
        let is_it = |code: &serde_json::Value| code.as_str().is_some_and(|uri| uri.trim_end_matches('/').ends_with(&format!("/{function}")));
        let found = self.0.of_kind("AWS::Serverless::Function").find(|resource| is_it(&resource.properties["CodeUri"]));
        let memory = found.and_then(|resource| resource.properties["MemorySize"].as_f64()).expect("a function with its memory");
        memory / 1024.0
    }
}

fn units(units: Units) -> f64 {
    units.to_string().parse().expect("units are a number")
}

fn float(count: usize) -> f64 {
    u32::try_from(count).map(f64::from).expect("a count of few")
}
