//! The client on the wire and against the sandbox.

mod auth;
mod common;
mod deployments;
mod errors;
mod executions;
mod login;
mod models;
mod operations;
mod query;
mod raw;
mod sources;
mod wire;
