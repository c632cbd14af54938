use http::Method;

/// One operation of an API: a row of the provider's table, made by [`operations!`](crate::operations).
#[derive(Debug, PartialEq, Eq)]
pub struct OperationRow {
    /// The API's own name of the operation.
    pub id: &'static str,
    /// The HTTP method of the operation.
    pub method: Method,
    /// The path template, relative to the base URL, with `{names}` for its parameters.
    pub path: &'static str,
    /// What the caller must be allowed to do, in the API's own word; empty where the table does not say.
    pub permission: &'static str,
}

/// Declares the operations of an API, one constant each, and `OPERATIONS`, the table of all of them.
///
/// Calls are made from these constants, so the table cannot drift from what is sent. An API with a word for each permission
/// has it behind the path.
///
/// ```
/// mod ops {
///     cloud_core::operations! {
///         GET_SERVER = "get_server", GET "/servers/{id}", "server:read";
///         DELETE_SERVER = "delete_server", DELETE "/servers/{id}";
///     }
/// }
/// assert_eq!(ops::OPERATIONS.len(), 2);
/// assert_eq!((ops::GET_SERVER.path, ops::GET_SERVER.permission), ("/servers/{id}", "server:read"));
/// assert_eq!(ops::DELETE_SERVER.permission, "");
/// ```
#[macro_export]
macro_rules! operations {
    ($( $name:ident = $id:literal, $method:ident $path:literal $(, $permission:literal)?; )*) => {
        $(
            #[doc = concat!("`", stringify!($method), " ", $path, "`")]
            pub static $name: $crate::request::OperationRow = $crate::request::OperationRow {
                id: $id,
                method: $crate::__private::http::Method::$method,
                path: $path,
                permission: concat!($($permission)?),
            };
        )*
        /// Every operation of this API that the crate can call.
        pub static OPERATIONS: &[&$crate::request::OperationRow] = &[ $( &$name ),* ];
    };
}
