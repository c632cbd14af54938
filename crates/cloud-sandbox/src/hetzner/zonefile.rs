//! Zone files in the form of BIND: the usual part of RFC 1035.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::records::{self, TYPES};
use super::rrsets::{Key, Record, RrSet};

/// What a zone file says.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) ttl: Option<u32>,
    pub(crate) rrsets: BTreeMap<Key, RrSet>,
}

/// One entry, which parentheses may spread over several lines.
#[derive(Debug, Default)]
struct Entry {
    line: usize,
    /// Whether it begins with a space, so that it is about the name before it.
    is_indented: bool,
    words: Vec<String>,
    comment: Option<String>,
}

/// Splits a file into entries.
fn entries(text: &str) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    let mut entry = Entry::default();
    let mut depth = 0_usize;
    for (index, line) in text.lines().enumerate() {
        // Inside of parentheses a line goes on with the entry before it.
        if depth == 0 {
            entry = Entry {
                line: index + 1,
                is_indented: line.starts_with([' ', '\t']),
                ..Entry::default()
            };
        }
        let (mut content, mut comment) = (String::new(), None);
        let (mut inside, mut escaped) = (false, false);
        for (at, character) in line.char_indices() {
            match character {
                _ if escaped => {
                    escaped = false;
                    content.push(character);
                }
                '\\' => {
                    escaped = true;
                    content.push(character);
                }
                '"' => {
                    inside = !inside;
                    content.push(character);
                }
                ';' if !inside => {
                    comment = Some(line[at + 1..].trim().to_owned());
                    break;
                }
                '(' if !inside => {
                    depth += 1;
                    content.push(' ');
                }
                ')' if !inside => {
                    depth = depth
                        .checked_sub(1)
                        .ok_or_else(|| format!("line {}: a parenthesis too much", index + 1))?;
                    content.push(' ');
                }
                _ => content.push(character),
            }
        }
        let words = records::tokens(&content)
            .ok_or_else(|| format!("line {}: a quote is not closed", index + 1))?;
        entry.words.extend(words);
        entry.comment = entry
            .comment
            .take()
            .or(comment.filter(|comment| !comment.is_empty()));
        if depth == 0 && !entry.words.is_empty() {
            entries.push(std::mem::take(&mut entry));
        }
    }
    if depth > 0 {
        return Err(format!("line {}: a parenthesis is not closed", entry.line));
    }
    Ok(entries)
}

/// Seconds, alone or with units as in `1h30m`.
fn seconds(text: &str) -> Option<u32> {
    // Or a type such as `DS` could be read as a time.
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let (mut total, mut number) = (0_u32, None::<u32>);
    for character in text.chars() {
        if let Some(digit) = character.to_digit(10) {
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
            continue;
        }
        let unit = match character.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    total.checked_add(number.unwrap_or(0))
}

pub(crate) fn parse(text: &str, zone: &str) -> Result<Contents, String> {
    let mut contents = Contents {
        ttl: None,
        rrsets: BTreeMap::new(),
    };
    let mut owner = None;
    for entry in entries(text)? {
        let line = entry.line;
        read(&mut contents, &mut owner, entry, zone)
            .map_err(|problem| format!("line {line}: {problem}"))?;
    }
    Ok(contents)
}

fn read(
    contents: &mut Contents,
    owner: &mut Option<String>,
    entry: Entry,
    zone: &str,
) -> Result<(), String> {
    let mut words = entry.words.into_iter().peekable();
    match words
        .peek()
        .map(|word| word.to_ascii_uppercase())
        .as_deref()
    {
        Some("$ORIGIN") if !entry.is_indented => {
            let origin = words.nth(1).unwrap_or_default();
            let matches = origin
                .strip_suffix('.')
                .is_some_and(|origin| origin.eq_ignore_ascii_case(zone));
            return if matches {
                Ok(())
            } else {
                Err(format!("$ORIGIN must be {zone}."))
            };
        }
        Some("$TTL") if !entry.is_indented => {
            let ttl = words
                .nth(1)
                .and_then(|word| seconds(&word))
                .filter(|ttl| *ttl >= 60);
            contents.ttl = Some(ttl.ok_or("$TTL must be at least 60 seconds")?);
            return Ok(());
        }
        Some(directive) if directive.starts_with('$') && !entry.is_indented => {
            return Err(format!("{directive} is not supported"));
        }
        _ => {}
    }
    if !entry.is_indented {
        *owner = words.next().map(|word| relative(&word, zone)).transpose()?;
    }
    let name = owner.clone().ok_or("the first record has no name")?;
    let mut ttl = None;
    // TTL and class may come in either order, and each may be missing (RFC 1035, 5.1).
    let kind = loop {
        let word = words
            .next()
            .ok_or("the record has no type")?
            .to_ascii_uppercase();
        if let Some(kind) = TYPES.iter().find(|kind| **kind == word) {
            break *kind;
        } else if word == "CH" || word == "HS" {
            return Err("only records of the class IN are supported".to_owned());
        } else if word != "IN" {
            let time = seconds(&word).ok_or_else(|| format!("{word} is not a type"))?;
            ttl = Some(
                Some(time)
                    .filter(|time| *time >= 60)
                    .ok_or("a TTL must be at least 60 seconds")?,
            );
        }
    };
    let mut value = words.collect::<Vec<_>>().join(" ");
    if kind == "TXT" && !value.contains('"') {
        // Words of a zone file are strings with or without quotes; the service writes them with.
        value = value
            .split(' ')
            .map(|word| format!("\"{word}\""))
            .collect::<Vec<_>>()
            .join(" ");
    }
    if let Some(problem) = records::name_problem(&name, zone) {
        return Err(format!("the name {name} {problem}"));
    }
    if let Some(problem) = records::problem(kind, &value) {
        return Err(format!("the {kind} record {problem}"));
    }
    let order = contents.rrsets.len();
    let rrset = contents
        .rrsets
        .entry((name, kind))
        .or_insert_with(|| RrSet::new(ttl, order));
    // RFC 2181, 5.2.
    if rrset.ttl != ttl {
        return Err(format!("the {kind} records of one name must have one TTL"));
    }
    // A line that stands there twice is one record.
    if rrset.records.iter().all(|record| record.value != value) {
        rrset.records.push(Record {
            value,
            comment: entry.comment,
        });
    }
    Ok(())
}

/// The name as it stands in the zone.
fn relative(name: &str, zone: &str) -> Result<String, String> {
    let name = name.to_ascii_lowercase();
    let Some(absolute) = name.strip_suffix('.') else {
        return Ok(name);
    };
    if absolute == zone {
        return Ok("@".to_owned());
    }
    let inside = absolute
        .strip_suffix(zone)
        .and_then(|rest| rest.strip_suffix('.'));
    inside
        .map(str::to_owned)
        .ok_or_else(|| format!("the name {name} is not in the zone"))
}

/// Writes a zone, its own records first.
pub(crate) fn write(zone: &str, ttl: u32, rrsets: &BTreeMap<Key, RrSet>) -> String {
    let mut text = format!("$ORIGIN\t{zone}.\n$TTL\t{ttl}\n");
    // `false` sorts first.
    let rank = |(name, kind): &Key| (name != "@", *kind != "SOA", *kind != "NS");
    let mut sorted: Vec<_> = rrsets.iter().collect();
    sorted.sort_by_key(|(key, _)| rank(key));
    let mut before = None;
    for ((name, kind), rrset) in sorted {
        if before.replace((name, kind)) != Some((name, kind)) {
            text.push('\n');
        }
        for record in &rrset.records {
            let time = rrset.ttl.map(|ttl| format!("{ttl}\t")).unwrap_or_default();
            let comment = record
                .comment
                .as_deref()
                .filter(|comment| !comment.is_empty());
            // Comments end with their line.
            let comment =
                comment.map(|comment| format!(" ; {}", comment.replace(['\r', '\n'], " ")));
            let _ = writeln!(
                text,
                "{name}\t{time}IN\t{kind}\t{}{}",
                record.value,
                comment.unwrap_or_default()
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(contents: &Contents, name: &str, kind: &'static str) -> Vec<String> {
        let rrset = contents.rrsets.get(&(name.to_owned(), kind));
        rrset
            .map(|rrset| {
                rrset
                    .records
                    .iter()
                    .map(|record| record.value.clone())
                    .collect()
            })
            .unwrap_or_default()
    }

    const FILE: &str = "\
; a comment on its own line
$ORIGIN Example.com.
$TTL 1h30m

@   IN SOA ns1.example.net. admin.example.com. ( 2026112001 ; serial
        86400 10800
        3600000 3600 )
    IN  NS  ns1.example.net. ; first
    300 NS ns2.example.net.
";

    #[test]
    fn the_usual_forms_are_read() {
        let file = FILE.replace("    300 NS", "    NS");
        let more = "\
www 300 IN A 203.0.113.7 ; web
    IN 300 A 203.0.113.8
www.example.com. AAAA 2001:db8::1
*.sub\tcname\twww
txt TXT \"a;b\" \"(c)\" ; quoted
bare TXT v=spf1 -all
";
        let contents = parse(&(file + more), "example.com").unwrap();
        assert_eq!(contents.ttl, Some(5400));
        let soa = "ns1.example.net. admin.example.com. 2026112001 86400 10800 3600000 3600";
        assert_eq!(values(&contents, "@", "SOA"), [soa]);
        assert_eq!(
            values(&contents, "@", "NS"),
            ["ns1.example.net.", "ns2.example.net."]
        );
        assert_eq!(
            values(&contents, "www", "A"),
            ["203.0.113.7", "203.0.113.8"]
        );
        assert_eq!(values(&contents, "www", "AAAA"), ["2001:db8::1"]);
        assert_eq!(values(&contents, "*.sub", "CNAME"), ["www"]);
        assert_eq!(values(&contents, "txt", "TXT"), ["\"a;b\" \"(c)\""]);
        assert_eq!(values(&contents, "bare", "TXT"), ["\"v=spf1\" \"-all\""]);
        let www = &contents.rrsets[&("www".to_owned(), "A")];
        assert_eq!(
            (www.ttl, www.records[0].comment.as_deref()),
            (Some(300), Some("web"))
        );
        assert_eq!(
            contents.rrsets[&("@".to_owned(), "NS")].records[0]
                .comment
                .as_deref(),
            Some("first")
        );

        let again = parse(&write("example.com", 5400, &contents.rrsets), "example.com").unwrap();
        assert_eq!(
            format!("{:?}", again.rrsets.keys()),
            format!("{:?}", contents.rrsets.keys())
        );
        for (key, rrset) in &contents.rrsets {
            assert_eq!(
                (&again.rrsets[key].records, again.rrsets[key].ttl),
                (&rrset.records, rrset.ttl)
            );
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, problem) in [
            (FILE, "line 9: the NS records of one name must have one TTL"),
            (
                "$ORIGIN example.net.\n",
                "line 1: $ORIGIN must be example.com.",
            ),
            (
                "$ORIGIN example.com\n",
                "line 1: $ORIGIN must be example.com.",
            ),
            ("$TTL 5\n", "line 1: $TTL must be at least 60 seconds"),
            ("$INCLUDE other\n", "line 1: $INCLUDE is not supported"),
            ("\n a 1.2.3.4\n", "line 2: the first record has no name"),
            ("www\n", "line 1: the record has no type"),
            (
                "www CH A 1.2.3.4\n",
                "line 1: only records of the class IN are supported",
            ),
            ("www IN BOGUS x\n", "line 1: BOGUS is not a type"),
            (
                "www 5 A 1.2.3.4\n",
                "line 1: a TTL must be at least 60 seconds",
            ),
            (
                "www A 1.2.3\n",
                "line 1: the A record is not a value of this type",
            ),
            (
                "www.example.net. A 1.2.3.4\n",
                "line 1: the name www.example.net. is not in the zone",
            ),
            ("a..b A 1.2.3.4\n", "line 1: the name a..b is not a name"),
            ("www TXT \"open\n", "line 1: a quote is not closed"),
            ("www A ( 1.2.3.4\n\n", "line 1: a parenthesis is not closed"),
            ("www A 1.2.3.4 )\n", "line 1: a parenthesis too much"),
        ] {
            assert_eq!(parse(text, "example.com").unwrap_err(), problem);
        }
    }

    #[test]
    fn times_have_units() {
        for (text, expected) in [
            ("60", Some(60)),
            ("1h", Some(3600)),
            ("1D12h", Some(129_600)),
            ("2w5", Some(1_209_605)),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
        for text in ["", "h", "1x", "99999999999", "1hh"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
