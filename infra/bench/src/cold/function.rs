//! A built function: its binary, the environment that the template gives it, and a running process of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use testkit::template::{Resource, Template};
use tokio::process::{Child, Command};

use super::runtime_api::{RuntimeApi, Said};
use crate::Error;
use crate::ground::{REGION, ZONE, ZONE_DOMAIN};
use crate::scene;
use crate::stopwatch::moment;

/// No start and no answer takes longer unless something is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// A built function.
#[derive(Clone, Debug)]
pub(super) struct Function {
    /// Its folder.
    pub(super) name: String,
    bootstrap: PathBuf,
    environment: BTreeMap<String, String>,
}

/// The functions of the template, in order, whose binaries are below `built`; `endpoint` answers for AWS.
pub(super) fn deployed(built: &Path, endpoint: &str) -> Result<Vec<Function>, Error> {
    let parameters = [
        ("Zone", ZONE),
        ("ZoneRegions", REGION),
        ("ZoneDomain", ZONE_DOMAIN),
        ("ZoneKeyId", "bench"),
        ("MailFrom", "no-reply@id.example.com"),
        ("EndpointUrl", endpoint),
    ];
    let template = Template::read(&scene::repository().join("template.yaml"), &parameters)?;
    let globals = variables(&template.document()["Globals"]["Function"], endpoint);
    let mut functions = Vec::new();
    for resource in template.of_kind("AWS::Serverless::Function") {
        let name = folder(&resource).ok_or_else(|| format!("{} has no CodeUri", resource.logical_id))?;
        let mut function = Function::bare(built, &name)?;
        function.environment.extend(globals.clone());
        function.environment.extend(variables(&resource.properties, endpoint));
        functions.push(function);
    }
    functions.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(functions)
}

fn folder(resource: &Resource) -> Option<String> {
    Some(Path::new(resource.properties["CodeUri"].as_str()?).file_name()?.to_str()?.to_owned())
}

fn variables(function: &Value, endpoint: &str) -> BTreeMap<String, String> {
    let variables = function["Environment"]["Variables"].as_object().into_iter().flatten();
    // What refers to another resource is the queue's URL.
    let value = |value: &Value| value.as_str().map_or_else(|| format!("{endpoint}/000000000000/deliver"), str::to_owned);
    variables.map(|(name, given)| (name.clone(), value(given))).collect()
}

impl Function {
    /// A function with what Lambda itself gives to each.
    pub(super) fn bare(built: &Path, name: &str) -> Result<Self, Error> {
        let bootstrap = built.join(name).join("bootstrap");
        if !bootstrap.is_file() {
            return Err(format!("{} isn't there: run `make build build-hello` first", bootstrap.display()).into());
        }
        let given = [
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "bench"),
            ("AWS_SECRET_ACCESS_KEY", "bench"),
            ("AWS_SESSION_TOKEN", "bench"),
            ("AWS_LAMBDA_FUNCTION_NAME", name),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ];
        let environment = given.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Ok(Self { name: name.to_owned(), bootstrap, environment })
    }

    /// Starts a process, and waits for its first poll.
    pub(super) async fn start(&self) -> Result<Running, Error> {
        let api = RuntimeApi::start().await?;
        let mut command = Command::new(&self.bootstrap);
        command.env_clear().envs(&self.environment).env("AWS_LAMBDA_RUNTIME_API", api.authority());
        command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        let began = moment();
        let child = command.spawn()?;
        let pid = child.id().ok_or("a process without an id")?;
        api.watch(pid);
        let mut running = Running { name: self.name.clone(), pid, first_poll: Duration::ZERO, child, api };
        match running.listen().await? {
            Said::Polled(at) => running.first_poll = at.duration_since(began),
            Said::Answered { .. } => return Err("an answer without an event".into()),
            Said::Failed(why) => return Err(why.into()),
        }
        Ok(running)
    }
}

/// A process of a function. Dropping it kills it.
pub(super) struct Running {
    name: String,
    /// Its id.
    pub(super) pid: u32,
    /// Wall time from its start to its first poll.
    pub(super) first_poll: Duration,
    child: Child,
    api: RuntimeApi,
}

impl Running {
    /// Has it answer an event; the answer, and the CPU that the process has used by then.
    pub(super) async fn ask(&mut self, event: &Value) -> Result<(Value, Duration), Error> {
        self.api.hand_out(event)?;
        loop {
            match self.listen().await? {
                // It asked for the next event after its last answer.
                Said::Polled(_) => {}
                Said::Answered { answer, cpu } => return Ok((answer, cpu)),
                Said::Failed(why) => return Err(format!("{} failed: {why}", self.name).into()),
            }
        }
    }

    async fn listen(&mut self) -> Result<Said, Error> {
        tokio::select! {
            said = self.api.listen() => said,
            ended = self.child.wait() => Err(format!("{} ended with {}", self.name, ended?).into()),
            () = tokio::time::sleep(PATIENCE) => Err(format!("{} says nothing", self.name).into()),
        }
    }
}
