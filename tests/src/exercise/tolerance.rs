//! Answers as the service may give them one day.

use serde_json::{Value, json};

/// The change that makes an answer wrong.
const LIST: &str = "as a list";

/// One change of an answer.
pub(super) struct Variant {
    pub(super) what: String,
    pub(super) body: Value,
    /// Whether it makes no sense, so that it must not pass for an answer.
    pub(super) is_wrong: bool,
}

/// The largest number that JSON carries everywhere.
const LARGEST: i64 = (1 << 53) - 1;

/// Maps of the user's own names and addresses, from text to text; nobody adds anything else there.
const MAPS: [&str; 4] = ["annotations", "labels", "possible_mac", "tags"];

/// Every key below the envelope left out, one at a time; every one of them and every item `null`; every word another
/// one; every text a number; every integer with a fraction of zero, and in quotes; every id the largest; and every object
/// with something new in it. Of a list, the first item is changed. And, which is wrong, a list for every object.
pub(super) fn variants(body: &Value, enveloped: bool) -> Vec<Variant> {
    let mut all = Vec::new();
    let mut places = Vec::new();
    walk(body, &mut Vec::new(), &mut places);
    let is_wrapped = |item: &Value| {
        let item = item.as_object();
        item.is_some_and(|item| item.len() == 1 && item.values().all(Value::is_object))
    };
    let items = body.as_array().and_then(|items| items.first());
    let envelope = if items.is_some_and(is_wrapped) { 3 } else { 2 };
    for place in places {
        let name = place.join(".");
        let mut change = |what: &str, change: &dyn Fn(&mut Value)| {
            let mut body = body.clone();
            if let Some(value) = find(&mut body, &place) {
                change(value);
                all.push(Variant {
                    what: format!("{name} {what}"),
                    body,
                    is_wrong: what == LIST,
                });
            }
        };
        let value = at(body, &place);
        if let Some(Value::Object(_)) = value {
            // In a map by names, what is new is like what is there; labels and tags are the user's own, from text to text.
            let new = match place.last().map(String::as_str) {
                Some(key) if MAPS.contains(&key) => json!("new"),
                Some("version_labels" | "data") => json!({"new": {}}),
                Some("node_processes") => json!(["new"]),
                _ => json!({"a": [1]}),
            };
            change("extended", &|value| value["something_new"] = new.clone());
            change(LIST, &|value| *value = json!([]));
        }
        // The envelope itself, `{"server": ...}`, is what tells one answer from another. In some lists each item has one.
        if enveloped && place.len() < envelope {
            continue;
        }
        if let Some(number) = value.and_then(Value::as_i64) {
            change("in quotes", &|value| *value = json!(number.to_string()));
            #[allow(
                clippy::cast_precision_loss,
                reason = "the numbers of answers are small"
            )]
            change("as a float", &|value| *value = json!(number as f64));
        }
        if matches!(value, Some(Value::String(_))) {
            change("as a number", &|value| *value = json!(7));
        }
        match value {
            Some(Value::String(text)) if is_word(text) => {
                change("unknown", &|value| *value = json!("never-heard-of"));
            }
            Some(Value::Number(number))
                if number.is_i64() && place.last().is_some_and(|key| is_id(key)) =>
            {
                change("largest", &|value| *value = json!(LARGEST));
            }
            _ => {}
        }
        if !place.is_empty() {
            change("null", &|value| *value = Value::Null);
        }
        if place
            .last()
            .is_some_and(|key| key.parse::<usize>().is_err())
        {
            let mut without = body.clone();
            let (last, parent) = (&place[place.len() - 1], &place[..place.len() - 1]);
            if let Some(Value::Object(object)) = find(&mut without, parent) {
                object.remove(last);
                all.push(Variant {
                    what: format!("{name} left out"),
                    body: without,
                    is_wrong: false,
                });
            }
        }
    }
    all
}

/// The key of an id, or the place of one in a list of them.
fn is_id(key: &str) -> bool {
    key == "id" || key.ends_with("Id") || key.parse::<usize>().is_ok()
}

/// A value of an enum, as far as its looks tell: no instant, no number, no address.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-'))
}

fn walk(value: &Value, here: &mut Vec<String>, places: &mut Vec<Vec<String>>) {
    places.push(here.clone());
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                here.push(key.clone());
                walk(value, here, places);
                here.pop();
            }
        }
        Value::Array(list) => {
            if let Some(first) = list.first() {
                here.push("0".to_owned());
                walk(first, here, places);
                here.pop();
            }
        }
        _ => {}
    }
}

fn find<'v>(value: &'v mut Value, place: &[String]) -> Option<&'v mut Value> {
    place.iter().try_fold(value, |value, key| match value {
        Value::Object(object) => object.get_mut(key),
        Value::Array(list) => list.get_mut(key.parse::<usize>().ok()?),
        _ => None,
    })
}

fn at<'v>(value: &'v Value, place: &[String]) -> Option<&'v Value> {
    place.iter().try_fold(value, |value, key| match value {
        Value::Object(object) => object.get(key),
        Value::Array(list) => list.get(key.parse::<usize>().ok()?),
        _ => None,
    })
}
