//! Properties: what a job keeps from run to run.

use crate::documents::document;

document! {
    /// The properties of a job, by name. `Debug` shows the names only: jobs keep passwords in them.
    Properties, "properties", get as get,
    ///
    /// The server keeps them by the job's name alone, and does not look whether there is such a job: of one that there
    /// is not, it gives none.
    PropertiesOfJob, READ_PROPERTIES, UPDATE_PROPERTIES, "/deployments/{deployment_id}/properties",
    "The server keeps them by the job's name alone, and does not look whether there is such a job.",
    check |_: &Properties| Ok(()),
    example "```
# #[tokio::main] async fn main() -> vdk_control::Result<()> {
# let sandbox = cloud_sandbox::Sandbox::new();
# let builder = vdk_control::Client::builder().endpoint(\"http://localhost:8092\").token(\"t\");
# let api = builder.transport(sandbox.vdk_control()).build()?;
use vdk_control::Properties;

# let job = api.team(\"analytics\").jobs().create(\"daily-load\").await?;
job.properties().replace(&Properties::from_iter([(\"last_day\", \"2026-11-19\")])).await?;
let all = job.properties().set(\"rows\", 1200).await?; // reads, changes, writes
assert_eq!((all.get(\"last_day\").unwrap(), all.len()), (&\"2026-11-19\".into(), 2));
# Ok(()) }
```"
}
