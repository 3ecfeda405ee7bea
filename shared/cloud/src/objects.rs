//! Small files that are served again: photos (Amazon S3 `PutObject`, `GetObject`, `DeleteObject`).

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use domain::id::PhotoId;
use domain::{Region, TenantId};
use http::Method;

use crate::s3::{Asked, S3, content, done};

/// No object is larger, in bytes.
const OBJECT_MAX: usize = 4 * 1024 * 1024;

/// Names a photo of a tenant. Its id is random, so that nobody guesses it, and never given to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    tenant: TenantId,
    photo: PhotoId,
}

impl ObjectName {
    /// A photo's name.
    pub const fn of(tenant: TenantId, photo: PhotoId) -> Self {
        Self { tenant, photo }
    }
}

/// As it stands in buckets and folders.
impl fmt::Display for ObjectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.tenant, self.photo)
    }
}

/// An object can't be reached for now, or an operator has to look: it is neither there nor gone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("objects are unavailable: {0}")]
pub struct ObjectsUnavailable(pub String);

/// Keeps objects, each in the region where its tenant is at home.
#[async_trait]
pub trait Objects: Send + Sync {
    /// Keeps an object. The same object again changes nothing.
    async fn put(&self, home: &Region, name: &ObjectName, content: Vec<u8>) -> Result<(), ObjectsUnavailable>;

    /// An object's content, if there is one.
    async fn get(&self, home: &Region, name: &ObjectName) -> Result<Option<Bytes>, ObjectsUnavailable>;

    /// Removes an object, whether or not there is one.
    async fn delete(&self, home: &Region, name: &ObjectName) -> Result<(), ObjectsUnavailable>;
}

#[async_trait]
impl Objects for S3 {
    async fn put(&self, home: &Region, name: &ObjectName, content: Vec<u8>) -> Result<(), ObjectsUnavailable> {
        done(&self.ask(Asked::of(Method::PUT, home, &name.to_string()).with(&content)).await?)
    }

    async fn get(&self, home: &Region, name: &ObjectName) -> Result<Option<Bytes>, ObjectsUnavailable> {
        let answer = self.ask(Asked::of(Method::GET, home, &name.to_string())).await?;
        if answer.status().as_u16() == 404 {
            return Ok(None);
        }
        done(&answer)?;
        content(answer, OBJECT_MAX).await.map(Some)
    }

    async fn delete(&self, home: &Region, name: &ObjectName) -> Result<(), ObjectsUnavailable> {
        let answer = self.ask(Asked::of(Method::DELETE, home, &name.to_string())).await?;
        if answer.status().as_u16() == 404 { Ok(()) } else { done(&answer) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canned::Canned;

    fn name() -> ObjectName {
        ObjectName::of(TenantId::from_random([1; 16]), PhotoId::from_random([2; 16]))
    }

    fn s3(canned: &Canned) -> S3 {
        S3::over(canned, "countersign-eu-photos-1")
    }

    const NONE: &str = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>";
    const DENIED: &str = "<Error><Code>AccessDenied</Code><Message>AQEBAQEBAQEBAQEBAQEBAQ/…</Message></Error>";

    #[tokio::test]
    async fn an_object_is_put_into_the_bucket_of_its_home_under_its_tenant() {
        let home = Region::new("eu-central-1");
        let canned = Canned::answering(&[(200, ""), (204, "")]);
        s3(&canned).put(&home, &name(), b"jpeg".to_vec()).await.expect("it is kept");
        s3(&canned).delete(&home, &name()).await.expect("it is removed");
        let [put, delete] = &canned.requests()[..] else { panic!("two requests") };
        for request in [put, delete] {
            let there = "https://countersign-eu-photos-1-eu-central-1.s3.eu-central-1.amazonaws.com/AQEBAQEBAQEBAQEBAQEBAQ/AgICAgICAgICAgICAgICAg";
            assert!(request.uri.starts_with(there), "{}", request.uri);
        }
        assert_eq!((put.body.as_str(), put.authorization.contains("/eu-central-1/s3/aws4_request")), ("jpeg", true), "{}", put.authorization);
        assert!(put.authorization.contains("x-amz-content-sha256"), "{}", put.authorization);
    }

    #[tokio::test]
    async fn an_answer_that_says_nothing_is_asked_for_again() {
        let canned = Canned::answering(&[(503, ""), (500, ""), (200, "")]);
        assert_eq!(s3(&canned).put(&Region::new("eu-west-1"), &name(), b"jpeg".to_vec()).await, Ok(()));
        let down = Canned::answering(&[(503, ""); 3]);
        assert_eq!(s3(&down).delete(&Region::new("eu-west-1"), &name()).await, Err(ObjectsUnavailable("status 503".to_owned())));
        assert_eq!((canned.requests().len(), down.requests().len()), (3, 3));
    }

    #[tokio::test]
    async fn an_object_that_is_not_there_is_none_and_one_that_cannot_be_reached_is_not_gone() {
        let home = Region::new("eu-west-1");
        let found = s3(&Canned::answering(&[(200, "jpeg")])).get(&home, &name()).await;
        assert_eq!(found, Ok(Some(Bytes::from_static(b"jpeg"))));
        assert_eq!(s3(&Canned::answering(&[(404, NONE)])).get(&home, &name()).await, Ok(None));
        for canned in [Canned::answering(&[(403, DENIED)]), Canned::answering(&[])] {
            let refused = s3(&canned).get(&home, &name()).await.expect_err("a failure");
            assert!(!refused.to_string().contains("AQEB"), "{refused}");
        }
    }
}
