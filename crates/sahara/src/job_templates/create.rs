//! Creating templates of jobs.

use cloud_core::call::Task;
use cloud_core::wait::Accepted;
use cloud_core::{Error, Result};

use super::JobTemplate;
use super::interface::{Argument, MappingType, ValueType};
use crate::check;
use crate::client::Client;
use crate::ids::JobBinaryId;
use crate::job_types::JobType;

cloud_core::request! {
    /// Creates a template of a job; made by [`JobTemplates::create`](super::JobTemplates::create).
    pub struct CreateJobTemplate => JobTemplate;
    required {
        name: String,
        #[serde(rename = "type")]
        kind: JobType,
    }
    unsent {
        client: Client,
    }
    opt {
        /// A note about the template.
        description: String,
        /// Whether other projects see the template.
        is_public: bool,
        /// Whether the template can be neither changed nor deleted.
        is_protected: bool,
    }
    list {
        /// The programs that are started.
        mains: JobBinaryId,
        /// The libraries that they need; for Java and `MapReduce`, the programs themselves.
        libs: JobBinaryId,
        /// The arguments that a job can set.
        interface: Argument,
    }
    check |this: &Self| -> Result<()> {
        check::name(&this.name)?;
        let (mains, libs) = (this.mains.as_deref().unwrap_or_default(), this.libs.as_deref().unwrap_or_default());
        check_programs(&this.kind, mains, libs)?;
        check_interface(&this.kind, this.interface.as_deref().unwrap_or_default())
    };
}

impl CreateJobTemplate {
    /// Creates the template (`POST /job-templates`, in v1.1 `POST /jobs`), or gives the one that is there already
    /// (`GET /job-templates`, in v1.1 `GET /jobs`): after an answer that was lost on the way, and when the program is
    /// run a second time. [`was_created`](Accepted::was_created) says which of the two it was.
    ///
    /// What is there must be in the same project, and have all that was asked for. What was not given is not compared.
    ///
    /// # Permissions
    ///
    /// Those of [`JobTemplates::create`](super::JobTemplates::create) and [`JobTemplates::list`](super::JobTemplates::list).
    ///
    /// # Errors
    ///
    /// Those of [`JobTemplates::create`](super::JobTemplates::create). A template of this name that differs is somebody
    /// else's, and stays as it is: then `NAME_ALREADY_EXISTS` stands, or the error of the answer that was lost. The error
    /// names the first field that differs, such as `mains`, as the last of its [`fields`](cloud_core::Error::fields).
    #[inline]
    pub fn or_get(self) -> Task<Accepted<JobTemplate>> {
        let (name, asked) = (self.name.clone(), self.clone());
        let lookup = self.client.job_templates().lookup();
        lookup.ready_or_get(name, asked, self.send())
    }
}

/// Programs in the places where jobs of this type look for them.
fn check_programs(kind: &JobType, mains: &[JobBinaryId], libs: &[JobBinaryId]) -> Result<()> {
    let twice = |list: &[JobBinaryId]| {
        list.iter()
            .enumerate()
            .any(|(index, id)| list[..index].contains(id))
    };
    // By the checks of Sahara 19. Jobs of streaming need neither: their programs are settings.
    let (needs_mains, needs_libs) = match kind {
        JobType::Hive
        | JobType::Pig
        | JobType::Shell
        | JobType::Spark
        | JobType::Storm
        | JobType::StormPyleus => (true, false),
        JobType::Java | JobType::MapReduce => (false, true),
        _ => (false, false),
    };
    // Of a type that is not known here the service decides.
    let is_known = !matches!(kind, JobType::Unknown(_));
    let (field, problem) = if needs_mains && mains.is_empty() {
        (
            "mains",
            format!("must not be empty for jobs of the type {kind}"),
        )
    } else if needs_libs && libs.is_empty() {
        (
            "libs",
            format!("must not be empty for jobs of the type {kind}"),
        )
    } else if is_known && !needs_mains && !mains.is_empty() {
        (
            "mains",
            format!("must be empty for jobs of the type {kind}"),
        )
    } else if twice(mains) {
        ("mains", "names a job binary twice".to_owned())
    } else if twice(libs) {
        ("libs", "names a job binary twice".to_owned())
    } else if needs_mains && mains.iter().any(|main| libs.contains(main)) {
        ("libs", "names a job binary that mains names too".to_owned())
    } else {
        return Ok(());
    };
    Err(Error::input(field, problem))
}

/// Arguments that contradict neither each other nor the type.
fn check_interface(kind: &JobType, interface: &[Argument]) -> Result<()> {
    let refused = |problem: String| Err(Error::input("interface", problem));
    let twice = |same: &dyn Fn(&Argument, &Argument) -> bool| {
        interface
            .iter()
            .enumerate()
            .find(|(index, one)| interface[..*index].iter().any(|other| same(one, other)))
    };
    if let Some((_, argument)) = twice(&|a, b| a.name == b.name) {
        return refused(format!("has two arguments named {}", argument.name));
    }
    if let Some((_, argument)) =
        twice(&|a, b| (&a.mapping_type, &a.location) == (&b.mapping_type, &b.location))
    {
        return refused(format!(
            "has two arguments for {} of {}",
            argument.location, argument.mapping_type
        ));
    }
    for argument in interface {
        let (name, default) = (&argument.name, argument.default.as_deref());
        if name.is_empty() || argument.location.is_empty() {
            return refused(format!(
                "has an argument without name or location: {name:?}"
            ));
        }
        if !admits(kind, &argument.mapping_type) {
            return refused(format!(
                "cannot have {name}: jobs of the type {kind} take no {}",
                argument.mapping_type
            ));
        }
        if argument.mapping_type == MappingType::Args
            && !argument.required
            && default.is_none_or(str::is_empty)
        {
            return refused(format!(
                "must have a default for {name}, which is positional and optional"
            ));
        }
        // Neither a sign nor a point (the checks of Sahara 19).
        let is_number =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if argument.value_type == Some(ValueType::Number)
            && default.is_some_and(|text| !is_number(text))
        {
            return refused(format!("must have digits as the default of {name}"));
        }
    }
    let positional = interface
        .iter()
        .filter(|argument| argument.mapping_type == MappingType::Args);
    let mut places: Vec<usize> = positional
        .filter_map(|argument| argument.location.parse().ok())
        .collect();
    places.sort_unstable();
    if places
        .iter()
        .enumerate()
        .any(|(expected, place)| expected != *place)
    {
        return refused("must have its positions without gaps from 0 on".to_owned());
    }
    Ok(())
}

/// Whether jobs of this type have such arguments.
fn admits(kind: &JobType, mapping: &MappingType) -> bool {
    use MappingType::{Args, Configs, Params};
    // As the checks of Sahara 19 have it.
    let known: &[MappingType] = match kind {
        JobType::Hive => &[Configs, Params],
        JobType::Pig | JobType::Shell => &[Configs, Params, Args],
        JobType::MapReduce | JobType::MapReduceStreaming => &[Configs],
        JobType::Java | JobType::Spark => &[Configs, Args],
        JobType::Storm => &[Args],
        JobType::StormPyleus => &[],
        JobType::Unknown(_) => return true,
    };
    known.contains(mapping)
}
