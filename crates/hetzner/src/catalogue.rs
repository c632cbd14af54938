//! What the service offers, kept for a short while.
//!
//! Types and locations are the same for everybody and change rarely; only the stock of the types changes by the minute.
//! A program that asks for them often asks the service once in a while only, when it asks [`Client::catalogue`].

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cloud_core::Result;
use cloud_core::call::Task;
use cloud_core::task::Shared;

use crate::client::Client;
use crate::locations::Location;
use crate::server_types::ServerType;

impl Client {
    /// Server types and locations, kept for a short while.
    pub fn catalogue(&self) -> Catalogue<'_> {
        Catalogue::new(self)
    }
}

/// Server types and locations, read once and kept for a minute, by all clones of a client together; made by
/// [`Client::catalogue`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = hetzner::Client::builder().token("t").transport(sandbox.hetzner()).build()?;
/// for _ in 0..100 {
///     let types = api.catalogue().server_types().await?;
///     assert!(types.iter().any(|server_type| server_type.name == "cx23"));
/// }
/// assert_eq!(sandbox.journal().count("GET /v1/server_types"), 1);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Catalogue<'a>(&'a Client);

impl<'a> Catalogue<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// All server types (`GET /server_types`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn server_types(self) -> Task<Arc<[ServerType]>> {
        let client = self.0.clone();
        Task::new(async move {
            Shelves::of(&client)
                .server_types
                .get(&client, || client.server_types().list().all())
                .await
        })
    }

    /// All locations (`GET /locations`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn locations(self) -> Task<Arc<[Location]>> {
        let client = self.0.clone();
        Task::new(async move {
            Shelves::of(&client)
                .locations
                .get(&client, || client.locations().list().all())
                .await
        })
    }
}

/// What a client keeps.
struct Shelves {
    server_types: Shelf<ServerType>,
    locations: Shelf<Location>,
}

impl Shelves {
    fn of(client: &Client) -> Arc<Self> {
        client.kept(|| Self {
            server_types: Shelf::new(client.catalogue_ttl()),
            locations: Shelf::new(client.catalogue_ttl()),
        })
    }
}

impl fmt::Debug for Shelves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shelves")
    }
}

struct Shelf<T> {
    ttl: Duration,
    list: Mutex<Option<(Instant, Arc<[T]>)>>,
    read: Shared<Result<Arc<[T]>>>,
}

impl<T: Send + Sync + 'static> Shelf<T> {
    fn new(ttl: Duration) -> Self {
        Self {
            ttl,
            list: Mutex::new(None),
            read: Shared::new(),
        }
    }

    fn list(&self) -> MutexGuard<'_, Option<(Instant, Arc<[T]>)>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn get<F>(&self, client: &Client, read: impl FnOnce() -> F) -> Result<Arc<[T]>>
    where
        F: Future<Output = Result<Vec<T>>> + Send + 'static,
    {
        let clock = client.engine().clock();
        if let Some((at, list)) = &*self.list()
            && clock.now().saturating_duration_since(*at) < self.ttl
        {
            return Ok(list.clone());
        }
        let read = || {
            let list = read();
            async move { list.await.map(Arc::from) }
        };
        // A failure is not kept: whoever comes next asks again.
        let list = self.read.join(&clock, read).await??;
        *self.list() = Some((clock.now(), list.clone()));
        Ok(list)
    }
}
