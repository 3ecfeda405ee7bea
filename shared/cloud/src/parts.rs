//! Files of people, in parts: who has a link sends or fetches one without us, and a job reads and writes them (Amazon S3, presigned requests).

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use domain::{JobId, Region, TenantId, policy};
use http::{Method, header};

use crate::aws::Aws;
use crate::objects::ObjectsUnavailable;
use crate::s3::{Asked, Buckets, S3, content, done};

/// Which way a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// It is sent to us.
    In,
    /// It is fetched from us.
    Out,
}

impl Way {
    /// The folder of its objects, which a role may name.
    const fn as_str(self) -> &'static str {
        match self {
            Self::In => "import",
            Self::Out => "export",
        }
    }
}

/// Names a part of a job's file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartName {
    /// Which way it goes.
    pub way: Way,
    /// Whose.
    pub tenant: TenantId,
    /// Of which job.
    pub job: JobId,
    /// Which part, from 1 on.
    pub number: u32,
}

/// As it stands in buckets and folders.
impl fmt::Display for PartName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}/{}/{}", self.way.as_str(), self.tenant, self.job, self.number)
    }
}

/// Reads and writes parts, each in the region where its tenant is at home.
#[async_trait]
pub trait Parts: Send + Sync {
    /// A part's length in bytes, if there is one.
    async fn length(&self, home: &Region, name: &PartName) -> Result<Option<u64>, ObjectsUnavailable>;

    /// At most `most` bytes of a part that is there, from byte `first` on, which it has.
    async fn read(&self, home: &Region, name: &PartName, first: u64, most: usize) -> Result<Bytes, ObjectsUnavailable>;

    /// Writes a part. The same part again takes its place.
    async fn write(&self, home: &Region, name: &PartName, content: Vec<u8>) -> Result<(), ObjectsUnavailable>;

    /// Removes a part, whether or not there is one.
    async fn remove(&self, home: &Region, name: &PartName) -> Result<(), ObjectsUnavailable>;
}

/// Makes links, which are good for `policy::TRANSFER_LINK`. It asks nobody.
pub trait Links: Send + Sync {
    /// By which a part of exactly so many bytes is sent, with `PUT`.
    fn to_send(&self, home: &Region, name: &PartName, bytes: u64) -> Result<String, ObjectsUnavailable>;

    /// By which a part is fetched, with `GET`.
    fn to_fetch(&self, home: &Region, name: &PartName) -> Result<String, ObjectsUnavailable>;
}

/// Links to buckets of Amazon S3, signed by the keys of whoever makes them.
#[derive(Clone, Debug)]
pub struct Presigned(Buckets);

impl Presigned {
    /// Links to the buckets whose names are `bucket`, a hyphen and their region.
    pub fn new(aws: &Aws, bucket: impl Into<String>) -> Self {
        Self(Buckets::new(aws, bucket))
    }
}

impl Links for Presigned {
    fn to_send(&self, home: &Region, name: &PartName, bytes: u64) -> Result<String, ObjectsUnavailable> {
        self.0.presigned((&Method::PUT, Some(bytes)), home, &name.to_string(), policy::TRANSFER_LINK)
    }

    fn to_fetch(&self, home: &Region, name: &PartName) -> Result<String, ObjectsUnavailable> {
        self.0.presigned((&Method::GET, None), home, &name.to_string(), policy::TRANSFER_LINK)
    }
}

#[async_trait]
impl Parts for S3 {
    async fn length(&self, home: &Region, name: &PartName) -> Result<Option<u64>, ObjectsUnavailable> {
        let answer = self.ask(Asked::of(Method::HEAD, home, &name.to_string())).await?;
        if answer.status().as_u16() == 404 {
            return Ok(None);
        }
        done(&answer)?;
        let length = answer.headers().get(header::CONTENT_LENGTH.as_str()).and_then(|length| length.parse().ok());
        length.map(Some).ok_or_else(|| ObjectsUnavailable("an answer without a length".to_owned()))
    }

    async fn read(&self, home: &Region, name: &PartName, first: u64, most: usize) -> Result<Bytes, ObjectsUnavailable> {
        let last = first + (most as u64).saturating_sub(1);
        let answer = self.ask(Asked::of(Method::GET, home, &name.to_string()).of_range(first, last)).await?;
        done(&answer)?;
        content(answer, most).await
    }

    async fn write(&self, home: &Region, name: &PartName, content: Vec<u8>) -> Result<(), ObjectsUnavailable> {
        done(&self.ask(Asked::of(Method::PUT, home, &name.to_string()).with(&content)).await?)
    }

    async fn remove(&self, home: &Region, name: &PartName) -> Result<(), ObjectsUnavailable> {
        let answer = self.ask(Asked::of(Method::DELETE, home, &name.to_string())).await?;
        if answer.status().as_u16() == 404 { Ok(()) } else { done(&answer) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::canned::{Canned, SECRET};

    fn name(way: Way) -> PartName {
        PartName { way, tenant: TenantId::from_random([1; 16]), job: JobId::from_random([2; 16]), number: 3 }
    }

    fn parameters(link: &str) -> (String, BTreeMap<String, String>) {
        let (place, query) = link.split_once('?').expect("a query");
        (place.to_owned(), form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    #[test]
    fn a_link_names_one_part_one_method_and_its_length_and_holds_no_secret() {
        let links = Presigned::new(&Canned::answering(&[]).aws(), "countersign-eu-transfers-1");
        let home = Region::new("eu-central-1");
        let (send, fetch) = (links.to_send(&home, &name(Way::In), 7).expect("a link"), links.to_fetch(&home, &name(Way::Out)).expect("a link"));
        let bucket = "https://countersign-eu-transfers-1-eu-central-1.s3.eu-central-1.amazonaws.com";
        let ((to, sent), (from, fetched)) = (parameters(&send), parameters(&fetch));
        assert_eq!(to, format!("{bucket}/import/AQEBAQEBAQEBAQEBAQEBAQ/AgICAgICAgICAgICAgICAg/3"));
        assert_eq!(from, format!("{bucket}/export/AQEBAQEBAQEBAQEBAQEBAQ/AgICAgICAgICAgICAgICAg/3"));
        assert_eq!((sent["X-Amz-SignedHeaders"].as_str(), fetched["X-Amz-SignedHeaders"].as_str()), ("content-length;host", "host"));
        for parameters in [sent, fetched] {
            assert_eq!((parameters["X-Amz-Expires"].as_str(), parameters["X-Amz-Signature"].len()), ("3600", 64));
            assert!(parameters["X-Amz-Credential"].ends_with("/eu-central-1/s3/aws4_request"));
        }
        assert!(!send.contains(SECRET) && links.to_send(&home, &name(Way::In), 8).expect("a link") != send);
    }

    #[tokio::test]
    async fn a_part_is_asked_for_by_its_bytes() {
        let home = Region::new("eu-west-1");
        let canned = Canned::answering(&[(206, "people"), (200, ""), (204, "")]);
        let s3 = S3::over(&canned, "b");
        assert_eq!(s3.read(&home, &name(Way::In), 5, 6).await, Ok(Bytes::from_static(b"people")));
        s3.write(&home, &name(Way::Out), b"people".to_vec()).await.expect("it is written");
        s3.remove(&home, &name(Way::In)).await.expect("it is removed");
        assert_eq!(canned.requests()[1].body, "people");
        assert_eq!(S3::over(&Canned::answering(&[(404, "")]), "b").length(&home, &name(Way::In)).await, Ok(None));
        for wrong in [(403, ""), (416, ""), (200, "more than was asked for")] {
            assert!(S3::over(&Canned::answering(&[wrong]), "b").read(&home, &name(Way::In), 5, 6).await.is_err(), "{wrong:?}");
        }
        assert!(S3::over(&Canned::answering(&[(403, "")]), "b").length(&home, &name(Way::In)).await.is_err());
    }
}
