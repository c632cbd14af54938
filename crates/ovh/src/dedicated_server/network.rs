use cloud_core::call::Call;
use cloud_core::provider::CallBuilder;

cloud_core::open_enum! {
    /// What a network interface is connected to.
    pub enum InterfaceMode {
        /// The internet.
        Public = "public",
        /// The internet, with other interfaces as one.
        PublicAggregation = "public_aggregation",
        /// A vRack.
        Vrack = "vrack",
        /// A vRack, with other interfaces as one.
        VrackAggregation = "vrack_aggregation",
    }
}

/// Lists network interfaces; made by [`DedicatedServers::interfaces`](super::DedicatedServers::interfaces).
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the call is awaited"]
pub struct ListInterfaces(Call<Vec<String>>);

impl ListInterfaces {
    pub(super) fn new(call: Call<Vec<String>>) -> Self {
        Self(call)
    }

    /// Only interfaces that are on, or only others.
    pub fn enabled(self, enabled: bool) -> Self {
        Self(self.0.set_query("enabled", enabled))
    }

    /// Only interfaces that are connected to this.
    pub fn mode(self, mode: impl Into<InterfaceMode>) -> Self {
        Self(self.0.set_query("mode", mode.into()))
    }

    /// Only interfaces of this name.
    pub fn name(self, name: &str) -> Self {
        Self(self.0.set_query("name", name))
    }

    /// Only interfaces in this vRack.
    pub fn vrack(self, vrack: &str) -> Self {
        Self(self.0.set_query("vrack", vrack))
    }

    /// Sets a time limit, headers and so on for this call.
    pub fn options(
        self,
        set: impl FnOnce(cloud_core::request::CallOptions) -> cloud_core::request::CallOptions,
    ) -> Self {
        Self(self.0.options(set))
    }
}

cloud_core::send_methods!(ListInterfaces => Vec<String>, |this| this.0);
