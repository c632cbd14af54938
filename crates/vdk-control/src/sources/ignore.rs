//! Which files of a directory stay out of an upload.

/// What is never uploaded: the records of version control and editors, what Python makes by itself, and keytabs.
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
    "*.keytab",
];

/// Patterns in the manner of `.gitignore`; of those that match, the last one decides.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    segments: Vec<String>,
    again: bool,
    folders_only: bool,
}

impl Rules {
    pub(super) fn extend(&mut self, patterns: impl IntoIterator<Item = impl AsRef<str>>) {
        for pattern in patterns {
            self.add(pattern.as_ref());
        }
    }

    fn add(&mut self, pattern: &str) {
        // A space at the end belongs to the pattern only when git says so by a backslash; nobody wants that here.
        let pattern = pattern.trim();
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
            .map(str::to_owned);
        let anywhere = (!anchored).then(|| "**".to_owned());
        let mut segments: Vec<String> = anywhere.into_iter().chain(named).collect();
        // Two in a row say no more than one, and would have to be tried in every way.
        segments.dedup_by(|after, before| after == "**" && before == "**");
        // A pattern that ends in ** means what is inside.
        if segments.last().is_some_and(|last| last == "**") {
            segments.push("*".to_owned());
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
fn matches(pattern: &[String], path: &[String]) -> bool {
    fits(
        pattern,
        path,
        |segment| segment == "**",
        |segment, name| wild(segment, name),
    )
}

/// Whether `*` and `?` can stand for something by which the name results.
fn wild(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    fits(
        &pattern,
        &name,
        |c| *c == '*',
        |c, other| *c == '?' || c == other,
    )
}

/// Whether a pattern whose stars stand for any number of items fits these. Only the last star that was met is ever
/// tried again, so that the time is bounded by the product of the lengths.
fn fits<T>(
    pattern: &[T],
    items: &[T],
    is_star: impl Fn(&T) -> bool,
    is_one: impl Fn(&T, &T) -> bool,
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
            ("[ab]", "a", false),
            ("[ab]", "[ab]", true),
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
        assert!(ignores(IGNORED, "daily-load.keytab"));
        assert!(!ignores(IGNORED, "10_load.py"));
    }

    /// A pattern of many stars is answered in good time.
    #[test]
    fn no_pattern_takes_for_ever() {
        assert!(!wild(
            &format!("{}c", "a*".repeat(200)),
            &format!("{}b", "a".repeat(5000))
        ));
        assert!(!ignores(&["a/**/**/**/**/**/**/b"], &["a"; 24].join("/")));
        assert!(!ignores(
            &[&format!("{}b", "**/a/".repeat(20))],
            &["a"; 64].join("/")
        ));
    }
}
