use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::List;
use crate::ops;

/// A system that a VPS can be installed with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct VpsImage {
    /// The id of the image, for [`VpsGroup::rebuild`](super::VpsGroup::rebuild).
    pub id: String,
    /// The name of the image, such as `Debian 12`.
    pub name: String,
}

/// Calls about the images for a VPS (`/vps/{serviceName}/images/available`), made by
/// [`VpsGroup::images`](super::VpsGroup::images).
#[derive(Clone, Debug)]
pub struct Images<'a> {
    client: &'a Client,
    vps: String,
}

impl<'a> Images<'a> {
    pub(super) fn new(client: &'a Client, vps: String) -> Self {
        Self { client, vps }
    }

    /// The images (`GET /vps/{serviceName}/images/available`, and `GET /vps/{serviceName}/images/available/{id}` for each
    /// where the service does not expand the list). A beta of OVHcloud's.
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:images/available/get`.
    #[inline]
    pub fn list(&self) -> List<VpsImage> {
        let (all, one) = (&ops::LIST_VPS_IMAGES, &ops::GET_VPS_IMAGE);
        self.client.expanded(all, one, &[&self.vps])
    }

    /// One image (`GET /vps/{serviceName}/images/available/{id}`). A beta of OVHcloud's.
    ///
    /// # Permissions
    ///
    /// The IAM action `vps:apiovh:images/available/get`.
    pub fn get(&self, image: impl Into<String>) -> Call<VpsImage> {
        self.client
            .call(&ops::GET_VPS_IMAGE, Decode::json())
            .arg(&self.vps)
            .arg(image.into())
    }
}
