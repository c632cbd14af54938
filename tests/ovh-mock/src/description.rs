//! What the descriptions say of values.

use serde_json::{Map, Value};

/// The models of a document.
#[derive(Debug, Default)]
pub(crate) struct Models(Map<String, Value>);

impl Models {
    pub(crate) fn read(document: &Value) -> Self {
        Self(document["models"].as_object().cloned().unwrap_or_default())
    }

    /// The model of this name; one of any type is read for the type that is asked for, under whose name it may stand too.
    fn find(&self, name: &str) -> Option<Value> {
        let Some((base, of)) = name.strip_suffix('>').and_then(|name| name.split_once('<')) else {
            return self.0.get(name).cloned();
        };
        let names = [
            name.to_owned(),
            format!("{base}_{of}"),
            format!("{base}<T>"),
        ];
        let model = names.iter().find_map(|name| self.0.get(name))?;
        let text = model.to_string();
        let text = text
            .replace("\"T\"", &format!("{of:?}"))
            .replace("\"T[]\"", &format!("\"{of}[]\""));
        serde_json::from_str(&text).ok()
    }

    /// Why a value is none of this type; `at` names it.
    pub(crate) fn check(&self, kind: &str, value: &Value, at: &str) -> Result<(), String> {
        let wrong = || Err(format!("{at}: {value} is no {kind}"));
        if let Some(item) = item(kind) {
            let Some(items) = value.as_array() else {
                return wrong();
            };
            return items
                .iter()
                .try_for_each(|one| self.check(&item, one, &format!("{at}[]")));
        }
        if let Some(of) = map_of(kind) {
            let Some(map) = value.as_object() else {
                return wrong();
            };
            return map
                .iter()
                .try_for_each(|(key, one)| self.check(&of, one, &format!("{at}.{key}")));
        }
        let kind = plain(kind);
        if let Some(model) = self.find(kind) {
            if let Some(words) = model["enum"].as_array() {
                return if words.contains(value) {
                    Ok(())
                } else {
                    wrong()
                };
            }
            let (Some(fields), Some(object)) = (model["properties"].as_object(), value.as_object())
            else {
                return wrong();
            };
            return self.check_fields(fields, object, at);
        }
        let is_right = match kind {
            "long" | "integer" | "int" => value.is_i64(),
            "double" | "float" => value.is_number(),
            "boolean" => value.is_boolean(),
            "any" => true,
            "datetime" => value.as_str().is_some_and(|text| text.contains('T')),
            _ => value.is_string(),
        };
        if is_right { Ok(()) } else { wrong() }
    }

    /// Why an object does not have these fields.
    pub(crate) fn check_fields(
        &self,
        fields: &Map<String, Value>,
        object: &Map<String, Value>,
        at: &str,
    ) -> Result<(), String> {
        for (name, value) in object {
            let Some(field) = fields.get(name) else {
                return Err(format!("{at}.{name}: nothing of this name is described"));
            };
            if field["readOnly"] == true {
                return Err(format!("{at}.{name}: is read only"));
            }
            if !(value.is_null() && field["canBeNull"] == true) {
                self.check(&type_of(field), value, &format!("{at}.{name}"))?;
            }
        }
        let needed = fields
            .iter()
            .filter(|(_, field)| field["required"] == true && field["readOnly"] != true);
        for (name, _) in needed {
            if !object.contains_key(name) {
                return Err(format!("{at}.{name}: is missing"));
            }
        }
        Ok(())
    }
}

/// The type of a field or a parameter.
pub(crate) fn type_of(field: &Value) -> String {
    let text = |key: &str| field[key].as_str().filter(|text| !text.is_empty());
    text("fullType")
        .or_else(|| text("type"))
        .or_else(|| text("dataType"))
        .unwrap_or("any")
        .to_owned()
}

/// The type of the items of a list.
fn item(kind: &str) -> Option<String> {
    let kind = plain(kind);
    kind.strip_suffix("[]")
        .or_else(|| kind.strip_prefix("[]"))
        .map(str::to_owned)
}

/// The type of the values of a map.
fn map_of(kind: &str) -> Option<String> {
    let (_, of) = kind.strip_prefix("map[")?.split_once(']')?;
    Some(of.to_owned())
}

/// `coreTypes.ServiceId:long` is a number, which says in front what it means.
fn plain(kind: &str) -> &str {
    kind.rsplit(':').next().unwrap_or(kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_model_of_any_type_is_read_for_the_type_that_is_asked_for() {
        let range = |kind: &str| json!({"properties": {"from": {"type": kind}, "all": {"type": format!("{kind}[]")}}});
        for (name, model) in [
            ("Range<long>", range("T")),
            ("Range<T>", range("T")),
            ("Range_long", range("long")),
        ] {
            let models = Models::read(&json!({"models": {name: model}}));
            let check = |value| models.check("Range<long>", &value, "body");
            assert_eq!(check(json!({"from": 7, "all": [8]})), Ok(()), "{name}");
            let wrong = check(json!({"from": "7"})).unwrap_err();
            assert_eq!(wrong, "body.from: \"7\" is no long", "{name}");
        }
    }
}
