//! Objects in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use cloud::objects::{ObjectName, Objects, ObjectsUnavailable};
use cloud::parts::{Links, PartName, Parts};
use domain::Region;

use crate::lock;

/// What links begin with unless somebody answers for them.
const PLACE: &str = "https://objects.example/";

/// Keeps objects in memory, and can be out of reach.
#[derive(Debug, Default)]
pub struct MemoryObjects {
    kept: Mutex<BTreeMap<String, Bytes>>,
    is_down: Mutex<bool>,
    // What links begin with, where somebody answers for them.
    place: Mutex<Option<String>>,
}

impl MemoryObjects {
    /// Whether nothing can be reached from now on.
    pub fn be_down(&self, is_down: bool) {
        *lock(&self.is_down) = is_down;
    }

    /// The names of the objects that are kept, in order.
    pub fn names(&self) -> Vec<String> {
        lock(&self.kept).keys().cloned().collect()
    }

    /// What links begin with from now on.
    pub fn be_at(&self, place: &str) {
        *lock(&self.place) = Some(place.to_owned());
    }

    fn place(&self) -> String {
        lock(&self.place).clone().unwrap_or_else(|| PLACE.to_owned())
    }

    /// Sends a part by its link, as whoever has it does: a bucket takes it only as long as was said. Answers whether it is such a link.
    pub fn takes(&self, link: &str, content: &[u8]) -> bool {
        let place = self.place();
        let Some(name) = link.strip_prefix(&place).and_then(|rest| rest.strip_suffix(&format!("?put={}", content.len()))) else { return false };
        lock(&self.kept).insert(name.to_owned(), content.to_vec().into());
        true
    }

    /// The same of a link that is good.
    ///
    /// # Panics
    /// When it is no link to send a part of that length by.
    pub fn send(&self, link: &str, content: &[u8]) {
        assert!(self.takes(link, content), "a link for a part of that length");
    }

    /// Fetches a part by its link.
    ///
    /// # Panics
    /// When it is no link to fetch a part by, or there is none.
    pub fn fetch(&self, link: &str) -> Bytes {
        let place = self.place();
        let name = link.strip_prefix(&place).and_then(|rest| rest.strip_suffix("?get")).expect("a link to fetch a part by");
        lock(&self.kept).get(name).cloned().expect("a part")
    }

    fn up(&self) -> Result<(), ObjectsUnavailable> {
        if *lock(&self.is_down) { Err(ObjectsUnavailable("an outage".to_owned())) } else { Ok(()) }
    }
}

#[async_trait]
impl Objects for MemoryObjects {
    async fn put(&self, _: &Region, name: &ObjectName, content: Vec<u8>) -> Result<(), ObjectsUnavailable> {
        self.up()?;
        lock(&self.kept).insert(name.to_string(), content.into());
        Ok(())
    }

    async fn get(&self, _: &Region, name: &ObjectName) -> Result<Option<Bytes>, ObjectsUnavailable> {
        self.up()?;
        Ok(lock(&self.kept).get(&name.to_string()).cloned())
    }

    async fn delete(&self, _: &Region, name: &ObjectName) -> Result<(), ObjectsUnavailable> {
        self.up()?;
        lock(&self.kept).remove(&name.to_string());
        Ok(())
    }
}

#[async_trait]
impl Parts for MemoryObjects {
    async fn length(&self, _: &Region, name: &PartName) -> Result<Option<u64>, ObjectsUnavailable> {
        self.up()?;
        Ok(lock(&self.kept).get(&name.to_string()).map(|content| content.len() as u64))
    }

    async fn read(&self, _: &Region, name: &PartName, first: u64, most: usize) -> Result<Bytes, ObjectsUnavailable> {
        self.up()?;
        let content = lock(&self.kept).get(&name.to_string()).cloned().ok_or_else(|| ObjectsUnavailable("status 404".to_owned()))?;
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        if first >= content.len() {
            Err(ObjectsUnavailable("status 416".to_owned()))
        } else {
            Ok(content.slice(first..content.len().min(first + most)))
        }
    }

    async fn write(&self, _: &Region, name: &PartName, content: Vec<u8>) -> Result<(), ObjectsUnavailable> {
        self.up()?;
        lock(&self.kept).insert(name.to_string(), content.into());
        Ok(())
    }

    async fn remove(&self, _: &Region, name: &PartName) -> Result<(), ObjectsUnavailable> {
        self.up()?;
        lock(&self.kept).remove(&name.to_string());
        Ok(())
    }
}

impl Links for MemoryObjects {
    fn to_send(&self, _: &Region, name: &PartName, bytes: u64) -> Result<String, ObjectsUnavailable> {
        Ok(format!("{}{name}?put={bytes}", self.place()))
    }

    fn to_fetch(&self, _: &Region, name: &PartName) -> Result<String, ObjectsUnavailable> {
        Ok(format!("{}{name}?get", self.place()))
    }
}

#[cfg(test)]
mod tests {
    use domain::TenantId;
    use domain::id::PhotoId;

    use super::*;

    #[tokio::test]
    async fn an_object_is_there_until_it_is_removed_and_unknown_in_an_outage() {
        let (objects, home) = (MemoryObjects::default(), Region::new("eu-west-1"));
        let name = ObjectName::of(TenantId::from_random([1; 16]), PhotoId::from_random([2; 16]));
        objects.put(&home, &name, b"jpeg".to_vec()).await.expect("it is kept");
        assert_eq!((objects.get(&home, &name).await, objects.names()), (Ok(Some(Bytes::from_static(b"jpeg"))), vec![name.to_string()]));
        objects.be_down(true);
        assert!(objects.get(&home, &name).await.is_err() && objects.delete(&home, &name).await.is_err());
        objects.be_down(false);
        objects.delete(&home, &name).await.expect("it is removed");
        assert_eq!((objects.get(&home, &name).await, objects.delete(&home, &name).await), (Ok(None), Ok(())));
    }
}
