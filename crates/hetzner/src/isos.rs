//! ISO images that servers boot from.

use crate::deprecation::Deprecation;
use crate::server_types::Architecture;

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
