//! Lengths of time as people write them: `5m`, `1h30m`, `1.5s`.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

/// What units there are, in seconds, with the longer names first where one is the beginning of another.
const UNITS: [(&str, f64); 6] = [
    ("ms", 0.001),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
    ("d", 86_400.0),
    ("w", 604_800.0),
];

/// The length of time that a text says. A number alone is in seconds.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let wrong =
        || format!("{text:?} is not a length of time such as \"5m\", \"1h30m\" or \"1.5s\"");
    let mut rest = text.trim();
    // Try the number first: the loop below wants a unit after each.
    if let Ok(seconds) = rest.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|_| wrong());
    }
    let mut whole = Duration::ZERO;
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .ok_or_else(wrong)?;
        let (number, after) = rest.split_at(end);
        let number: f64 = number.parse().map_err(|_| wrong())?;
        let (unit, seconds) = UNITS
            .iter()
            .find(|(unit, _)| after.starts_with(unit))
            .ok_or_else(wrong)?;
        let part = Duration::try_from_secs_f64(number * seconds).map_err(|_| wrong())?;
        whole = whole.checked_add(part).ok_or_else(wrong)?;
        rest = after[unit.len()..].trim_start();
    }
    // Nothing at all would otherwise be a time of zero.
    if text.trim().is_empty() {
        return Err(wrong());
    }
    Ok(whole)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Seconds(f64),
    Text(String),
}

pub(crate) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{}s", time.as_secs_f64()))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    match Written::deserialize(from) {
        // Through the text, so that both forms have the same bounds and the same words of refusal.
        Ok(Written::Seconds(seconds)) => parse(&seconds.to_string()).map_err(D::Error::custom),
        Ok(Written::Text(text)) => parse(&text).map_err(D::Error::custom),
        Err(_) => Err(D::Error::custom(
            "a length of time such as \"5m\", or a number of seconds, is expected",
        )),
    }
}

/// One that may be absent.
pub(crate) mod optional {
    use super::{Deserialize, Deserializer, Duration, Serializer};

    #[derive(Deserialize)]
    struct Present(#[serde(with = "crate::service::time_span")] Duration);

    #[allow(clippy::ref_option, reason = "serde calls it so")]
    pub(crate) fn serialize<S: Serializer>(
        time: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => super::serialize(time, to),
            None => to.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Present>::deserialize(from)?.map(|present| present.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_add_up_and_anything_else_is_refused() {
        for (text, milliseconds) in [
            ("5m", 300_000),
            ("1h30m", 5_400_000),
            ("1h 30m", 5_400_000),
            ("1.5s", 1500),
            ("250ms", 250),
            ("2d", 172_800_000),
            ("1w", 604_800_000),
            ("90", 90_000),
            ("0", 0),
        ] {
            let expected = Duration::from_millis(milliseconds);
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
        for text in [
            "", "5", "m", "-1s", "-1", "5x", "5m3", "1..5s", "1e300w", "NaN", "inf",
        ] {
            assert_eq!(parse(text).is_ok(), text == "5", "{text}");
        }
        let error = parse("5 parsecs").unwrap_err();
        assert_eq!(
            error,
            "\"5 parsecs\" is not a length of time such as \"5m\", \"1h30m\" or \"1.5s\""
        );
    }
}
