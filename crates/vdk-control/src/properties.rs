//! Properties: what a job keeps from run to run.

use crate::documents::document;
use crate::jobs::Job;

impl Job {
    /// The properties of the job: what it keeps from run to run.
    pub fn properties(&self) -> PropertiesOfJob<'_> {
        PropertiesOfJob(self)
    }
}

document!(
    /// The properties of a job, by name. `Debug` shows the names only: jobs keep passwords in them.
    Properties, "properties", get as get,
    PropertiesOfJob, READ_PROPERTIES, UPDATE_PROPERTIES,
    read "The server keeps them by the job's name alone, and does not look whether there is such a job: of one that there is not, \
          it gives none.",
    write "The server keeps them by the job's name alone, and does not look whether there is such a job.",
    check |_: &Properties| Ok(())
);
