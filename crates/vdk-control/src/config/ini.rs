use std::collections::BTreeMap;
use std::path::PathBuf;

use cloud_core::config::{Origin, Setting};

/// As much of Python's configuration files as the `vdk` command line writes: sections, and keys with their values.
pub(super) struct Ini {
    path: PathBuf,
    values: BTreeMap<(String, String), String>,
}

impl Ini {
    /// Lines that are neither are passed over, as they may be meant for a newer version.
    pub(super) fn parse(path: PathBuf, text: &str) -> Self {
        let mut values = BTreeMap::new();
        let mut section = String::new();
        for line in text.lines().map(str::trim) {
            if line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(name) = line
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
            {
                name.trim().clone_into(&mut section);
            } else if let Some((key, value)) = line.split_once(['=', ':']) {
                let key = key.trim().to_ascii_lowercase();
                values.insert((section.clone(), key), value.trim().to_owned());
            }
        }
        Self { path, values }
    }

    /// A value that is set and not empty.
    pub(super) fn get(&self, section: &str, key: &str) -> Option<Setting<String>> {
        let value = self
            .values
            .get(&(section.to_owned(), key.to_owned()))
            .filter(|value| !value.is_empty())?;
        let origin = Origin::File {
            path: self.path.clone(),
            key: format!("{section}.{key}"),
        };
        Some(Setting::new(value.clone(), origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_command_line_writes_is_read() {
        let text = "# mine\n[other]\nteam-name = no\n[defaults]\nteam-name = my team\nREST-API-URL: http://x:8092/=\nempty=\n;a = b\n=\n";
        let ini = Ini::parse("/x.ini".into(), text);
        let get = |key: &str| ini.get("defaults", key).map(|found| found.value);
        assert_eq!(get("team-name").as_deref(), Some("my team"));
        assert_eq!(get("rest-api-url").as_deref(), Some("http://x:8092/="));
        assert_eq!((get("empty"), get("a"), get(";a")), (None, None, None));
        assert_eq!(
            ini.get("defaults", "team-name").unwrap().origin.to_string(),
            "defaults.team-name (/x.ini)"
        );
    }
}
