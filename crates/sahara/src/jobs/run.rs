//! Running a template.

use cloud_core::wait::Accepted;
use cloud_core::{Error, Result};

use super::Job;
use super::configs::{JobConfigs, Settings};
use crate::configs::ConfigValue;
use crate::ids::{ClusterId, DataSourceId, JobTemplateId};

cloud_core::request! {
    /// Runs a template on a cluster; made by [`Jobs::run`](super::Jobs::run). `Debug` hides the values of settings and
    /// arguments.
    pub struct RunJob => Accepted<Job>;
    required {
        #[serde(skip_serializing_if = "Option::is_none")]
        job_template_id: Option<JobTemplateId>,
        cluster_id: ClusterId,
        #[serde(skip_serializing_if = "JobConfigs::is_empty")]
        job_configs: JobConfigs,
        // Sent also when it is empty: a template with an interface wants the key even where everything has a default.
        #[serde(skip_serializing_if = "Option::is_none")]
        interface: Option<Settings>,
    }
    opt {
        /// The data source that the job reads.
        @serde(rename = "input_id") input: DataSourceId,
        /// The data source that the job writes; another one than it reads.
        @serde(rename = "output_id") output: DataSourceId,
    }
    check |this: &Self| -> Result<()> {
        if this.input.is_some() && this.input == this.output {
            return Err(Error::input("output_id", "must not be the same as input_id"));
        }
        Ok(())
    };
}

impl RunJob {
    /// One more positional argument of the program.
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.job_configs.args.push(ConfigValue::Text(arg.into()));
        self
    }

    /// Positional arguments of the program, behind those that are there.
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.job_configs
            .args
            .extend(args.into_iter().map(|arg| ConfigValue::Text(arg.into())));
        self
    }

    /// A setting of the engine or the job, such as `edp.java.main_class`.
    pub fn config(mut self, name: impl Into<String>, value: impl Into<ConfigValue>) -> Self {
        self.job_configs.configs.0.insert(name.into(), value.into());
        self
    }

    /// A parameter of the script.
    pub fn param(mut self, name: impl Into<String>, value: impl Into<ConfigValue>) -> Self {
        self.job_configs.params.0.insert(name.into(), value.into());
        self
    }

    /// The value of an argument in the interface of the template.
    pub fn interface(mut self, name: impl Into<String>, value: impl Into<ConfigValue>) -> Self {
        self.interface
            .get_or_insert_default()
            .0
            .insert(name.into(), value.into());
        self
    }

    /// Leaves the arguments in the interface of the template as they are by default. The service wants to be told so.
    pub fn interface_defaults(mut self) -> Self {
        self.interface.get_or_insert_default();
        self
    }
}
