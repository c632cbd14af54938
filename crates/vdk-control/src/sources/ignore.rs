//! Which files of a directory stay out of an upload.

/// What is not uploaded unless a pattern takes it in again: the records of version control and editors, and what Python
/// makes by itself.
pub const IGNORED: &[&str] = &[
    ".git/",
    ".hg/",
    ".svn/",
    ".idea/",
    ".vscode/",
    ".DS_Store",
    ".venv/",
    "venv/",
    "__pycache__/",
    "*.pyc",
    ".ipynb_checkpoints/",
    ".vdk.internal/",
    ".vdkignore",
];

/// Patterns in the manner of `.gitignore`; of those that match, the last one decides.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    segments: Vec<Segment>,
    again: bool,
    folders_only: bool,
}

/// A pattern for one name in a path.
#[derive(Debug, PartialEq)]
enum Segment {
    /// `**`: any number of names.
    Many,
    Name(Vec<Part>),
}

#[derive(Debug, PartialEq)]
enum Part {
    /// `*`: any number of characters.
    Star,
    /// `?`: one character.
    One,
    Char(char),
    /// `[a-z]` or `[!a-z]`: one character of these, or of all others.
    Set {
        ranges: Vec<(char, char)>,
        others: bool,
    },
}

impl Segment {
    fn parse(text: &str) -> Self {
        if text == "**" {
            return Self::Many;
        }
        let mut parts = Vec::new();
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            parts.push(match c {
                '*' => Part::Star,
                '?' => Part::One,
                // What follows stands for itself: `\\#` begins no comment.
                '\\' => Part::Char(rest.next().unwrap_or('\\')),
                '[' => match set(rest.as_str()) {
                    Some((set, behind)) => {
                        rest = behind.chars();
                        set
                    }
                    None => Part::Char('['),
                },
                c => Part::Char(c),
            });
        }
        Self::Name(parts)
    }
}

/// The set behind an opening bracket, and what follows it; `None` without a closing one.
fn set(text: &str) -> Option<(Part, &str)> {
    let mut rest = text;
    let others = rest.starts_with(['!', '^']);
    rest = &rest[usize::from(others)..];
    let mut ranges = Vec::new();
    // A bracket that comes first is one of the set.
    while ranges.is_empty() || !rest.starts_with(']') {
        let first = next(&mut rest)?;
        let is_range = rest.starts_with('-') && !rest.starts_with("-]");
        let last = if is_range {
            rest = &rest[1..];
            next(&mut rest)?
        } else {
            first
        };
        ranges.push((first, last));
    }
    Some((Part::Set { ranges, others }, &rest[1..]))
}

/// The next character of a set, without the backslash before it.
fn next(rest: &mut &str) -> Option<char> {
    let escaped = rest.strip_prefix('\\').unwrap_or(rest);
    let c = escaped.chars().next()?;
    *rest = &escaped[c.len_utf8()..];
    Some(c)
}

impl Part {
    fn is(&self, c: char) -> bool {
        match self {
            Self::Star => false,
            Self::One => true,
            Self::Char(own) => *own == c,
            Self::Set { ranges, others } => {
                ranges
                    .iter()
                    .any(|(first, last)| (*first..=*last).contains(&c))
                    != *others
            }
        }
    }
}

impl Rules {
    pub(super) fn extend(&mut self, patterns: impl IntoIterator<Item = impl AsRef<str>>) {
        for pattern in patterns {
            self.add(pattern.as_ref());
        }
    }

    fn add(&mut self, pattern: &str) {
        // A space at the end belongs to the pattern only behind a backslash.
        let trimmed = pattern.trim();
        let with_space = format!("{trimmed} ");
        let pattern = if trimmed.ends_with('\\') && pattern.contains(&with_space) {
            &with_space
        } else {
            trimmed
        };
        if pattern.is_empty() || pattern.starts_with('#') {
            return;
        }
        let (again, pattern) = pattern
            .strip_prefix('!')
            .map_or((false, pattern), |rest| (true, rest));
        let (folders_only, pattern) = pattern
            .strip_suffix('/')
            .map_or((false, pattern), |rest| (true, rest));
        let anchored = pattern.contains('/');
        let named = pattern
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(Segment::parse);
        let anywhere = (!anchored).then_some(Segment::Many);
        let mut segments: Vec<Segment> = anywhere.into_iter().chain(named).collect();
        // Two in a row say no more than one, and would have to be tried in every way.
        segments.dedup_by(|after, before| *after == Segment::Many && *before == Segment::Many);
        // A pattern that ends in ** means what is inside.
        if segments.last() == Some(&Segment::Many) {
            segments.push(Segment::Name(vec![Part::Star]));
        }
        self.0.push(Rule {
            segments,
            again,
            folders_only,
        });
    }

    /// Whether what has this path below the directory stays out.
    pub(super) fn ignores(&self, path: &[String], is_folder: bool) -> bool {
        let applies =
            |rule: &&Rule| (is_folder || !rule.folders_only) && matches(&rule.segments, path);
        self.0
            .iter()
            .rev()
            .find(applies)
            .is_some_and(|rule| !rule.again)
    }
}

/// Whether the segments of a path are those of a pattern, `**` standing for any number of them.
fn matches(pattern: &[Segment], path: &[String]) -> bool {
    fits(
        pattern,
        path,
        |segment| *segment == Segment::Many,
        |segment, name| match segment {
            Segment::Many => false,
            Segment::Name(parts) => is_name(parts, name),
        },
    )
}

/// Whether the parts of a pattern can stand for something by which the name results.
fn is_name(parts: &[Part], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let is_star = |part: &Part| *part == Part::Star;
    fits(parts, &name, is_star, |part, c| part.is(*c))
}

/// Whether a pattern whose stars stand for any number of items fits these. Only the last star that was met is ever
/// tried again, so that the time is bounded by the product of the lengths.
fn fits<P, T>(
    pattern: &[P],
    items: &[T],
    is_star: impl Fn(&P) -> bool,
    is_one: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut at, mut here) = (0, 0);
    // After the last star: where the pattern goes on, and up to where the star has taken items.
    let mut star = None;
    while here < items.len() {
        match pattern.get(at) {
            Some(part) if is_star(part) => {
                star = Some((at + 1, here));
                at += 1;
            }
            Some(part) if is_one(part, &items[here]) => (at, here) = (at + 1, here + 1),
            _ => match star {
                Some((after, taken)) => {
                    star = Some((after, taken + 1));
                    (at, here) = (after, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(is_star)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignores(patterns: &[&str], path: &str) -> bool {
        let mut rules = Rules::default();
        rules.extend(patterns);
        let (is_folder, path) = path
            .strip_suffix('/')
            .map_or((false, path), |path| (true, path));
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        rules.ignores(&path, is_folder)
    }

    #[test]
    fn patterns_match_as_in_gitignore() {
        for (pattern, path, expected) in [
            ("*.csv", "a.csv", true),
            ("*.csv", "deep/er/a.csv", true),
            ("*.csv", "a.csv.gz", false),
            ("/a.csv", "a.csv", true),
            ("/a.csv", "b/a.csv", false),
            ("b/a.csv", "b/a.csv", true),
            ("b/a.csv", "c/b/a.csv", false),
            ("b/", "b/", true),
            ("b/", "x/b/", true),
            ("b/", "b", false),
            ("**/b/c", "a/x/b/c", true),
            ("**/b/c", "b/c", true),
            ("a/**/c", "a/c", true),
            ("a/**/c", "a/x/y/c", true),
            ("a/**", "a/x", true),
            ("a/**", "a/", false),
            ("a/**", "a/x/y", true),
            ("**", "a/x", true),
            ("**/a/**/b", "x/a/y/a/b/z/b", true),
            ("**/a/**/b", "x/a/y/b/z", false),
            ("?.py", "a.py", true),
            ("?.py", "ab.py", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("*", "ü", true),
            ("#a", "#a", false),
            ("", "a", false),
            ("  a  ", "a", true),
            ("[ab].py", "a.py", true),
            ("[ab].py", "c.py", false),
            ("[a-cx]", "b", true),
            ("[a-cx]", "x", true),
            ("[a-cx]", "-", false),
            ("[!a-c]", "b", false),
            ("[^a-c]", "d", true),
            ("[!a]", "", false),
            ("[]-]", "]", true),
            ("[]-]", "-", true),
            ("[\\]a]x", "]x", true),
            ("[ab", "[ab", true),
            ("[", "a", false),
            ("\\#a", "#a", true),
            ("\\!a", "!a", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("a\\ ", "a ", true),
            ("a ", "a", true),
            ("a\\", "a\\", true),
            ("x/[0-9]*/", "x/2026/", true),
        ] {
            assert_eq!(
                ignores(&[pattern], path),
                expected,
                "{pattern:?} and {path:?}"
            );
        }
    }

    #[test]
    fn the_last_pattern_that_matches_decides() {
        assert!(!ignores(&["*.csv", "!keep.csv"], "keep.csv"));
        assert!(ignores(&["!keep.csv", "*.csv"], "keep.csv"));
        assert!(ignores(IGNORED, "steps/__pycache__/"));
        assert!(!ignores(IGNORED, "10_load.py"));
    }

    /// A pattern of many stars is answered in good time.
    #[test]
    fn no_pattern_takes_for_ever() {
        assert!(!ignores(
            &[&format!("{}c", "a*".repeat(200))],
            &format!("{}b", "a".repeat(5000))
        ));
        assert!(!ignores(&["a/**/**/**/**/**/**/b"], &["a"; 24].join("/")));
        assert!(!ignores(
            &[&format!("{}b", "**/a/".repeat(20))],
            &["a"; 64].join("/")
        ));
    }
}
