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
    let version = ["/1.0", "/v1"]
        .into_iter()
        .find(|version| path.strip_prefix(version).is_some_and(|rest| rest.starts_with('/')));
    let path = version.map_or(path, |version| &path[version.len()..]);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_found_by_what_was_called() {
        let id = |method: Method, path: &str| find(&method, path).map(|operation| operation.id);
        assert_eq!(id(Method::GET, "/auth/time"), Some("auth.time"));
        assert_eq!(id(Method::GET, "/v1/auth/time?x=1"), Some("auth.time"));
        assert_eq!(id(Method::GET, "/1.0/auth/time"), Some("auth.time"));
        for (method, path) in [
            (Method::POST, "/auth/time"),
            (Method::GET, "/auth"),
            (Method::GET, "/auth/time/x"),
            (Method::GET, "/v1auth/time"),
            (Method::GET, "/v2/auth/time"),
            (Method::GET, ""),
        ] {
            assert_eq!(id(method, path), None, "{path}");
        }
    }

    #[test]
    fn every_operation_is_named_once_and_found_by_its_own_path() {
        for operation in OPERATIONS {
            assert_eq!(OPERATIONS.iter().filter(|other| other.id == operation.id).count(), 1, "{}", operation.id);
            assert_eq!(find(&operation.method, operation.path), Some(*operation));
        }
    }
}
