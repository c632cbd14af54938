//! Bodies as HTML forms send them (`application/x-www-form-urlencoded`), with brackets for what stands within something.
//!
//! Lists and objects are written as PHP reads them: `key[]=a&key[]=b` for values, `rules[input][0][name]=x` for objects in
//! a list, which need their number. Without `[]` only one of several values survives there
//! (ansible-collections/community.hrobot#112).

use std::fmt::{self, Display, Write as _};

use serde::{Serialize, ser};
use serde_json::Value;

use super::parts::Encode;
use crate::error::{Error, ErrorKind, Result};

/// The content type of a form.
pub(crate) const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// Writes a struct or a map as a form. What is `None` is left out, and so is a list without elements.
pub(crate) fn to_form(value: &impl Serialize) -> Result<String> {
    let mut form = String::new();
    let place = Place {
        form: &mut form,
        name: String::new(),
        element: None,
    };
    match value.serialize(place) {
        Ok(()) => Ok(form),
        // Not what the value itself says, which may quote a secret.
        Err(Unwritable) => Err(Error::new(
            ErrorKind::Input,
            "the body cannot be written as a form",
        )),
    }
}

/// Sets a field of a form that is written already, instead of all that stands under its name.
pub(crate) fn set_field(form: &str, name: &str, value: &impl Serialize) -> Result<String> {
    let field = {
        let mut field = String::new();
        let place = Place {
            form: &mut field,
            name: encoded(name),
            element: None,
        };
        let written = value.serialize(place);
        written.map_err(|_| Error::input(name, "cannot be written as a form"))?;
        field
    };
    let name = encoded(name);
    // With what stands within it, as in `name[]` and `name[0][key]`.
    let is_of_name = |pair: &str| {
        let there = pair.split('=').next().unwrap_or(pair);
        there == name
            || there
                .strip_prefix(&name)
                .is_some_and(|r| r.starts_with("%5B"))
    };
    let kept = form.split('&').filter(|pair| !is_of_name(pair));
    let pairs: Vec<&str> = kept
        .chain([&*field])
        .filter(|pair| !pair.is_empty())
        .collect();
    Ok(pairs.join("&"))
}

fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    // A string takes all that is written.
    let _ = Encode(&mut text).write_str(name);
    text
}

/// A value of a kind that forms have no way to say.
#[derive(Debug, thiserror::Error)]
#[error("cannot be written as a form")]
struct Unwritable;

impl ser::Error for Unwritable {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

/// Where a value is written to.
struct Place<'f> {
    form: &'f mut String,
    /// The name so far, encoded; empty for the form itself.
    name: String,
    /// Which element of the list of this name it is.
    element: Option<usize>,
}

impl<'f> Place<'f> {
    /// Writes a value that is one text.
    fn text(self, text: impl Display) -> Result<(), Unwritable> {
        if self.name.is_empty() {
            return Err(Unwritable);
        }
        let form = self.form;
        if !form.is_empty() {
            form.push('&');
        }
        form.push_str(&self.name);
        if self.element.is_some() {
            form.push_str("%5B%5D");
        }
        form.push('=');
        write!(Encode(form), "{text}").map_err(|fmt::Error| Unwritable)
    }

    /// The place that values within this one have in common.
    fn within(self) -> Within<'f> {
        let mut name = self.name;
        if let Some(element) = self.element {
            let _ = write!(name, "%5B{element}%5D");
        }
        Within {
            form: self.form,
            name,
            elements: 0,
            key: None,
        }
    }
}

/// A list, a struct or a map while it is written.
struct Within<'f> {
    form: &'f mut String,
    name: String,
    elements: usize,
    /// The key of a map whose value comes next.
    key: Option<String>,
}

impl Within<'_> {
    fn field(&mut self, key: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Unwritable> {
        let key = encoded(key);
        let name = match &*self.name {
            "" => key,
            name => format!("{name}%5B{key}%5D"),
        };
        value.serialize(Place {
            form: self.form,
            name,
            element: None,
        })
    }

    fn element(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Unwritable> {
        if self.name.is_empty() {
            return Err(Unwritable);
        }
        let element = self.elements;
        self.elements += 1;
        value.serialize(Place {
            form: self.form,
            name: self.name.clone(),
            element: Some(element),
        })
    }
}

impl<'f> ser::Serializer for Place<'f> {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Within<'f>;
    type SerializeTuple = Within<'f>;
    type SerializeTupleStruct = Within<'f>;
    type SerializeMap = Within<'f>;
    type SerializeStruct = Within<'f>;
    type SerializeTupleVariant = ser::Impossible<(), Unwritable>;
    type SerializeStructVariant = ser::Impossible<(), Unwritable>;

    fn serialize_bool(self, value: bool) -> Result<(), Unwritable> {
        self.text(value)
    }

    fn serialize_i8(self, value: i8) -> Result<(), Unwritable> {
        self.text(value)
    }

    fn serialize_i16(self, value: i16) -> Result<(), Unwritable> {
        self.text(value)
    }

    fn serialize_i32(self, value: i32) -> Result<(), Unwritable> {
        self.text(value)
    }

    fn serialize_i64(self, value: i64) -> Result<(), Unwritable> {
        self.text(value)
    }

    fn serialize_u8(self, value: u8) -> Result<(), Unwritable> {
        self.text(value)
    }

    fn serialize_u16(self, value: u16) -> Result<(), Unwritable> {
        self.text(value)
    }

    fn serialize_u32(self, value: u32) -> Result<(), Unwritable> {
        self.text(value)
    }

    fn serialize_u64(self, value: u64) -> Result<(), Unwritable> {
        self.text(value)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Unwritable> {
        self.text(value)
    }

    fn serialize_f64(self, value: f64) -> Result<(), Unwritable> {
        self.text(value)
    }

    fn serialize_char(self, value: char) -> Result<(), Unwritable> {
        self.text(value)
    }

    fn serialize_str(self, value: &str) -> Result<(), Unwritable> {
        self.text(value)
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Unwritable> {
        Err(Unwritable)
    }

    fn serialize_none(self) -> Result<(), Unwritable> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unwritable> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unwritable> {
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Unwritable> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unwritable> {
        Err(Unwritable)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Within<'f>, Unwritable> {
        Ok(self.within())
    }

    fn serialize_tuple(self, _: usize) -> Result<Within<'f>, Unwritable> {
        Ok(self.within())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Within<'f>, Unwritable> {
        Ok(self.within())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unwritable> {
        Err(Unwritable)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Within<'f>, Unwritable> {
        Ok(self.within())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Within<'f>, Unwritable> {
        Ok(self.within())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unwritable> {
        Err(Unwritable)
    }
}

impl ser::SerializeSeq for Within<'_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        self.element(value)
    }

    fn end(self) -> Result<(), Unwritable> {
        Ok(())
    }
}

impl ser::SerializeTuple for Within<'_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        self.element(value)
    }

    fn end(self) -> Result<(), Unwritable> {
        Ok(())
    }
}

impl ser::SerializeTupleStruct for Within<'_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        self.element(value)
    }

    fn end(self) -> Result<(), Unwritable> {
        Ok(())
    }
}

impl ser::SerializeStruct for Within<'_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        self.field(key, value)
    }

    fn end(self) -> Result<(), Unwritable> {
        Ok(())
    }
}

impl ser::SerializeMap for Within<'_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unwritable> {
        // By way of JSON, which knows the text of keys that are words of an enum or wrap a text or a number.
        self.key = Some(match serde_json::to_value(key) {
            Ok(Value::String(text)) => text,
            Ok(Value::Number(number)) => number.to_string(),
            _ => return Err(Unwritable),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        let key = self.key.take().ok_or(Unwritable)?;
        self.field(&key, value)
    }

    fn end(self) -> Result<(), Unwritable> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    /// The form, with its brackets readable.
    #[track_caller]
    fn written(value: &impl Serialize) -> String {
        let form = to_form(value).unwrap();
        form.replace("%5B", "[").replace("%5D", "]")
    }

    #[derive(Default, Serialize)]
    struct Order {
        product_id: &'static str,
        #[serde(rename = "authorized_key")]
        keys: Vec<&'static str>,
        comment: Option<&'static str>,
        test: bool,
        addon: Option<Vec<u8>>,
    }

    #[test]
    fn fields_are_pairs_and_what_is_absent_is_left_out() {
        let order = Order {
            product_id: "EX 40&more",
            test: true,
            ..Order::default()
        };
        assert_eq!(written(&order), "product_id=EX%2040%26more&test=true");
        let of_all_kinds =
            json!({"a": 1, "b": -2.5, "c": false, "d": null, "e": "ü", "f": [], "g": {}});
        assert_eq!(written(&of_all_kinds), "a=1&b=-2.5&c=false&e=%C3%BC");
        assert_eq!(written(&()), "");
    }

    #[test]
    fn words_and_what_wraps_a_value_are_written_as_values() {
        #[derive(Serialize)]
        #[serde(rename_all = "lowercase")]
        enum Kind {
            Hardware,
        }
        #[derive(Serialize)]
        struct Number(u8);
        #[derive(Serialize)]
        struct Reset {
            kind: Kind,
            server: Number,
        }
        let reset = Reset {
            kind: Kind::Hardware,
            server: Number(7),
        };
        assert_eq!(written(&reset), "kind=hardware&server=7");
    }

    #[test]
    fn bytes_have_no_form() {
        struct Bytes([u8; 1]);
        impl Serialize for Bytes {
            fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_bytes(&self.0)
            }
        }
        assert!(to_form(&BTreeMap::from([("a", Bytes(*b"a"))])).is_err());
    }

    #[test]
    fn values_of_a_list_have_empty_brackets() {
        let order = Order {
            product_id: "EX40",
            keys: vec!["15:28:b0", "a"],
            comment: Some(""),
            addon: Some(vec![7]),
            ..Order::default()
        };
        let pairs = "product_id=EX40&authorized_key[]=15%3A28%3Ab0&authorized_key[]=a&comment=&test=false&addon[]=7";
        assert_eq!(written(&order), pairs);
        assert_eq!(
            to_form(&json!({"ip": ["123.123.123.123"]})).unwrap(),
            "ip%5B%5D=123.123.123.123"
        );
    }

    #[test]
    fn objects_in_a_list_have_their_number() {
        let rules = json!({"status": "active", "rules": {
            "input": [{"name": "x", "action": "accept"}, {"action": "discard", "dst_port": null}],
            "output": [],
        }});
        assert_eq!(
            written(&rules),
            "rules[input][0][action]=accept&rules[input][0][name]=x&rules[input][1][action]=discard&status=active"
        );
        let deep = json!({"a": {"b": {"c": [[1, 2], [{"d": 3}]]}}});
        assert_eq!(
            written(&deep),
            "a[b][c][0][]=1&a[b][c][0][]=2&a[b][c][1][0][d]=3"
        );
    }

    #[test]
    fn names_cannot_leave_their_place() {
        let strange = BTreeMap::from([("a]&b", BTreeMap::from([(3, "=&")]))]);
        assert_eq!(to_form(&strange).unwrap(), "a%5D%26b%5B3%5D=%3D%26");
    }

    #[derive(Serialize)]
    enum Tagged {
        Name(u8),
    }

    #[test]
    fn what_has_no_name_is_no_form_and_is_not_quoted() {
        for value in [json!("hunter2"), json!(["hunter2"]), json!([{"a": 1}])] {
            let error = to_form(&value).unwrap_err();
            assert_eq!(
                error.to_string(),
                "wrong argument: the body cannot be written as a form"
            );
        }
        assert!(to_form(&BTreeMap::from([("a", Tagged::Name(1))])).is_err());
    }

    #[test]
    fn a_field_replaces_all_that_stands_under_its_name() {
        let form = to_form(&json!({"a": 1, "ab": 2, "c": [1, 2], "d": {"e": 3}})).unwrap();
        let set = |name, value| {
            let form = set_field(&form, name, &value).unwrap();
            form.replace("%5B", "[").replace("%5D", "]")
        };
        assert_eq!(set("a", json!(7)), "ab=2&c[]=1&c[]=2&d[e]=3&a=7");
        assert_eq!(set("c", json!(["x"])), "a=1&ab=2&d[e]=3&c[]=x");
        assert_eq!(set("d", json!(null)), "a=1&ab=2&c[]=1&c[]=2");
        assert_eq!(
            set_field("", "n", &json!({"m": true})).unwrap(),
            "n%5Bm%5D=true"
        );
    }
}
