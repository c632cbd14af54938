//! Whether the address of a data source is one that the service takes.

use cloud_core::{Error, Result};

use super::DataSourceType;
use crate::ids::is_uuid;
use crate::location::Location;

/// How much random text an address may ask for, in all.
const MOST_RANDOM: u64 = 1024;

/// The address of a data source of this type.
pub(super) fn check(kind: &DataSourceType, url: &str) -> Result<()> {
    let location = Location::parse(url);
    let is_scheme = |scheme: &str| location.scheme == scheme;
    let problem = match kind {
        _ if url.is_empty() => "must not be empty",
        DataSourceType::Hdfs
            if !(is_scheme("") || (is_scheme("hdfs") && !location.host.is_empty())) =>
        {
            "must be hdfs://host/path, or a path"
        }
        DataSourceType::MapRFs if !is_scheme("") && !is_scheme("maprfs") => {
            "must be maprfs://host/path, or a path"
        }
        DataSourceType::Swift if !is_swift(&location) => "must be swift://container/object",
        DataSourceType::S3
            if !(is_scheme("s3") || is_scheme("s3a"))
                || location.host.is_empty()
                || location.path.is_empty() =>
        {
            "must be s3://bucket/object or s3a://bucket/object"
        }
        DataSourceType::Manila
            if !is_scheme("manila") || !is_uuid(location.host) || location.path.is_empty() =>
        {
            "must be manila://share/path, where share is the UUID of the share"
        }
        _ => return placeholders(url),
    };
    Err(Error::input("url", problem))
}

/// Swift's containers may have `.sahara` behind their name, and nothing else.
fn is_swift(location: &Location<'_>) -> bool {
    let suffix = location
        .host
        .split_once('.')
        .map_or("sahara", |(_, suffix)| suffix);
    location.scheme == "swift" && suffix == "sahara" && location.has_object()
}

/// `%RANDSTR(n)%` stands for random text of that length.
fn placeholders(url: &str) -> Result<()> {
    let lengths = url
        .split("%RANDSTR(")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(")%")?.0));
    let mut total = 0_u64;
    for length in lengths.filter_map(|length| length.parse::<i64>().ok()) {
        match u64::try_from(length) {
            Ok(length) if length > 0 => total = total.saturating_add(length),
            _ => {
                return Err(Error::input(
                    "url",
                    "has a %RANDSTR(n)% whose length is not positive",
                ));
            }
        }
    }
    if total > MOST_RANDOM {
        return Err(Error::input(
            "url",
            format!("asks for more than {MOST_RANDOM} random characters"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_sources_have_addresses_of_their_type() {
        let share = "3499012a-459a-4fce-aae8-df5dab4a5f4c";
        for (kind, url, is_one) in [
            ("hdfs", "hdfs://nn:8020/in", true),
            ("hdfs", "/user/in", true),
            ("hdfs", "hdfs:///in", false),
            ("hdfs", "http://x", false),
            ("hdfs", "", false),
            ("maprfs", "maprfs:///x", true),
            ("maprfs", "hdfs://x/y", false),
            ("swift", "swift://c.sahara/o", true),
            ("swift", "swift://c/o", true),
            ("swift", "swift://c/", false),
            ("swift", "swift://c.other/o", false),
            ("s3", "s3a://b/o", true),
            ("s3", "s3://b", false),
            ("s3", "s3:///o", false),
            ("manila", &format!("manila://{share}/x"), true),
            ("manila", "manila://x/y", false),
            ("hdfs", "/x/%RANDSTR(24)%/%RANDSTR(1000)%", true),
            ("hdfs", "/x/%RANDSTR(25)%/%RANDSTR(1000)%", false),
            ("hdfs", "/x/%RANDSTR(0)%", false),
            ("hdfs", "/x/%RANDSTR(n)%/%JOB_EXEC_ID%", true),
            ("of-next-year", "next://year", true),
        ] {
            let checked = check(&kind.into(), url);
            assert_eq!(checked.is_ok(), is_one, "{kind} {url}: {checked:?}");
        }
    }
}
