//! Bodies as PHP reads them: `a[]`, `a[0]` and `a[x][0][y]` make arrays, and of equal names the last one counts.

use http::header::CONTENT_TYPE;

use crate::answer::Call;
use crate::form;

/// PHP reads so many fields and leaves the rest out (`max_input_vars`).
const MOST: usize = 1000;
/// And so many brackets of one name (`max_input_nesting_level`).
const DEEPEST: usize = 64;

pub(super) type Fields = Vec<(String, Node)>;

/// What stands behind a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Text(String),
    Array(Fields),
}

/// The fields of a request's body. One of another type than a form has none, whatever stands in it.
pub(super) fn of(call: &Call<'_>) -> Fields {
    let kind = call.headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    // So too for PUT and DELETE, whose bodies this service reads like those of POST.
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        // PHP fills its fields from this type alone, so that everything in a JSON body is missing.
        return Vec::new();
    }
    parse(&String::from_utf8_lossy(call.body))
}

pub(super) fn parse(text: &str) -> Fields {
    let mut fields = Vec::new();
    for (name, value) in form::pairs(text).into_iter().take(MOST) {
        insert(&mut fields, &keys(&name), value);
    }
    fields
}

/// The parts of a name: `a[x][]` has `a`, `x` and the empty one.
fn keys(name: &str) -> Vec<&str> {
    let Some((first, mut rest)) = name.split_once('[').filter(|(first, _)| !first.is_empty())
    else {
        return vec![name];
    };
    let mut keys = vec![first];
    while let Some((key, after)) = rest.split_once(']') {
        keys.push(key);
        match after.strip_prefix('[') {
            Some(next) if keys.len() < DEEPEST => rest = next,
            _ => return keys,
        }
    }
    // A bracket that nobody closes.
    if keys.len() == 1 { vec![name] } else { keys }
}

fn insert(fields: &mut Fields, keys: &[&str], value: String) {
    let Some((key, deeper)) = keys.split_first() else {
        return;
    };
    let key = if key.is_empty() {
        next_index(fields)
    } else {
        (*key).to_owned()
    };
    let known = fields.iter().position(|(known, _)| *known == key);
    let at = known.unwrap_or_else(|| {
        fields.push((key, Node::Array(Vec::new())));
        fields.len() - 1
    });
    let node = &mut fields[at].1;
    if deeper.is_empty() {
        // Of equal names the last one counts: of repeated `authorized_key` only one survives
        // (ansible-collections/community.hrobot#112).
        *node = Node::Text(value);
        return;
    }
    if matches!(node, Node::Text(_)) {
        *node = Node::Array(Vec::new());
    }
    if let Node::Array(inner) = node {
        insert(inner, deeper, value);
    }
}

fn next_index(fields: &Fields) -> String {
    let highest = fields
        .iter()
        .filter_map(|(key, _)| key.parse::<u32>().ok())
        .max();
    highest
        .map_or(0, |highest| highest.saturating_add(1))
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(fields: &Fields) -> String {
        let shown = fields.iter().map(|(key, node)| match node {
            Node::Text(text) => format!("{key}={text}"),
            Node::Array(inner) => format!("{key}({})", shown(inner)),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn names_with_brackets_make_arrays() {
        for (text, expected) in [
            ("key[]=a&key[]=b", "key(0=a 1=b)"),
            ("key%5B0%5D=a&key%5B1%5D=b", "key(0=a 1=b)"),
            ("key[3]=a&key[]=b", "key(3=a 4=b)"),
            ("key=a&key=b", "key=b"),
            ("key=a&key[]=b", "key(0=b)"),
            ("key[]=a&key=b", "key=b"),
            (
                "rules[input][0][name]=x+y&rules[input][0][action]=accept&rules[output][0][name]=z",
                "rules(input(0(name=x y action=accept)) output(0(name=z)))",
            ),
            ("key[a=1", "key[a=1"),
            ("[a]=1", "[a]=1"),
            ("", ""),
        ] {
            assert_eq!(shown(&parse(text)), expected, "{text}");
        }
    }

    #[test]
    fn a_form_without_an_end_is_cut() {
        let fields = parse(&"a[]=1&".repeat(5000));
        let Node::Array(inner) = &fields[0].1 else {
            panic!("{fields:?}");
        };
        assert_eq!(inner.len(), MOST);
        assert!(keys(&format!("a{}", "[b]".repeat(5000))).len() <= DEEPEST);
    }
}
