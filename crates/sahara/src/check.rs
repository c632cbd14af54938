//! What the service would refuse, found before anything is sent.

use cloud_core::{Error, Result};

use crate::shares::Share;

/// The name of a cluster, or of what becomes part of host names.
pub(crate) fn host_name(name: &str) -> Result<()> {
    host_name_in("name", name)
}

/// The same in a field of any name.
pub(crate) fn host_name_in(field: &str, name: &str) -> Result<()> {
    // Names of clusters and groups become names of hosts.
    let label = |label: &str| {
        label.starts_with(|c: char| c.is_ascii_alphabetic())
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    // The limit of Sahara's schemas; its database would hold longer ones.
    if name.is_empty() || name.chars().count() > 50 {
        return Err(Error::input(field, "must have from 1 to 50 characters"));
    }
    if !name.split('.').all(label) {
        let rule = "must consist of letters, digits and hyphens, begin with a letter and end with a letter or a digit";
        return Err(Error::input(field, rule));
    }
    Ok(())
}

/// The name of what is not part of host names.
pub(crate) fn name(name: &str) -> Result<()> {
    if name.is_empty() || name.chars().count() > 50 {
        return Err(Error::input("name", "must have from 1 to 50 characters"));
    }
    // Everything that becomes no host may have dots and underscores as well.
    let starts = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if starts
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    {
        return Ok(());
    }
    let rule = "must consist of letters, digits, hyphens, underscores and dots, and begin with a letter or a digit";
    Err(Error::input("name", rule))
}

/// A list that must not be empty, nor name anything twice.
pub(crate) fn distinct(field: &str, items: &[String]) -> Result<()> {
    if items.is_empty() {
        return Err(Error::input(field, "must not be empty"));
    }
    no_doubles(field, items)
}

/// A list that must not name anything twice.
pub(crate) fn no_doubles(field: &str, items: &[impl PartialEq + std::fmt::Display]) -> Result<()> {
    match items
        .iter()
        .enumerate()
        .find(|(index, item)| items[..*index].contains(item))
    {
        Some((_, twice)) => Err(Error::input(field, format!("names {twice} twice"))),
        None => Ok(()),
    }
}

/// Shares are mounted at absolute paths, each at its own.
pub(crate) fn shares(field: &str, shares: &[Share]) -> Result<()> {
    let paths: Vec<&str> = shares
        .iter()
        .filter_map(|share| share.path.as_deref())
        .collect();
    if let Some(path) = paths
        .iter()
        .find(|path| !path.starts_with('/') || path.contains('\0'))
    {
        return Err(Error::input(
            field,
            format!("the path {path:?} is not absolute"),
        ));
    }
    no_doubles(field, &paths)
}

/// The name of a key pair.
pub(crate) fn keypair(name: &str) -> Result<()> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_ ".contains(&byte);
    if name.is_empty() || !name.bytes().all(fits) {
        return Err(Error::input(
            "keypair",
            "must consist of letters, digits, hyphens, underscores and blanks",
        ));
    }
    Ok(())
}

/// Tags of images.
pub(crate) fn tags(tags: &[String]) -> Result<()> {
    let ends = |c: char| c.is_ascii_alphanumeric();
    let label = |label: &str| {
        label.starts_with(ends)
            && label.ends_with(ends)
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    match tags.iter().position(|tag| !tag.split('.').all(label)) {
        None => Ok(()),
        Some(index) => {
            let rule = "must consist of parts between dots, of letters, digits, hyphens and underscores, with a letter or a \
                        digit at both ends";
            Err(Error::input(format!("tags[{index}]"), rule))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_hosts() {
        let long = "a".repeat(50);
        for name in ["a", "web-1", "a.b2.c-3", long.as_str()] {
            assert!(host_name(name).is_ok(), "{name}");
        }
        let too_long = "a".repeat(51);
        for name in [
            "",
            "1a",
            "a_b",
            "a-",
            "-a",
            "a..b",
            "ä",
            "a b",
            too_long.as_str(),
        ] {
            assert_eq!(
                host_name(name).unwrap_err().fields()[0].name,
                "name",
                "{name}"
            );
        }
    }

    #[test]
    fn other_names_may_have_more() {
        for good in ["a", "1", "Web_1.x-", "0.."] {
            assert!(name(good).is_ok(), "{good}");
        }
        for bad in ["", "_a", ".a", "-a", "a b", "ä", "a/b", &"a".repeat(51)] {
            assert_eq!(name(bad).unwrap_err().fields()[0].name, "name", "{bad}");
        }
    }

    #[test]
    fn nothing_is_named_twice() {
        let list = |items: &[&str]| {
            distinct(
                "x",
                &items.iter().map(|i| (*i).to_owned()).collect::<Vec<_>>(),
            )
        };
        assert!(list(&["a", "b"]).is_ok());
        assert!(
            list(&[])
                .unwrap_err()
                .to_string()
                .contains("x: must not be empty")
        );
        assert!(
            list(&["a", "b", "a"])
                .unwrap_err()
                .to_string()
                .contains("x: names a twice")
        );
    }

    #[test]
    fn shares_have_paths_of_their_own() {
        let of = |paths: &[&str]| {
            shares(
                "shares",
                &paths
                    .iter()
                    .map(|path| Share::new("s").path(*path))
                    .collect::<Vec<_>>(),
            )
        };
        assert!(
            of(&["/a", "/b"]).is_ok()
                && shares("shares", &[Share::new("s"), Share::new("t")]).is_ok()
        );
        for paths in [["/a", "/a"], ["/a", "b"], ["/a", "/b\0"]] {
            assert_eq!(of(&paths).unwrap_err().fields()[0].name, "shares");
        }
    }

    #[test]
    fn keypairs_and_tags_are_what_the_service_takes() {
        assert!(keypair("demo key-1_a").is_ok() && keypair("").is_err() && keypair("a.b").is_err());
        let list =
            |items: &[&str]| tags(&items.iter().map(|i| (*i).to_owned()).collect::<Vec<_>>());
        assert!(list(&["0.1", "a_b-c", "x"]).is_ok());
        for bad in ["", "_a", "a_", "a..b", "a b", ".a"] {
            assert_eq!(
                list(&["ok", bad]).unwrap_err().fields()[0].name,
                "tags[1]",
                "{bad}"
            );
        }
    }
}
