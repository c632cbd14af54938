//! What the table says to somebody who is about to call an operation, or has.

#[cfg(feature = "tracing")]
use std::collections::BTreeSet;
#[cfg(feature = "tracing")]
use std::sync::{Mutex, PoisonError};

use cloud_core::Error;

use super::find;
use crate::endpoint::Endpoint;

/// Why this endpoint does not serve this path; nothing of one that the table does not know.
pub(crate) fn not_served(endpoint: &Endpoint, method: &str, path: &str) -> Option<Error> {
    let operation = find(method, path).filter(|operation| operation.regions.lack(endpoint))?;
    let text = format!(
        "{method} {} is not served by {endpoint}, but in: {} (ClientBuilder::any_region sends it all the same)",
        operation.path, operation.regions
    );
    Some(Error::input("path", text))
}

/// The operations that go away of which a client has been told.
#[cfg(feature = "tracing")]
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<BTreeSet<(&'static str, &'static str)>>);

#[cfg(feature = "tracing")]
impl Told {
    /// Says once that an operation goes away, and what comes in its place.
    pub(crate) fn tell(&self, method: &str, path: &str) {
        let Some(operation) = find(method, path) else {
            return;
        };
        let Some(deprecated) = operation.deprecated else {
            return;
        };
        let name = (operation.method, operation.path);
        if !self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name)
        {
            return;
        }
        let (method, path) = name;
        let replaced = deprecated
            .replacement
            .map(|path| format!("; {path} replaces it"));
        tracing::warn!(
            "{method} {path} is deprecated{}",
            replaced.unwrap_or_default()
        );
    }
}
