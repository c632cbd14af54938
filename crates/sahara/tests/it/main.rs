//! The client on the wire and against the sandbox.

mod cloud;
mod cluster_templates;
mod cluster_work;
mod clusters;
mod common;
mod data_sources;
mod errors;
mod images;
mod job_binaries;
mod job_templates;
mod jobs;
mod keystone;
mod lazily;
mod node_group_templates;
mod operations;
mod or_get;
mod plugins;
mod renewal;
mod sandbox;
mod sandbox_clusters;
mod sandbox_jobs;
mod tls;
mod wire;
