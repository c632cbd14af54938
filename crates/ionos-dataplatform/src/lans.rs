//! The private networks of a cluster.

use cloud_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::check;
use crate::ids::LanId;

/// A network of the data centre that a cluster is part of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Lan {
    /// The id of the network in its data centre.
    #[serde(rename = "lanId")]
    pub id: LanId,
    /// Whether nodes get their addresses by DHCP; they do unless said otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dhcp: Option<bool>,
    /// The routes that lead beyond the network.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
}

/// A network that is reached by a gateway.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Route {
    /// The network, such as `10.10.0.0/16`.
    pub network: String,
    /// The address of the gateway.
    pub gateway: String,
}

impl Lan {
    /// The network of this id, with DHCP and without routes.
    pub fn new(id: impl Into<LanId>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }

    /// Whether nodes get their addresses by DHCP.
    pub fn dhcp(mut self, dhcp: bool) -> Self {
        self.dhcp = Some(dhcp);
        self
    }

    /// Adds a route to a network, such as `10.10.0.0/16`, by a gateway.
    pub fn route(mut self, network: impl Into<String>, gateway: impl Into<String>) -> Self {
        self.routes.push(Route {
            network: network.into(),
            gateway: gateway.into(),
        });
        self
    }

    pub(crate) fn check(lans: Option<&Vec<Self>>) -> Result<()> {
        for (index, lan) in lans.into_iter().flatten().enumerate() {
            if lan.id.as_str().is_empty() {
                return Err(Error::input(
                    format!("lans[{index}].lanId"),
                    "must not be empty",
                ));
            }
            for (route, Route { network, gateway }) in lan.routes.iter().enumerate() {
                check::cidr(&format!("lans[{index}].routes[{route}].network"), network)?;
                check::address(&format!("lans[{index}].routes[{route}].gateway"), gateway)?;
            }
        }
        Ok(())
    }
}
