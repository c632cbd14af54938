//! The table of the types of answers, for the sandbox. How its lines are read stands in
//! `crates/cloud-sandbox/src/ovh/generic/examples.rs`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use super::describe::{Descriptions, Model, Row, shape};
use super::words::Words;
use crate::Result;

/// The fields that tell how far work is, or how a thing does.
const STATES: [&str; 3] = ["status", "state", "resourceStatus"];

pub(super) fn write(all: &Descriptions) -> Result<String> {
    let months: BTreeSet<&str> = all.rows.iter().map(|row| row.source.as_str()).collect();
    let months: Vec<&str> = months
        .into_iter()
        .filter(|month| !month.is_empty())
        .collect();
    let mut text = String::new();
    if !months.is_empty() {
        writeln!(text, "# From descriptions of {}.", months.join(", "))?;
    }
    let mut models = Models::new(all);
    // Sorted, so that the table changes only where the descriptions do.
    let mut rows: BTreeMap<(&str, &str), &Row> = BTreeMap::new();
    for row in &all.rows {
        rows.insert((&row.path, &row.method), row);
    }
    let mut operations = String::new();
    for row in rows.values() {
        let is_v2 = row.path.starts_with("/v2/");
        let answer = match row.response.as_str() {
            "" => "void".to_owned(),
            response => models.kind(is_v2, response, true),
        };
        write!(operations, "{} {} {answer}", row.method, row.path)?;
        if row.open {
            operations.push_str(" !");
        }
        if row.method == "GET" && row.cursor {
            operations.push_str(" @");
        }
        if all.expanded.contains(&shape(&row.method, &row.path)) {
            operations.push_str(" +");
        }
        for (name, kind) in &row.numbers {
            write!(operations, " {{{name}}}={kind}")?;
        }
        let mut actions = row.actions.iter().filter(|(_, is_required)| *is_required);
        if let Some((action, _)) = actions.find(|(action, _)| !action.trim().is_empty()) {
            write!(operations, " {action}")?;
        }
        operations.push('\n');
    }
    for line in &models.lines {
        writeln!(text, ":{line}")?;
    }
    Ok(text + &operations)
}

/// The models that answers are made of, by their numbers.
struct Models<'d> {
    all: &'d Descriptions,
    /// By version and name.
    numbers: HashMap<(bool, String), usize>,
    lines: Vec<String>,
}

impl<'d> Models<'d> {
    fn new(all: &'d Descriptions) -> Self {
        Self {
            all,
            numbers: HashMap::new(),
            lines: Vec::new(),
        }
    }

    /// The model of this name. One for any type, `Range<T>`, has `T` in its fields, also where the description repeats it by
    /// the name of `Range<long>`.
    fn find(&self, is_v2: bool, name: &str) -> Option<Model> {
        let known = |name: &str| self.all.models.get(&(is_v2, name.to_owned())).cloned();
        let generic = name.strip_suffix('>').and_then(|name| name.split_once('<'));
        let Some((base, of)) = generic else {
            return known(name);
        };
        let mut model = known(name)
            .or_else(|| known(&format!("{base}_{of}")))
            .or_else(|| known(&format!("{base}<T>")))?;
        if let Model::Fields(fields) = &mut model {
            for kind in fields.values_mut() {
                if kind.trim_end_matches("[]") == "T" {
                    *kind = kind.replacen('T', of, 1);
                }
            }
        }
        Some(model)
    }

    /// A type as the table has it. The word of a state is one that ends well.
    fn kind(&mut self, is_v2: bool, kind: &str, is_state: bool) -> String {
        let kind = kind.rsplit(':').next().unwrap_or(kind);
        if let Some(item) = kind.strip_suffix("[]").or_else(|| kind.strip_prefix("[]")) {
            // Of a list of what is under way nothing is there while a thing is at rest.
            let end = if self.never_ends(is_v2, item) {
                "-"
            } else {
                ""
            };
            return format!("{}[]{end}", self.kind(is_v2, item, is_state));
        }
        if let Some((_, of)) = kind
            .strip_prefix("map[")
            .and_then(|rest| rest.split_once(']'))
        {
            return format!("map[]{}", self.kind(is_v2, of, false));
        }
        match self.find(is_v2, kind) {
            Some(Model::Enum(words)) if is_state => state(kind, &words),
            Some(Model::Enum(words)) => word(words.first().map_or("word", String::as_str)),
            Some(Model::Number(first)) => format!("#{first}"),
            Some(Model::Fields(fields)) => self.model(is_v2, kind, &fields).to_string(),
            None => kind.to_owned(),
        }
    }

    /// The number of a model, which gets a line when it is named first.
    fn model(&mut self, is_v2: bool, name: &str, fields: &BTreeMap<String, String>) -> usize {
        let key = (is_v2, name.to_owned());
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        // The number is taken before its fields are looked at, for a model may hold itself.
        let number = self.lines.len();
        self.numbers.insert(key, number);
        self.lines.push(String::new());
        let mut line = String::new();
        for (field, kind) in fields {
            let kind = self.kind(is_v2, kind, STATES.contains(&field.as_str()));
            line.push(' ');
            line.push_str(field);
            if kind != "string" {
                line.push(':');
                line.push_str(&kind);
            }
        }
        self.lines[number] = line;
        number
    }

    /// Whether this is work of which none of the words says that it has ended well.
    fn never_ends(&self, is_v2: bool, name: &str) -> bool {
        let Some(Model::Fields(fields)) = self.find(is_v2, name) else {
            return false;
        };
        name.ends_with("Task")
            && STATES.iter().any(|field| {
                let Some(Model::Enum(all)) =
                    fields.get(*field).and_then(|kind| self.find(is_v2, kind))
                else {
                    return false;
                };
                Words::of(name, &all).is_some_and(|words| words.good.is_empty())
            })
    }
}

/// A word of a state that is good, and behind a slash one that is bad, as far as there are such words.
fn state(model: &str, all: &[String]) -> String {
    let first = all.first().map_or("word", String::as_str);
    let Some(words) = Words::of(model, all) else {
        return word(first);
    };
    let good = words.good.first().or(words.passing.first());
    let good = word(good.map_or(first, String::as_str));
    match words.bad.first() {
        Some(bad) => format!("{good}/{}", &word(bad)[1..]),
        None => good,
    }
}

/// A word, with what means something in the table written otherwise.
fn word(word: &str) -> String {
    let mut text = String::from("=");
    for character in word.chars() {
        match character {
            '%' => text.push_str("%25"),
            ' ' => text.push_str("%20"),
            '/' => text.push_str("%2F"),
            '[' => text.push_str("%5B"),
            ']' => text.push_str("%5D"),
            other => text.push(other),
        }
    }
    text
}
