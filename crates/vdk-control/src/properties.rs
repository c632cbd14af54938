//! Properties: what a job keeps from run to run.

use cloud_core::Result;
use cloud_core::request::OperationRow;
use serde_json::Value;

use crate::documents::{Document, Documents, Kind};
use crate::jobs::Job;
use crate::ops;

/// The properties of a job, by name. `Debug` shows the names only: jobs keep passwords in them.
pub type Properties = Document<PropertiesKind>;

/// Marks a document as properties.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PropertiesKind;

impl Kind for PropertiesKind {
    const NAME: &'static str = "Properties";
    const READ: &'static OperationRow = &ops::READ_PROPERTIES;
    const UPDATE: &'static OperationRow = &ops::UPDATE_PROPERTIES;

    fn check(_: &Properties) -> Result<()> {
        Ok(())
    }
}

impl Properties {
    /// The property of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

impl Job {
    /// The properties of the job: what it keeps from run to run.
    ///
    /// The server keeps them by the job's name alone, and does not look whether there is such a job: it gives none for a
    /// job that does not exist.
    pub fn properties(&self) -> Documents<'_, PropertiesKind> {
        Documents::of(self)
    }
}
