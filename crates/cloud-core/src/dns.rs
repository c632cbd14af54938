//! DNS, the same for every provider: the records that a name shall have, and the editor that brings them about.
//!
//! An [`Edit`] says what names of a zone shall have; a provider's crate makes it. Its [`Preview`] shows what that comes to
//! and changes nothing; [`Preview::apply`] does it.
//!
//! # Beside others
//!
//! Other programs may edit the same zone, even the same name. So what counts is the desired state, not what the preview saw:
//! applying reads the zone again, and where the service refuses a step because somebody else was faster, the zone is read once
//! more and the edit goes on from there. [`add`](Edit::add) keeps all that others put at the name, also after the preview;
//! [`take`](Edit::take) takes the given values and leaves the others; [`set`](Edit::set) and [`remove`](Edit::remove) hold for
//! all that is there when they are carried out. What came true meanwhile is no failure.
//!
//! # Certificates
//!
//! A certificate for `example.com` and one for `*.example.com` are validated under one name, `_acme-challenge`, often at the
//! same time. Each validation adds its token, which leaves alone that of the other, and takes it away at the end:
//! `edit().add("_acme-challenge", Rr::txt(token).ttl(60))` and `edit().take("_acme-challenge", Rr::txt(token))`. `set` and
//! `remove` would end the other validation. Whole names, as ACME libraries give them, lose the zone:
//! `_acme-challenge.example.com.` is the same name.

mod edit;
mod meaning;
mod name;
mod plan;
mod preview;
mod rr;

pub use crate::model::{Txt, TxtError};
pub use edit::Edit;
pub use plan::{Change, ChangeOutcome, DesiredRrSet, ZoneRecord};
pub use preview::{Carried, Preview, ZoneBackend, is_refused};
pub use rr::{Record, Rr, RrType};

#[cfg(test)]
mod tests;
