//! The operations that have typed calls, with the IAM action that each of them needs. Calls are made from this table.

use cloud_core::call::Operation;
use http::Method;

/// As [`cloud_core::operations!`], with the IAM action of an operation after its path where it has one.
macro_rules! operations_with_actions {
    ($( $name:ident = $id:literal, $method:ident $path:literal $(, $action:literal)?; )*) => {
        cloud_core::operations! {
            $( $name = $id, $method $path; )*
        }

        /// The IAM action of each operation that needs one.
        pub static IAM_ACTIONS: &[(&Operation, &str)] = &[ $( $( (&$name, $action), )? )* ];
    };
}

operations_with_actions! {
    AUTH_TIME = "auth.time", GET "/auth/time";
    AUTH_CREDENTIAL = "auth.credential", POST "/auth/credential";
    AUTH_CURRENT_CREDENTIAL = "auth.currentCredential", GET "/auth/currentCredential";
    AUTH_DETAILS = "auth.details", GET "/auth/details";
    AUTH_LOGOUT = "auth.logout", POST "/auth/logout";
}

/// The IAM action that this operation needs.
pub fn iam_action(operation: &Operation) -> Option<&'static str> {
    IAM_ACTIONS.iter().find(|(known, _)| *known == operation).map(|(_, action)| *action)
}

/// The operation that serves this method and path, with its parameters filled in or not.
pub fn find(method: &Method, path: &str) -> Option<&'static Operation> {
    let path = path.split('?').next().unwrap_or_default();
    let path = ["/1.0", "/v1"].iter().find_map(|version| path.strip_prefix(version)).unwrap_or(path);
    let fits = |template: &str| {
        let (mut wanted, mut given) = (template.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(wanted), Some(given)) if wanted == given || (wanted.starts_with('{') && !given.is_empty()) => {}
                _ => return false,
            }
        }
    };
    let mut found = OPERATIONS.iter().filter(|known| known.method == *method && fits(known.path));
    // `/domain/zone` is no `/domain/{serviceName}`.
    let first = found.next()?;
    let literal = |operation: &Operation| operation.path.split('/').filter(|part| !part.starts_with('{')).count();
    Some(found.fold(first, |best, next| if literal(next) > literal(best) { next } else { best }))
}
