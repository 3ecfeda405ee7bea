use std::sync::Arc;

use cloud::parts::{PartName, Parts, Way};
use domain::event::{Actor, Administered};
use domain::listing::List;
use domain::transfer::{Format, Job, Purpose, RefusedRow};
use domain::user::User;
use domain::{Region, TenantId};
use runtime::Clock;
use store::{Signing, Wanted};
use testkit::Stage;
use testkit::scene::Scene;
use transfer::{Deps, Worked, work};

/// A function, the tenant `demo` and Ada, who asks.
pub(crate) struct Place {
    pub(crate) stage: Stage,
    pub(crate) scene: Scene,
    pub(crate) deps: Deps,
}

pub(crate) async fn place() -> Place {
    let stage = Stage::new().await;
    let scene = stage.scene().await;
    let deps = Deps::new(&stage.platform);
    Place { stage, scene, deps }
}

impl Place {
    /// A new process of the function.
    pub(crate) fn restart(&mut self) {
        self.deps = Deps::new(&self.stage.platform);
    }

    pub(crate) async fn work(&self) -> Worked {
        work(&self.deps).await.expect("a run")
    }

    pub(crate) fn region(&self) -> Region {
        self.scene.tenant.placement().home.clone()
    }

    fn asked(&self, scene: &Scene, purpose: Purpose, format: Format) -> Job {
        let tenant: TenantId = scene.tenant.record().id.clone();
        let id = domain::JobId::from_random(self.stage.platform.random.bytes());
        Job { asked_by: Some(Actor::Person(self.scene.person.id.clone())), ..Job::new((id, tenant), purpose, format, self.stage.clock.now()) }
    }

    /// An import of a file that is there, started.
    pub(crate) async fn import(&self, format: Format, file: &[u8]) -> Job {
        self.import_into(&self.scene, format, file).await
    }

    pub(crate) async fn import_into(&self, scene: &Scene, format: Format, file: &[u8]) -> Job {
        let job = self.started(scene, format, file.len() as u64).await;
        self.stage.objects.write(&self.region(), &part(&job, Way::In, 1), file.to_vec()).await.expect("it is kept");
        job
    }

    /// An import whose file isn't there.
    pub(crate) async fn started(&self, scene: &Scene, format: Format, bytes: u64) -> Job {
        let job = self.asked(scene, Purpose::Import { bytes }, format);
        let home = scene.home();
        home.create_job(&job, None, &scene.event(Administered::ImportAsked { job: job.id.clone() }.into())).await.expect("a job");
        let started = job.started().expect("it waits");
        home.start_job(&started, &scene.event(Administered::ImportStarted { job: job.id.clone() }.into())).await.expect("a start");
        started
    }

    pub(crate) async fn export(&self, format: Format, hashes: bool) -> Job {
        let job = self.asked(&self.scene, Purpose::Export { hashes }, format);
        let event = self.scene.event(Administered::ExportStarted { job: job.id.clone(), hashes }.into());
        self.scene.home().create_job(&job, None, &event).await.expect("a job");
        job
    }

    /// The job as it stands.
    pub(crate) async fn job(&self, of: &Job) -> Job {
        self.scene.home().find_job(&of.id).await.expect("an answer").expect("a job")
    }

    /// What is said of the rows of an import that made no account.
    pub(crate) async fn refused(&self, of: &Job) -> Vec<RefusedRow> {
        self.scene.home().list_refused(&of.id, 0, 100).await.expect("an answer")
    }

    /// Everybody, by what they are called.
    pub(crate) async fn people(&self, scene: &Scene) -> Vec<User> {
        scene.home().list_people(List::People, Wanted { prefix: "", after: None, limit: 100 }).await.expect("an answer").rows
    }

    /// Everybody of the tenant, however many.
    pub(crate) async fn everybody(&self) -> Vec<User> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let wanted = Wanted { prefix: "", after: after.as_deref(), limit: 100 };
            let page = self.scene.home().list_people(List::People, wanted).await.expect("an answer");
            all.extend(page.rows);
            after = page.next;
            if after.is_none() {
                return all;
            }
        }
    }

    /// The tenant's record as it stands.
    pub(crate) async fn record(&self) -> domain::tenant::Tenant {
        self.scene.home().read_bundle(&[], Signing::Left).await.expect("an answer").expect("a tenant").tenant
    }

    /// The whole file that an export wrote.
    pub(crate) fn written(&self, job: &Job, parts: u32) -> String {
        let objects = Arc::clone(&self.stage.objects);
        let part = |number| objects.fetch(&format!("https://objects.example/{}?get", part(job, Way::Out, number)));
        (1..=parts).map(|number| String::from_utf8(part(number).to_vec()).expect("UTF-8")).collect()
    }
}

pub(crate) fn part(job: &Job, way: Way, number: u32) -> PartName {
    PartName { way, tenant: job.tenant.clone(), job: job.id.clone(), number }
}
