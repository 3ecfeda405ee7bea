//! A DNS that knows what it is told.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use cloud::dns::{DnsUnavailable, TxtRecords};

use crate::lock;

/// TXT records in memory.
#[derive(Debug, Default)]
pub struct MemoryDns {
    records: Mutex<HashMap<String, Vec<String>>>,
    is_down: Mutex<bool>,
    asked: Mutex<Vec<String>>,
}

impl MemoryDns {
    /// From now on `name` has these values, and no others.
    pub fn set(&self, name: &str, values: &[&str]) {
        lock(&self.records).insert(name.to_owned(), values.iter().map(|value| (*value).to_owned()).collect());
    }

    /// From now on nobody answers, or somebody does again.
    pub fn set_down(&self, is_down: bool) {
        *lock(&self.is_down) = is_down;
    }

    /// The names that were asked for.
    pub fn asked(&self) -> Vec<String> {
        lock(&self.asked).clone()
    }
}

#[async_trait]
impl TxtRecords for MemoryDns {
    async fn txt(&self, name: &str) -> Result<Vec<String>, DnsUnavailable> {
        lock(&self.asked).push(name.to_owned());
        if *lock(&self.is_down) {
            return Err(DnsUnavailable("down".to_owned()));
        }
        Ok(lock(&self.records).get(name).cloned().unwrap_or_default())
    }
}
