//! Names to addresses: what is looked up is what is checked, and what is checked is what is connected to.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::AddressRules;

/// The most addresses of one name that are tried.
const MAX_ADDRESSES: usize = 16;

/// The answer of a look-up.
pub(super) type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Who knows the addresses of names.
pub(super) trait Directory: fmt::Debug + Send + Sync {
    /// Looks a name up.
    fn look_up(&self, name: &str) -> Found;
}

/// The operating system's own.
#[derive(Debug)]
pub(super) struct SystemDirectory;

impl Directory for SystemDirectory {
    fn look_up(&self, name: &str) -> Found {
        let name = name.to_owned();
        Box::pin(async move {
            // The port is put in by whoever connects.
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A name leads to addresses that the service may not be reached at, and to no other.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address that is not allowed")]
pub(super) struct NotAllowed;

/// A directory that gives only addresses that the rules allow.
#[derive(Debug)]
pub(super) struct GuardedDirectory {
    pub(super) directory: Arc<dyn Directory>,
    pub(super) rules: AddressRules,
}

impl Resolve for GuardedDirectory {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.directory.look_up(name.as_str());
        let rules = self.rules.clone();
        Box::pin(async move {
            let found = found.await?;
            let allowed: Vec<SocketAddr> = found
                .iter()
                .filter(|address| rules.allow(**address))
                .map(|address| SocketAddr::new(*address, 0))
                .take(MAX_ADDRESSES)
                .collect();
            if allowed.is_empty() && !found.is_empty() {
                return Err(NotAllowed.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}
