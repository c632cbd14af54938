//! ISO images that servers boot from.

use crate::client::Client;
use crate::deprecation::Deprecation;
use crate::find::find;
use crate::id_or_name::IdOrName;
use crate::ops;
use crate::server_types::Architecture;
use cloud_core::call::{Call, Task};

cloud_core::numeric_id! {
    /// Identifies an ISO image.
    pub struct IsoId;
}

cloud_core::open_enum! {
    /// Who can see an ISO image.
    pub enum IsoType {
        /// Everybody.
        Public = "public",
        /// This project alone.
        Private = "private",
    }
}

cloud_core::model! {
    /// A medium that can be inserted into a server.
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
}

impl Iso {
    /// Whether servers of this architecture can boot it.
    pub fn fits(&self, architecture: &Architecture) -> bool {
        self.architecture.as_ref().is_none_or(|own| own == architecture)
    }
}

/// `/isos`.
#[derive(Clone, Copy, Debug)]
pub struct Isos<'a>(&'a Client);

impl<'a> Isos<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists ISO images (`GET /isos`).
    pub fn list(self) -> ListIsos {
        ListIsos::new(self.0.list(&ops::LIST_ISOS, "isos"))
    }

    /// One ISO image (`GET /isos/{id}`).
    pub fn get(self, id: impl Into<IsoId>) -> Call<Iso> {
        self.0.get(&ops::GET_ISO, id.into().0, "iso")
    }

    /// Looks an ISO image up by id or name.
    pub fn find(self, iso: impl Into<IdOrName>) -> Task<Option<Iso>> {
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
        let fits = |own| Iso { architecture: own, ..Iso::default() }.fits(&Architecture::Arm);
        assert!(fits(None));
        assert!(fits(Some(Architecture::Arm)));
        assert!(!fits(Some(Architecture::X86)));
    }
}
