//! The client on the wire and against the sandbox.

mod client;
mod common;
mod failover;
mod kubeconfig;
mod models;
mod raw;
mod requests;
mod waiting;
mod wire;
