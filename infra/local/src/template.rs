//! What `template.yaml` and the stacks of `infra/` deploy: tables, functions, routes, streams, queues and schedules.
//!
//! A route, a trigger or a table that isn't in the templates doesn't exist here either. A trigger of a kind that isn't understood is refused,
//! not skipped.

mod resource;
mod route;
mod trigger;

use std::collections::BTreeMap;
use std::path::Path;

use testkit::stacks::{self, TableDefinition};
use testkit::template::{Template, TemplateError};

pub use route::{PathPattern, Route};
pub use trigger::{OnFunctionError, PartialFailures, QueueConsumer, Schedule, StreamMapping};

use resource::Resource;

/// What a template that finds tenants by path is told; the loopback URL itself is no part of any resource that is read here.
const PARAMETERS: [(&str, &str); 2] = [("RoutePrefix", "/t/{slug}"), ("LoopbackBaseUrl", "http://localhost")];
/// The stack whose outputs `template.yaml` takes as parameters.
const ZONE_STACK: &str = "zone.yaml";

/// Why a deployment can't be built from its templates; each is one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeploymentError {
    /// A file can't be read.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A resource lacks something, or says it in a way that isn't understood here.
    #[error("template.yaml: {resource} {what}")]
    Resource {
        /// The name in the template.
        resource: String,
        /// What is wrong with it.
        what: String,
    },
    /// A function without code.
    #[error("template.yaml: {resource} runs functions/{folder}, which isn't compiled into this program for that trigger")]
    NoCode {
        /// The name in the template.
        resource: String,
        /// The folder.
        folder: String,
    },
}

/// What is deployed in one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The tables.
    pub tables: Vec<TableDefinition>,
    /// The folder below `functions/` of each function, by its name in the template.
    pub functions: BTreeMap<String, String>,
    /// What HTTP requests reach.
    pub routes: Vec<Route>,
    /// Who follows the stream of a table.
    pub streams: Vec<StreamMapping>,
    /// Who consumes a queue.
    pub queues: Vec<QueueConsumer>,
    /// Who is woken by the clock.
    pub schedules: Vec<Schedule>,
}

impl Deployment {
    /// Reads `template`, and the stacks in the folder `infra`, for a zone.
    pub fn read(template: &Path, infra: &Path, zone: &str) -> Result<Self, DeploymentError> {
        let parameters: Vec<_> = PARAMETERS.into_iter().chain([("Zone", zone)]).collect();
        let template = Template::read(template, &parameters)?;
        let zone_stack = Template::read(&infra.join(ZONE_STACK), &[])?;
        let tables = stacks::tables(infra, zone)?;
        let functions = functions(&template)?;
        Ok(Self {
            routes: route::read(&template, &functions)?,
            streams: trigger::streams(&template, &zone_stack, &tables, &functions)?,
            queues: trigger::queues(&template, &functions)?,
            schedules: trigger::schedules(&template, &functions)?,
            functions,
            tables,
        })
    }

    /// The complaint that a function of this deployment has no code.
    pub fn no_code(&self, folder: &str) -> DeploymentError {
        let resource = self.functions.iter().find(|(_, of)| *of == folder).map(|(name, _)| name.clone()).unwrap_or_default();
        DeploymentError::NoCode { resource, folder: folder.to_owned() }
    }
}

/// The folder of each function: the last one of `CodeUri: target/lambda/<folder>/`.
fn functions(template: &Template) -> Result<BTreeMap<String, String>, DeploymentError> {
    let folder = |resource: Resource| {
        let code = resource.text("CodeUri")?;
        let folder = code.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        Ok((resource.name.clone(), folder.to_owned()))
    };
    Resource::all(template, "AWS::Serverless::Function").map(folder).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn deployment() -> Deployment {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Deployment::read(&root.join("template.yaml"), &root.join("infra"), "local").expect("the repository's own templates are readable")
    }

    #[test]
    fn the_templates_of_this_repository_are_understood() {
        let deployment = deployment();
        let folder = |name: &str| deployment.functions.get(name).map(String::as_str);
        assert_eq!(folder("SignInFunction"), Some("sign-in"));
        assert_eq!(folder("WebhookRetryFunction"), Some("webhook-retry"));
        let route = |path: &str| deployment.routes.iter().find(|route| route.path.as_str() == path).map(|route| route.function.as_str());
        assert_eq!(route("/t/{slug}/consent"), Some("sign-in"));
        assert_eq!(route("/t/{slug}/.well-known/openid-configuration"), Some("discovery"));
        assert_eq!(route("/consent"), None);
        assert!(deployment.tables.iter().any(|table| table.name == "countersign-local-once"));
    }

    #[test]
    fn relay_follows_events_deliver_reads_its_queue_and_all_that_is_due_is_looked_for_every_minute() {
        let deployment = deployment();
        let [stream] = &deployment.streams[..] else { panic!("one stream: {:?}", deployment.streams) };
        assert_eq!((stream.table.as_str(), stream.function.as_str()), ("events", "relay"));
        assert_eq!((stream.on_error, stream.partial), (OnFunctionError::Bisect, PartialFailures::Reported));
        assert!(stream.retries.is_some(), "retries are bounded");
        let [queue] = &deployment.queues[..] else { panic!("one queue: {:?}", deployment.queues) };
        assert_eq!((queue.function.as_str(), queue.partial), ("deliver", PartialFailures::Reported));
        assert!(queue.receives.is_some(), "there is a dead letter queue");
        let tick = |function: &str, every| Schedule { function: function.to_owned(), every };
        let minute = Duration::from_mins(1);
        let expected = [tick("key-rotation", minute), tick("transfer", minute), tick("webhook-retry", minute)];
        assert_eq!(deployment.schedules, expected);
    }

    #[test]
    fn a_missing_template_is_one_sentence_that_names_it() {
        let error = Deployment::read(Path::new("/nowhere/template.yaml"), Path::new("/nowhere"), "local").expect_err("nothing is there").to_string();
        assert!(error.starts_with("/nowhere/template.yaml: ") && error.lines().count() == 1, "{error}");
    }
}
