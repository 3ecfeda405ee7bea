//! Files of people in a folder, sent and fetched by links as a bucket's are: each names one part, one method, its length and its end.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use cloud::objects::ObjectsUnavailable;
use cloud::parts::{Links, PartName, Parts};
use crypto::{SymmetricKey, base64url, derive};
use domain::{Region, Secret, policy};
use http::StatusCode;
use runtime::Clock;
use serde::Deserialize;

use crate::shelf::write_whole;

/// Where links lead, below the base URL.
const PLACE: &str = "/transfers/";

/// A folder of files, each a folder of its parts.
pub struct PartFolder {
    folder: PathBuf,
    base_url: String,
    key: SymmetricKey,
    clock: Arc<dyn Clock>,
}

impl PartFolder {
    /// Files in `folder`, with links below `base_url` that are signed by a key of `master`.
    pub fn new(folder: PathBuf, base_url: &str, master: &Secret<[u8; 32]>, clock: Arc<dyn Clock>) -> Self {
        let key = derive::hkdf(&SymmetricKey::from_bytes(*master.expose()), "links to files", b"");
        Self { folder, base_url: base_url.to_owned(), key: SymmetricKey::from_bytes(key), clock }
    }

    // A name is ids of base64url and a number: it leads nowhere else.
    fn file(&self, name: &PartName) -> PathBuf {
        self.folder.join(name.to_string())
    }

    fn token(&self, what: &str, name: &str, until: u64) -> String {
        base64url::encode(derive::hmac_sha256(&self.key, "link to a part", format!("{what}|{name}|{until}").as_bytes()))
    }

    fn link(&self, what: &str, name: &PartName) -> String {
        let until = self.clock.now().plus(policy::TRANSFER_LINK).seconds();
        let token = self.token(what, &name.to_string(), until);
        format!("{}{PLACE}{name}?until={until}&token={token}", self.base_url)
    }

    // SECURITY: a path that wasn't signed here is looked for nowhere.
    fn is_good(&self, what: &str, name: &str, shown: &Shown) -> bool {
        let expected = self.token(what, name, shown.until);
        derive::same(expected.as_bytes(), shown.token.as_bytes()) && self.clock.now().seconds() < shown.until
    }
}

fn unavailable(error: &io::Error) -> ObjectsUnavailable {
    ObjectsUnavailable(error.to_string())
}

#[async_trait]
impl Parts for PartFolder {
    async fn length(&self, _: &Region, name: &PartName) -> Result<Option<u64>, ObjectsUnavailable> {
        match fs::metadata(self.file(name)) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unavailable(&error)),
        }
    }

    async fn read(&self, _: &Region, name: &PartName, first: u64, most: usize) -> Result<Bytes, ObjectsUnavailable> {
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(self.file(name))?;
            file.seek(SeekFrom::Start(first))?;
            let mut content = Vec::new();
            file.take(most as u64).read_to_end(&mut content)?;
            Ok(content)
        };
        read().map(Bytes::from).map_err(|error| unavailable(&error))
    }

    async fn write(&self, _: &Region, name: &PartName, content: Vec<u8>) -> Result<(), ObjectsUnavailable> {
        keep(&self.file(name), &content).map_err(|error| unavailable(&error))
    }

    async fn remove(&self, _: &Region, name: &PartName) -> Result<(), ObjectsUnavailable> {
        match fs::remove_file(self.file(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unavailable(&error)),
            _ => Ok(()),
        }
    }
}

fn keep(file: &std::path::Path, content: &[u8]) -> io::Result<()> {
    file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| write_whole(file, content))
}

impl Links for PartFolder {
    fn to_send(&self, _: &Region, name: &PartName, bytes: u64) -> Result<String, ObjectsUnavailable> {
        Ok(self.link(&format!("PUT {bytes}"), name))
    }

    fn to_fetch(&self, _: &Region, name: &PartName) -> Result<String, ObjectsUnavailable> {
        Ok(self.link("GET", name))
    }
}

/// What a link shows of itself.
#[derive(Deserialize)]
struct Shown {
    until: u64,
    token: String,
}

/// Answers links.
pub fn router(parts: Arc<PartFolder>) -> Router {
    let most = usize::try_from(policy::TRANSFER_PART_BYTES).unwrap_or(usize::MAX);
    Router::new().route(&format!("{PLACE}{{*name}}"), put(sent).get(fetched)).layer(DefaultBodyLimit::max(most)).with_state(parts)
}

async fn sent(State(parts): State<Arc<PartFolder>>, Path(name): Path<String>, Query(shown): Query<Shown>, content: Bytes) -> Response {
    if !parts.is_good(&format!("PUT {}", content.len()), &name, &shown) {
        return StatusCode::FORBIDDEN.into_response();
    }
    match keep(&parts.folder.join(name), &content) {
        Ok(()) => StatusCode::OK.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn fetched(State(parts): State<Arc<PartFolder>>, Path(name): Path<String>, Query(shown): Query<Shown>) -> Response {
    if !parts.is_good("GET", &name, &shown) {
        return StatusCode::FORBIDDEN.into_response();
    }
    fs::read(parts.folder.join(name)).map_or_else(|_| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use cloud::parts::Way;
    use domain::{JobId, TenantId};
    use http::Request;
    use testkit::FixedClock;
    use tower::ServiceExt;

    use super::*;
    use crate::scratch::Scratch;

    fn name(number: u32) -> PartName {
        PartName { way: Way::In, tenant: TenantId::from_random([1; 16]), job: JobId::from_random([2; 16]), number }
    }

    async fn status(parts: &Arc<PartFolder>, method: &str, link: &str, content: &str) -> u16 {
        let uri = link.strip_prefix("http://localhost:8080").expect("below the base URL");
        let request = Request::builder().method(method).uri(uri).body(Body::from(content.to_owned())).expect("a request");
        router(Arc::clone(parts)).oneshot(request).await.expect("an answer").status().as_u16()
    }

    #[tokio::test]
    async fn a_link_is_good_for_one_part_one_method_its_length_and_an_hour() {
        let (scratch, clock, home) = (Scratch::new(), Arc::new(FixedClock::default()), Region::new("local-1"));
        let folder = scratch.path().join("transfers");
        let parts = Arc::new(PartFolder::new(folder, "http://localhost:8080", &Secret::new([7; 32]), clock.clone()));
        let (send, fetch) = (parts.to_send(&home, &name(1), 6).expect("a link"), parts.to_fetch(&home, &name(1)).expect("a link"));
        assert_eq!((status(&parts, "GET", &fetch, "").await, parts.length(&home, &name(1)).await), (404, Ok(None)));
        for (method, link, content) in [
            ("PUT", send.as_str(), "people!"),
            ("PUT", &fetch, "people"),
            ("GET", &send, ""),
            ("PUT", &send.replace("/1?", "/2?"), "people"),
            ("PUT", &send.replace("token=", "token=x"), "people"),
            ("PUT", &send.replace("until=", "until=9"), "people"),
        ] {
            assert_eq!(status(&parts, method, link, content).await, 403, "{method} {link}");
        }
        assert_eq!([status(&parts, "PUT", &send, "people").await, status(&parts, "GET", &fetch, "").await], [200, 200]);
        assert_eq!(parts.read(&home, &name(1), 2, 3).await, Ok(Bytes::from_static(b"opl")));
        clock.advance(policy::TRANSFER_LINK);
        assert_eq!([status(&parts, "PUT", &send, "people").await, status(&parts, "GET", &fetch, "").await], [403, 403]);
        parts.write(&home, &name(1), b"p".to_vec()).await.expect("the disk takes it");
        assert_eq!(parts.length(&home, &name(1)).await, Ok(Some(1)));
        parts.remove(&home, &name(1)).await.expect("it is removed");
        assert_eq!((parts.length(&home, &name(1)).await, parts.remove(&home, &name(1)).await), (Ok(None), Ok(())));
    }
}
