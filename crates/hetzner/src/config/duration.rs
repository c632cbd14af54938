use std::time::Duration;

const UNITS: [(&str, u32); 8] = [
    ("ns", 0),
    ("us", 3),
    // The micro sign and the Greek letter, which Go takes both.
    ("µs", 3),
    ("μs", 3),
    ("ms", 6),
    ("s", 9),
    ("m", 9),
    ("h", 9),
];

/// Reads a duration as programs in Go write it: `500ms`, `1m30s`, `1.5h`. The sum of parts, each with its unit; only `0`
/// needs none.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a duration such as `500ms` or `1m30s`");
    let mut rest = text.trim();
    if rest == "0" {
        return Ok(Duration::ZERO);
    }
    if rest.starts_with('-') {
        return Err("must not be negative".to_owned());
    }
    if rest.is_empty() {
        return Err(wrong());
    }
    let mut total = 0_u128;
    while !rest.is_empty() {
        let number_end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(number_end);
        let unit_end = after
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        if unit.is_empty() && number == rest {
            return Err(format!("{text:?} lacks a unit, as in `30s`"));
        }
        let (_, exponent) = UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(wrong)?;
        let factor = match unit {
            "m" => 60,
            "h" => 3600,
            _ => 1,
        };
        let part = decimal(number, *exponent).ok_or_else(wrong)?;
        total = part
            .checked_mul(factor)
            .and_then(|part| total.checked_add(part))
            .ok_or_else(wrong)?;
        rest = after;
    }
    from_nanos(total).ok_or_else(wrong)
}

/// What Go calls a duration is a number of nanoseconds in 63 bits.
pub(super) fn from_nanos(nanos: u128) -> Option<Duration> {
    i64::try_from(nanos)
        .ok()
        .map(|nanos| Duration::from_nanos(nanos.unsigned_abs()))
}

/// A decimal number times a power of ten, cut off after the point.
fn decimal(number: &str, exponent: u32) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let mut value: u128 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let mut fraction = fraction.bytes();
    for _ in 0..exponent {
        value = value
            .checked_mul(10)?
            .checked_add(fraction.next().map_or(0, |digit| u128::from(digit - b'0')))?;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_go_are_read() {
        for (text, nanos) in [
            ("0", 0),
            ("0s", 0),
            ("500ms", 500_000_000),
            ("1m30s", 90_000_000_000),
            ("1.5h", 5_400_000_000_000),
            (".5s", 500_000_000),
            ("1.s", 1_000_000_000),
            ("1h2m3s4ms5us6ns", 3_723_004_005_006),
            ("2µs", 2_000),
            ("2μs", 2_000),
            ("0.1234567899s", 123_456_789),
            ("1.9ns", 1),
            (" 3s ", 3_000_000_000),
            ("2562047h47m16.854775807s", 9_223_372_036_854_775_807),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_nanos(nanos)), "{text}");
        }
    }

    #[test]
    fn other_text_is_refused_with_a_hint() {
        for (text, hint) in [
            ("", "such as"),
            ("30", "lacks a unit"),
            ("1m30", "lacks a unit"),
            ("1.5", "lacks a unit"),
            ("-5s", "negative"),
            ("+5s", "such as"),
            ("5 s", "such as"),
            ("5d", "such as"),
            ("s", "such as"),
            (".s", "such as"),
            ("1.2.3s", "such as"),
            ("1S", "such as"),
            ("2562048h", "such as"),
            ("99999999999999999999999999999999999999999h", "such as"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(hint), "{text:?}: {error}");
        }
    }
}
