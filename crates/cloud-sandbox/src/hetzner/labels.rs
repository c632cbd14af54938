//! Labels and the selectors that choose by them.

use std::collections::BTreeMap;

pub(crate) type Labels = BTreeMap<String, String>;

/// What is wrong with a label, if anything.
pub(crate) fn problem(key: &str, value: &str) -> Option<String> {
    if !is_key(key) {
        Some(format!("the label key {key:?} is not valid"))
    // The API documentation reserves the prefix; the official clients do not check it, so a test shows it first here.
    } else if key.starts_with("hetzner.cloud/") {
        Some(format!("the prefix of the label key {key:?} is reserved"))
    } else if !is_value(value) {
        Some(format!("the label value {value:?} is not valid"))
    } else {
        None
    }
}

fn is_key(key: &str) -> bool {
    match key.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name(name),
        None => is_name(key),
    }
}

fn is_value(value: &str) -> bool {
    value.is_empty() || is_name(value)
}

fn is_name(name: &str) -> bool {
    let ends_well = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    name.len() <= 63
        && ends_well(name.as_bytes().first())
        && ends_well(name.as_bytes().last())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn is_subdomain(prefix: &str) -> bool {
    prefix.len() <= 253
        && prefix
            .split('.')
            .all(|label| is_name(label) && !label.contains('_'))
}

/// Terms that must all hold.
#[derive(Debug)]
pub(crate) struct Selector(Vec<Term>);

#[derive(Debug)]
enum Term {
    Has(String),
    HasNot(String),
    In(String, Vec<String>),
    Differs(String, String),
    NotIn(String, Vec<String>),
}

impl Selector {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            // A filter that says nothing filters nothing.
            return Ok(Self(Vec::new()));
        }
        terms(text)?
            .into_iter()
            .map(term)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(crate) fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|term| match term {
            Term::Has(key) => labels.contains_key(key),
            Term::HasNot(key) => !labels.contains_key(key),
            Term::In(key, values) => labels.get(key).is_some_and(|value| values.contains(value)),
            // Unlike Kubernetes, whose grammar this is, `!=` leaves out what has no such label: the official Ansible
            // collection asserts it for the info about RRsets.
            Term::Differs(key, other) => labels.get(key).is_some_and(|value| value != other),
            // Nobody has told whether the same holds here; until then it is as with Kubernetes.
            Term::NotIn(key, values) => labels.get(key).is_none_or(|value| !values.contains(value)),
        })
    }
}

/// The text between the commas that are outside of parentheses.
fn terms(text: &str) -> Result<Vec<&str>, String> {
    let mut parts = Vec::new();
    let (mut start, mut inside) = (0, false);
    for (index, character) in text.char_indices() {
        match character {
            '(' if !inside => inside = true,
            ')' if inside => inside = false,
            '(' | ')' => return Err("the parentheses do not match".to_owned()),
            ',' if !inside => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    if inside {
        return Err("a parenthesis is not closed".to_owned());
    }
    parts.push(&text[start..]);
    Ok(parts)
}

fn term(text: &str) -> Result<Term, String> {
    let text = text.trim();
    let key = |key: &str| {
        let key = key.trim();
        if is_key(key) {
            Ok(key.to_owned())
        } else {
            Err(format!("{key:?} is not a label key"))
        }
    };
    let value = |value: &str| {
        let value = value.trim();
        if is_value(value) {
            Ok(value.to_owned())
        } else {
            Err(format!("{value:?} is not a label value"))
        }
    };
    // Ahead of the comparisons, whose signs could stand inside of the parentheses.
    if let Some((head, tail)) = text.split_once('(') {
        let list = tail
            .strip_suffix(')')
            .ok_or_else(|| format!("{text:?} has text after its parenthesis"))?;
        let values = list.split(',').map(value).collect::<Result<Vec<_>, _>>()?;
        return match head.split_whitespace().collect::<Vec<_>>()[..] {
            [name, "in"] => Ok(Term::In(key(name)?, values)),
            [name, "notin"] => Ok(Term::NotIn(key(name)?, values)),
            _ => Err(format!(
                "{text:?} is neither an \"in\" nor a \"notin\" term"
            )),
        };
    }
    // Before `=`, which is its second character.
    if let Some((name, other)) = text.split_once("!=") {
        Ok(Term::Differs(key(name)?, value(other)?))
    } else if let Some((name, same)) = text.split_once("==").or_else(|| text.split_once('=')) {
        Ok(Term::In(key(name)?, vec![value(same)?]))
    } else if let Some(name) = text.strip_prefix('!') {
        Ok(Term::HasNot(key(name)?))
    } else {
        Ok(Term::Has(key(text)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(selector: &str, labels: &[(&str, &str)]) -> bool {
        let labels = labels
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        Selector::parse(selector).unwrap().matches(&labels)
    }

    #[test]
    fn every_kind_of_term() {
        let web = [("env", "prod"), ("example.com/role", "web")];
        for yes in [
            "",
            "env",
            "env=prod",
            "env == prod",
            "env!=test",
            "!other",
            "env in (test, prod)",
            "env notin (test,dev)",
            "other notin (test)",
            "env=prod,example.com/role in (web,db),!other",
        ] {
            assert!(matches(yes, &web), "{yes}");
        }
        for no in [
            "other",
            "env=test",
            "!env",
            "env!=prod",
            "other!=test",
            "env in (test)",
            "env notin (prod)",
            "env=prod,other",
        ] {
            assert!(!matches(no, &web), "{no}");
        }
        assert!(matches("empty=", &[("empty", "")]));
    }

    #[test]
    fn what_is_not_a_selector() {
        for wrong in [
            ",",
            "a,",
            "a b",
            "=b",
            "a=b=c",
            "a in b",
            "a in (b",
            "a in b)",
            "a on (b)",
            "-a",
            "a in (b) c",
            "!",
        ] {
            assert!(Selector::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn keys_and_values() {
        let long = "x".repeat(64);
        for (key, value) in [
            ("a", ""),
            ("a-b_c.d", "1.2"),
            ("example.com/a", "b"),
            (&long[1..], &long[1..]),
        ] {
            assert_eq!(problem(key, value), None);
        }
        for (key, value) in [
            ("", ""),
            ("-a", ""),
            ("a", "b-"),
            ("a/b/c", ""),
            ("hetzner.cloud/a", ""),
            (&long, ""),
            ("a", &long),
            ("é", ""),
        ] {
            assert!(problem(key, value).is_some(), "{key} {value}");
        }
    }
}
