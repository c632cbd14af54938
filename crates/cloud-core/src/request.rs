//! The description of one request, and what a provider says of its API as a whole.

mod dialect;
mod form;
mod operation;
mod options;
mod parts;
mod place;
mod report;

pub use dialect::Dialect;
pub(crate) use form::{CONTENT_TYPE as FORM, to_form};
pub use operation::OperationRow;
pub use options::CallOptions;
pub(crate) use parts::{Encode, Parts};
pub use place::Place;
pub use report::AttemptReport;
pub(crate) use report::{Hook, chain};
