//! What an operation is: its place in the API, what it takes, who may call it.

use serde_json::Value;

use crate::route::{self, Route};

use super::Ctx;
use super::body::Field;
use super::error::Refusal;

pub(crate) type Handler = fn(&mut Ctx<'_>) -> Result<Value, Refusal>;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Does {
    pub(crate) handler: Handler,
    /// The IAM action that a service account needs.
    pub(crate) action: Option<&'static str>,
    /// Whether it needs no credential.
    pub(crate) open: bool,
    pub(crate) query: &'static [&'static str],
    pub(crate) body: Option<&'static [Field]>,
}

/// An operation. The API's description has no names for most of them, so method and path are the name.
macro_rules! op {
    ($method:ident $path:literal, $action:expr, $handler:expr) => {
        $crate::ovh::operation::operation(
            concat!(stringify!($method), " ", $path),
            stringify!($method),
            $path,
            $action,
            $handler,
        )
    };
}
pub(crate) use op;

pub(crate) const fn operation(
    id: &'static str,
    method: &'static str,
    path: &'static str,
    action: Option<&'static str>,
    handler: Handler,
) -> Route<Does> {
    route::route(
        id,
        method,
        path,
        Does {
            handler,
            action,
            open: false,
            query: &[],
            body: None,
        },
    )
}

impl Route<Does> {
    pub(crate) const fn open(mut self) -> Self {
        self.handler.open = true;
        self
    }

    pub(crate) const fn query(mut self, names: &'static [&'static str]) -> Self {
        self.handler.query = names;
        self
    }

    pub(crate) const fn body(mut self, fields: &'static [Field]) -> Self {
        self.handler.body = Some(fields);
        self
    }
}
