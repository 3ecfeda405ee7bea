//! Objects as files of a folder.

use std::fs;
use std::io;
use std::path::PathBuf;

use async_trait::async_trait;
use bytes::Bytes;
use cloud::objects::{ObjectName, Objects, ObjectsUnavailable};
use domain::Region;

use crate::shelf::write_whole;

/// A folder of objects, each a file below its tenant's.
#[derive(Debug)]
pub struct ObjectFolder(PathBuf);

impl ObjectFolder {
    /// Objects in `folder`, which is made when the first is kept.
    pub const fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    // A name is two ids of base64url: it leads nowhere else.
    fn file(&self, name: &ObjectName) -> PathBuf {
        self.0.join(name.to_string())
    }
}

fn unless_missing(answer: io::Result<()>) -> Result<(), ObjectsUnavailable> {
    match answer {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(ObjectsUnavailable(error.to_string())),
        _ => Ok(()),
    }
}

#[async_trait]
impl Objects for ObjectFolder {
    async fn put(&self, _: &Region, name: &ObjectName, content: Vec<u8>) -> Result<(), ObjectsUnavailable> {
        let file = self.file(name);
        let made = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| write_whole(&file, &content));
        made.map_err(|error| ObjectsUnavailable(error.to_string()))
    }

    async fn get(&self, _: &Region, name: &ObjectName) -> Result<Option<Bytes>, ObjectsUnavailable> {
        match fs::read(self.file(name)) {
            Ok(content) => Ok(Some(content.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ObjectsUnavailable(error.to_string())),
        }
    }

    async fn delete(&self, _: &Region, name: &ObjectName) -> Result<(), ObjectsUnavailable> {
        unless_missing(fs::remove_file(self.file(name)))
    }
}

#[cfg(test)]
mod tests {
    use domain::TenantId;
    use domain::id::PhotoId;

    use super::*;
    use crate::scratch::Scratch;

    #[tokio::test]
    async fn an_object_is_a_file_until_it_is_removed() {
        let scratch = Scratch::new();
        let (objects, home) = (ObjectFolder::new(scratch.path().join("objects")), Region::new("local-1"));
        let name = ObjectName::of(TenantId::from_random([1; 16]), PhotoId::from_random([2; 16]));
        assert_eq!((objects.get(&home, &name).await, objects.delete(&home, &name).await), (Ok(None), Ok(())));
        for content in ["first", "second"] {
            objects.put(&home, &name, content.into()).await.expect("the disk takes it");
            assert_eq!(objects.get(&home, &name).await, Ok(Some(Bytes::from(content))));
        }
        objects.delete(&home, &name).await.expect("it is removed");
        assert_eq!(objects.get(&home, &name).await, Ok(None));
    }
}
