use std::path::{Path, PathBuf};

use cloud_core::Result;
use cloud_core::config::{Ini, Setting};
use secrecy::SecretString;

/// A configuration file of the official clients.
///
/// Those disagree about its dialect. Where both read a file, it means the same here; where only one of them does, that
/// one is followed; where a quote or a remark would become part of a key, it is cut off, with a warning.
pub(super) struct IniFile {
    path: PathBuf,
    ini: Ini,
}

impl IniFile {
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self> {
        let (path, ini) = (path.to_owned(), Ini::parse(path, text)?);
        Ok(Self { path, ini })
    }

    /// The value of a key, the last one where there are several; and what was cut off from it.
    pub(super) fn get(
        &self,
        section: &str,
        key: &str,
    ) -> Option<(Setting<SecretString>, Option<String>)> {
        // In upper case it is a magic word for one client and means nothing to the other.
        let names = if section == "default" {
            &["DEFAULT", "default"][..]
        } else {
            &[section][..]
        };
        let found = names.iter().filter_map(|name| {
            let line = self.ini.line(name, key)?;
            Some((line, *name))
        });
        // Of both spellings the later line counts, as within one section.
        let (line, name) = found.max()?;
        let written = self.ini.get(name, key)?;
        let (value, remark) = plain(&written.value);
        // As with variables, what is empty is not set, so that a file of lower rank still counts.
        if value.is_empty() {
            return None;
        }
        let origin = self.ini.origin(section, key);
        let warning = remark.map(|remark| format!("{origin}: {remark} (line {line})"));
        Some((Setting::new(value.into(), origin), warning))
    }

    /// A section that differs from this one by case only.
    pub(super) fn nearly(&self, section: &str) -> Option<(&Path, &str)> {
        let differs = |name: &&str| *name != section && name.eq_ignore_ascii_case(section);
        // What stands for the section is the section.
        let mut others = self.ini.sections().filter(|name| *name != "DEFAULT");
        others.find(differs).map(|name| (self.path.as_path(), name))
    }
}

fn plain(value: &str) -> (&str, Option<&'static str>) {
    let mut value = value.trim();
    let mut remark = None;
    let starts = value
        .char_indices()
        .zip(value.chars().skip(1).map(Some).chain([None]));
    for ((at, character), next) in starts {
        // Behind white space only: go-ovh cuts `v;w` as well, which would maim a secret, and python-ovh cuts nothing.
        if character.is_whitespace() && matches!(next, Some(';' | '#')) {
            value = value[..at].trim_end();
            remark = Some("a remark behind the value was cut off");
            break;
        }
    }
    // go-ovh takes quotes off and python-ovh keeps them; no key of the service has any.
    for quote in ['"', '\''] {
        if let Some(inner) = value
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
        {
            return (inner, Some("the quotes around the value were taken off"));
        }
    }
    (value, remark)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn get(text: &str, key: &str) -> Option<(String, Option<String>)> {
        let file = IniFile::parse(Path::new("/f"), text).unwrap();
        let (setting, warning) = file.get("ovh-eu", key)?;
        Some((setting.value.expose_secret().to_owned(), warning))
    }

    /// Line by line what the two official clients were seen to do, and what holds here.
    #[test]
    fn the_dialect() {
        let cut =
            Some("[ovh-eu] key (/f): a remark behind the value was cut off (line 2)".to_owned());
        let unquoted = Some(
            "[ovh-eu] key (/f): the quotes around the value were taken off (line 2)".to_owned(),
        );
        for (line, value, warning) in [
            ("key=v", "v", None),
            ("  key  =  v  ", "v", None),
            ("Key : v", "v", None),
            ("KEY=v", "v", None),
            ("key = v ; note", "v", cut.clone()),
            ("key = v # note", "v", cut.clone()),
            ("key = v\t;note", "v", cut),
            ("key = v;w", "v;w", None),
            ("key = v#w", "v#w", None),
            ("key = \"v\"", "v", unquoted.clone()),
            ("key = 'v'", "v", unquoted),
            ("key = \"v", "\"v", None),
            ("key = 100%", "100%", None),
            ("key = a=b:c", "a=b:c", None),
        ] {
            assert_eq!(
                get(&format!("[ovh-eu]\n{line}"), "key"),
                Some((value.to_owned(), warning)),
                "{line}"
            );
        }
        for text in [
            "[ovh-eu]\n;key=v",
            "[ovh-eu]\n # key=v",
            "[ovh-eu]\nkey=",
            "[ovh-eu]\nother=v",
            "[OVH-EU]\nkey=v",
            "",
        ] {
            assert_eq!(get(text, "key"), None, "{text}");
        }
    }

    #[test]
    fn sections_merge_and_the_last_key_counts() {
        let text = "\u{feff}[ovh-eu]\r\na=1\r\nb=1\r\n[other]\r\na=9\r\n[ovh-eu]\r\nb=2\r\n";
        assert_eq!(get(text, "a").unwrap().0, "1");
        assert_eq!(get(text, "b").unwrap().0, "2");
        let file =
            IniFile::parse(Path::new("/f"), "[DEFAULT]\nendpoint=ovh-ca\n[OVH-eu]\na=1").unwrap();
        assert_eq!(
            file.get("default", "endpoint")
                .unwrap()
                .0
                .value
                .expose_secret(),
            "ovh-ca"
        );
        assert_eq!(file.nearly("ovh-eu"), Some((Path::new("/f"), "OVH-eu")));
        assert_eq!(file.nearly("OVH-eu"), None);
    }

    #[test]
    fn a_broken_file_is_named_with_its_line_and_without_its_text() {
        for (text, problem) in [
            (
                "[a]\nb=1\nhunter2",
                "line 3 (/f): neither a section nor key = value",
            ),
            ("hunter2=1", "line 1 (/f): a key before the first [section]"),
            ("\n[hunter2", "line 2 (/f): a section without its closing ]"),
        ] {
            let Err(error) = IniFile::parse(Path::new("/f"), text) else {
                panic!("{text}")
            };
            assert_eq!(error.to_string(), format!("wrong configuration: {problem}"));
        }
    }

    #[test]
    fn no_text_is_too_odd_to_be_read_or_refused() {
        let mut rng = fastrand::Rng::with_seed(13);
        let odd = [
            "[",
            "]",
            "=",
            ":",
            ";",
            "#",
            " ",
            "\"",
            "'",
            "\n",
            "\r\n",
            "\u{feff}",
            "é",
            "[ovh-eu]\n",
            "key",
        ];
        for _ in 0..20_000 {
            let text: String = (0..rng.usize(0..12))
                .map(|_| odd[rng.usize(..odd.len())])
                .collect();
            match IniFile::parse(Path::new("/f"), &text) {
                Ok(file) => drop(file.get("ovh-eu", "key")),
                Err(error) => assert!(error.to_string().contains("line "), "{error}"),
            }
        }
    }
}
