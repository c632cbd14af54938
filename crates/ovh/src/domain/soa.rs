use cloud_core::call::Call;
use cloud_core::decode::Decode;
use serde::{Deserialize, Serialize};

use super::zones::ZoneHandle;
use crate::ops;

/// What a zone says of itself; times are in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Soa {
    /// The first name server, with a dot at its end.
    pub server: String,
    /// The address of whoever is responsible.
    pub email: String,
    /// The number of this state of the zone, which grows.
    pub serial: i64,
    /// How often other name servers look for a new state.
    pub refresh: i64,
    /// How long other name servers serve the zone without having seen the first one.
    pub expire: i64,
    /// How long it may be cached that a name does not exist.
    pub nx_domain_ttl: i64,
    /// How long a record may be cached that has no time of its own.
    pub ttl: i64,
}

impl ZoneHandle<'_> {
    /// What the zone says of itself (`GET /domain/zone/{zoneName}/soa`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:soa/get`.
    #[inline]
    pub fn soa(&self) -> Call<Soa> {
        self.call(&ops::GET_SOA, Decode::json())
    }

    /// Changes what the zone says of itself (`PUT /domain/zone/{zoneName}/soa`). What is not set stays as it is. It is
    /// served from the next [refresh](Self::refresh) on.
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:soa/edit`.
    #[inline]
    pub fn update_soa(&self) -> UpdateSoa {
        UpdateSoa::new(self.call(&ops::UPDATE_SOA, Decode::nothing()))
    }
}

cloud_core::request! {
    /// Changes what a zone says of itself; made by [`ZoneHandle::update_soa`].
    #[serde(rename_all = "camelCase")]
    pub struct UpdateSoa => ();
    opt {
        /// The first name server, with a dot at its end.
        server: String,
        /// The address of whoever is responsible.
        email: String,
    }
    number {
        /// The number of this state of the zone.
        serial: i64,
        /// How often other name servers look for a new state, in seconds.
        refresh: i64,
        /// How many seconds other name servers serve the zone without having seen the first one.
        expire: i64,
        /// How many seconds it may be cached that a name does not exist.
        nx_domain_ttl: i64,
        /// How many seconds a record may be cached that has no time of its own.
        ttl: i64,
    }
}
