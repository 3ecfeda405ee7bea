//! The parts of a file, each sent to its link.

use reqwest::Method;
use serde_json::Value;

use super::Job;
use super::people::PeopleFile;
use crate::api::Api;
use crate::failure::Failure;
use crate::screen::Screen;

/// How often a part is sent.
const TRIES: u32 = 3;

/// A part and where it goes.
struct Part {
    number: u64,
    first: u64,
    bytes: u64,
    url: String,
}

fn parts(job: &Value) -> Vec<Part> {
    let mut first = 0;
    let part = |part: &Value| {
        let bytes = part["bytes"].as_u64()?;
        let this = Part { number: part["number"].as_u64()?, first, bytes, url: part["url"].as_str()?.to_owned() };
        first += bytes;
        Some(this)
    };
    job["upload"]["parts"].as_array().into_iter().flatten().filter_map(part).collect()
}

/// Sends them all. A link that is over is asked for anew; what comes twice is one part.
pub(super) async fn all(api: &Api, job: &Job, file: &PeopleFile, screen: &mut Screen) -> Result<(), Failure> {
    let mut links = parts(&job.shown);
    let count = links.len();
    if count == 0 {
        return Err(Failure::Said("The import has no links for its file.".to_owned()));
    }
    for index in 0..count {
        let mut tries = 1;
        while let Err(failure) = one(api, &links[index], file).await {
            tries += 1;
            if tries > TRIES {
                return Err(failure);
            }
            links = parts(&Job::find(api, job.id()).await?.shown);
            if links.len() != count {
                return Err(failure);
            }
        }
        screen.err(&format!("Sent part {} of {count}\n", links[index].number));
    }
    Ok(())
}

async fn one(api: &Api, part: &Part, file: &PeopleFile) -> Result<(), Failure> {
    let content = file.part(part.first, part.bytes)?;
    let answer = api.http.send(api.http.request(Method::PUT, &part.url)?.body(content)).await?;
    if answer.status == 200 { Ok(()) } else { Err(Failure::strange(&answer.place, format!("a part of the file got status {}", answer.status))) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_follow_each_other() {
        let part = |number: u64, bytes: u64| json!({ "number": number, "bytes": bytes, "url": "https://bucket.example/x" });
        let all = parts(&json!({ "upload": { "parts": [part(1, 10), part(2, 3)] } }));
        assert_eq!(all.iter().map(|part| (part.number, part.first, part.bytes)).collect::<Vec<_>>(), [(1, 0, 10), (2, 10, 3)]);
        assert!(parts(&json!({})).is_empty());
    }
}
