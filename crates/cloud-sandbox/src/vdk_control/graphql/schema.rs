//! What can be asked for, and with which arguments.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::document::{Document, Field, Literal, Operation, Selection};

/// A name and a type, which is in brackets where it is a list.
type Member = (&'static str, &'static str);

const OBJECTS: &[(&str, &[Member])] = &[
    (
        "Query",
        &[
            ("jobs", "DataJobPage"),
            ("executions", "DataJobExecutionResponse"),
        ],
    ),
    (
        "DataJobPage",
        &[
            ("content", "[DataJob]"),
            ("totalPages", "Int"),
            ("totalItems", "Int"),
        ],
    ),
    (
        "DataJobExecutionResponse",
        &[
            ("content", "[DataJobExecution]"),
            ("totalPages", "Int"),
            ("totalItems", "Int"),
        ],
    ),
    (
        "DataJob",
        &[
            ("jobName", "String"),
            ("config", "DataJobConfig"),
            ("deployments", "[DataJobDeployment]"),
        ],
    ),
    (
        "DataJobConfig",
        &[
            ("team", "String"),
            ("description", "String"),
            ("schedule", "DataJobSchedule"),
            ("contacts", "DataJobContacts"),
            ("generateKeytab", "Boolean"),
            ("sourceUrl", "String"),
            ("logsUrl", "String"),
        ],
    ),
    (
        "DataJobSchedule",
        &[("scheduleCron", "String"), ("nextRunEpochSeconds", "Int")],
    ),
    (
        "DataJobContacts",
        &[
            ("notifiedOnJobFailureUserError", "[String]"),
            ("notifiedOnJobFailurePlatformError", "[String]"),
            ("notifiedOnJobSuccess", "[String]"),
            ("notifiedOnJobDeploy", "[String]"),
        ],
    ),
    (
        // The names are misspelt in the API.
        "DataJobResources",
        &[
            ("cpuLimit", "Float"),
            ("cpuRequest", "Float"),
            ("empheralStorageLimit", "Int"),
            ("empheralSorageRequest", "Int"),
            ("memoryLimit", "Int"),
            ("memoryRequest", "Int"),
            ("netBandwitdthLimit", "Int"),
        ],
    ),
    (
        "DataJobDeployment",
        &[
            ("id", "String"),
            ("enabled", "Boolean"),
            ("contacts", "DataJobContacts"),
            ("jobVersion", "String"),
            ("jobPythonVersion", "String"),
            ("lastDeployedDate", "String"),
            ("lastDeployedBy", "String"),
            ("mode", "String"),
            ("resources", "DataJobResources"),
            ("schedule", "DataJobSchedule"),
            ("vdkVersion", "String"),
            ("executions", "[DataJobExecution]"),
            ("status", "DataJobDeploymentStatus"),
            ("lastExecutionStatus", "DataJobExecutionStatus"),
            ("lastExecutionTime", "String"),
            ("lastExecutionDuration", "Int"),
            ("successfulExecutions", "Int"),
            ("failedExecutions", "Int"),
        ],
    ),
    (
        "DataJobExecution",
        &[
            ("id", "String"),
            ("type", "DataJobExecutionType"),
            ("jobName", "String"),
            ("status", "DataJobExecutionStatus"),
            ("startTime", "String"),
            ("endTime", "String"),
            ("startedBy", "String"),
            ("message", "String"),
            ("opId", "String"),
            ("logsUrl", "String"),
            ("deployment", "DataJobExecutionDeployment"),
        ],
    ),
    (
        "DataJobExecutionDeployment",
        &[
            ("id", "String"),
            ("enabled", "Boolean"),
            ("contacts", "DataJobContacts"),
            ("jobVersion", "String"),
            ("jobPythonVersion", "String"),
            ("deployedDate", "String"),
            ("deployedBy", "String"),
            ("mode", "String"),
            ("resources", "DataJobResources"),
            ("schedule", "DataJobSchedule"),
            ("vdkVersion", "String"),
            ("status", "DataJobDeploymentStatus"),
        ],
    ),
];

const OF_JOBS: &[Member] = &[
    ("pageNumber", "Int"),
    ("pageSize", "Int"),
    ("filter", "[Predicate]"),
    ("search", "String"),
];

const OF_EXECUTIONS: &[Member] = &[
    ("pageNumber", "Int"),
    ("pageSize", "Int"),
    ("filter", "DataJobExecutionFilter"),
    ("order", "DataJobExecutionOrder"),
];

const INPUTS: &[(&str, &[Member])] = &[
    (
        "Predicate",
        &[
            ("property", "String"),
            ("pattern", "String"),
            ("sort", "Direction"),
        ],
    ),
    (
        "DataJobExecutionOrder",
        &[("property", "String"), ("direction", "Direction")],
    ),
    (
        "DataJobExecutionFilter",
        &[
            ("startTimeGte", "DateTime"),
            ("endTimeGte", "DateTime"),
            ("startTimeLte", "DateTime"),
            ("endTimeLte", "DateTime"),
            ("statusIn", "[DataJobExecutionStatus]"),
            ("jobNameIn", "[String]"),
            ("teamNameIn", "[String]"),
        ],
    ),
];

const ENUMS: &[(&str, &[&str])] = &[
    ("Direction", &["ASC", "DESC"]),
    (
        "DataJobExecutionStatus",
        &[
            "SUBMITTED",
            "RUNNING",
            "SUCCEEDED",
            "CANCELLED",
            "SKIPPED",
            "USER_ERROR",
            "PLATFORM_ERROR",
        ],
    ),
];

fn find<T: Copy>(table: &[(&'static str, T)], name: &str) -> Option<T> {
    table
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, found)| *found)
}

fn arguments_of(object: &str, field: &str) -> &'static [Member] {
    match (object, field) {
        ("Query", "jobs") => OF_JOBS,
        // The nested list takes the arguments of the root (`schema.graphqls`).
        ("Query" | "DataJobDeployment", "executions") => OF_EXECUTIONS,
        _ => &[],
    }
}

/// A field with its values and without fragments.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) arguments: Map<String, Value>,
    pub(crate) fields: Vec<Asked>,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Asked {
    /// The field at the end of a path, by the names of fields.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Self> {
        let Some((first, rest)) = path.split_first() else {
            return Some(self);
        };
        self.fields
            .iter()
            .filter(|field| field.name == *first)
            .find_map(|field| field.at(rest))
    }
}

/// Why a document is not executed.
#[derive(Debug)]
pub(crate) struct Invalid {
    pub(crate) message: String,
    /// Line and column, where it is one place.
    pub(crate) at: Option<(usize, usize)>,
}

/// Checks an operation against the schema.
pub(crate) struct Check<'d> {
    document: &'d Document,
    variables: BTreeMap<String, Value>,
}

/// How often fragments may be unfolded: one that contains itself would never end, and a few that contain each other
/// twice would fill the memory.
const MOST_FIELDS: usize = 10_000;

impl<'d> Check<'d> {
    pub(crate) fn run(
        document: &'d Document,
        operation: &'d Operation,
        mut given: Map<String, Value>,
    ) -> Result<Vec<Asked>, Invalid> {
        let mut variables = BTreeMap::new();
        for variable in &operation.variables {
            let value = match (given.remove(&variable.name), &variable.default) {
                (None, Some(default)) => constant(&variable.kind, default, &BTreeMap::new()),
                (None, None) if variable.kind.ends_with('!') => Err("it has no value".to_owned()),
                (None, None) => continue,
                (Some(value), _) => coerced(&variable.kind, value),
            };
            let value = value.map_err(|problem| {
                let name = &variable.name;
                Invalid {
                    message: format!("The variable '{name}' cannot be used: {problem}"),
                    at: None,
                }
            })?;
            variables.insert(variable.name.clone(), value);
        }
        // One budget for the whole document, not for each field.
        let mut left = MOST_FIELDS;
        Self {
            document,
            variables,
        }
        .fields("Query", &operation.selection, &mut left)
    }

    fn fields(
        &self,
        object: &str,
        selection: &[Selection],
        left: &mut usize,
    ) -> Result<Vec<Asked>, Invalid> {
        let mut asked = Vec::new();
        for selected in selection {
            *left = left.checked_sub(1).ok_or_else(|| Invalid {
                message: "The query is too large".to_owned(),
                at: None,
            })?;
            match selected {
                Selection::Field(field) => asked.push(self.field(object, field, left)?),
                Selection::Inline(inner) => asked.extend(self.fields(object, inner, left)?),
                Selection::Spread(name) => {
                    let Some(fragment) = self.document.fragments.get(name) else {
                        return Err(Invalid {
                            message: format!("The fragment '{name}' is not defined"),
                            at: None,
                        });
                    };
                    // Each level of a fragment in itself takes one of the fields that are left, and some of the stack.
                    *left = left.saturating_sub(MOST_FIELDS / 32);
                    asked.extend(self.fields(object, fragment, left)?);
                }
            }
        }
        Ok(asked)
    }

    fn field(&self, object: &str, field: &Field, left: &mut usize) -> Result<Asked, Invalid> {
        let invalid = |message: String| Invalid {
            message,
            at: Some((field.line, field.column)),
        };
        let name = &field.name;
        if name == "__typename" {
            return Err(invalid("Introspection is not known here".to_owned()));
        }
        let kind = find(OBJECTS, object).and_then(|members| find(members, name));
        let kind =
            kind.ok_or_else(|| invalid(format!("Field '{name}' in type '{object}' is undefined")))?;
        // Of a list, each item is selected from.
        let inner = kind.trim_matches(['[', ']']);
        let fields = match (find(OBJECTS, inner), field.selection.is_empty()) {
            (Some(_), true) => {
                return Err(invalid(format!(
                    "Field '{name}' of type '{kind}' needs a selection"
                )));
            }
            (None, false) => {
                return Err(invalid(format!(
                    "Field '{name}' of type '{kind}' has nothing to select"
                )));
            }
            _ => self.fields(inner, &field.selection, left)?,
        };
        let mut arguments = Map::new();
        for (argument, literal) in &field.arguments {
            let kind = find(arguments_of(object, name), argument);
            let kind = kind
                .ok_or_else(|| invalid(format!("Field '{name}' has no argument '{argument}'")))?;
            if let Literal::Variable(variable) = literal {
                // A variable without a value is as if the argument were not there.
                if let Some(value) = self.variables.get(variable) {
                    arguments.insert(argument.clone(), value.clone());
                }
                continue;
            }
            let value = constant(kind, literal, &self.variables).map_err(|problem| {
                invalid(format!(
                    "The argument '{argument}' of '{name}' is wrong: {problem}"
                ))
            })?;
            arguments.insert(argument.clone(), value);
        }
        Ok(Asked {
            key: field.key().to_owned(),
            name: name.clone(),
            arguments,
            fields,
            line: field.line,
            column: field.column,
        })
    }
}

/// The value of a literal as this type.
fn constant(
    kind: &str,
    literal: &Literal,
    variables: &BTreeMap<String, Value>,
) -> Result<Value, String> {
    let wrong = || match literal {
        Literal::Number(text) | Literal::Text(text) | Literal::Name(text) => {
            format!("'{text}' is not of type {kind}")
        }
        _ => format!("it is not of type {kind}"),
    };
    let base = kind.trim_end_matches('!');
    if *literal == Literal::Null {
        return Ok(Value::Null);
    }
    if let Literal::Variable(name) = literal {
        return Ok(variables.get(name).cloned().unwrap_or_default());
    }
    if let Some(inner) = base
        .strip_prefix('[')
        .and_then(|base| base.strip_suffix(']'))
    {
        // One value stands for a list of itself.
        let items = if let Literal::List(items) = literal {
            items.as_slice()
        } else {
            std::slice::from_ref(literal)
        };
        return items
            .iter()
            .map(|item| constant(inner, item, variables))
            .collect();
    }
    if let Some(members) = find(INPUTS, base) {
        let Literal::Object(fields) = literal else {
            return Err(wrong());
        };
        return fields
            .iter()
            .map(|(name, literal)| {
                let kind =
                    find(members, name).ok_or_else(|| format!("{base} has no field '{name}'"))?;
                Ok((name.clone(), constant(kind, literal, variables)?))
            })
            .collect::<Result<Map<_, _>, String>>()
            .map(Value::Object);
    }
    match literal {
        Literal::Name(name)
            if find(ENUMS, base).is_some_and(|values| values.contains(&name.as_str())) =>
        {
            Ok(Value::from(name.as_str()))
        }
        Literal::Text(text) if base == "String" || base == "DateTime" => {
            Ok(Value::from(text.as_str()))
        }
        Literal::Number(text) if base == "Int" => {
            text.parse::<i32>().map(Value::from).map_err(|_| wrong())
        }
        _ => Err(wrong()),
    }
}

/// A variable's value as this type. Numbers may be in strings.
fn coerced(kind: &str, value: Value) -> Result<Value, String> {
    let literal = match value {
        Value::Null if kind.ends_with('!') => return Err("it must not be null".to_owned()),
        Value::String(text) if kind.starts_with("Int") => Literal::Number(text),
        value => as_literal(kind, value),
    };
    constant(kind, &literal, &BTreeMap::new())
}

fn as_literal(kind: &str, value: Value) -> Literal {
    let base = kind.trim_matches(['[', ']', '!']);
    match value {
        Value::Null => Literal::Null,
        Value::Bool(flag) => Literal::Flag(flag),
        Value::Number(number) => Literal::Number(number.to_string()),
        // In JSON, values of enumerations are strings.
        Value::String(text) if find(ENUMS, base).is_some() => Literal::Name(text),
        Value::String(text) => Literal::Text(text),
        Value::Array(items) => Literal::List(
            items
                .into_iter()
                .map(|item| as_literal(kind, item))
                .collect(),
        ),
        Value::Object(fields) => {
            let member = |name: &str| {
                find(INPUTS, base)
                    .and_then(|members| find(members, name))
                    .unwrap_or_default()
            };
            let fields = fields.into_iter().map(|(name, value)| {
                let literal = as_literal(member(&name), value);
                (name, literal)
            });
            Literal::Object(fields.collect())
        }
    }
}
