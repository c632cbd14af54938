//! YAML as it stands in a file: scalars with the text that was written, and the place of everything.
//!
//! A model that turns `1e10` into a number can only print another text for it, and one that does not know where things
//! stand can only write the whole file anew. Passwords and other people's kubeconfigs allow neither.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};
use serde_json::{Map, Number, Value};

/// Nodes within nodes end here, before the stack does.
const DEEPEST: usize = 64;

/// Aliases of aliases can make a small text a huge document; this many nodes are plenty.
const MOST: usize = 100_000;

/// A key whose value stands for keys of other objects (<https://yaml.org/type/merge.html>).
const MERGE: &str = "<<";

/// A part of a document. An alias is what it stands for, at the place of the alias.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) content: Content,
    /// Its bytes, with anchor and tag, without what follows the last of them.
    pub(crate) place: Range<usize>,
    /// Whether it is written in brackets or braces.
    pub(crate) is_flow: bool,
    pub(crate) is_alias: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Null,
    /// Without quotes: a number, a flag, or text that needs none.
    Plain(String),
    Quoted(String),
    List(Vec<Node>),
    Object(Vec<(Node, Node)>),
}

/// Why a text is not read. It quotes nothing of the text, which holds secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) line: usize,
    column: usize,
    what: &'static str,
}

impl Problem {
    /// What is wrong, without the place.
    pub(crate) fn what(self) -> &'static str {
        self.what
    }

    pub(crate) fn is_duplicate(self) -> bool {
        self.what == DUPLICATE
    }
}

const DUPLICATE: &str = "has a key twice in one object";

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, what } = self;
        write!(f, "{what} (line {line}, column {column})")
    }
}

/// The first document of a text, as `kubectl` reads it; `None` when there is none.
pub(crate) fn parse(text: &str) -> Result<Option<Node>, Problem> {
    // The parser counts characters.
    let mut bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let mut given = Cow::Borrowed(text);
    let mut rounds = 0;
    loop {
        match document(text, &given, &bytes) {
            Err(Stop::Left(index)) if rounds < MOST_LINES => {
                let line = bytes.get(index).map_or(text.len(), |at| {
                    text[..*at].rfind('\n').map_or(0, |line| line + 1)
                });
                let index = bytes.partition_point(|at| *at < line);
                let at = given
                    .char_indices()
                    .nth(index)
                    .map_or(given.len(), |(at, _)| at);
                given.to_mut().insert_str(at, FURTHER_RIGHT);
                // The spaces count as the beginning of the line, so that all places are those of the text itself.
                bytes.splice(index..index, [line; FURTHER_RIGHT.len()]);
                rounds += 1;
            }
            Err(Stop::Left(index)) => return Err(problem(text, &bytes, index, INVALID)),
            Err(Stop::Wrong(problem)) => return Err(problem),
            Ok(root) => return Ok(root),
        }
    }
}

/// Within brackets, lines may begin anywhere for most readers (`kubectl` among them), and must be indented for the parser,
/// as the standard has it (YAML 1.2.2, 7.4). How far they are indented means nothing, so such lines are shown to it with
/// more spaces than they have.
const FURTHER_RIGHT: &str = "                                                                ";

/// Each of those lines costs another look at the text.
const MOST_LINES: usize = 1000;

const INVALID: &str = "is not valid YAML";

/// Why reading stopped.
enum Stop {
    Wrong(Problem),
    /// A line in brackets begins too far left, at this character.
    Left(usize),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Wrong(problem)
    }
}

fn document(text: &str, given: &str, bytes: &[usize]) -> Result<Option<Node>, Stop> {
    let mut reader = Reader {
        events: Parser::new_from_str(given),
        text,
        bytes,
        anchors: HashMap::new(),
        nodes: 0,
    };
    loop {
        match reader.next()? {
            (Event::StreamEnd, _) => return Ok(None),
            (Event::StreamStart | Event::DocumentStart(_), _) => {}
            (event, span) => return reader.node(event, span, 0).map(Some),
        }
    }
}

struct Reader<'a> {
    events: Parser<'a, StrInput<'a>>,
    text: &'a str,
    /// Where the characters that the parser sees stand in the text.
    bytes: &'a [usize],
    /// What anchors stand for, and of how many nodes it is made.
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Stop> {
        match self.events.next_event() {
            Some(event) => event.map_err(|error: ScanError| {
                let index = error.marker().index();
                // The parser has no kinds of errors, only texts.
                match error.info() {
                    "invalid indentation" | "invalid indentation in flow construct" => {
                        Stop::Left(index)
                    }
                    _ => self.problem(index, INVALID).into(),
                }
            }),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn problem(&self, index: usize, what: &'static str) -> Problem {
        problem(self.text, self.bytes, index, what)
    }

    fn byte(&self, index: usize) -> usize {
        self.bytes.get(index).copied().unwrap_or(self.text.len())
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Stop> {
        let wrong = |what| problem(self.text, self.bytes, span.start.index(), what);
        let before = self.nodes;
        self.nodes += 1;
        if depth > DEEPEST {
            return Err(wrong("is nested too deeply").into());
        }
        let start = self.byte(span.start.index());
        let mut end = self.byte(span.end.index());
        // The first event of a list or an object ends with its bracket, where there is one.
        let is_flow = self.text[start..end].ends_with(['[', '{']);
        let mut is_alias = false;
        let (content, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let kind = tag
                    .filter(|tag| tag.is_yaml_core_schema())
                    .map(|tag| tag.suffix.clone());
                // A tag counts more than quotes: `!!str 7` is text, and `!!int "7"` a number.
                let is_plain = match kind.as_deref() {
                    Some("str") => false,
                    Some("int" | "float" | "bool" | "null") => true,
                    _ => style == ScalarStyle::Plain,
                };
                let content = match &*text {
                    "" | "~" | "null" | "Null" | "NULL" if is_plain => Content::Null,
                    text if is_plain => Content::Plain(text.to_owned()),
                    text => Content::Quoted(text.to_owned()),
                };
                (content, anchor)
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, last) => {
                            end = self.closed(is_flow, last, end);
                            break;
                        }
                        (event, span) => {
                            let item = self.node(event, span, depth + 1)?;
                            end = item.place.end;
                            items.push(item);
                        }
                    }
                }
                (Content::List(items), anchor)
            }
            Event::MappingStart(anchor, _) => {
                let mut entries: Vec<(Node, Node)> = Vec::new();
                loop {
                    match self.next()? {
                        (Event::MappingEnd, last) => {
                            end = self.closed(is_flow, last, end);
                            break;
                        }
                        (event, span) => {
                            let key = self.node(event, span, depth + 1)?;
                            let (event, span) = self.next()?;
                            let value = self.node(event, span, depth + 1)?;
                            check(&entries, &key, &value)
                                .map_err(|what| self.problem(span.start.index(), what))?;
                            end = value.place.end.max(key.place.end);
                            entries.push((key, value));
                        }
                    }
                }
                (Content::Object(entries), anchor)
            }
            Event::Alias(id) => {
                // An anchor that has not ended yet would be within itself.
                let (found, size) = self
                    .anchors
                    .get(&id)
                    .ok_or_else(|| wrong("has an alias within its own anchor"))?;
                self.nodes += size;
                is_alias = true;
                (found.content.clone(), 0)
            }
            _ => return Err(wrong(INVALID).into()),
        };
        if self.nodes > MOST {
            return Err(wrong("repeats itself too often").into());
        }
        let node = Node {
            content,
            place: start..end,
            is_flow,
            is_alias,
        };
        // The parser counts anchors from 1; 0 is none.
        if anchor != 0 {
            self.anchors
                .insert(anchor, (node.clone(), self.nodes - before));
        }
        Ok(node)
    }

    /// Where a list or an object ends: with its bracket, or, where there is none, with the last that is in it. The parser
    /// sees the end of what is indented only when it meets the next key, behind comments and empty lines.
    fn closed(&self, is_flow: bool, last: Span, inside: usize) -> usize {
        if is_flow {
            // A comment behind the bracket would count as a part of it.
            self.byte(last.start.index()) + 1
        } else {
            inside
        }
    }
}

fn problem(text: &str, bytes: &[usize], index: usize, what: &'static str) -> Problem {
    let before = &text[..bytes.get(index).copied().unwrap_or(text.len())];
    let begin = before.rfind('\n').map_or(0, |line| line + 1);
    Problem {
        line: before.matches('\n').count() + 1,
        column: before[begin..].chars().count() + 1,
        what,
    }
}

fn check(entries: &[(Node, Node)], key: &Node, value: &Node) -> Result<(), &'static str> {
    let Some(name) = key.scalar() else {
        return Err("has a key that is no text");
    };
    // In quotes `<<` is a key like any other.
    let same = |other: &Node| other.scalar() == Some(name) && other.is_merge() == key.is_merge();
    if entries.iter().any(|(other, _)| same(other)) {
        return Err(DUPLICATE);
    }
    let is_object = |node: &Node| matches!(node.content, Content::Object(_));
    let merges = match &value.content {
        Content::List(items) => items.iter().all(is_object),
        _ => is_object(value),
    };
    if key.is_merge() && !merges {
        return Err("merges something else than objects");
    }
    Ok(())
}

impl Node {
    /// Nothing, from nowhere.
    pub(crate) const fn null() -> Self {
        Self {
            content: Content::Null,
            place: 0..0,
            is_flow: false,
            is_alias: false,
        }
    }

    /// The text of a scalar as it was written; null has none.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Plain(text) | Content::Quoted(text) => Some(text),
            _ => None,
        }
    }

    fn scalar(&self) -> Option<&str> {
        match &self.content {
            Content::Null => Some(""),
            _ => self.text(),
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.content, Content::Null)
    }

    fn is_merge(&self) -> bool {
        matches!(&self.content, Content::Plain(text) if text == MERGE)
    }

    /// What stands at a key of an object itself.
    pub(crate) fn own(&self, key: &str) -> Option<&Node> {
        let Content::Object(entries) = &self.content else {
            return None;
        };
        let found = entries
            .iter()
            .find(|(name, _)| !name.is_merge() && name.scalar() == Some(key));
        found.map(|(_, value)| value)
    }

    /// What stands at a key of an object, or in one of those that it merges, of which the first counts.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.own(key)
            .or_else(|| self.merged().find_map(|merged| merged.get(key)))
    }

    fn merged(&self) -> impl Iterator<Item = &Node> {
        let entries = match &self.content {
            Content::Object(entries) => entries.as_slice(),
            _ => &[],
        };
        let merges = entries.iter().filter(|(key, _)| key.is_merge());
        merges.flat_map(|(_, value)| match &value.content {
            Content::List(items) => items.as_slice(),
            _ => std::slice::from_ref(value),
        })
    }

    /// The same as JSON, merges resolved. Numbers that JSON would print in another way are text.
    pub(crate) fn to_json(&self) -> Value {
        match &self.content {
            Content::Null => Value::Null,
            Content::Quoted(text) => text.as_str().into(),
            Content::Plain(text) => plain(text),
            Content::List(items) => items.iter().map(Self::to_json).collect(),
            Content::Object(entries) => {
                let mut map = Map::new();
                // The first of those that are merged goes before the others, and the object's own keys before all.
                for merged in self.merged() {
                    if let Value::Object(more) = merged.to_json() {
                        for (key, value) in more {
                            map.entry(key).or_insert(value);
                        }
                    }
                }
                for (key, value) in entries.iter().filter(|(key, _)| !key.is_merge()) {
                    let key = key.scalar().unwrap_or_default().to_owned();
                    map.insert(key, value.to_json());
                }
                Value::Object(map)
            }
        }
    }
}

fn plain(text: &str) -> Value {
    match text {
        "true" | "True" | "TRUE" => return true.into(),
        "false" | "False" | "FALSE" => return false.into(),
        _ => {}
    }
    let number = serde_json::from_str::<Number>(text).ok();
    match number.filter(|number| number.to_string() == text) {
        Some(number) => Value::Number(number),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Value {
        parse(text).unwrap().unwrap().to_json()
    }

    #[test]
    fn scalars_keep_the_text_that_was_written() {
        for text in [
            "1e5",
            "1e10",
            "0x1F",
            "0o17",
            "017",
            "1.10",
            "1_000",
            "yes",
            "NO",
            "12:30",
            "+1",
            ".5",
            "99999999999999999999999",
            "-0",
            "2026-11-29",
        ] {
            assert_eq!(read(&format!("a: {text}"))["a"], *text, "{text}");
        }
        assert_eq!(
            read("{a: 1, b: -7, c: 1.5, d: true, e: ~, f: , g: '1', h: !!str 1, i: \"\"}"),
            json!({"a": 1, "b": -7, "c": 1.5, "d": true, "e": null, "f": null, "g": "1", "h": "1", "i": ""})
        );
    }

    #[test]
    fn merges_are_resolved_and_the_nearest_counts() {
        let text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  z: 3\nd: {<<: *a, '<<': text}\n";
        let root = parse(text).unwrap().unwrap();
        assert_eq!(root.to_json()["c"], json!({"x": 1, "y": 1, "z": 3}));
        assert_eq!(root.to_json()["d"], json!({"x": 1, "y": 1, "<<": "text"}));
        let c = root.get("c").unwrap();
        let text = |key| c.get(key).and_then(Node::text);
        assert_eq!(
            (text("x"), text("y"), text("z")),
            (Some("1"), Some("1"), Some("3"))
        );
        assert!(c.own("x").is_none() && root.get("c").unwrap().get("v").is_none());
    }

    #[test]
    fn what_cannot_be_read_has_a_place_and_is_not_quoted() {
        let bomb = (0..12).fold("a0: &a0 [x, x, x, x]\n".to_owned(), |text, n| {
            format!(
                "{text}a{m}: &a{m} [*a{n}, *a{n}, *a{n}, *a{n}]\n",
                m = n + 1
            )
        });
        for (text, told) in [
            (
                "a: hunter2\na: b",
                "has a key twice in one object (line 2, column 4)",
            ),
            (
                "{a: 1, 'a': 2}",
                "has a key twice in one object (line 1, column 13)",
            ),
            ("a: [hunter2", "is not valid YAML (line 1, column 12)"),
            ("a: *hunter2", "is not valid YAML (line 1, column 4)"),
            (
                "a: &x [*x]",
                "has an alias within its own anchor (line 1, column 8)",
            ),
            (
                "<<: hunter2",
                "merges something else than objects (line 1, column 5)",
            ),
            ("[a]: b", "has a key that is no text (line 1, column 6)"),
            (
                &format!("{}{}", "[".repeat(70), "]".repeat(70)),
                "is nested too deeply (line 1, column 66)",
            ),
            (
                &"[".repeat(100_000),
                "is not valid YAML (line 1, column 256)",
            ),
            (&bomb, "repeats itself too often (line 8, column 20)"),
        ] {
            let problem = parse(text).unwrap_err();
            assert_eq!(problem.to_string(), told);
        }
        assert!(parse("").unwrap().is_none() && parse("# only\n").unwrap().is_none());
    }

    #[test]
    fn places_are_bytes_and_end_with_what_is_there() {
        let text = "\u{feff}é: &a {b: 1}  # c\nd:\n  - x  # y\n\n# z\ne: f\n";
        let root = parse(text).unwrap().unwrap();
        let at = |key| &text[root.own(key).unwrap().place.clone()];
        assert_eq!((at("é"), at("d"), at("e")), ("&a {b: 1}", "- x", "f"));
        assert_eq!(&text[root.place.clone()], &text[3..text.len() - 1]);
    }

    #[test]
    fn lines_in_brackets_begin_anywhere() {
        let text = "a:\n    b: [\n{c: 1,\nd: é\n  }, # x\ne\n]\n    g: h\n";
        let root = parse(text).unwrap().unwrap();
        assert_eq!(
            root.to_json(),
            json!({"a": {"b": [{"c": 1, "d": "é"}, "e"], "g": "h"}})
        );
        let a = root.get("a").unwrap();
        assert!(text[a.get("b").unwrap().place.clone()].ends_with("\n]"));
        assert_eq!(&text[a.get("g").unwrap().place.clone()], "h");
        let wrong = parse("a:\n  b: [\nc, {d: 1,\nd: 2}]\n").unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "has a key twice in one object (line 4, column 4)"
        );
        let most = format!("a: [{}\n]", "\nx,".repeat(900));
        assert_eq!(
            parse(&most).unwrap().unwrap().to_json()["a"]
                .as_array()
                .unwrap()
                .len(),
            900
        );
    }

    #[test]
    fn no_text_is_too_odd_to_be_read_or_refused() {
        let mut rng = fastrand::Rng::with_seed(7);
        let odd = [
            "a", ": ", "- ", "\n", "  ", "{", "}", "[", "]", ",", "&a ", "*a", "<<", "!!str ",
            "|\n", ">", "'", "\"", "#", "---\n", "...\n", "?", "%", "\t", "é", "\u{feff}", "\r\n",
            "~", "\0",
        ];
        for _ in 0..50_000 {
            let text: String = (0..rng.usize(0..14))
                .map(|_| odd[rng.usize(..odd.len())])
                .collect();
            if let Ok(Some(node)) = parse(&text) {
                assert!(text.get(node.place.clone()).is_some(), "{text:?}");
                node.to_json();
            }
        }
    }
}
