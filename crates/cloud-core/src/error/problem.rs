//! What services say about an error.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::text::{bounded, name};

/// So many fields are kept.
pub(super) const MOST_FIELDS: usize = 20;

/// So many messages about one field are kept.
const MOST: usize = 5;

/// The longest message about one field, in bytes.
const LONGEST: usize = 500;

/// One field of a request that the service, or the check before sending, finds wrong, or in which what is there differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldProblem {
    /// The field, in the API's own spelling.
    pub name: String,
    /// What is wrong with it, as far as the service says.
    pub messages: Vec<String>,
}

impl FieldProblem {
    /// A problem with this field.
    pub fn new(name: impl Into<String>, messages: Vec<String>) -> Self {
        Self {
            name: name.into(),
            messages,
        }
    }

    /// As it may be shown.
    pub(super) fn printable(self) -> Self {
        let mut messages: Vec<String> = self
            .messages
            .iter()
            .take(MOST)
            .map(|message| bounded(message, LONGEST).into_owned())
            .collect();
        if self.messages.len() > MOST {
            messages.push("…".to_owned());
        }
        Self {
            name: name(&self.name).into_owned(),
            messages,
        }
    }
}

/// What a provider reads from an error answer; see [`Dialect`](crate::request::Dialect).
#[derive(Default)]
pub struct ApiProblem {
    /// The provider's error code.
    pub code: Option<String>,
    /// The message, free of secrets.
    pub message: Option<String>,
    /// The fields it names.
    pub fields: Vec<FieldProblem>,
    /// The id of the request.
    pub correlation_id: Option<String>,
    /// The typed error, for [`Error::api`](super::Error::api).
    pub details: Option<Arc<dyn Any + Send + Sync>>,
    /// The service says that it did nothing, so even a call that creates something may be sent again.
    pub did_nothing: bool,
    /// Whether trying again may help, where the code knows better than the status.
    pub transient: Option<bool>,
    /// Whether it is about permission, where the code knows better than the status.
    pub auth: Option<bool>,
}

impl fmt::Debug for ApiProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiProblem")
            .field("code", &self.code)
            .field("message", &self.message)
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}
