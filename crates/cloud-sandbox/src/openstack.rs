//! What the OpenStack services have in common.

use http::HeaderName;

use crate::answer::Answer;
use crate::service::uuid;

/// The port of Sahara, on which catalogs place it when Keystone was not asked through a mount.
pub(crate) const SAHARA_PORT: u16 = 8386;

/// An id as Keystone makes them.
pub(crate) fn hex(rng: &mut fastrand::Rng) -> String {
    format!("{:032x}", rng.u128(..))
}

/// Whether this is an id: 32 hexadecimal digits, with dashes anywhere, as the servers take them.
pub(crate) fn is_uuid(text: &str) -> bool {
    let bare = text
        .trim_start_matches("urn:")
        .trim_start_matches("uuid:")
        .trim_matches(['{', '}']);
    let digits = bare.bytes().filter(|byte| *byte != b'-');
    digits.clone().count() == 32 && digits.clone().all(|byte| byte.is_ascii_hexdigit())
}

pub(crate) fn with_request_id(answer: Answer, rng: &mut fastrand::Rng) -> Answer {
    answer.with(
        HeaderName::from_static("x-openstack-request-id"),
        &format!("req-{}", uuid(rng)),
    )
}

/// The URL of Sahara beside that of a Keystone: the other mount of a sandbox, or the usual port of the same host.
pub(crate) fn sahara_beside(keystone: &str) -> String {
    if let Some(base) = keystone.strip_suffix("/keystone") {
        // A sandbox mounts its services by their names under one address.
        return format!("{base}/sahara");
    }
    let (scheme, authority) = keystone.split_once("://").unwrap_or(("http", keystone));
    format!("{scheme}://{}:{SAHARA_PORT}", without_port(authority))
}

/// The URL of Keystone beside that of a Sahara.
pub(crate) fn keystone_beside(sahara: &str) -> String {
    if let Some(base) = sahara.strip_suffix("/sahara") {
        return format!("{base}/keystone");
    }
    let (scheme, authority) = sahara.split_once("://").unwrap_or(("http", sahara));
    format!("{scheme}://{}:5000", without_port(authority))
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_dashes_or_none() {
        let mut rng = fastrand::Rng::with_seed(1);
        assert!(is_uuid(&uuid(&mut rng)));
        assert!(is_uuid(&hex(&mut rng)));
        assert!(!is_uuid("plugins"));
    }

    #[test]
    fn sahara_is_the_other_mount_or_the_other_port() {
        assert_eq!(
            sahara_beside("http://127.0.0.1:8500/keystone"),
            "http://127.0.0.1:8500/sahara"
        );
        assert_eq!(
            sahara_beside("https://cloud.example:5000"),
            "https://cloud.example:8386"
        );
        assert_eq!(sahara_beside("http://[::1]:5000"), "http://[::1]:8386");
        assert_eq!(
            keystone_beside("http://cloud.example:8386"),
            "http://cloud.example:5000"
        );
        assert_eq!(keystone_beside("http://h/sahara"), "http://h/keystone");
    }
}
