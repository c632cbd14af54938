//! The arguments that a template lets its jobs set.

use cloud_core::model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{ArgumentId, ProjectId};

cloud_core::open_enum! {
    /// Where an argument goes.
    pub enum MappingType {
        /// To the positional arguments of the program.
        Args = "args",
        /// To the settings of the job.
        Configs = "configs",
        /// To the parameters of a script.
        Params = "params",
    }
}

cloud_core::open_enum! {
    /// What values an argument has.
    pub enum ValueType {
        /// Text of any kind.
        Text = "string",
        /// Digits and nothing else.
        Number = "number",
        /// The id of a data source, or an address.
        DataSource = "data_source",
    }
}

/// An argument of a template, as the service gives it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct InterfaceArgument {
    /// The id of the argument itself.
    pub id: ArgumentId,
    /// The project of the template; `tenant_id` even in API v2.
    #[serde(alias = "tenant_id")]
    pub project_id: ProjectId,
    /// The name by which jobs set it.
    pub name: String,
    /// A note about the argument.
    pub description: Option<String>,
    /// Where the argument goes.
    pub mapping_type: MappingType,
    /// The position of the argument, or the name of the setting or parameter.
    pub location: String,
    /// What values it has.
    pub value_type: ValueType,
    /// Whether every job has to set it.
    pub required: bool,
    /// The value that it has otherwise.
    pub default: Option<String>,
    /// When the argument was created, to the second.
    pub created_at: Option<Timestamp>,
    /// When the argument was changed last.
    pub updated_at: Option<Timestamp>,
    /// The place of the argument in the list.
    pub order: u32,
}

/// An argument for a new template. Every job has to set it, unless it has a [`default`](Self::default) or is
/// [`optional`](Self::optional).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct Argument {
    pub(super) name: String,
    pub(super) mapping_type: MappingType,
    pub(super) location: String,
    pub(super) required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value_type: Option<ValueType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) default: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl Argument {
    fn new(
        name: impl Into<String>,
        mapping_type: MappingType,
        location: impl Into<String>,
    ) -> Self {
        let (name, location) = (name.into(), location.into());
        Self {
            name,
            mapping_type,
            location,
            required: true,
            value_type: None,
            default: None,
            description: None,
        }
    }

    /// A positional argument of the program; the first position is 0.
    pub fn positional(name: impl Into<String>, position: u32) -> Self {
        Self::new(name, MappingType::Args, position.to_string())
    }

    /// A setting of the job, such as `mapreduce.job.reduces`.
    pub fn config(name: impl Into<String>, setting: impl Into<String>) -> Self {
        Self::new(name, MappingType::Configs, setting)
    }

    /// A parameter of a script.
    pub fn param(name: impl Into<String>, parameter: impl Into<String>) -> Self {
        Self::new(name, MappingType::Params, parameter)
    }

    /// Its values are numbers: digits and nothing else.
    pub fn number(mut self) -> Self {
        self.value_type = Some(ValueType::Number);
        self
    }

    /// Its values are ids of data sources, or addresses.
    pub fn data_source(mut self) -> Self {
        self.value_type = Some(ValueType::DataSource);
        self
    }

    /// The value for jobs that set none.
    pub fn default(mut self, value: impl Into<String>) -> Self {
        self.default = Some(value.into());
        self.optional()
    }

    /// Jobs need not set it. Positional arguments need a default then.
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// A note about the argument.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}
