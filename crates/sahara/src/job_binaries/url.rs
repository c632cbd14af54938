//! Whether the address of a program is one that the service takes.

use cloud_core::{Error, Result};

use crate::credentials::Credentials;
use crate::ids::is_uuid;
use crate::location::Location;

/// The address of a program.
pub(super) fn check(url: &str) -> Result<()> {
    let location = Location::parse(url);
    let is_one = match location.scheme {
        "internal-db" => is_uuid(location.host) && location.path.is_empty(),
        "swift" | "s3" => !location.host.is_empty() && location.has_object(),
        "manila" => is_uuid(location.host) && location.has_object(),
        _ => false,
    };
    if is_one {
        return Ok(());
    }
    let forms = "internal-db://id, swift://container/object, s3://bucket/object or manila://share/path, where id and share are UUIDs";
    Err(Error::input("url", format!("must be {forms}")))
}

/// What a new program of this address needs to be read.
pub(super) fn check_credentials(url: &str, extra: Option<&Credentials>) -> Result<()> {
    let problem = match (Location::parse(url).scheme, extra) {
        ("swift", None | Some(Credentials::S3(_))) => {
            "must be the credentials of a user of Swift, by credentials(SwiftCredentials::new(..))"
        }
        ("s3", None | Some(Credentials::Swift(_))) => {
            "must be keys for S3, by credentials(S3Credentials::new(..))"
        }
        ("s3", Some(Credentials::S3(keys))) if keys.endpoint.is_none() => {
            "must have the endpoint of S3"
        }
        ("s3", Some(Credentials::S3(keys)))
            if keys.ssl.is_some() || keys.bucket_in_path.is_some() =>
        {
            "must have keys and endpoint alone: ssl and bucket_in_path are for data sources"
        }
        _ => return Ok(()),
    };
    Err(Error::input("extra", problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_have_addresses_too() {
        let id = "3499012a-459a-4fce-aae8-df5dab4a5f4c";
        for url in [
            &format!("internal-db://{id}"),
            "swift://c/o",
            "s3://b/o",
            &format!("manila://{id}/x"),
        ] {
            assert!(check(url).is_ok(), "{url}");
        }
        for url in [
            "",
            "x",
            "internal-db://x",
            "swift://c",
            "s3://b/",
            "manila://x/y",
            "http://h/x",
        ] {
            assert_eq!(check(url).unwrap_err().fields()[0].name, "url", "{url}");
        }
    }
}
