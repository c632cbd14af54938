//! Building blocks of wire types: open enums, three-state updates, instants, tolerant numbers and secrets.
//!
//! Every wire type of the provider crates is built from these, so that no answer fails to decode because the service
//! added a field, a value or a `null`.

mod decimal;
mod id_or_name;
mod macros;
mod page;
mod patch;
mod rate_limit;
pub mod secret;
mod sort;
mod timestamp;
mod txt;
mod unknown;

pub use decimal::Decimal;
pub use id_or_name::IdOrName;
pub use page::{NoMeta, Page, PageInfo, PageMeta, PageToken};
pub use patch::{IntoPatch, Patch};
pub use rate_limit::RateLimit;
pub use secret::Secret;
pub use sort::Sort;
pub use timestamp::{ParseTimestampError, Timestamp};
pub use txt::{Txt, TxtError};
pub use unknown::UnknownValue;
