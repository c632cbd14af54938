use std::fmt::Write as _;

use cloud_core::call::Task;
use cloud_core::wait::Accepted;
use cloud_core::{Error, ErrorKind, Result};

use super::{CreateServer, Server};
use crate::actions::Created;
use crate::error::ErrorCode;
use crate::server_types::ServerType;

/// A server type and a location to try, both by name; see [`CreateServer::with_fallback`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Candidate {
    /// The server type, such as `cx23`.
    pub server_type: String,
    /// The location, such as `fsn1`.
    pub location: String,
}

impl Candidate {
    /// This type in this location.
    pub fn new(server_type: impl Into<String>, location: impl Into<String>) -> Self {
        Self {
            server_type: server_type.into(),
            location: location.into(),
        }
    }
}

impl<T: Into<String>, L: Into<String>> From<(T, L)> for Candidate {
    fn from((server_type, location): (T, L)) -> Self {
        Self::new(server_type, location)
    }
}

/// No candidate had room: found in the error by `error.api::<NoRoom>()`. The error of the last one that was asked for,
/// if any was, is its source.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NoRoom {
    /// What became of each candidate, in their order.
    pub tried: Vec<Tried>,
}

/// What became of a candidate.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tried {
    /// The candidate that this is about.
    pub candidate: Candidate,
    /// The refusal; `None` when it was not asked for, because the catalogue says that there is none.
    pub error: Option<Error>,
}

impl CreateServer {
    /// Creates the server (`POST /servers`) as the first of these candidates that has room.
    ///
    /// They are tried in their order, and nothing else is: the type and the location set so far do not count. The
    /// next one is tried after `resource_unavailable` and `placement_error` only. Any other failure ends it, above
    /// all one after which the server may be there. Candidates that are out of stock by the
    /// [catalogue](crate::catalogue) are not asked for.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: when none has room, the error has the code of the last refusal and names all candidates;
    /// [`NoRoom`] is in it. Else those of [`Servers::create`](super::super::Servers::create).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// let created = api
    ///     .servers()
    ///     .create("web-1", "cx53", "debian-13")
    ///     .with_fallback([("cx53", "hel1"), ("cx53", "nbg1"), ("cpx62", "nbg1")])
    ///     .await?;
    /// assert_eq!(created.resource.location.name, "nbg1");
    /// # Ok(()) }
    /// ```
    pub fn with_fallback(
        self,
        candidates: impl IntoIterator<Item = impl Into<Candidate>>,
    ) -> Task<Accepted<Created<Server>, Server>> {
        let candidates: Vec<Candidate> = candidates.into_iter().map(Into::into).collect();
        Task::new(async move {
            if candidates.is_empty() {
                return Err(Error::input("candidates", "must not be empty"));
            }
            self.first_with_room(candidates).await
        })
    }

    async fn first_with_room(
        self,
        candidates: Vec<Candidate>,
    ) -> Result<Accepted<Created<Server>, Server>> {
        // The catalogue only saves requests. Where it cannot be read, the service is asked for every candidate.
        let types = self.client.catalogue().server_types().await.ok();
        let mut tried = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            if types
                .as_deref()
                .is_some_and(|types| is_out_of_stock(types, &candidate))
            {
                tried.push(Tried {
                    candidate,
                    error: None,
                });
                continue;
            }
            let mut create = self.clone();
            create.server_type.clone_from(&candidate.server_type);
            create.location = Some(candidate.location.clone());
            match create.send().await {
                Err(error) if says_no_room(&error) => tried.push(Tried {
                    candidate,
                    error: Some(error),
                }),
                done => return done,
            }
        }
        Err(no_room(&self.name, tried))
    }
}

/// Only where the catalogue says so. A type that it does not know, or not in this location, may be a slip of the pen,
/// which the service's own answer explains best.
fn is_out_of_stock(types: &[ServerType], candidate: &Candidate) -> bool {
    let known = types
        .iter()
        .find(|known| known.name == candidate.server_type);
    known
        .and_then(|known| known.location(&candidate.location))
        .is_some_and(|location| !location.available)
}

fn says_no_room(error: &Error) -> bool {
    let codes = [ErrorCode::ResourceUnavailable, ErrorCode::PlacementError];
    !error.may_have_happened()
        && error
            .code()
            .is_some_and(|code| codes.contains(&ErrorCode::from(code)))
}

fn no_room(name: &str, tried: Vec<Tried>) -> Error {
    let mut message = format!("no room for the server {name}: ");
    for (
        index,
        Tried {
            candidate:
                Candidate {
                    server_type,
                    location,
                },
            error,
        },
    ) in tried.iter().enumerate()
    {
        let separator = if index == 0 { "" } else { ", " };
        let why = error
            .as_ref()
            .and_then(Error::code)
            .unwrap_or("out of stock by the catalogue");
        // Writing into a string cannot fail.
        let _ = write!(message, "{separator}{server_type} in {location} ({why})");
    }
    let last = tried.iter().rev().find_map(|tried| tried.error.clone());
    let code = last
        .as_ref()
        .and_then(Error::code)
        .unwrap_or(ErrorCode::ResourceUnavailable.as_str())
        .to_owned();
    let error = Error::new(ErrorKind::Api, message)
        .with_code(code)
        .with_details(NoRoom { tried });
    match last {
        Some(last) => error.with_source(last),
        None => error,
    }
}
