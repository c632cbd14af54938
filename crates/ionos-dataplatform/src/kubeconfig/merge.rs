//! One kubeconfig put into another, in the text of that one.
//!
//! Only what changes is written. Comments, anchors, merge keys, the spelling of scalars, the order of keys and further
//! documents are other people's, and stay to the byte. A change is judged by reading the text again: when it does not say
//! what it should, nothing is changed.

use std::ops::Range;

use serde_json::{Map, Value};

use super::file::{to_flow as flow, to_yaml};
use crate::yaml::{self, Content, Node};

/// The lists of named entries.
const LISTS: [&str; 3] = ["clusters", "users", "contexts"];

/// `text` with the entries of `new`.
pub(super) fn merge(text: &str, mut new: Map<String, Value>) -> Result<String, String> {
    // What says nothing adds nothing.
    new.retain(|_, value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    });
    let new = &new;
    let Some(root) = yaml::parse(text).map_err(|problem| problem.to_string())? else {
        // Nothing but comments.
        let gap = if text.ends_with('\n') { "" } else { "\n" };
        return Ok(format!("{text}{gap}{}", to_yaml(new)));
    };
    let Value::Object(there) = root.to_json() else {
        return Err("is no object".to_owned());
    };
    let wanted = merged(there, new)?;
    let mut edits = Edits {
        text,
        done: Vec::new(),
    };
    let mut missing = Map::new();
    for (key, value) in new {
        match (root.own(key), root.get(key)) {
            (Some(there), _) if is_unset(there) => edits.set(&root, there, value),
            (Some(there), _) if LISTS.contains(&&**key) => edits.add_to(&root, there, value),
            // A key of the object itself would hide what is merged.
            (None, Some(_)) if LISTS.contains(&&**key) => {
                return Err(format!(
                    "takes its {key} from somewhere else by a merge key"
                ));
            }
            (None, None) => drop(missing.insert(key.clone(), value.clone())),
            _ => {}
        }
    }
    // Behind what was added to lists, which may end in the same place.
    if !missing.is_empty() {
        edits.add_keys(&root, &missing);
    }
    let changed = edits.apply();
    match yaml::parse(&changed) {
        Ok(Some(read)) if read.to_json() == Value::Object(wanted) => Ok(changed),
        _ => Err(
            "is written in a way in which nothing can be changed safely, such as an entry whose anchor others use"
                .to_owned(),
        ),
    }
}

/// What the file should say.
fn merged(
    mut there: Map<String, Value>,
    new: &Map<String, Value>,
) -> Result<Map<String, Value>, String> {
    for (key, value) in new {
        let is_list = LISTS.contains(&&**key);
        let place = there.entry(key.as_str()).or_insert(Value::Null);
        // An empty current context is none.
        if place.is_null() || place == "" {
            *place = value.clone();
            continue;
        }
        // What else the file says already, such as its current context, is the choice of its user.
        let (true, Value::Array(new)) = (is_list, value) else {
            continue;
        };
        let Value::Array(list) = place else {
            return Err(format!("has something else than a list at {key}"));
        };
        for entry in new {
            match list.iter().position(|other| same(other, entry)) {
                Some(at) => list[at] = entry.clone(),
                None => list.push(entry.clone()),
            }
        }
    }
    Ok(there)
}

fn same(one: &Value, other: &Value) -> bool {
    one.get("name").is_some() && one.get("name") == other.get("name")
}

fn is_unset(node: &Node) -> bool {
    node.is_null() || node.text() == Some("")
}

/// Texts for places of another text.
struct Edits<'a> {
    text: &'a str,
    done: Vec<(Range<usize>, String)>,
}

impl Edits<'_> {
    /// Gives a value to a key that has none.
    fn set(&mut self, root: &Node, there: &Node, value: &Value) {
        let mut place = there.place.clone();
        if place.is_empty() {
            // What is not there has its place before the colon, for the parser; the value goes behind it.
            let colon = self.text[place.start..].find(':').map_or(0, |at| at + 1);
            place = place.start + colon..place.start + colon;
        }
        match value {
            Value::Array(items) if !root.is_flow => self.set_lines(root, place, items),
            value if there.place.is_empty() => self.done.push((place, format!(" {}", flow(value)))),
            value => self.done.push((place, flow(value))),
        }
    }

    /// A list in the place of nothing, each item on lines of its own.
    fn set_lines(&mut self, root: &Node, mut place: Range<usize>, items: &[Value]) {
        let indent = self.indent(root.place.start);
        let lines = items.iter().fold(String::new(), |lines, item| {
            lines + "\n" + &indent + &block(item, &indent)
        });
        // No line shall end with the space that stood before the value.
        place.start = self.text[..place.start].trim_end_matches(' ').len();
        self.done.push((place, lines));
    }

    /// Puts entries into a list: in the place of the one of the same name, else at the end.
    fn add_to(&mut self, root: &Node, list: &Node, new: &Value) {
        let (Content::List(items), Value::Array(new)) = (&list.content, new) else {
            return;
        };
        // What an alias stands for is also somewhere else; `merge` sees that nothing was done.
        if list.is_alias {
            return;
        }
        let mut added = Vec::new();
        for entry in new {
            match items.iter().find(|item| same(&item.to_json(), entry)) {
                Some(there) if there.to_json() == *entry => {}
                Some(there) => {
                    let text = self.in_place_of(there, list.is_flow, entry);
                    self.done.push((there.place.clone(), text));
                }
                None => added.push(entry.clone()),
            }
        }
        if added.is_empty() {
            return;
        }
        let inside = &self.text[list.place.clone()];
        if let Some(last) = items.last() {
            for entry in &added {
                if list.is_flow {
                    let text = format!("{}{}", self.comma(last), flow(entry));
                    self.done.push((last.place.end..last.place.end, text));
                } else {
                    let indent = self.dash(list, &items[0]);
                    self.add_lines(list.place.end, &block(entry, &indent), &indent);
                }
            }
        } else if !root.is_flow && inside.starts_with('[') && inside[1..].trim_start() == "]" {
            self.set_lines(root, list.place.clone(), &added);
        } else {
            let texts: Vec<String> = added.iter().map(flow).collect();
            let at = list.place.end - 1;
            self.done.push((at..at, texts.join(", ")));
        }
    }

    fn add_keys(&mut self, root: &Node, missing: &Map<String, Value>) {
        let Content::Object(entries) = &root.content else {
            return;
        };
        if root.is_flow {
            let texts = missing
                .iter()
                .map(|(key, value)| format!("{}: {}", flow(&key.as_str().into()), flow(value)));
            for text in texts {
                let (at, comma) = match entries.last() {
                    // What has no value ends before its colon.
                    Some((key, value)) if !value.place.is_empty() => {
                        (value.place.end, self.comma(key))
                    }
                    Some(_) => (root.place.end - 1, ", ".to_owned()),
                    None => (root.place.end - 1, String::new()),
                };
                self.done.push((at..at, format!("{comma}{text}")));
            }
        } else {
            let indent = self.indent(root.place.start);
            let lines = indented(&to_yaml(missing), &indent);
            self.add_lines(root.place.end, &lines, &indent);
        }
    }

    /// Adds lines behind the one in which something ends.
    fn add_lines(&mut self, end: usize, lines: &str, indent: &str) {
        let is_whole = self.text[..end].ends_with('\n');
        let next = self.text[end..].find('\n').map(|at| end + at + 1);
        let (at, text) = match next {
            _ if is_whole => (end, format!("{indent}{lines}\n")),
            Some(next) => (next, format!("{indent}{lines}\n")),
            None => (self.text.len(), format!("\n{indent}{lines}")),
        };
        self.done.push((at..at, text));
    }

    fn in_place_of(&self, there: &Node, is_flow: bool, entry: &Value) -> String {
        let mut text = match entry {
            Value::Object(map) if !is_flow => {
                indented(&to_yaml(map), &self.indent(there.place.start))
            }
            other => flow(other),
        };
        // A block of text ends with its last line break.
        if self.text[there.place.clone()].ends_with('\n') {
            text.push('\n');
        }
        text
    }

    /// What goes between the last item and the next: the next line, where each item has its own.
    fn comma(&self, last: &Node) -> String {
        let before = self.before(last.place.start);
        if self.text[..last.place.start].contains('\n') && before.trim().is_empty() {
            format!(",\n{before}")
        } else {
            ", ".to_owned()
        }
    }

    /// The part of the line before this.
    fn before(&self, at: usize) -> &str {
        let line = self.text[..at].rfind('\n').map_or(0, |line| line + 1);
        // A byte order mark takes no column.
        self.text[line..at].trim_start_matches('\u{feff}')
    }

    fn indent(&self, at: usize) -> String {
        " ".repeat(self.before(at).chars().count())
    }

    /// The indentation of the dashes of a list. The parser tells it for some lists only.
    fn dash(&self, list: &Node, first: &Node) -> String {
        let start = list.place.start - self.before(list.place.start).len();
        let lines = self.text[start..first.place.start].lines().rev();
        let dash = lines
            .map(|line| (line.len() - line.trim_start().len(), line.trim_start()))
            .find(|(_, line)| line.starts_with('-'));
        " ".repeat(dash.map_or(0, |(width, _)| width))
    }

    fn apply(mut self) -> String {
        let is_windows = self.text.contains("\r\n");
        // Stable: what goes to the same place stays in its order.
        self.done.sort_by_key(|(place, _)| place.start);
        let mut changed = String::with_capacity(self.text.len());
        let mut at = 0;
        for (place, text) in &self.done {
            changed.push_str(&self.text[at..place.start]);
            if is_windows {
                changed.push_str(&text.replace('\n', "\r\n"));
            } else {
                changed.push_str(text);
            }
            at = place.end;
        }
        changed + &self.text[at..]
    }
}

/// An item of a list, in lines.
fn block(item: &Value, indent: &str) -> String {
    match item {
        Value::Object(map) => format!("- {}", indented(&to_yaml(map), &format!("{indent}  "))),
        other => format!("- {}", flow(other)),
    }
}

/// Lines whose first one stands at the right place already. No text has a line break of its own.
fn indented(lines: &str, indent: &str) -> String {
    lines.trim_end().replace('\n', &format!("\n{indent}"))
}
