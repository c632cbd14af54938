//! What the test programs share.
#![allow(dead_code, unreachable_pub)] // Every test program uses its own part of it.

pub const AK: &str = "test-app-key-0001";
pub const AS: &str = "test-app-secret-000000000000001";
pub const CK: &str = "test-consumer-key-0000000000001";

/// The time of the signatures that were computed elsewhere.
pub const NOW: i64 = 1_700_000_000;

/// The time at which a simulated clock starts.
pub const PAUSED: i64 = 1_795_168_800;
