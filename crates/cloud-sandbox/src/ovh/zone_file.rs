//! The text form of a zone, as far as the service writes it and people bring it: one record a line.

use std::fmt::Write as _;

use super::zones::{Content, TYPES};

pub(crate) fn write(
    zone: &str,
    serial: u32,
    name_server: &str,
    records: impl Iterator<Item = Content>,
) -> String {
    let mut text = format!(
        "$TTL 3600\n@\tIN SOA {name_server}. tech.ovh.net. ({serial} 86400 3600 3600000 300)\n"
    );
    for record in records {
        let name = if record.sub_domain.is_empty() {
            "@"
        } else {
            &record.sub_domain
        };
        let ttl = match record.ttl {
            // Such a record takes the default at the top of the file.
            0 => String::new(),
            ttl => format!("{ttl} "),
        };
        // A `String` takes everything that is written to it.
        let _ = writeln!(
            text,
            "{name}\t{ttl}IN {}\t{}",
            record.field_type, record.target
        );
    }
    let _ = writeln!(text, "; end of {zone}");
    text
}

/// The records of a file, without the SOA record, which the service writes itself.
pub(crate) fn parse(text: &str, zone: &str) -> Result<Vec<Content>, String> {
    let mut records = Vec::new();
    let mut owner = String::new();
    for (index, line) in text.lines().enumerate() {
        let problem = |what: &str| format!("line {}: {what}", index + 1);
        let content = without_comment(line);
        let indented = content.starts_with([' ', '\t']);
        let mut words = content.split_whitespace();
        // Directives are left out: the service writes its own `$TTL`, and all names are relative to the zone.
        if content.starts_with('$') || content.trim().is_empty() {
            continue;
        }
        // A line that begins with a blank is about the owner of the one before (RFC 1035, 5.1).
        if !indented {
            owner = relative(words.next().unwrap_or_default(), zone);
        }
        let mut ttl = 0;
        let kind = loop {
            let word = words.next().ok_or_else(|| problem("a type is missing"))?;
            match word.to_ascii_uppercase().as_str() {
                // Class and time to live may come in either order (RFC 1035, 5.1).
                "IN" => {}
                "SOA" => break "SOA",
                upper => match (TYPES.iter().find(|kind| **kind == upper), word.parse()) {
                    (Some(kind), _) => break *kind,
                    (None, Ok(seconds)) => ttl = seconds,
                    (None, Err(_)) => return Err(problem(&format!("{word} is not a type"))),
                },
            }
        };
        let target = words.collect::<Vec<_>>().join(" ");
        if target.is_empty() {
            return Err(problem("a target is missing"));
        }
        if kind != "SOA" {
            records.push(Content {
                field_type: kind.to_owned(),
                sub_domain: owner.clone(),
                target,
                ttl,
            });
        }
    }
    Ok(records)
}

fn without_comment(line: &str) -> &str {
    let mut inside = false;
    let end = line.find(|character| {
        // A semicolon within a text is part of it: DKIM and DMARC records are full of them.
        inside ^= character == '"';
        character == ';' && !inside
    });
    &line[..end.unwrap_or(line.len())]
}

fn relative(name: &str, zone: &str) -> String {
    let Some(absolute) = name.strip_suffix('.') else {
        return if name == "@" {
            String::new()
        } else {
            name.to_owned()
        };
    };
    let relative = absolute
        .strip_suffix(zone)
        .map(|name| name.trim_end_matches('.'));
    relative.unwrap_or(absolute).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let text = "$TTL 3600\n@ IN SOA dns1 tech (1 2 3 4 5)\nexample.com. 60 IN A 192.0.2.1 ; comment\n\n\tIN TXT \"a;b\"\n\
                    www IN CNAME example.com.\n";
        let records = parse(text, "example.com").unwrap();
        let brief: Vec<_> = records
            .iter()
            .map(|r| {
                (
                    r.sub_domain.as_str(),
                    r.field_type.as_str(),
                    r.target.as_str(),
                    r.ttl,
                )
            })
            .collect();
        let expected = [
            ("", "A", "192.0.2.1", 60),
            ("", "TXT", "\"a;b\"", 0),
            ("www", "CNAME", "example.com.", 0),
        ];
        assert_eq!(brief, expected);
        let again = write("example.com", 1, "dns1.ovh.net", records.iter().cloned());
        assert_eq!(parse(&again, "example.com").unwrap(), records);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, problem) in [
            ("@ IN", "line 1: a type"),
            ("\n@ IN A", "line 2: a target"),
            ("@ X y", "line 1: X is"),
        ] {
            let error = parse(text, "example.com").unwrap_err();
            assert!(error.starts_with(problem), "{error}");
        }
    }
}
