use std::fmt;

use async_trait::async_trait;

use crate::config::BaseUrl;
use crate::error::Result;

/// Where calls go, when that is not known as they are made: an address that a service tells. It is looked up in the task
/// of a call, before the first attempt and within the time of the call.
///
/// Calls may look at the same time, from several runtimes, so what is looked up once should be kept, and the work be
/// [`Shared`](crate::task::Shared). It must not go through the slots of the engine whose calls wait for it.
#[async_trait]
pub trait Place: Send + Sync + fmt::Debug {
    /// The beginning of the URL.
    async fn base(&self) -> Result<BaseUrl>;
}
