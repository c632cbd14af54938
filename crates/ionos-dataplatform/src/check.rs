//! What can be told of a request before it is sent. The rules are those of the Python client's models and, where these
//! are silent, of the Terraform provider.

use std::net::IpAddr;

use cloud_core::{Error, Result};

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Refuses what cannot be an id, before it is sent: an empty one would name a list instead of a resource. The dashes of a
/// UUID may be missing.
pub(crate) fn uuid(field: &str, id: &str) -> Result<()> {
    let rest = [8, 4, 4, 4, 12].into_iter().try_fold(id, |rest, length| {
        let (digits, rest) = rest.split_at_checked(length)?;
        let is_group = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_group.then(|| rest.strip_prefix('-').unwrap_or(rest))
    });
    // A dash behind the last group was taken off like those between groups.
    if rest == Some("") && !id.ends_with('-') {
        return Ok(());
    }
    Err(Error::input(
        field,
        format!("must be a UUID, 32 hexadecimal digits with or without dashes, and is {id:?}"),
    ))
}

pub(crate) fn name(name: &str) -> Result<()> {
    let ends = [name.bytes().next(), name.bytes().last()];
    // The pattern of ionos-cloud/sdk-python-dataplatform needs two characters, though the API's text speaks of "63 or
    // less" only.
    let good = (2..=63).contains(&name.len())
        && name.bytes().all(is_word)
        && ends
            .into_iter()
            .flatten()
            .all(|byte| byte.is_ascii_alphanumeric());
    if good {
        return Ok(());
    }
    Err(Error::input(
        "name",
        format!(
            "must have 2 to 63 letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and \
             is {name:?}"
        ),
    ))
}

/// The part of a name that lists are filtered by.
pub(crate) fn name_filter(part: &str) -> Result<()> {
    if part.len() <= 63 && part.bytes().all(is_word) {
        return Ok(());
    }
    Err(Error::input(
        "name",
        format!("may have up to 63 letters, digits, dashes, underscores and dots, and is {part:?}"),
    ))
}

/// A version or a family of processors.
pub(crate) fn word(field: &str, text: Option<&String>) -> Result<()> {
    match text {
        Some(text) if text.is_empty() || text.len() > 32 || !text.bytes().all(is_word) => {
            Err(Error::input(
                field,
                format!(
                    "must have 1 to 32 letters, digits, dashes, underscores and dots, and is {text:?}"
                ),
            ))
        }
        _ => Ok(()),
    }
}

pub(crate) fn at_least(field: &str, least: u32, number: Option<u32>) -> Result<()> {
    // The service counts with 32 bits and a sign.
    match number {
        Some(number) if number < least || i32::try_from(number).is_err() => Err(Error::input(
            field,
            format!("must be from {least} to {}, and is {number}", i32::MAX),
        )),
        _ => Ok(()),
    }
}

pub(crate) fn ram(megabytes: Option<u32>) -> Result<()> {
    at_least("ramSize", 2048, megabytes)?;
    match megabytes {
        Some(size) if size % 1024 != 0 => Err(Error::input(
            "ramSize",
            format!("must be a multiple of 1024 MB, and is {size}"),
        )),
        _ => Ok(()),
    }
}

/// `HH:MM:SS`.
pub(crate) fn time(field: &str, time: &str) -> Result<()> {
    let digits = |range: std::ops::Range<usize>| {
        time.get(range)
            // `parse` alone would take `+4` for a number.
            .filter(|part| part.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|part| part.parse::<u8>().ok())
    };
    let colons = time.len() == 8
        && [2, 5]
            .iter()
            .all(|at| time.as_bytes().get(*at) == Some(&b':'));
    match (colons, digits(0..2), digits(3..5), digits(6..8)) {
        (true, Some(0..=23), Some(0..=59), Some(0..=59)) => Ok(()),
        _ => Err(Error::input(
            field,
            format!("must be a time such as 04:30:00, and is {time:?}"),
        )),
    }
}

pub(crate) fn cidr(field: &str, network: &str) -> Result<()> {
    let good = network.split_once('/').is_some_and(|(address, length)| {
        let most = match address.parse() {
            Ok(IpAddr::V4(_)) => 32,
            Ok(IpAddr::V6(_)) => 128,
            Err(_) => return false,
        };
        // `parse` alone would take a sign.
        length.bytes().all(|b| b.is_ascii_digit())
            && length.parse::<u8>().is_ok_and(|length| length <= most)
    });
    if good {
        Ok(())
    } else {
        Err(Error::input(
            field,
            format!("must be a network such as 10.0.0.0/16, and is {network:?}"),
        ))
    }
}

pub(crate) fn address(field: &str, address: &str) -> Result<()> {
    match address.parse::<IpAddr>() {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::input(
            field,
            format!("must be an IP address, and is {address:?}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn sorts(check: impl Fn(&str) -> Result<()>, good: &[&str], bad: &[&str]) {
        for text in good {
            check(text).unwrap();
        }
        for text in bad {
            let error = check(text).unwrap_err().to_string();
            assert!(error.contains(&format!("and is {text:?}")), "{error}");
        }
    }

    #[test]
    fn ids_have_dashes_or_not() {
        sorts(
            |id| uuid("clusterId", id),
            &[
                "498ae72f-411f-11eb-9d07-046c59cc737e",
                "498ae72f411f11eb9d07046c59cc737e",
                "498AE72F-411F-11EB-9D07-046C59CC737E",
            ],
            &[
                "",
                "498ae72f",
                "498ae72f-411f-11eb-9d07-046c59cc737e0",
                "498ae72f-411f-11eb-9d07-046c59cc737e-",
                "498ae72f-411f-11eb-9d07-046c59cc737",
                "498ae72f--411f-11eb-9d07-046c59cc737e",
                "-498ae72f-411f-11eb-9d07-046c59cc737e",
                "498ae72g-411f-11eb-9d07-046c59cc737e",
                "ü98ae72f411f11eb9d07046c59cc737e",
            ],
        );
        let error = uuid("clusterId", "").unwrap_err().to_string();
        assert!(error.contains("clusterId: must be a UUID"), "{error}");
    }

    #[test]
    fn names() {
        let (longest, longer) = ("x".repeat(63), "x".repeat(64));
        sorts(
            name,
            &["ab", "a1", "My-cluster_1.x", &longest],
            &["", "a", "-a", "a-", "a b", "ä1", "a\nb", &longer],
        );
        sorts(
            name_filter,
            &["", "-", "lake", &longest],
            &["a b", "a%", &longer],
        );
    }

    #[test]
    fn versions_and_families() {
        let check = |text: &str| word("dataPlatformVersion", Some(&text.to_owned()));
        let (longest, longer) = ("1".repeat(32), "1".repeat(33));
        sorts(
            check,
            &["23.11", "AUTO", "INTEL_SKYLAKE", &longest],
            &["", "23 11", "23/11", &longer],
        );
        word("dataPlatformVersion", None).unwrap();
    }

    #[test]
    fn numbers() {
        for (least, number, is_good) in [
            (1, 1, true),
            (1, 2_147_483_647, true),
            (1, 0, false),
            (1, 2_147_483_648, false),
            (10, 10, true),
            (10, 9, false),
        ] {
            assert_eq!(
                at_least("nodeCount", least, Some(number)).is_ok(),
                is_good,
                "{number}"
            );
        }
        for (size, is_good) in [
            (2048, true),
            (3072, true),
            (0, false),
            (1024, false),
            (2049, false),
            (4000, false),
        ] {
            assert_eq!(ram(Some(size)).is_ok(), is_good, "{size}");
        }
        ram(None).unwrap();
    }

    #[test]
    fn times() {
        let good = ["00:00:00", "23:59:59", "04:30:00"];
        let bad = [
            "",
            "24:00:00",
            "4:30:00",
            "04:60:00",
            "04:30",
            "04:30:00Z",
            "0a:30:00",
            "+4:30:00",
            "04-30-00",
            "ä:30:00",
        ];
        sorts(|text| time("time", text), &good, &bad);
    }

    #[test]
    fn networks() {
        sorts(
            |text| cidr("network", text),
            &["10.0.0.0/16", "::/0", "fd00::/128"],
            &["10.0.0.0", "10.0.0.0/33", "x/8", "::/129", "10.0.0.0/+8"],
        );
        sorts(
            |text| address("gateway", text),
            &["10.0.0.1", "fd00::1"],
            &["", "10.0.0", "host"],
        );
    }
}
