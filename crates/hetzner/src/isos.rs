//! ISO images that servers boot from.

use crate::client::Client;
use crate::deprecation::Deprecation;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::IsoId;
use crate::server_types::Architecture;
use cloud_core::call::{Call, Task};
use cloud_core::model::IdOrName;
use serde::{Deserialize, Serialize};

cloud_core::open_enum! {
    /// Who can see an ISO image.
    pub enum IsoType {
        /// Everybody can see the image.
        Public = "public",
        /// Only this project can see the image.
        Private = "private",
    }
}

/// A medium that can be inserted into a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Iso {
    /// The number of the ISO image.
    pub id: IsoId,
    /// Its file name; only public ones have it.
    pub name: Option<String>,
    /// A line for people.
    pub description: String,
    /// Who can see it.
    #[serde(rename = "type")]
    pub kind: Option<IsoType>,
    /// Its announced end, if any.
    pub deprecation: Option<Deprecation>,
    /// The architecture it is made for. `None` means any.
    pub architecture: Option<Architecture>,
}

impl From<&Iso> for IsoId {
    fn from(iso: &Iso) -> Self {
        iso.id
    }
}

impl Iso {
    /// Whether servers of this architecture can boot it.
    pub fn fits(&self, architecture: &Architecture) -> bool {
        self.architecture
            .as_ref()
            .is_none_or(|own| own == architecture)
    }
}

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_ISOS = "list_isos", GET "/isos";
        GET_ISO = "get_iso", GET "/isos/{id}";
    }
}

impl Client {
    /// ISO images that can be inserted into servers.
    pub fn isos(&self) -> Isos<'_> {
        Isos::new(self)
    }
}

/// The calls about ISO images, under `/isos`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// let images = api.isos().list().all().await?;
/// let same = api.isos().get(images[0].id).await?;
/// assert_eq!(same, images[0]);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Isos<'a>(&'a Client);

impl<'a> Isos<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists ISO images (`GET /isos`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListIsos {
        ListIsos::new(self.0.list(&ops::LIST_ISOS, "isos"))
    }

    /// One ISO image (`GET /isos/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<IsoId>) -> Call<Iso> {
        self.0.get(&ops::GET_ISO, id.into().0, "iso")
    }

    /// Looks an ISO image up by name or id (`GET /isos?name=..`, `GET /isos/{id}`); `None` when there is none.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(self, iso: impl Into<IdOrName<IsoId>>) -> Task<Option<Iso>> {
        let by_name = |name: &str| self.0.list(&ops::LIST_ISOS, "isos").query("name", name);
        find(iso.into(), by_name, |id| self.get(id))
    }
}

cloud_core::list_request! {
    /// Lists ISO images; made by [`Isos::list`].
    pub struct ListIsos => Iso;
    one {
        /// Only the one of this name.
        name: String = "name",
        /// Only those for this architecture.
        architecture: Architecture = "architecture",
        /// Whether [`architecture`](Self::architecture) also lets through those that name none: they run on any, or were
        /// provided by the user.
        include_architecture_wildcard: bool = "include_architecture_wildcard",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iso_without_architecture_fits_every_server() {
        let fits = |own| {
            Iso {
                architecture: own,
                ..Iso::default()
            }
            .fits(&Architecture::Arm)
        };
        assert!(fits(None));
        assert!(fits(Some(Architecture::Arm)));
        assert!(!fits(Some(Architecture::X86)));
    }
}
