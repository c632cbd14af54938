//! Every operation of v1 and v2, as the service describes them: 7,130 in a table that `cargo xtask ovh-catalogue` writes.
//!
//! Lists, waits, recorded rules and explanations of refusals read it, so an operation called by its path behaves as one
//! that has a typed call. Without the feature `catalogue` the table is empty, and nothing is known of a path but what its
//! answers show.
//!
//! ```
//! use ovh::catalogue::{Form, find};
//!
//! let reboot = find("POST", "/vps/vps-1a2b3c4d.vps.ovh.net/reboot").expect("an operation");
//! assert_eq!((reboot.path, reboot.form), ("/vps/{serviceName}/reboot", Form::Object));
//! assert_eq!(reboot.actions().collect::<Vec<_>>(), ["vps:apiovh:reboot"]);
//! assert!(find("PATCH", "/vps").is_none());
//! ```

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use crate::endpoint::Endpoint;

mod phase;
mod service;

pub use phase::Phase;
#[cfg(feature = "tracing")]
pub(crate) use service::Told;
pub(crate) use service::not_served;

/// The table, one line a path or an operation. Text costs nothing to compile, and is read by the first call that asks.
const TABLE: &str = if cfg!(feature = "catalogue") {
    include_str!("catalogue/table.txt")
} else {
    ""
};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(TABLE));

/// The operation that serves this method and path. The parameters of the path may be filled in or not; a version in front
/// (`/1.0`, `/v1`) and a query behind it are passed over. A segment of a template that is spelled as it stands comes
/// before a parameter, as the service has it: `/domain/zone` is no `/domain/{serviceName}`.
pub fn find(method: impl AsRef<str>, path: &str) -> Option<&'static Operation> {
    CATALOGUE.find(method.as_ref(), path)
}

/// All operations, by path and method.
pub fn operations() -> &'static [Operation] {
    &CATALOGUE.operations
}

/// What was read to make the table: the month of each source, and how many operations come from it.
pub fn sources() -> &'static [(&'static str, usize)] {
    &CATALOGUE.sources
}

/// One operation of the service.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The method, such as `GET`.
    pub method: &'static str,
    /// The path with its parameters in braces, on v2 with `/v2` in front.
    pub path: &'static str,
    /// The form of the answer.
    pub form: Form,
    /// Whether everybody may call it, without a credential.
    pub open: bool,
    /// Where it is served.
    pub regions: Regions,
    /// Whether the service has said that it goes away, and what is to be called instead, if that was said, too.
    pub deprecated: Option<Deprecated>,
    /// The month of the description that it was read from, such as `2026-04`.
    pub source: &'static str,
    /// Behind each other, those that are not needed in every case with a question mark.
    actions: &'static str,
    states: Vec<&'static States>,
}

impl Operation {
    /// The IAM actions that the identity needs, such as `vps:apiovh:reboot`; none where the service asks for none.
    pub fn actions(&self) -> impl Iterator<Item = &'static str> + use<> {
        let actions = self.actions.split_ascii_whitespace();
        actions.filter(|action| !action.starts_with('?'))
    }

    /// The IAM actions that it is useful to have: without them the answer tells less.
    pub fn optional_actions(&self) -> impl Iterator<Item = &'static str> + use<> {
        let actions = self.actions.split_ascii_whitespace();
        actions.filter_map(|action| action.strip_prefix('?'))
    }

    /// The fields of the answer that tell a state, with their words. Empty where the answer tells none.
    pub fn states(&self) -> impl Iterator<Item = &'static States> + use<'_> {
        self.states.iter().copied()
    }
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// The answer has no body.
    Nothing,
    /// A word, a number, a date.
    Value,
    /// The answer is one object.
    Object,
    /// Objects, all at once.
    Objects,
    /// A list of ids only. An object is read by the same path with its id behind it.
    Ids,
    /// As [`Ids`](Self::Ids), or whole objects in pages where it is asked for them (`X-Pagination-Mode`).
    Expanded,
    /// Words or numbers that no object belongs to.
    Words,
    /// A page of a list of v2, with a cursor in the headers.
    Cursor,
}

impl Form {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "nothing" => Self::Nothing,
            "value" => Self::Value,
            "object" => Self::Object,
            "objects" => Self::Objects,
            "ids" => Self::Ids,
            "expanded" => Self::Expanded,
            "words" => Self::Words,
            "cursor" => Self::Cursor,
            _ => return None,
        })
    }
}

/// An operation that goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deprecated {
    /// The path of what is to be called instead.
    pub replacement: Option<&'static str>,
}

/// Where an operation is served.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Regions(&'static str);

impl Regions {
    /// The regions that are known to serve it: `eu`, `ca`, `us`, and those of the other brands, `ks-eu`, `ks-ca`,
    /// `sys-eu`, `sys-ca`.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        // A `?` at the end is no region: it says that the other regions were not described.
        self.0.split('+').filter(|name| *name != "?")
    }

    /// Whether this endpoint is known not to serve it. What was described for Europe alone may be anywhere.
    pub fn lack(&self, endpoint: &Endpoint) -> bool {
        let region = match endpoint.name() {
            Some("ovh-eu") => "eu",
            Some("ovh-ca") => "ca",
            Some("ovh-us") => "us",
            Some("soyoustart-eu") => "sys-eu",
            Some("soyoustart-ca") => "sys-ca",
            Some("kimsufi-eu") => "ks-eu",
            Some("kimsufi-ca") => "ks-ca",
            // Nobody knows what is served at a URL of no name.
            _ => return false,
        };
        let is_known = region == "eu" || !self.0.ends_with('?');
        is_known && self.names().all(|name| name != region)
    }
}

impl fmt::Display for Regions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().collect::<Vec<_>>().join(", "))
    }
}

impl fmt::Debug for Regions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The words of a state, as the service lists them for one field of an answer.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct States {
    /// The field, such as `status`; empty where the whole answer is the word.
    pub field: &'static str,
    /// Words of work that has ended well.
    pub good: Vec<&'static str>,
    /// Words of work that has failed, and of what is deleted.
    pub bad: Vec<&'static str>,
    /// Words of work that goes on, and of things at rest.
    pub passing: Vec<&'static str>,
}

impl States {
    fn read(line: &'static str) -> Option<Self> {
        let mut parts = line.split('|');
        let field = parts.next()?;
        let mut words = || {
            let words = parts.next()?.split(',').filter(|word| !word.is_empty());
            Some(words.collect())
        };
        Some(Self {
            field: if field == "-" { "" } else { field },
            good: words()?,
            bad: words()?,
            passing: words()?,
        })
    }

    /// What a word of this field means; `None` for one that the service did not list.
    pub fn phase(&self, word: &str) -> Option<Phase> {
        let is = |words: &[&str]| words.contains(&word);
        if is(&self.good) {
            Some(Phase::Done)
        } else if is(&self.bad) {
            Some(Phase::Failed)
        } else {
            is(&self.passing).then_some(Phase::Running)
        }
    }
}

#[derive(Default)]
struct Catalogue {
    operations: Vec<Operation>,
    sources: Vec<(&'static str, usize)>,
    /// A tree of the segments of all paths; the first one is its root.
    segments: Vec<Segment>,
}

/// A place in a path: what may follow, and the operations whose paths end here.
#[derive(Default)]
struct Segment {
    literal: HashMap<&'static str, usize>,
    parameter: Option<usize>,
    operations: Vec<usize>,
}

impl Catalogue {
    /// Reads the table. A line that it does not understand is left out; a test counts them.
    fn read(text: &'static str) -> Self {
        let mut catalogue = Self {
            segments: vec![Segment::default()],
            ..Self::default()
        };
        let (mut regions, mut states) = (Vec::new(), Vec::<&'static States>::new());
        let (mut path, mut place) = ("", 0);
        for line in text.lines() {
            if line.starts_with('/') {
                path = line;
                place = catalogue.place(path);
                continue;
            }
            let Some((word, rest)) = line.split_once(' ') else {
                continue;
            };
            match word {
                "#" => {}
                "source" => {
                    let source = rest.split_once(' ');
                    let source = source.and_then(|(name, count)| Some((name, count.parse().ok()?)));
                    catalogue.sources.extend(source);
                }
                "regions" => regions.push(Regions(rest)),
                "states" => {
                    // The table is read once for the whole process, so what its operations share is never given back.
                    states.extend(States::read(rest).map(|known| &*Box::leak(Box::new(known))));
                }
                method => {
                    let operation = catalogue.operation(method, path, rest, &regions, &states);
                    if let Some(operation) = operation {
                        catalogue.segments[place]
                            .operations
                            .push(catalogue.operations.len());
                        catalogue.operations.push(operation);
                    }
                }
            }
        }
        catalogue
    }

    fn operation(
        &self,
        method: &'static str,
        path: &'static str,
        line: &'static str,
        regions: &[Regions],
        states: &[&'static States],
    ) -> Option<Operation> {
        let (line, deprecated) = match line.split_once(" ~") {
            Some((line, replacement)) => {
                let replacement = Some(replacement).filter(|path| !path.is_empty());
                (line, Some(Deprecated { replacement }))
            }
            None => (line, None),
        };
        // The fifth part is all the rest: the actions, with spaces between them.
        let mut parts = line.splitn(5, ' ');
        let mut next = || parts.next();
        let (form, source, region, numbers) = (next()?, next()?, next()?, next()?);
        let (form, open) = match form.strip_suffix('!') {
            Some(form) => (form, true),
            None => (form, false),
        };
        let numbers = numbers.split(',').filter(|number| *number != "-");
        Some(Operation {
            method,
            path,
            form: Form::of(form)?,
            open,
            regions: *regions.get(region.parse::<usize>().ok()?)?,
            deprecated,
            source: self.sources.get(source.parse::<usize>().ok()?)?.0,
            actions: next().unwrap_or_default(),
            states: numbers
                .map(|number| states.get(number.parse::<usize>().ok()?).copied())
                .collect::<Option<_>>()?,
        })
    }

    /// The place where this template ends; made if it is new.
    fn place(&mut self, template: &'static str) -> usize {
        let mut place = 0;
        for part in template.split('/').skip(1) {
            let new = self.segments.len();
            let here = &mut self.segments[place];
            place = if part.starts_with('{') {
                // Templates name the parameter of one place differently; its name must not tell paths apart.
                *here.parameter.get_or_insert(new)
            } else {
                *here.literal.entry(part).or_insert(new)
            };
            if place == new {
                self.segments.push(Segment::default());
            }
        }
        place
    }

    fn find(&self, method: &str, path: &str) -> Option<&Operation> {
        let path = path.split('?').next().unwrap_or_default();
        let unversioned = ["/1.0", "/v1"].iter().find_map(|version| {
            path.strip_prefix(version)
                .filter(|rest| rest.starts_with('/'))
        });
        let path = unversioned.unwrap_or(path).strip_prefix('/')?;
        let parts: Vec<&str> = path.split('/').collect();
        self.below(0, &parts, method)
    }

    fn below(&self, place: usize, parts: &[&str], method: &str) -> Option<&Operation> {
        let here = self.segments.get(place)?;
        let Some((part, rest)) = parts.split_first() else {
            let operations = here.operations.iter().map(|at| &self.operations[*at]);
            return operations
                .into_iter()
                .find(|operation| operation.method == method);
        };
        // A name that stands in another template, too, may still be the value of a parameter here.
        let literal = here
            .literal
            .get(part)
            .and_then(|next| self.below(*next, rest, method));
        literal.or_else(|| {
            // Nothing fills no parameter: `/vps/` is not `/vps/{serviceName}`.
            let next = here.parameter.filter(|_| !part.is_empty())?;
            self.below(next, rest, method)
        })
    }
}

#[cfg(all(test, feature = "catalogue"))]
mod tests;
