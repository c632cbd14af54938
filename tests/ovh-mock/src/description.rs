//! What the descriptions say of values.

use serde_json::{Map, Value, json};

/// The only key of a map in an example, so that a map is told from an object.
pub(crate) const KEY: &str = "key-of-a-map";

/// The models of a document.
#[derive(Debug, Default)]
pub(crate) struct Models(Map<String, Value>);

impl Models {
    pub(crate) fn read(document: &Value) -> Self {
        Self(document["models"].as_object().cloned().unwrap_or_default())
    }

    /// The model of this name; one of any type is read for the type that is asked for.
    fn find(&self, name: &str) -> Option<Value> {
        if let Some(model) = self.0.get(name) {
            return Some(model.clone());
        }
        let (base, of) = name.split_once('<')?;
        let of = of.strip_suffix('>')?;
        let underscored = self.0.get(&format!("{base}_{of}"));
        let any = || {
            let text = self.0.get(&format!("{base}<T>"))?.to_string();
            let text = text
                .replace("\"T\"", &format!("{of:?}"))
                .replace("\"T[]\"", &format!("\"{of}[]\""));
            serde_json::from_str(&text).ok()
        };
        underscored.cloned().or_else(any)
    }

    /// A value of this type, with every field that it may have. What holds another of its kind does not do so again.
    pub(crate) fn example(&self, kind: &str) -> Value {
        self.below(kind, &mut Vec::new())
    }

    fn below(&self, kind: &str, above: &mut Vec<String>) -> Value {
        if let Some(item) = item(kind) {
            let item = self.below(&item, above);
            return if item.is_null() {
                json!([])
            } else {
                json!([item])
            };
        }
        if let Some(of) = map_of(kind) {
            return json!({KEY: self.below(&of, above)});
        }
        let kind = plain(kind);
        if let Some(model) = self.find(kind) {
            if let Some(words) = model["enum"].as_array() {
                return words.first().cloned().unwrap_or_else(|| json!("word"));
            }
            if above.iter().any(|known| known == kind) {
                return Value::Null;
            }
            above.push(kind.to_owned());
            let mut object = Map::new();
            for (name, field) in model["properties"].as_object().into_iter().flatten() {
                let value = self.below(&type_of(field), above);
                if !value.is_null() {
                    object.insert(name.clone(), value);
                }
            }
            above.pop();
            return object.into();
        }
        match kind {
            "void" => Value::Null,
            "long" | "integer" | "int" => json!(7),
            "double" | "float" => json!(0.5),
            "boolean" => json!(true),
            "datetime" => json!("2026-11-20T11:00:00+01:00"),
            "date" => json!("2026-11-20"),
            "time" => json!("10:00:00"),
            "uuid" => json!("0b8f8a7e-1c5d-4a66-9f43-6f7d3f5a1c11"),
            "ip" | "ipv4" => json!("192.0.2.1"),
            "ipBlock" | "ipv4Block" => json!("192.0.2.0/29"),
            "ipv6" => json!("2001:db8::1"),
            "ipv6Block" => json!("2001:db8::/56"),
            _ => json!("a text"),
        }
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
