//! A server made from the descriptions of OVHcloud, and what sends generated operations to it.
//!
//! It knows nothing of the code that is generated from the same descriptions, so that each is held against the other.

mod description;
mod drive;
mod server;
#[path = "../../src/exercise/tolerance.rs"]
mod tolerance;

pub use drive::{Drive, given, run};
pub use server::Server;
