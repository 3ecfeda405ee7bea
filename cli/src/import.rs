//! `users import`: a file of people is announced, sent in parts by links, started and followed.

mod follow;
mod people;
mod send;

use serde_json::{Value, json};

use crate::api::{Api, Call, version};
use crate::arguments::{Format, ImportAsked};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::screen::Screen;

use follow::{Followed, follow};
use people::PeopleFile;

/// An import as the admin API shows it, and its version.
pub(crate) struct Job {
    shown: Value,
    version: String,
}

impl Job {
    fn id(&self) -> &str {
        self.shown["id"].as_str().unwrap_or_default()
    }

    fn state(&self) -> &str {
        self.shown["state"].as_str().unwrap_or_default()
    }

    fn count(&self, of: &str) -> u64 {
        self.shown[of].as_u64().unwrap_or_default()
    }

    async fn answered(api: &Api, call: Call) -> Result<Self, Failure> {
        let answer = api.send(call).await?;
        let job = Self { shown: answer.json()?, version: version(&answer)? };
        // It stands in paths.
        match domain::JobId::parse(job.id()) {
            Ok(_) => Ok(job),
            Err(_) => Err(Failure::strange(&answer.place, "an import without an id")),
        }
    }

    async fn find(api: &Api, id: &str) -> Result<Self, Failure> {
        Self::answered(api, Call::get(format!("/imports/{id}"))).await
    }
}

/// Makes the accounts that a file says.
pub(crate) async fn import(api: &Api, asked: &ImportAsked, format: Format, screen: &mut Screen) -> Result<Outcome, Failure> {
    let file = asked.file.as_deref().map(|path| PeopleFile::open(path, asked.form)).transpose()?;
    let job = match (&asked.resume, &file) {
        (Some(id), _) => {
            let id = domain::JobId::parse(id).map_err(|_| Failure::usage("--resume names no import."))?;
            Job::find(api, id.as_str()).await?
        }
        (None, Some(file)) => announced(api, file).await?,
        (None, None) => return Err(Failure::usage("Which file?")),
    };
    let again = format!("countersign users import --resume {}", job.id());
    screen.err(&format!("Import {}\n", job.id()));
    let job = if job.state() == "awaiting_upload" {
        let file = file.as_ref().ok_or_else(|| Failure::usage("Its file isn't sent yet: name it as well."))?;
        started(api, job, file, screen).await.inspect_err(|_| screen.err(&format!("Go on with: {again} {}\n", file.path().display())))?
    } else {
        job
    };
    if asked.no_wait {
        screen.err(&format!("It goes on by itself. Look at it with: {again}\n"));
        shown(format, &job, &[], screen);
        return Ok(Outcome::Fine);
    }
    match follow(api, job, file.as_ref().map(PeopleFile::rows), screen).await? {
        Followed::Left => {
            screen.err(&format!("\nIt goes on by itself. Look at it with: {again}\n"));
            Ok(Outcome::Interrupted)
        }
        Followed::ToItsEnd(job) => ended(api, &job, format, screen).await,
    }
}

async fn announced(api: &Api, file: &PeopleFile) -> Result<Job, Failure> {
    let body = json!({ "format": file.form_name(), "bytes": file.bytes() });
    Job::answered(api, Call::post("/imports").with_body("application/json", body.to_string().into_bytes())).await
}

/// Sends the file and starts the import.
async fn started(api: &Api, job: Job, file: &PeopleFile, screen: &mut Screen) -> Result<Job, Failure> {
    if (job.count("bytes"), job.shown["format"].as_str()) != (file.bytes(), Some(file.form_name())) {
        return Err(Failure::usage(format!("{} isn't the file of this import: another length or form.", file.path().display())));
    }
    send::all(api, &job, file, screen).await?;
    Job::answered(api, Call::post(format!("/imports/{}/start", job.id())).of_version(&job.version)).await
}

/// Says what became of it.
async fn ended(api: &Api, job: &Job, format: Format, screen: &mut Screen) -> Result<Outcome, Failure> {
    let refused = if job.count("refused") > 0 { refused_rows(api, job).await? } else { Vec::new() };
    shown(format, job, &refused, screen);
    Ok(if job.state() == "done" && refused.is_empty() { Outcome::Fine } else { Outcome::Failed })
}

async fn refused_rows(api: &Api, job: &Job) -> Result<Vec<Value>, Failure> {
    let (mut all, mut below) = (Vec::new(), format!("/imports/{}/results?limit=100", job.id()));
    loop {
        let page = api.send(Call::get(below)).await?.json()?;
        all.extend(page["items"].as_array().cloned().unwrap_or_default());
        let Some(next) = page["next"].as_str() else { return Ok(all) };
        let cursor: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        below = format!("/imports/{}/results?limit=100&cursor={cursor}", job.id());
    }
}

fn shown(format: Format, job: &Job, refused: &[Value], screen: &mut Screen) {
    match format {
        Format::Text => screen.out(&follow::told(&job.shown, refused)),
        Format::Json => {
            let mut shown = job.shown.clone();
            // SECURITY: links let in whoever has them.
            if let Some(members) = shown.as_object_mut() {
                members.remove("upload");
                members.insert("refused_rows".to_owned(), json!(refused));
            }
            screen.out(&format!("{shown:#}\n"));
        }
    }
}
