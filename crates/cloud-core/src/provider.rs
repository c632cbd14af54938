//! What authors of provider crates build with. Programs that use a provider need nothing of it.
//!
//! A provider describes its API once by a [`Dialect`] and a [`Credential`], each operation by an [`OperationRow`] of a table
//! that [`operations!`](crate::operations) declares, and each call by a [`CallBuilder`]. Bodies with optional fields are
//! declared by [`request!`](crate::request!), lists by [`list_request!`](crate::list_request) and a [`PageStyle`], ids by
//! [`numeric_id!`](crate::numeric_id) and [`text_id!`](crate::text_id), words that the service may add to by
//! [`open_enum!`](crate::open_enum).

pub use crate::call::CallBuilder;
pub use crate::config::{BaseUrl, Environment, Origin, Setting, replace_private};
pub use crate::credential::Credential;
pub use crate::decode::{Decode, DecodeError};
#[cfg(feature = "dns")]
pub use crate::dns::{Carried, ZoneBackend, is_refused};
pub use crate::engine::Engine;
pub use crate::error::ApiProblem;
pub use crate::list::{
    CursorHeader, Marker, Offset, PageNumber, PageRequest, PageStyle, Whole, numbers_after,
};
pub use crate::model::{NoMeta, PageMeta};
pub use crate::options::ClientOptions;
pub use crate::raw::RawStyle;
pub use crate::request::{Dialect, OperationRow, Place};
pub use crate::task::{PerRuntime, Shared};
pub use crate::wait::{Poll, SendOnce, Step, There, Watch, difference, or_get, ready_or_get};
