//! Where data and programs of jobs are, and whether an address of theirs is one.

use serde_json::{Map, Value};

use crate::openstack::is_uuid;

use super::error::Refusal;

/// The parts of an address: what stands before `://`, the host, and the rest from its first slash on.
pub(crate) struct Location<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) host: &'a str,
    path: &'a str,
}

impl<'a> Location<'a> {
    pub(crate) fn parse(url: &'a str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        // Without a scheme all of it is a path: HDFS and MapR-FS take bare ones.
        let slash = if scheme.is_empty() {
            0
        } else {
            rest.find('/').unwrap_or(rest.len())
        };
        let (host, path) = rest.split_at(slash);
        Self { scheme, host, path }
    }

    fn has_object(&self) -> bool {
        self.path.len() > 1
    }
}

/// How much random text a data source's address may ask for.
const MOST_RANDOM: i64 = 1024;

/// Refuses the address and the credentials of a data source that its type does not allow.
pub(crate) fn check_data_source(
    kind: &str,
    url: &str,
    credentials: Option<&Value>,
) -> Result<(), Refusal> {
    check_placeholders(url)?;
    let location = Location::parse(url);
    let is_scheme = |scheme: &str| location.scheme == scheme;
    let wrong_scheme = || {
        Err(Refusal::invalid_data(format!(
            "URL scheme must be '{kind}'"
        )))
    };
    match kind {
        // The scheme comes before the empty address, in the order of the real checks.
        "hdfs" | "maprfs" if !is_scheme(kind) && !is_scheme("") => wrong_scheme(),
        "swift" | "manila" if !is_scheme(kind) => wrong_scheme(),
        _ if url.is_empty() => Err(Refusal::invalid_data(format!(
            "The URL of a data source in {kind} is empty"
        ))),
        "hdfs" if is_scheme("hdfs") && location.host.is_empty() => {
            Err(Refusal::invalid_data("The HDFS URL has no host name"))
        }
        "swift" => {
            let suffix = location.host.split_once('.').map(|(_, suffix)| suffix);
            // `.sahara` is how the Hadoop file system for Swift is told whose credentials to use; it may be left out.
            if suffix.is_some_and(|suffix| suffix != "sahara") || !location.has_object() {
                return Err(Refusal::invalid_data(
                    "URL must be of the form swift://container.sahara/object",
                ));
            }
            check_swift_credentials(credentials)
        }
        "s3" if !is_scheme("s3") && !is_scheme("s3a") => {
            Err(Refusal::invalid_data("URL scheme must be 's3' or 's3a'"))
        }
        "s3" if location.host.is_empty() => Err(Refusal::invalid_data("The URL names no bucket")),
        "s3" if location.path.is_empty() => Err(Refusal::invalid_data("The URL names no object")),
        "s3" => check_s3_credentials(credentials),
        "manila" if !is_uuid(location.host) => Err(Refusal::invalid_data(
            "The host of a Manila URL must be a uuid",
        )),
        "manila" if location.path.is_empty() => Err(Refusal::invalid_data(
            "The path of a Manila URL must not be empty",
        )),
        _ => Ok(()),
    }
}

fn check_swift_credentials(credentials: Option<&Value>) -> Result<(), Refusal> {
    let refused = |what: &str| {
        Err(Refusal::bad(
            "INVALID_CREDENTIALS",
            format!("{what} for Swift"),
        ))
    };
    let Some(credentials) = credentials.filter(|credentials| !credentials.is_null()) else {
        return refused("No credentials provided");
    };
    for (key, what) in [("user", "User"), ("password", "Password")] {
        if credentials.get(key).is_none() {
            return refused(&format!("{what} is not provided in credentials"));
        }
    }
    Ok(())
}

fn check_s3_credentials(credentials: Option<&Value>) -> Result<(), Refusal> {
    // Unlike those of Swift, these may be missing, for clusters can be configured with them.
    for (key, value) in credentials.and_then(Value::as_object).into_iter().flatten() {
        match key.as_str() {
            "accesskey" | "secretkey" | "endpoint" => {}
            "bucket_in_path" | "ssl" if value.is_boolean() => {}
            "bucket_in_path" | "ssl" => {
                return Err(Refusal::invalid_data(format!(
                    "'{key}' is either true or false"
                )));
            }
            _ => return Err(Refusal::invalid_data(format!("S3 knows no '{key}'"))),
        }
    }
    Ok(())
}

/// Looks at each `%RANDSTR(n)%`, which stands for random text of that length.
fn check_placeholders(url: &str) -> Result<(), Refusal> {
    let lengths = url
        .split("%RANDSTR(")
        .skip(1)
        .filter_map(|rest| rest.split_once(")%")?.0.parse::<i64>().ok());
    let mut total = 0_i64;
    for length in lengths {
        if length <= 0 {
            return Err(Refusal::invalid_data(
                "A RANDSTR has at least one character",
            ));
        }
        total = total.saturating_add(length);
    }
    if total > MOST_RANDOM {
        return Err(Refusal::invalid_data(format!(
            "Requested RANDSTR length is over {MOST_RANDOM} in all."
        )));
    }
    Ok(())
}

/// Refuses an address that no kind of job binary has, before anything else in a body is looked at.
pub(crate) fn check_job_binary(url: &str) -> Result<(), Refusal> {
    let location = Location::parse(url);
    let is_one = match location.scheme {
        "internal-db" => is_uuid(location.host) && location.path.is_empty(),
        "swift" => !location.host.is_empty(),
        "s3" => !location.host.is_empty() && location.has_object(),
        "manila" => is_uuid(location.host) && location.has_object(),
        // A scheme that nobody knows fails outside of the schema, under another name of error.
        _ => return Err(Refusal::invalid_data("Invalid job binary")),
    };
    if is_one {
        Ok(())
    } else {
        Err(Refusal::validation(&[format!(
            "url: '{url}' is not a 'valid_job_location'"
        )]))
    }
}

/// Refuses a new job binary without what its kind needs to be read.
pub(crate) fn check_extra(url: &str, extra: Option<&Map<String, Value>>) -> Result<(), Refusal> {
    let has =
        |key: &str| extra.is_some_and(|extra| extra.get(key).is_some_and(|value| value != ""));
    match Location::parse(url).scheme {
        "swift" if !has("user") || !has("password") => {
            let message = "A JobBinary in swift needs 'user' and 'password' in extra";
            Err(Refusal::bad("BAD_JOB_BINARY", message))
        }
        "s3" => {
            let mut keys: Vec<&str> = extra
                .into_iter()
                .flatten()
                .map(|(key, _)| key.as_str())
                .collect();
            keys.sort_unstable();
            if keys == ["accesskey", "endpoint", "secretkey"] {
                return Ok(());
            }
            Err(Refusal::invalid_data(
                "A JobBinary in s3 needs 'accesskey', 'secretkey' and 'endpoint' in extra, and nothing else",
            ))
        }
        _ => Ok(()),
    }
}
