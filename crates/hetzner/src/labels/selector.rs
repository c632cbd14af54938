use std::fmt;
use std::str::FromStr;

use super::{LabelError, Labels, check_key, check_value};

/// Finds resources by their labels: every term must hold.
///
/// ```
/// use hetzner::LabelSelector;
///
/// let selector = LabelSelector::new().equals("env", "prod").lacks("legacy").any_of("tier", ["web", "api"]);
/// assert_eq!(selector.to_string(), "env=prod,!legacy,tier in (web,api)");
/// assert_eq!("env==prod, !legacy, tier in (web, api)".parse(), Ok(selector));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LabelSelector(Vec<Term>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Term {
    Equals(String, String),
    NotEquals(String, String),
    Has(String),
    Lacks(String),
    AnyOf(String, Vec<String>),
    NoneOf(String, Vec<String>),
}

impl LabelSelector {
    /// A selector without terms, which finds everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the text of a selector; the same as `text.parse()`.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        Parser { text, at: 0 }.selector()
    }

    /// The label is there and has this value.
    pub fn equals(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(Term::Equals(key.into(), value.into()))
    }

    /// The label is there and has another value. What has no such label is not found, unlike in Kubernetes: seen in the
    /// integration suite of the official Ansible collection, target `zone_rrset_info`. [`lacks`](Self::lacks) (`!k`) finds
    /// that.
    pub fn not_equals(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(Term::NotEquals(key.into(), value.into()))
    }

    /// The label is there, with whatever value.
    pub fn has(self, key: impl Into<String>) -> Self {
        self.with(Term::Has(key.into()))
    }

    /// The label is absent.
    pub fn lacks(self, key: impl Into<String>) -> Self {
        self.with(Term::Lacks(key.into()))
    }

    /// The label is there and has one of these values.
    pub fn any_of<V: Into<String>>(
        self,
        key: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.with(Term::AnyOf(
            key.into(),
            values.into_iter().map(Into::into).collect(),
        ))
    }

    /// The label has none of these values. Whether the service also finds what has no such label, as Kubernetes does, is not
    /// documented.
    pub fn none_of<V: Into<String>>(
        self,
        key: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.with(Term::NoneOf(
            key.into(),
            values.into_iter().map(Into::into).collect(),
        ))
    }

    /// Whether it has no terms, and so finds everything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells whether every key and value can stand in a selector. One that cannot, such as `a,b`, would change what the
    /// selector means. Keys under `hetzner.cloud` are allowed here: resources can carry them.
    pub fn check(&self) -> Result<(), LabelError> {
        for term in &self.0 {
            let (Term::Equals(key, _)
            | Term::NotEquals(key, _)
            | Term::Has(key)
            | Term::Lacks(key)
            | Term::AnyOf(key, _)
            | Term::NoneOf(key, _)) = term;
            let wrong = |value: Option<&String>, rule| LabelError {
                key: key.clone(),
                value: value.cloned(),
                rule,
            };
            check_key(key).map_err(|rule| wrong(None, rule))?;
            match term {
                Term::Equals(_, value) | Term::NotEquals(_, value) => {
                    check_value(value).map_err(|rule| wrong(Some(value), rule))?;
                }
                Term::AnyOf(_, values) | Term::NoneOf(_, values) => {
                    if values.is_empty() {
                        return Err(wrong(None, "a list of values must not be empty"));
                    }
                    for value in values {
                        let rule = if value.is_empty() {
                            Err(EMPTY_IN_LIST)
                        } else {
                            check_value(value)
                        };
                        rule.map_err(|rule| wrong(Some(value), rule))?;
                    }
                }
                Term::Has(_) | Term::Lacks(_) => {}
            }
        }
        Ok(())
    }

    fn with(mut self, term: Term) -> Self {
        self.0.push(term);
        self
    }
}

const EMPTY_IN_LIST: &str = "a value in a list must not be empty";

impl fmt::Display for LabelSelector {
    /// The text on the wire. A key or a value that would read as something else, such as `a,b`, is written in quotes:
    /// no selector has any, so that it is refused where the text is used.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match term {
                Term::Equals(key, value) => write!(f, "{}={}", Word(key), Word(value))?,
                Term::NotEquals(key, value) => write!(f, "{}!={}", Word(key), Word(value))?,
                Term::Has(key) => write!(f, "{}", Word(key))?,
                Term::Lacks(key) => write!(f, "!{}", Word(key))?,
                Term::AnyOf(key, values) => write!(f, "{} in ({})", Word(key), Words(values))?,
                Term::NoneOf(key, values) => {
                    write!(f, "{} notin ({})", Word(key), Words(values))?;
                }
            }
        }
        Ok(())
    }
}

/// White space and the signs of the grammar end a word.
fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '=' | '!' | '(' | ')')
}

struct Word<'a>(&'a str);

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            // No selector has quotes, so this is refused where it is used. Bare, `prod,!old` would be read as a further
            // term.
            word if word.contains(ends_word) => write!(f, "{word:?}"),
            word => f.write_str(word),
        }
    }
}

struct Words<'a>(&'a [String]);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.0.iter().enumerate() {
            write!(f, "{}{}", if index == 0 { "" } else { "," }, Word(word))?;
        }
        Ok(())
    }
}

impl From<&Labels> for LabelSelector {
    /// Finds what has all of these labels with these values.
    fn from(labels: &Labels) -> Self {
        labels.iter().fold(Self::new(), |selector, (key, value)| {
            selector.equals(key, value)
        })
    }
}

impl FromStr for LabelSelector {
    type Err = SelectorError;
    fn from_str(text: &str) -> Result<Self, SelectorError> {
        Self::parse(text)
    }
}

/// The text is not a label selector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.told())]
pub struct SelectorError {
    text: String,
    at: usize,
    message: &'static str,
}

impl SelectorError {
    /// Where the text goes wrong, in bytes from its beginning; its length when something is missing at the end.
    pub fn position(&self) -> usize {
        self.at
    }

    /// What was expected there.
    pub fn message(&self) -> &str {
        self.message
    }

    fn told(&self) -> String {
        let Self { text, at, message } = self;
        match text.get(*at..).filter(|rest| !rest.is_empty()) {
            Some(rest) => {
                format!("label selector {text:?}: at {rest:?} (position {at}): {message}")
            }
            None => format!("label selector {text:?}: at the end: {message}"),
        }
    }
}

/// Between terms, words and signs any white space may stand, as in the selectors of Kubernetes.
struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn selector(mut self) -> Result<LabelSelector, SelectorError> {
        let mut terms = Vec::new();
        loop {
            terms.push(self.term()?);
            if self.rest().is_empty() {
                return Ok(LabelSelector(terms));
            }
            self.expect(",", "expected `,` or the end")?;
        }
    }

    fn term(&mut self) -> Result<Term, SelectorError> {
        if self.eat("!") {
            return self.key().map(Term::Lacks);
        }
        let key = self.key()?;
        if self.eat("!=") {
            return self.value().map(|value| Term::NotEquals(key, value));
        }
        if self.eat("==") || self.eat("=") {
            return self.value().map(|value| Term::Equals(key, value));
        }
        if self.rest().is_empty() || self.rest().starts_with(',') {
            return Ok(Term::Has(key));
        }
        let operator = self.at;
        match self.word() {
            "in" => self.values().map(|values| Term::AnyOf(key, values)),
            "notin" => self.values().map(|values| Term::NoneOf(key, values)),
            _ => Err(self.error(operator, "expected `=`, `==`, `!=`, `in`, `notin` or `,`")),
        }
    }

    fn values(&mut self) -> Result<Vec<String>, SelectorError> {
        self.expect("(", "expected `(`")?;
        let mut values = Vec::new();
        loop {
            self.skip_space();
            let start = self.at;
            match self.value()? {
                value if value.is_empty() => return Err(self.error(start, EMPTY_IN_LIST)),
                value => values.push(value),
            }
            if self.eat(")") {
                return Ok(values);
            }
            self.expect(",", "expected `,` or `)`")?;
        }
    }

    fn key(&mut self) -> Result<String, SelectorError> {
        self.skip_space();
        let start = self.at;
        let key = self.word();
        if key.is_empty() {
            return Err(self.error(start, "expected a key"));
        }
        check_key(key).map_err(|rule| self.error(start, rule))?;
        Ok(key.to_owned())
    }

    fn value(&mut self) -> Result<String, SelectorError> {
        self.skip_space();
        let start = self.at;
        let value = self.word();
        check_value(value).map_err(|rule| self.error(start, rule))?;
        Ok(value.to_owned())
    }

    /// Everything up to white space or a sign of the grammar; whether it is a good word is for the caller to say.
    fn word(&mut self) -> &'a str {
        self.skip_space();
        let rest = &self.text[self.at..];
        let end = rest.find(ends_word).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn eat(&mut self, sign: &str) -> bool {
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len();
        }
        found
    }

    fn expect(&mut self, sign: &str, message: &'static str) -> Result<(), SelectorError> {
        if self.eat(sign) {
            Ok(())
        } else {
            Err(self.error(self.at, message))
        }
    }

    fn rest(&mut self) -> &'a str {
        self.skip_space();
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn error(&self, at: usize, message: &'static str) -> SelectorError {
        SelectorError {
            text: self.text.to_owned(),
            at,
            message,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s() -> LabelSelector {
        LabelSelector::new()
    }

    #[test]
    fn every_form_is_read_and_written() {
        for (text, selector, canonical) in [
            ("k=v", s().equals("k", "v"), "k=v"),
            ("k==v", s().equals("k", "v"), "k=v"),
            ("k=", s().equals("k", ""), "k="),
            ("k!=v", s().not_equals("k", "v"), "k!=v"),
            ("k", s().has("k"), "k"),
            ("!k", s().lacks("k"), "!k"),
            (" ! k ", s().lacks("k"), "!k"),
            ("k in (a)", s().any_of("k", ["a"]), "k in (a)"),
            ("k in(a,b)", s().any_of("k", ["a", "b"]), "k in (a,b)"),
            (
                "k notin ( a , b )",
                s().none_of("k", ["a", "b"]),
                "k notin (a,b)",
            ),
            ("in in (in)", s().any_of("in", ["in"]), "in in (in)"),
            ("notin", s().has("notin"), "notin"),
            (
                "example.com/my = label , b",
                s().equals("example.com/my", "label").has("b"),
                "example.com/my=label,b",
            ),
            (
                "hetzner.cloud/x",
                s().has("hetzner.cloud/x"),
                "hetzner.cloud/x",
            ),
            ("a=,b", s().equals("a", "").has("b"), "a=,b"),
            (
                "a,b,!c,d!=e",
                s().has("a").has("b").lacks("c").not_equals("d", "e"),
                "a,b,!c,d!=e",
            ),
        ] {
            assert_eq!(LabelSelector::parse(text), Ok(selector.clone()), "{text}");
            assert_eq!(selector.to_string(), canonical);
            assert_eq!(canonical.parse(), Ok(selector.clone()), "{canonical}");
            assert_eq!(selector.check(), Ok(()), "{canonical}");
        }
    }

    #[test]
    fn a_bad_selector_is_shown_where_it_breaks() {
        for (text, at, message) in [
            ("", 0, "expected a key"),
            ("  ", 2, "expected a key"),
            (",", 0, "expected a key"),
            ("a,", 2, "expected a key"),
            ("a,,b", 2, "expected a key"),
            ("=v", 0, "expected a key"),
            ("!", 1, "expected a key"),
            ("!!a", 1, "expected a key"),
            ("!a=b", 2, "expected `,` or the end"),
            ("a=b=c", 3, "expected `,` or the end"),
            ("a b", 2, "expected `=`"),
            ("a (b)", 2, "expected `=`"),
            ("a IN (b)", 2, "expected `=`"),
            ("a in", 4, "expected `(`"),
            ("a in b", 5, "expected `(`"),
            ("a in (", 6, "must not be empty"),
            ("a in ()", 6, "must not be empty"),
            ("a in (b", 7, "expected `,` or `)`"),
            ("a in (b,)", 8, "must not be empty"),
            ("a in (b c)", 8, "expected `,` or `)`"),
            ("a in (b))", 8, "expected `,` or the end"),
            ("a!b", 1, "expected `=`"),
            ("a===b", 3, "expected `,` or the end"),
            ("-a", 0, "begin and end"),
            ("ok,a=-b", 5, "begin and end"),
            ("a/b/c", 0, "at most one `/`"),
            ("x=1,ä=2", 4, "may hold letters"),
            ("a=\u{a0}ü", 4, "may hold letters"),
        ] {
            let error = LabelSelector::parse(text).expect_err(text);
            assert_eq!(error.position(), at, "{error}");
            assert!(error.message().contains(message), "{text:?}: {error}");
            let place = if at == text.len() {
                "at the end".to_owned()
            } else {
                format!("position {at}")
            };
            assert!(error.to_string().contains(&place), "{error}");
        }
    }

    #[test]
    fn what_would_change_the_meaning_is_found_before_it_is_sent() {
        for (selector, key, rule) in [
            (s().equals("a", "b,c"), "a", "may hold letters"),
            (s().not_equals("a", "b)"), "a", "may hold letters"),
            (s().has("a=b"), "a=b", "may hold letters"),
            (s().lacks(""), "", "must not be empty"),
            (s().any_of("a", [""; 0]), "a", "must not be empty"),
            (s().none_of("a", ["b", ""]), "a", "must not be empty"),
            (s().has("ok").none_of("a", ["b c"]), "a", "may hold letters"),
        ] {
            let error = selector.check().expect_err(&selector.to_string());
            assert_eq!(error.key(), key);
            assert!(error.rule().contains(rule), "{error}");
            // The text alone cannot be taken for another selector either.
            let text = selector.to_string();
            assert!(LabelSelector::parse(&text).is_err(), "{text}");
        }
        let text = s().equals("env", "prod,!old").any_of("a", ["b,c", "d"]);
        assert_eq!(text.to_string(), r#"env="prod,!old",a in ("b,c",d)"#);
    }

    #[test]
    fn an_empty_selector_says_so() {
        assert!(s().is_empty());
        assert_eq!(s().to_string(), "");
        assert!(!s().has("a").is_empty());
    }

    #[test]
    fn labels_make_a_selector_of_what_has_them_all() {
        let labels = Labels::from([("env", "prod"), ("bare", ""), ("x/team", "web")]);
        let selector = LabelSelector::from(&labels);
        assert_eq!(selector.to_string(), "bare=,env=prod,x/team=web");
        assert_eq!(selector.to_string().parse(), Ok(selector));
        assert!(LabelSelector::from(&Labels::new()).is_empty());
    }
}
