//! Query parameters.

use std::time::SystemTime;

use serde_json::Value;

use crate::form;
use crate::service::time::since_1970;

use super::error::Refusal;

#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Refuses parameters that the operation does not have.
    pub(crate) fn parse(raw: &str, known: &[&str], operation: &str) -> Result<Self, Refusal> {
        let pairs = form::pairs(raw);
        // Like fields of a body: a filter with a slip in its name would otherwise let everything through.
        let strange: Vec<&str> = pairs
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| !known.contains(name))
            .collect();
        if strange.is_empty() {
            Ok(Self(pairs))
        } else {
            Err(Refusal::not_described(&strange, operation))
        }
    }

    /// The value of a parameter. The text `null` is how the official clients write that there is none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of a parameter that may be repeated.
    pub(crate) fn all<'q>(&'q self, name: &str) -> impl Iterator<Item = &'q str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|v| *v != "null")
    }

    /// Whether a text passes the filter by this parameter.
    pub(crate) fn admits(&self, name: &str, value: &str) -> bool {
        self.get(name).is_none_or(|wanted| wanted == value)
    }

    /// Whether an object passes the filters by its texts of these names.
    pub(crate) fn admits_object(&self, names: &[&str], object: &Value) -> bool {
        let text = |name: &str| object[name].as_str().unwrap_or_default();
        names.iter().all(|name| self.admits(name, text(name)))
    }

    /// Whether a text passes the filter by a parameter that may be repeated.
    pub(crate) fn admits_any(&self, name: &str, value: &str) -> bool {
        let mut wanted = self.all(name).peekable();
        wanted.peek().is_none() || wanted.any(|wanted| wanted == value)
    }

    pub(crate) fn one_of(
        &self,
        name: &str,
        enumeration: &str,
        values: &[&str],
    ) -> Result<Option<&str>, Refusal> {
        match self.get(name) {
            Some(value) if !values.contains(&value) => Err(Refusal::wrong_value(
                name,
                value,
                &format!("does not belong to the {enumeration} enumeration"),
            )),
            value => Ok(value),
        }
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        self.get(name).map_or(Ok(None), |text| match text {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            other => Err(Refusal::wrong_value(
                name,
                other,
                "is not valid for type boolean",
            )),
        })
    }

    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let wrong = |text| Refusal::wrong_value(name, text, "is not valid for type long");
        self.get(name)
            .map(|text| text.parse().map_err(|_| wrong(text)))
            .transpose()
    }

    /// A point in time: a date stands for its beginning.
    pub(crate) fn time(&self, name: &str) -> Result<Option<SystemTime>, Refusal> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let time = point_in_time(text).map(Some);
        time.ok_or_else(|| Refusal::wrong_value(name, text, "is not valid for type datetime"))
    }

    /// Whether a date passes the filters by its first and its last, `NAME.from` and `NAME.to`.
    pub(crate) fn period(
        &self,
        name: &str,
    ) -> Result<impl Fn(SystemTime) -> bool + use<>, Refusal> {
        let seconds = |at| since_1970(at).as_secs();
        let from = self.time(&format!("{name}.from"))?.map(seconds);
        let to = self.time(&format!("{name}.to"))?.map(seconds);
        Ok(move |date| {
            // Dates are shown in whole seconds, so that bounds are compared in them too: a shown date is within itself.
            let date = seconds(date);
            from.is_none_or(|from| from <= date) && to.is_none_or(|to| date <= to)
        })
    }

    /// Whether the tags of an object pass the filter by `iamTags` or the like: `{"key": [{"operator": .., "value": ..}]}`.
    pub(crate) fn admits_tags(&self, name: &str, object: &Value) -> Result<bool, Refusal> {
        let Some(text) = self.get(name) else {
            return Ok(true);
        };
        let wrong = || Refusal::wrong_value(name, text, "is not a map of tag filters");
        let Ok(Value::Object(filters)) = serde_json::from_str(text) else {
            return Err(wrong());
        };
        for (key, conditions) in &filters {
            let tag = object[key].as_str();
            // All conditions of all tags have to be met: each narrows the list, as every other filter does.
            for condition in conditions.as_array().ok_or_else(wrong)? {
                let value = condition["value"].as_str().unwrap_or_default();
                let passes = match condition["operator"].as_str().unwrap_or("EQ") {
                    "EQ" => tag == Some(value),
                    "NEQ" => tag != Some(value),
                    "EXISTS" => tag.is_some(),
                    "NEXISTS" => tag.is_none(),
                    "LIKE" => tag.is_some_and(|tag| wildcard(&value.replace('%', "*"), tag)),
                    "ILIKE" => {
                        let pattern = value.replace('%', "*").to_lowercase();
                        tag.is_some_and(|tag| wildcard(&pattern, &tag.to_lowercase()))
                    }
                    _ => return Err(wrong()),
                };
                if !passes {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

/// A point in time as clients send it. The description calls all of them dates and times, and clients send a day alone, or a
/// time without an offset.
pub(crate) fn point_in_time(text: &str) -> Option<SystemTime> {
    let time: Result<jiff::Timestamp, _> = text
        .parse()
        .or_else(|_| format!("{text}T00:00:00Z").parse())
        .or_else(|_| format!("{text}Z").parse());
    time.ok().map(SystemTime::from)
}

/// Whether a text matches a pattern, in which `*` stands for any characters.
pub(crate) fn wildcard(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let Some(last) = pattern
        .contains('*')
        .then(|| parts.next_back().unwrap_or_default())
    else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_characters() {
        for (pattern, text) in [
            ("/*", "/me"),
            ("/me", "/me"),
            ("/sms/*/jobs", "/sms/a/b/jobs"),
            ("*", ""),
            ("a*b*b", "axbb"),
        ] {
            assert!(wildcard(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("/me", "/me/bill"),
            ("/me/*", "/me"),
            ("/sms/*/jobs", "/sms/jobs"),
            ("", "x"),
        ] {
            assert!(!wildcard(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn tags_are_filtered_by_operators() {
        let passes = |filter: &str| {
            let query = Query::parse(&format!("iamTags={filter}"), &["iamTags"], "x").unwrap();
            query.admits_tags("iamTags", &serde_json::json!({"env": "Prod"}))
        };
        for filter in [
            r#"{"env":[{"value":"Prod"}]}"#,
            r#"{"env":[{"operator":"NEQ","value":"x"},{"operator":"ILIKE","value":"p%25"}]}"#,
            r#"{"other":[{"operator":"NEXISTS"}]}"#,
        ] {
            assert!(passes(filter).unwrap(), "{filter}");
        }
        for filter in [
            r#"{"env":[{"operator":"EQ","value":"prod"}]}"#,
            r#"{"other":[{"operator":"EXISTS"}]}"#,
        ] {
            assert!(!passes(filter).unwrap(), "{filter}");
        }
        for filter in [
            "x",
            "[]",
            r#"{"env":1}"#,
            r#"{"env":[{"operator":"MAYBE","value":""}]}"#,
        ] {
            assert!(passes(filter).is_err(), "{filter}");
        }
    }
}
