//! As much of Rust as the check needs, in the layout that rustfmt gives it.

use std::collections::BTreeSet;

use super::{METHODS, Table};

/// What is awaited, besides the requests of the crate.
const AWAITED: [&str; 3] = ["Call", "Task", "Waiter"];

pub(super) struct Source<'t> {
    pub(super) functions: Vec<Function<'t>>,
    pub(super) uses: Vec<Use<'t>>,
}

/// A public function with its documentation.
pub(super) struct Function<'t> {
    pub(super) name: &'t str,
    pub(super) line: usize,
    /// The macro that it stands in.
    pub(super) in_macro: Option<&'t str>,
    /// The documentation without its examples, as one line.
    pub(super) text: String,
    /// From its first word to its last brace.
    code: &'t str,
}

/// A use of a macro in the place of items.
pub(super) struct Use<'t> {
    pub(super) name: &'t str,
    arguments: &'t str,
}

impl<'t> Source<'t> {
    pub(super) fn read(text: &'t str) -> Self {
        let mut source = Self {
            functions: Vec::new(),
            uses: Vec::new(),
        };
        let mut documentation = Vec::new();
        let mut in_attribute = false;
        let mut in_macro = None;
        let mut start = 0;
        for (line, number) in text.split_inclusive('\n').zip(1..) {
            let (rest, words) = (&text[start..], line.trim());
            start += line.len();

            in_attribute |= words.starts_with("#[") || words.starts_with("$( #[");
            if in_attribute || words.starts_with("///") {
                documentation.push(words);
                in_attribute = in_attribute && !words.contains(")]") && !words.ends_with(']');
                continue;
            }
            if let Some(name) = line.strip_prefix("macro_rules! ") {
                in_macro = name.split(' ').next();
            } else if line == "}\n" {
                in_macro = None;
            } else if let Some((name, _)) = line
                .split_once("!(")
                .filter(|(name, _)| name.chars().all(is_part_of_word))
            {
                source.uses.push(Use {
                    name,
                    arguments: until(rest, ");\n"),
                });
            }
            let signature = words
                .strip_prefix("pub fn ")
                .or_else(|| words.strip_prefix("pub async fn "));
            if let Some(name) = signature.and_then(|signature| signature.split(['(', '<']).next()) {
                let indent = &line[..line.len() - line.trim_start().len()];
                let code = until(rest, &format!("\n{indent}}}\n"));
                let text = prose(&documentation);
                source.functions.push(Function {
                    name,
                    line: number,
                    in_macro,
                    text,
                    code,
                });
            }
            documentation.clear();
        }
        source
    }
}

impl Function<'_> {
    /// Whether it names an operation, or is async or gives something that is awaited and does not say that it sends
    /// nothing; and does not just pass on to a method of its own name, which is looked at as well.
    pub(super) fn makes_a_call(&self, table: &Table<'_>, requests: &BTreeSet<&str>) -> bool {
        let body = self.code.split_once('{').map_or("", |(_, body)| body);
        let body = body.trim_end().trim_end_matches('}').trim();
        if body.trim_end_matches(".await") == format!("self.0.{}()", self.name) {
            return false;
        }
        let signature = self.code.split('{').next().unwrap_or_default();
        let answer = signature.rsplit_once("->").map_or("", |(_, answer)| answer);
        let is_awaited = signature.trim_start().starts_with("pub async ")
            || words(answer).any(|word| AWAITED.contains(&word) || requests.contains(word));
        let names_one = self.code.contains("ops::$") || !self.operations(table).is_empty();
        names_one || is_awaited && !self.text.contains("Sends nothing.")
    }

    /// The endpoints of the operations that it names: of one version where it says which (`v2::GET_DISK`), else of all.
    pub(super) fn operations<'o>(&self, table: &'o Table<'_>) -> BTreeSet<&'o str> {
        let paths = self.code.split(|end| !is_part_of_word(end) && end != ':');
        let called = paths.flat_map(|path| {
            let (before, constant) = path.rsplit_once("::").unwrap_or(("", path));
            let module = before.rsplit("::").next().unwrap_or(before);
            let rows = table.get(constant).map_or(&[][..], Vec::as_slice);
            let of_one = rows.iter().any(|row| row.module == module);
            rows.iter()
                .filter(move |row| !of_one || row.module == module)
        });
        called.map(|row| row.endpoint.as_str()).collect()
    }

    /// Whether the documentation names this endpoint, perhaps with a query.
    pub(super) fn names(&self, endpoint: &str) -> bool {
        ["`", "?"]
            .iter()
            .any(|end| self.text.contains(&format!("`{endpoint}{end}")))
    }

    /// The endpoints that the documentation names, without queries. A macro's are known only where it is used.
    pub(super) fn endpoints(&self) -> impl Iterator<Item = &str> {
        let quoted = self.text.split('`').skip(1).step_by(2);
        let named = quoted.filter(|word| {
            METHODS
                .iter()
                .any(|method| word.starts_with(&format!("{method} /")))
        });
        named
            .map(|word| word.split('?').next().unwrap_or(word))
            .filter(|word| !word.contains('"'))
    }

    /// The methods of the endpoints that the documentation names.
    pub(super) fn methods(&self) -> impl Iterator<Item = &'static str> {
        METHODS
            .into_iter()
            .filter(|method| self.text.contains(&format!("`{method} /")))
    }
}

impl Use<'_> {
    pub(super) fn names(&self, constant: &str) -> bool {
        words(self.arguments).any(|word| word == constant)
    }
}

/// The types of a file that core's macros make requests of.
pub(super) fn requests(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let line = line.trim();
        let declared = line
            .strip_prefix("pub struct ")
            .or_else(|| Some(line.split_once("send_methods!(")?.1))?;
        declared.split_once(" => ").map(|(name, _)| name)
    })
}

/// The prose of a documentation, and its examples.
/// The documentation without its examples, as one line.
fn prose(lines: &[&str]) -> String {
    let mut in_example = false;
    let mut prose = Vec::new();
    for line in lines {
        let line = line.strip_prefix("///").map_or(*line, str::trim);
        if line.starts_with("```") {
            in_example = !in_example;
        } else if !in_example && !line.is_empty() {
            prose.push(line);
        }
    }
    prose.join(" ")
}

/// The beginning of a text, up to and with this.
fn until<'t>(text: &'t str, end: &str) -> &'t str {
    text.find(end).map_or(text, |at| &text[..at + end.len()])
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character| !is_part_of_word(character))
        .filter(|word| !word.is_empty())
}

fn is_part_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
