/// Declares a request with the fields that clusters and templates of clusters have in common; `node_groups` is one of
/// those that are required in its making, so that it stands before what is optional. A macro, because four requests have
/// these eleven setters, and builders cannot inherit them.
macro_rules! cluster_request {
    (
        $(#[$meta:meta])*
        pub struct $name:ident => $answer:ty;
        required { $($required:tt)* }
        unsent { $($unsent:tt)* }
        opt { $($opt:tt)* }
        check $check:expr;
    ) => {
        cloud_core::request! {
            $(#[$meta])*
            pub struct $name => $answer;
            required {
                $($required)*
                #[serde(skip_serializing_if = "Vec::is_empty")]
                node_groups: Vec<$crate::node_groups::NewNodeGroup>,
            }
            unsent { $($unsent)* }
            opt {
                $($opt)*
                /// Settings of the cluster.
                cluster_configs: $crate::configs::Configs,
                /// Whether settings that nobody has set are chosen by size.
                use_autoconfig: bool,
                /// Whether other projects see the cluster or the template.
                is_public: bool,
                /// Whether the cluster or the template can be neither changed nor deleted.
                is_protected: bool,
            }
            list {
                /// Processes whose nodes shall be on different hosts.
                anti_affinity: String,
                /// Shares that all nodes mount.
                shares: $crate::shares::Share,
            }
            patch {
                /// A note about the cluster or the template; `None` clears it.
                description: String,
                /// The image of the nodes; it must be registered and have the tags of the plugin.
                @serde(rename = "default_image_id") image: $crate::ids::ImageId,
                /// The network that the service reaches the nodes in.
                @serde(rename = "neutron_management_network") network: $crate::ids::NetworkId,
                /// The domain of the nodes in Designate.
                domain_name: String,
            }
            check |this: &Self| {
                $crate::node_groups::check_groups("node_groups", &this.node_groups)?;
                this.shares.as_deref().map_or(Ok(()), |shares| $crate::check::shares("shares", shares))?;
                ($check)(this)
            };
        }

        impl $name {
            /// Adds a group of so many nodes, made from a template or on its own.
            pub fn node_group(mut self, group: impl Into<$crate::node_groups::NewNodeGroup>, count: u32) -> Self {
                self.node_groups.push(group.into().counting(count));
                self
            }
        }
    };
}

pub(crate) use cluster_request;
