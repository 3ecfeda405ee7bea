//! `export`, `plan`, `apply`: what a tenant is set up with, as a file.

mod changes;

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::api::{Api, Call, version};
use crate::arguments::Format;
use crate::failure::Failure;
use crate::http::Answer;
use crate::outcome::Outcome;
use crate::screen::Screen;

use changes::Changes;

/// Writes it down.
pub(crate) async fn export(api: &Api, output: Option<&Path>, screen: &mut Screen) -> Result<Outcome, Failure> {
    let answer = api.send(Call::get("/config")).await?;
    match output {
        Some(file) => fs::write(file, &answer.body).map_err(Failure::file(file))?,
        None => screen.out_bytes(&answer.body),
    }
    Ok(Outcome::Fine)
}

/// Shows what would change.
pub(crate) async fn plan(api: &Api, file: &Path, format: Format, screen: &mut Screen) -> Result<Outcome, Failure> {
    let (changes, _) = planned(api, &Document::read(file)?).await?;
    changes.show(format, screen);
    Ok(if changes.is_empty() { Outcome::Fine } else { Outcome::Differences })
}

/// Shows what would change, and changes just that.
pub(crate) async fn apply(api: &Api, (file, yes): (&Path, bool), format: Format, screen: &mut Screen) -> Result<Outcome, Failure> {
    let document = Document::read(file)?;
    let (changes, of_version) = planned(api, &document).await?;
    if changes.is_empty() {
        changes.show(format, screen);
        return Ok(Outcome::Fine);
    }
    if !yes {
        changes.show(Format::Text, screen);
        match screen.agrees("Apply this? Only `yes` is an agreement: ") {
            Some(true) => {}
            Some(false) => return Err(Failure::Said("Nothing was changed.".to_owned())),
            None => return Err(Failure::usage("Nobody can be asked, since standard input is no terminal: --yes applies without.")),
        }
    }
    let applied = api.send(document.call(Call::put("/config")).of_version(&of_version)).await;
    let applied = Changes::read(&applied.map_err(said_plainly)?)?;
    if yes || format == Format::Json {
        applied.show(format, screen);
    }
    screen.err("Applied.\n");
    Ok(Outcome::Fine)
}

fn said_plainly(failure: Failure) -> Failure {
    match failure {
        Failure::Problem(problem) if problem.slug == "changed-meanwhile" => Failure::Said(
            "Somebody changed the tenant since it was planned, so nothing was applied. Apply again, and look at what is planned then.".to_owned(),
        ),
        other => other,
    }
}

/// What is planned, and of which version of the tenant.
async fn planned(api: &Api, document: &Document) -> Result<(Changes, String), Failure> {
    let answer: Answer = api.send(document.call(Call::post("/config/plan"))).await?;
    Ok((Changes::read(&answer)?, version(&answer)?))
}

/// What a tenant shall be set up with.
struct Document {
    media_type: &'static str,
    content: Vec<u8>,
}

impl Document {
    fn read(file: &Path) -> Result<Self, Failure> {
        let content = fs::read(file).map_err(Failure::file(file))?;
        let json = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        Ok(Self { media_type: if json { "application/json" } else { "application/yaml" }, content })
    }

    fn call(&self, call: Call) -> Call {
        call.with_body(self.media_type, self.content.clone())
    }
}

impl Changes {
    fn read(answer: &Answer) -> Result<Self, Failure> {
        let said: Value = answer.json()?;
        Self::parse(said).ok_or_else(|| Failure::strange(&answer.place, "changes that aren't told as changes"))
    }

    fn show(&self, format: Format, screen: &mut Screen) {
        match format {
            Format::Text => screen.out(&self.to_string()),
            Format::Json => screen.out(&format!("{:#}\n", self.as_said())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;

    #[test]
    fn what_changed_since_it_was_planned_is_said_plainly_and_nothing_else_is() {
        let refused = |slug: &str| {
            let body = format!(r#"{{"type":"urn:countersign:problem:{slug}","title":"It has changed since it was read."}}"#);
            said_plainly(Failure::Problem(Problem::read(412, body.as_bytes()))).to_string()
        };
        assert!(refused("changed-meanwhile").starts_with("Somebody changed the tenant since it was planned, so nothing was applied."));
        assert!(refused("invalid").starts_with("invalid: "));
    }
}
