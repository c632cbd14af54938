//! A server made from the descriptions of OVHcloud, and what sends generated operations to it.
//!
//! It knows nothing of the code that is generated from the same descriptions, so that each is held against the other.

mod description;
mod drive;
#[allow(dead_code, reason = "the sandbox makes more of it")]
#[path = "../../../crates/cloud-sandbox/src/ovh/generic/examples.rs"]
mod examples;
mod server;
#[path = "../../src/exercise/tolerance.rs"]
mod tolerance;

pub use drive::{Drive, given, run};
pub use server::Server;
