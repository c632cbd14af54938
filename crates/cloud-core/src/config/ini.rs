use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::{Origin, Setting};
use crate::error::{Error, Result};

/// A file of sections, and keys with their values: `[section]`, then `key = value` or `key: value`.
///
/// A line that begins with `#` or `;` is a comment, and so is nothing else: values may hold both. Keys are compared
/// without regard to case, sections with it. The values may be secrets, and no error quotes the file.
///
/// ```
/// use cloud_core::config::Ini;
///
/// let file = Ini::parse("app.conf".as_ref(), "[server]\nPort = 8092")?;
/// assert_eq!(file.get("server", "port").unwrap().value, "8092");
/// # Ok::<(), cloud_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Ini {
    path: PathBuf,
    entries: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    section: String,
    key: String,
    value: SecretString,
    line: usize,
}

impl std::fmt::Debug for Ini {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Ini({}, {} values)",
            self.path.display(),
            self.entries.len()
        )
    }
}

impl Ini {
    /// Reads a file in which each value ends with its line.
    pub fn parse(path: &Path, text: &str) -> Result<Self> {
        Self::read(path, text, false)
    }

    /// The same for a file of Python, whose lines that are indented further than a key go on with its value.
    pub fn parse_python(path: &Path, text: &str) -> Result<Self> {
        Self::read(path, text, true)
    }

    fn read(path: &Path, text: &str, goes_on: bool) -> Result<Self> {
        let mut section: Option<String> = None;
        let mut entries: Vec<Entry> = Vec::new();
        // How far the last key is indented; nothing goes on behind the head of a section.
        let mut open: Option<usize> = None;
        // Some editors on Windows begin a file with this mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.lines().enumerate() {
            let wrong = |problem| {
                let key = format!("line {}", index + 1);
                let path = path.to_owned();
                Error::config(Origin::File { path, key }, problem)
            };
            let indent = line.len() - line.trim_start().len();
            let line = line.trim();
            if line.is_empty() || line.starts_with([';', '#']) {
                continue;
            }
            if goes_on
                && open.is_some_and(|key| indent > key)
                && let Some(last) = entries.last_mut()
            {
                let longer = format!("{}\n{line}", last.value.expose_secret());
                last.value = longer.into();
                continue;
            }
            if let Some(rest) = line.strip_prefix('[') {
                let (name, _) = rest
                    .split_once(']')
                    .ok_or_else(|| wrong("a section without its closing ]"))?;
                section = Some(name.trim().to_owned());
                open = None;
                continue;
            }
            let (key, value) = line
                .split_once(['=', ':'])
                .ok_or_else(|| wrong("neither a section nor key = value"))?;
            let section = section
                .clone()
                .ok_or_else(|| wrong("a key before the first [section]"))?;
            open = Some(indent);
            entries.push(Entry {
                section,
                key: key.trim().to_ascii_lowercase(),
                value: value.trim().into(),
                line: index + 1,
            });
        }
        Ok(Self {
            path: path.to_owned(),
            entries,
        })
    }

    /// The value of a key, the last one where there are several; `None` when it is empty.
    pub fn get(&self, section: &str, key: &str) -> Option<Setting<String>> {
        let value = self.find(section, key)?.value.expose_secret();
        (!value.is_empty()).then(|| Setting::new(value.to_owned(), self.origin(section, key)))
    }

    /// The line in which the value of a key stands.
    pub fn line(&self, section: &str, key: &str) -> Option<usize> {
        Some(self.find(section, key)?.line)
    }

    /// The sections that have a value, in their order. Those that come several times are told several times.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.section.as_str())
    }

    /// Where the value of a key comes from, or would come from.
    pub fn origin(&self, section: &str, key: &str) -> Origin {
        Origin::File {
            path: self.path.clone(),
            key: format!("[{section}] {key}"),
        }
    }

    fn find(&self, section: &str, key: &str) -> Option<&Entry> {
        let is_it = |entry: &&Entry| entry.section == section && entry.key == key;
        self.entries.iter().rev().find(is_it)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(file: &Ini, key: &str) -> Option<String> {
        file.get("s", key).map(|setting| setting.value)
    }

    #[test]
    fn sections_keys_and_values_are_read() {
        let text = "\u{feff}# mine\r\n[ s ]\r\nA = 1 ; x\r\n  b: c=d#e\r\n;c = 2\r\nempty =\r\n[t]\na = 9\n[s]\nb = last\n";
        let file = Ini::parse(Path::new("/f"), text).unwrap();
        assert_eq!(value(&file, "a").as_deref(), Some("1 ; x"));
        assert_eq!(value(&file, "b").as_deref(), Some("last"));
        assert_eq!((value(&file, "c"), value(&file, "empty")), (None, None));
        assert_eq!(file.line("s", "b"), Some(10));
        assert!(file.get("S", "a").is_none());
        let origin = file.get("t", "a").unwrap().origin.to_string();
        assert_eq!(origin, "[t] a (/f)");
        assert_eq!(format!("{file:?}"), "Ini(/f, 5 values)");
    }

    #[test]
    fn values_of_python_go_on_in_lines_that_are_indented() {
        let text = "[s]\na =\n    x;\n  # not a part\n\n    y\nb = 1\n[t]\n  c = 2\n";
        let file = Ini::parse_python(Path::new("/f"), text).unwrap();
        assert_eq!(value(&file, "a").as_deref(), Some("\nx;\ny"));
        assert_eq!(value(&file, "b").as_deref(), Some("1"));
        assert_eq!(file.get("t", "c").unwrap().value, "2");
        // Elsewhere each line has a value of its own.
        let error = Ini::parse(Path::new("/f"), text).unwrap_err().to_string();
        assert_eq!(
            error,
            "wrong configuration: line 3 (/f): neither a section nor key = value"
        );
    }

    #[test]
    fn a_broken_file_is_named_with_its_line_and_without_its_text() {
        for (text, problem) in [
            (
                "[s]\nb=1\nhunter2",
                "line 3 (/f): neither a section nor key = value",
            ),
            ("hunter2=1", "line 1 (/f): a key before the first [section]"),
            ("\n[hunter2", "line 2 (/f): a section without its closing ]"),
        ] {
            let error = Ini::parse_python(Path::new("/f"), text).unwrap_err();
            assert_eq!(error.to_string(), format!("wrong configuration: {problem}"));
        }
    }
}
