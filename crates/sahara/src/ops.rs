//! The operations of both versions of the API, as the service's route tables have them.
//!
//! An operation has the same name in both tables, also where the versions disagree about its path: what v1.1 calls a job
//! is a job template here, and a job execution is a job, as in v2.

use cloud_core::provider::OperationRow;
use cloud_core::{Error, ErrorKind};

use crate::version::Version;

/// Version 1.1: 61 operations.
pub mod v1_1 {
    cloud_core::operations! {
        LIST_CLUSTERS = "list_clusters", GET "/clusters";
        CREATE_CLUSTER = "create_cluster", POST "/clusters";
        CREATE_CLUSTERS = "create_clusters", POST "/clusters/multiple";
        SCALE_CLUSTER = "scale_cluster", PUT "/clusters/{id}";
        GET_CLUSTER = "get_cluster", GET "/clusters/{id}";
        UPDATE_CLUSTER = "update_cluster", PATCH "/clusters/{id}";
        DELETE_CLUSTER = "delete_cluster", DELETE "/clusters/{id}";

        LIST_CLUSTER_TEMPLATES = "list_cluster_templates", GET "/cluster-templates";
        CREATE_CLUSTER_TEMPLATE = "create_cluster_template", POST "/cluster-templates";
        GET_CLUSTER_TEMPLATE = "get_cluster_template", GET "/cluster-templates/{id}";
        UPDATE_CLUSTER_TEMPLATE = "update_cluster_template", PUT "/cluster-templates/{id}";
        DELETE_CLUSTER_TEMPLATE = "delete_cluster_template", DELETE "/cluster-templates/{id}";
        EXPORT_CLUSTER_TEMPLATE = "export_cluster_template", GET "/cluster-templates/{id}/export";

        LIST_NODE_GROUP_TEMPLATES = "list_node_group_templates", GET "/node-group-templates";
        CREATE_NODE_GROUP_TEMPLATE = "create_node_group_template", POST "/node-group-templates";
        GET_NODE_GROUP_TEMPLATE = "get_node_group_template", GET "/node-group-templates/{id}";
        UPDATE_NODE_GROUP_TEMPLATE = "update_node_group_template", PUT "/node-group-templates/{id}";
        DELETE_NODE_GROUP_TEMPLATE = "delete_node_group_template", DELETE "/node-group-templates/{id}";
        EXPORT_NODE_GROUP_TEMPLATE = "export_node_group_template", GET "/node-group-templates/{id}/export";

        LIST_PLUGINS = "list_plugins", GET "/plugins";
        GET_PLUGIN = "get_plugin", GET "/plugins/{name}";
        GET_PLUGIN_VERSION = "get_plugin_version", GET "/plugins/{name}/{version}";
        UPDATE_PLUGIN = "update_plugin", PATCH "/plugins/{name}";
        CONVERT_PLUGIN_CONFIG =
            "convert_plugin_config", POST "/plugins/{name}/{version}/convert-config/{template_name}";

        LIST_IMAGES = "list_images", GET "/images";
        GET_IMAGE = "get_image", GET "/images/{id}";
        REGISTER_IMAGE = "register_image", POST "/images/{id}";
        UNREGISTER_IMAGE = "unregister_image", DELETE "/images/{id}";
        TAG_IMAGE = "tag_image", POST "/images/{id}/tag";
        UNTAG_IMAGE = "untag_image", POST "/images/{id}/untag";

        LIST_DATA_SOURCES = "list_data_sources", GET "/data-sources";
        CREATE_DATA_SOURCE = "create_data_source", POST "/data-sources";
        GET_DATA_SOURCE = "get_data_source", GET "/data-sources/{id}";
        UPDATE_DATA_SOURCE = "update_data_source", PUT "/data-sources/{id}";
        DELETE_DATA_SOURCE = "delete_data_source", DELETE "/data-sources/{id}";

        LIST_JOB_BINARIES = "list_job_binaries", GET "/job-binaries";
        CREATE_JOB_BINARY = "create_job_binary", POST "/job-binaries";
        GET_JOB_BINARY = "get_job_binary", GET "/job-binaries/{id}";
        UPDATE_JOB_BINARY = "update_job_binary", PUT "/job-binaries/{id}";
        DELETE_JOB_BINARY = "delete_job_binary", DELETE "/job-binaries/{id}";
        GET_JOB_BINARY_DATA = "get_job_binary_data", GET "/job-binaries/{id}/data";

        LIST_JOB_BINARY_INTERNALS = "list_job_binary_internals", GET "/job-binary-internals";
        CREATE_JOB_BINARY_INTERNAL = "create_job_binary_internal", PUT "/job-binary-internals/{name}";
        GET_JOB_BINARY_INTERNAL = "get_job_binary_internal", GET "/job-binary-internals/{id}";
        UPDATE_JOB_BINARY_INTERNAL = "update_job_binary_internal", PATCH "/job-binary-internals/{id}";
        DELETE_JOB_BINARY_INTERNAL = "delete_job_binary_internal", DELETE "/job-binary-internals/{id}";
        GET_JOB_BINARY_INTERNAL_DATA = "get_job_binary_internal_data", GET "/job-binary-internals/{id}/data";

        LIST_JOB_TEMPLATES = "list_job_templates", GET "/jobs";
        CREATE_JOB_TEMPLATE = "create_job_template", POST "/jobs";
        GET_JOB_TEMPLATE = "get_job_template", GET "/jobs/{id}";
        UPDATE_JOB_TEMPLATE = "update_job_template", PATCH "/jobs/{id}";
        DELETE_JOB_TEMPLATE = "delete_job_template", DELETE "/jobs/{id}";
        RUN_JOB = "run_job", POST "/jobs/{id}/execute";
        GET_JOB_CONFIG_HINTS = "get_job_config_hints", GET "/jobs/config-hints/{job_type}";

        LIST_JOBS = "list_jobs", GET "/job-executions";
        GET_JOB = "get_job", GET "/job-executions/{id}";
        REFRESH_JOB = "refresh_job", GET "/job-executions/{id}/refresh-status";
        CANCEL_JOB = "cancel_job", GET "/job-executions/{id}/cancel";
        UPDATE_JOB = "update_job", PATCH "/job-executions/{id}";
        DELETE_JOB = "delete_job", DELETE "/job-executions/{id}";

        LIST_JOB_TYPES = "list_job_types", GET "/job-types";
    }
}

/// Version 2: 52 operations.
pub mod v2 {
    cloud_core::operations! {
        LIST_CLUSTERS = "list_clusters", GET "/clusters";
        CREATE_CLUSTER = "create_cluster", POST "/clusters";
        GET_CLUSTER = "get_cluster", GET "/clusters/{id}";
        SCALE_CLUSTER = "scale_cluster", PUT "/clusters/{id}";
        UPDATE_CLUSTER = "update_cluster", PATCH "/clusters/{id}";
        DELETE_CLUSTER = "delete_cluster", DELETE "/clusters/{id}";

        LIST_CLUSTER_TEMPLATES = "list_cluster_templates", GET "/cluster-templates";
        CREATE_CLUSTER_TEMPLATE = "create_cluster_template", POST "/cluster-templates";
        GET_CLUSTER_TEMPLATE = "get_cluster_template", GET "/cluster-templates/{id}";
        UPDATE_CLUSTER_TEMPLATE = "update_cluster_template", PATCH "/cluster-templates/{id}";
        DELETE_CLUSTER_TEMPLATE = "delete_cluster_template", DELETE "/cluster-templates/{id}";
        EXPORT_CLUSTER_TEMPLATE = "export_cluster_template", GET "/cluster-templates/{id}/export";

        LIST_NODE_GROUP_TEMPLATES = "list_node_group_templates", GET "/node-group-templates";
        CREATE_NODE_GROUP_TEMPLATE = "create_node_group_template", POST "/node-group-templates";
        GET_NODE_GROUP_TEMPLATE = "get_node_group_template", GET "/node-group-templates/{id}";
        UPDATE_NODE_GROUP_TEMPLATE = "update_node_group_template", PATCH "/node-group-templates/{id}";
        DELETE_NODE_GROUP_TEMPLATE = "delete_node_group_template", DELETE "/node-group-templates/{id}";
        EXPORT_NODE_GROUP_TEMPLATE = "export_node_group_template", GET "/node-group-templates/{id}/export";

        LIST_PLUGINS = "list_plugins", GET "/plugins";
        GET_PLUGIN = "get_plugin", GET "/plugins/{name}";
        GET_PLUGIN_VERSION = "get_plugin_version", GET "/plugins/{name}/{version}";
        UPDATE_PLUGIN = "update_plugin", PATCH "/plugins/{name}";

        LIST_IMAGES = "list_images", GET "/images";
        GET_IMAGE = "get_image", GET "/images/{id}";
        REGISTER_IMAGE = "register_image", POST "/images/{id}";
        UNREGISTER_IMAGE = "unregister_image", DELETE "/images/{id}";
        GET_IMAGE_TAGS = "get_image_tags", GET "/images/{id}/tags";
        SET_IMAGE_TAGS = "set_image_tags", PUT "/images/{id}/tags";
        DELETE_IMAGE_TAGS = "delete_image_tags", DELETE "/images/{id}/tags";

        LIST_DATA_SOURCES = "list_data_sources", GET "/data-sources";
        CREATE_DATA_SOURCE = "create_data_source", POST "/data-sources";
        GET_DATA_SOURCE = "get_data_source", GET "/data-sources/{id}";
        UPDATE_DATA_SOURCE = "update_data_source", PATCH "/data-sources/{id}";
        DELETE_DATA_SOURCE = "delete_data_source", DELETE "/data-sources/{id}";

        LIST_JOB_BINARIES = "list_job_binaries", GET "/job-binaries";
        CREATE_JOB_BINARY = "create_job_binary", POST "/job-binaries";
        GET_JOB_BINARY = "get_job_binary", GET "/job-binaries/{id}";
        UPDATE_JOB_BINARY = "update_job_binary", PATCH "/job-binaries/{id}";
        DELETE_JOB_BINARY = "delete_job_binary", DELETE "/job-binaries/{id}";
        GET_JOB_BINARY_DATA = "get_job_binary_data", GET "/job-binaries/{id}/data";

        LIST_JOB_TEMPLATES = "list_job_templates", GET "/job-templates";
        CREATE_JOB_TEMPLATE = "create_job_template", POST "/job-templates";
        GET_JOB_TEMPLATE = "get_job_template", GET "/job-templates/{id}";
        UPDATE_JOB_TEMPLATE = "update_job_template", PATCH "/job-templates/{id}";
        DELETE_JOB_TEMPLATE = "delete_job_template", DELETE "/job-templates/{id}";
        GET_JOB_CONFIG_HINTS = "get_job_config_hints", GET "/job-templates/config-hints/{job_type}";

        LIST_JOBS = "list_jobs", GET "/jobs";
        RUN_JOB = "run_job", POST "/jobs";
        GET_JOB = "get_job", GET "/jobs/{id}";
        UPDATE_JOB = "update_job", PATCH "/jobs/{id}";
        DELETE_JOB = "delete_job", DELETE "/jobs/{id}";

        LIST_JOB_TYPES = "list_job_types", GET "/job-types";
    }
}

/// An operation as the versions of the API have it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    /// In v1.1 and in v2.
    Both(&'static OperationRow, &'static OperationRow),
    /// An operation of v1.1 only.
    V1_1(&'static OperationRow),
    /// An operation of v2 only.
    V2(&'static OperationRow),
}

/// The operation of this name in both tables. A macro, so that 61 callers say the name once and none can pair it with
/// another one.
macro_rules! both {
    ($name:ident) => {
        $crate::ops::Op::Both(&$crate::ops::v1_1::$name, &$crate::ops::v2::$name)
    };
}

pub(crate) use both;

impl Op {
    /// The operation in this version; where it has none, that of the other version, and why it cannot be called.
    pub(crate) fn of(self, version: Version) -> (&'static OperationRow, Option<Error>) {
        match (self, version) {
            (Self::Both(operation, _) | Self::V1_1(operation), Version::V1_1)
            | (Self::Both(_, operation) | Self::V2(operation), Version::V2) => (operation, None),
            (Self::V1_1(operation), Version::V2) => (operation, Some(missing(version, "V1_1"))),
            (Self::V2(operation), Version::V1_1) => (operation, Some(missing(version, "V2"))),
        }
    }
}

fn missing(version: Version, other: &str) -> Error {
    let text = format!(
        "API {version} has no such operation; where the service offers the other version too, call it by \
         data_processing().version(Version::{other})"
    );
    Error::new(ErrorKind::Input, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operation_is_that_of_the_version_or_an_error() {
        let both = both!(UPDATE_NODE_GROUP_TEMPLATE);
        for (version, method) in [(Version::V1_1, "PUT"), (Version::V2, "PATCH")] {
            let (operation, missing) = both.of(version);
            assert_eq!(
                (operation.method.as_str(), missing.is_none()),
                (method, true)
            );
        }
        for (op, has, lacks) in [
            (
                Op::V1_1(&v1_1::CONVERT_PLUGIN_CONFIG),
                Version::V1_1,
                Version::V2,
            ),
            (Op::V2(&v2::SET_IMAGE_TAGS), Version::V2, Version::V1_1),
        ] {
            assert!(op.of(has).1.is_none());
            let error = op.of(lacks).1.unwrap();
            assert_eq!(error.kind(), ErrorKind::Input);
            let text = format!(
                "API {lacks} has no such operation; where the service offers the other version too"
            );
            assert!(
                error.to_string().contains(&text)
                    && error.to_string().contains(&format!("Version::{has:?}")),
                "{error}"
            );
        }
    }
}
