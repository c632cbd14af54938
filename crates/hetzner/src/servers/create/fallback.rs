use cloud_core::call::Task;
use cloud_core::wait::Accepted;
use cloud_core::{Error, ErrorKind, Result};

use super::{CreateServer, Server};
use crate::actions::Created;
use crate::error::{ApiError, ErrorCode};
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

/// No candidate had room: found in the error by `error.api::<NoRoom>()`. The last refusal, if any candidate was asked for,
/// is its [`cause`](Error::cause).
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
    /// The refusal; `None` when it was not asked for, because the catalogue says that it is out of stock or not sold.
    pub error: Option<Error>,
}

impl CreateServer {
    /// Creates the server (`POST /servers`) as the first of these candidates that has room.
    ///
    /// They are tried in their order, and nothing else is: the type and the location set so far do not count. So the
    /// candidates may be all pairs of some types and some locations, whether they are sold or not. The next one is
    /// tried after a refusal of this type in this location: for want of room (`resource_unavailable`,
    /// `placement_error`, `no_space_left_in_location`), or because there is no such pair (`invalid_server_type`, or
    /// `invalid_input` about the type or the location alone). Any other failure ends it, above all one after which the
    /// server may be there. Candidates that are out of stock or not sold by the [catalogue](crate::catalogue) are not
    /// asked for.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: when none has room, the error has the code of the last refusal and names all candidates with
    /// what the service said of each; [`NoRoom`] is in it. Else those of [`Servers::create`](super::super::Servers::create).
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
        let mut told = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let passed_over = types
                .as_deref()
                .and_then(|types| off_sale(types, &candidate));
            let (why, error) = if let Some(why) = passed_over {
                (why.to_owned(), None)
            } else {
                let mut create = self.clone();
                create.server_type.clone_from(&candidate.server_type);
                create.location = Some(candidate.location.clone());
                match create.send().await {
                    Err(error) if is_about_the_pair(&error) => (words(&error), Some(error)),
                    done => return done,
                }
            };
            told.push(format!(
                "{} in {}: {why}",
                candidate.server_type, candidate.location
            ));
            tried.push(Tried { candidate, error });
        }
        Err(no_room(&self.name, &told, tried))
    }
}

/// Why the catalogue spares the question. A type that it does not know may be newer than it, or a slip of the pen, which
/// the service's own answer explains best.
fn off_sale(types: &[ServerType], candidate: &Candidate) -> Option<&'static str> {
    let known = types
        .iter()
        .find(|known| known.name == candidate.server_type)?;
    match known.location(&candidate.location) {
        Some(location) if location.available => None,
        Some(_) => Some("out of stock by the catalogue"),
        // A list that is missing says nothing.
        None if known.locations.is_empty() => None,
        None => Some("not sold there by the catalogue"),
    }
}

/// Whether a refusal would not hold for another type or in another location.
#[inline]
fn is_about_the_pair(error: &Error) -> bool {
    // The server may be there after all, and another candidate would then be refused for its name.
    if error.may_have_happened() {
        return false;
    }
    let Some(refusal) = error.api::<ApiError>() else {
        return false;
    };
    match refusal.code {
        ErrorCode::ResourceUnavailable
        | ErrorCode::PlacementError
        | ErrorCode::NoSpaceLeftInLocation
        | ErrorCode::InvalidServerType => true,
        ErrorCode::InvalidInput => names_only_the_pair(refusal),
        _ => false,
    }
}

/// A pair that is not sold is refused in two ways: by the names of the fields at fault, and with no field but the sentence
/// "unsupported location for server type" (seen in autobase-tech/autobase#1403).
fn names_only_the_pair(refusal: &ApiError) -> bool {
    let fields = &refusal.details.fields;
    if fields.is_empty() {
        let message = refusal.message.to_ascii_lowercase();
        let words = ["server type", "server_type", "location"];
        return words.iter().any(|word| message.contains(word));
    }
    fields
        .iter()
        .all(|field| matches!(&*field.name, "server_type" | "location"))
}

/// What the service said, for one line among others.
fn words(error: &Error) -> String {
    let refusal = error.api::<ApiError>();
    refusal.map_or_else(|| error.message().to_owned(), ApiError::reason)
}

#[inline]
fn no_room(name: &str, told: &[String], tried: Vec<Tried>) -> Error {
    let message = format!("no room for the server {name}: {}", told.join("; "));
    let last = tried.iter().rev().find_map(|tried| tried.error.as_ref());
    let code = last
        .and_then(Error::code)
        .unwrap_or(ErrorCode::ResourceUnavailable.as_str())
        .to_owned();
    let error = Error::new(ErrorKind::Api, message).with_code(code);
    let error = match last.cloned() {
        Some(last) => error.with_cause(last),
        None => error,
    };
    error.with_details(NoRoom { tried })
}
