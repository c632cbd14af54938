//! Reading request bodies, with all that is wrong with them named at once.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::error::Refusal;

/// The `properties` of a request body. Each is taken out by its name; what is wrong is kept for
/// [`finish`](Self::finish). Unknown names are ignored, as by the real service, or refused where strictness is asked for.
pub(super) struct Input {
    is_strict: bool,
    values: Map<String, Value>,
    problems: Vec<String>,
    /// What was accepted, as it is to be kept.
    accepted: Map<String, Value>,
}

impl Input {
    pub(super) fn parse(body: &[u8], is_strict: bool) -> Result<Self, Refusal> {
        let invalid = |problem: String| Err(Refusal::new(400, problem));
        let mut body: Map<String, Value> = match serde_json::from_slice(body) {
            Ok(Value::Object(body)) => body,
            Ok(_) => return invalid("the body is not a JSON object".into()),
            Err(error) => return invalid(format!("the body is not valid JSON: {error}")),
        };
        match body.remove("properties") {
            Some(Value::Object(values)) => Ok(Self {
                is_strict,
                values,
                problems: Vec::new(),
                accepted: Map::new(),
            }),
            Some(_) => invalid("properties must be an object".into()),
            None => invalid("properties is required".into()),
        }
    }

    /// All that was accepted, or all that is wrong.
    pub(super) fn finish(mut self) -> Result<Map<String, Value>, Refusal> {
        if self.is_strict {
            for name in std::mem::take(&mut self.values).keys() {
                self.problem(name, "is unknown");
            }
        }
        if self.problems.is_empty() {
            Ok(self.accepted)
        } else {
            Err(Refusal::invalid(self.problems))
        }
    }

    pub(super) fn problem(&mut self, field: &str, problem: &str) {
        self.problems.push(format!("properties.{field} {problem}"));
    }

    pub(super) fn require(&mut self, field: &str) {
        if self.values.get(field).is_none_or(Value::is_null) {
            self.problem(field, "is required");
            self.values.remove(field);
        }
    }

    /// Takes a value that passes the check, which says what it must be. A null is no value.
    pub(super) fn take(&mut self, field: &str, must: &str, check: impl FnOnce(&Value) -> bool) {
        let Some(value) = self.values.remove(field) else {
            return;
        };
        // The models have nothing nullable but `autoScaling` in a PATCH.
        if !value.is_null() && check(&value) {
            self.accepted.insert(field.to_owned(), value);
        } else {
            self.problem(field, must);
        }
    }

    pub(super) fn name(&mut self) {
        let must = "must have 2 to 63 letters, digits, dashes, underscores and dots, with a letter or digit at both ends";
        self.take("name", must, |value| {
            value.as_str().is_some_and(|name| {
                let ends = [name.bytes().next(), name.bytes().last()];
                is_word(name, 2, 63)
                    && ends
                        .into_iter()
                        .flatten()
                        .all(|end| end.is_ascii_alphanumeric())
            })
        });
    }

    pub(super) fn integer(&mut self, field: &str, least: i64, step: i64) {
        let must = match step {
            1 => format!("must be an integer, at least {least}"),
            step => format!("must be a multiple of {step}, at least {least}"),
        };
        self.take(field, &must, |value| {
            value.as_i64().is_some_and(|number| {
                (least..=i64::from(i32::MAX)).contains(&number) && number % step == 0
            })
        });
    }

    pub(super) fn choice(&mut self, field: &str, allowed: &[&str]) {
        let must = format!("must be one of {}", allowed.join(", "));
        self.take(field, &must, |value| {
            value.as_str().is_some_and(|text| allowed.contains(&text))
        });
    }

    pub(super) fn object(&mut self, field: &str) {
        self.take(field, "must be an object", Value::is_object);
    }

    pub(super) fn maintenance_window(&mut self) {
        let days = [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ];
        let must = "must have a time such as 04:30:00 and a dayOfTheWeek from Monday to Sunday";
        self.take("maintenanceWindow", must, |window| {
            window["time"].as_str().is_some_and(is_time)
                && window["dayOfTheWeek"]
                    .as_str()
                    .is_some_and(|day| days.contains(&day))
        });
    }

    pub(super) fn lans(&mut self) {
        let must = "must be a list of networks, each with a lanId, with or without dhcp and routes to networks by gateways";
        self.take("lans", must, |lans| {
            lans.as_array().is_some_and(|lans| lans.iter().all(is_lan))
        });
        if let Some(Value::Array(lans)) = self.accepted.get_mut("lans") {
            for lan in lans.iter_mut().filter(|lan| lan.get("dhcp").is_none()) {
                // Its default in the description.
                lan["dhcp"] = json!(true);
            }
        }
    }

    /// Bounds; null is taken where it means that there are none.
    pub(super) fn auto_scaling(&mut self, may_be_null: bool) {
        if may_be_null && self.values.get("autoScaling").is_some_and(Value::is_null) {
            self.values.remove("autoScaling");
            self.accepted.insert("autoScaling".to_owned(), Value::Null);
            return;
        }
        let must = "must have a minNodeCount and a maxNodeCount, at least 1 and not less than minNodeCount";
        self.take("autoScaling", must, |bounds| {
            let bound = |key: &str| {
                bounds[key]
                    .as_i64()
                    .filter(|bound| (1..=i64::from(i32::MAX)).contains(bound))
            };
            bound("minNodeCount")
                .zip(bound("maxNodeCount"))
                .is_some_and(|(min, max)| min <= max)
        });
    }
}

pub(super) fn is_word(text: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// An id without its dashes, which may be left out; `None` when it is none.
pub(super) fn id(text: &str) -> Option<String> {
    let is_dash = |(at, byte): (usize, u8)| byte != b'-' || matches!(at, 8 | 13 | 18 | 23);
    let dashes = text.bytes().filter(|byte| *byte == b'-').count();
    // Each dash may be left out by itself, so places can be checked only when all four are there.
    let placed = dashes < 4 || text.bytes().enumerate().all(is_dash);
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let good = placed
        && digits.len() == 32
        && text.len() <= 36
        && digits
            .bytes()
            // Lower case only, as in the pattern of the description.
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    good.then_some(digits)
}

fn is_time(text: &str) -> bool {
    let parts: Vec<_> = text
        .split(':')
        .map(|part| (part.len() == 2).then(|| part.parse::<u8>().ok()).flatten())
        .collect();
    matches!(parts[..], [Some(0..=23), Some(0..=59), Some(0..=59)])
}

fn is_lan(lan: &Value) -> bool {
    let is_route = |route: &Value| {
        let network = route["network"]
            .as_str()
            .and_then(|network| network.split_once('/'));
        network.is_some_and(|(address, length)| {
            address.parse::<IpAddr>().is_ok_and(|ip| {
                length
                    .parse::<u8>()
                    .is_ok_and(|n| n <= if ip.is_ipv4() { 32 } else { 128 })
            })
        }) && route["gateway"]
            .as_str()
            .is_some_and(|gateway| gateway.parse::<IpAddr>().is_ok())
    };
    // A text, though LANs are numbers elsewhere at IONOS.
    lan["lanId"].as_str().is_some_and(|id| !id.is_empty())
        && lan.get("dhcp").is_none_or(Value::is_boolean)
        && lan.get("routes").is_none_or(|routes| {
            routes
                .as_array()
                .is_some_and(|routes| routes.iter().all(is_route))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_times_and_networks() {
        for good in [
            "498ae72f-411f-11eb-9d07-046c59cc737e",
            "498ae72f411f11eb9d07046c59cc737e",
        ] {
            assert_eq!(
                id(good).as_deref(),
                Some("498ae72f411f11eb9d07046c59cc737e")
            );
        }
        for bad in [
            "",
            "x",
            "498AE72F411f11eb9d07046c59cc737e",
            "498ae72f-411f-11eb-9d07-046c59cc737",
            "4-98ae72f411f-11eb-9d07046c59cc737e-",
        ] {
            assert_eq!(id(bad), None, "{bad}");
        }
        assert!(
            is_time("23:59:59") && !is_time("24:00:00") && !is_time("1:00:00") && !is_time("04:00")
        );
        assert!(is_lan(
            &json!({"lanId": "1", "dhcp": false, "routes": [{"network": "::/0", "gateway": "fd00::1"}]})
        ));
        for bad in [
            json!({}),
            json!({"lanId": 1}),
            json!({"lanId": "1", "dhcp": null}),
            json!({"lanId": "1", "routes": [{"network": "10.0.0.0/33", "gateway": "10.0.0.1"}]}),
            json!({"lanId": "1", "routes": [{"network": "10.0.0.0/8"}]}),
        ] {
            assert!(!is_lan(&bad), "{bad}");
        }
    }
}
