use std::fmt::Write as _;

use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE};

use serde_json::Value;

use super::*;

/// What stands in passwords, and what each encoding has its own way with.
const SECRETS: [&str; 12] = [
    "pa55-word-hunter2",
    r#"pa"55/word\hunter2"#,
    "pa+55/w=rd==",
    "a b+c%d&e;f",
    "pä55wörd\u{1f511}key",
    "<script>'x'</script>",
    r"C:\new\u0041\\share\",
    "100%25%41&amp;quot;x",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.c2ln-_",
    "123456",
    "??>>~~??>>~~",
    "a\u{8}b\tc\nd\u{c}e\rf\u{200b}g",
];

fn each(secret: &str, write: impl Fn(&mut String, char)) -> String {
    secret.chars().fold(String::new(), |mut text, char| {
        write(&mut text, char);
        text
    })
}

fn percent(secret: &str, plain: &str, lower: bool) -> String {
    secret.bytes().fold(String::new(), |mut text, byte| {
        match byte {
            _ if byte.is_ascii_alphanumeric() && plain.contains('a')
                || plain.contains(char::from(byte)) =>
            {
                text.push(char::from(byte));
            }
            _ if lower => write!(text, "%{byte:02x}").unwrap(),
            _ => write!(text, "%{byte:02X}").unwrap(),
        }
        text
    })
}

fn json(secret: &str) -> String {
    let text = Value::from(secret).to_string();
    text[1..text.len() - 1].to_owned()
}

fn units(secret: &str, upper: bool) -> String {
    secret.encode_utf16().fold(String::new(), |mut text, unit| {
        if upper {
            write!(text, "\\u{unit:04X}").unwrap();
        } else {
            write!(text, "\\u{unit:04x}").unwrap();
        }
        text
    })
}

fn html(secret: &str) -> String {
    each(secret, |text, char| match char {
        '&' => text.push_str("&amp;"),
        '<' => text.push_str("&lt;"),
        '>' => text.push_str("&gt;"),
        '"' => text.push_str("&quot;"),
        '\'' => text.push_str("&apos;"),
        _ => text.push(char),
    })
}

/// All spellings of a secret but its Base64.
fn spellings(secret: &str) -> Vec<String> {
    let form = percent(secret, "a-._* ", false).replace(' ', "+");
    vec![
        secret.to_owned(),
        percent(secret, "", false),
        percent(secret, "", true),
        percent(secret, "a-._~", false),
        percent(secret, "a-._~/:@", true),
        percent(&percent(secret, "a-._~", false), "a-._~", false),
        percent(&form, "a", true),
        json(secret),
        json(&json(secret)),
        json(&json(&json(secret))),
        json(secret).replace('/', "\\/"),
        units(secret, true),
        units(secret, false),
        json(&units(secret, false)),
        json(&percent(secret, "a", false)),
        percent(&json(secret), "a", false),
        html(secret),
        html(&html(secret)),
        html(&json(secret)),
        json(&html(secret)),
        secret.bytes().fold(String::new(), |mut text, byte| {
            write!(text, "\\x{byte:02x}").unwrap();
            text
        }),
        each(secret, |text, char| {
            write!(text, "&#{};", u32::from(char)).unwrap();
        }),
        each(secret, |text, char| {
            write!(text, "&#x{:x};", u32::from(char)).unwrap();
        }),
        each(secret, |text, char| {
            write!(text, "&#X{:04X};", u32::from(char)).unwrap();
        }),
        // Each character in a way of its own.
        secret
            .chars()
            .enumerate()
            .map(|(index, char)| {
                let char = char.to_string();
                match index % 4 {
                    0 => percent(&char, "", index % 8 == 0),
                    1 => units(&char, false),
                    2 => json(&char),
                    _ => char,
                }
            })
            .collect(),
        form,
        format!("{secret:?}").trim_matches('"').to_owned(),
        secret.replace('\\', r"\\").replace('\'', r"\'"),
    ]
}

fn base64s(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for text in [
        text.to_owned(),
        format!("a:{text}"),
        format!("an:{text}"),
        format!("ann:{text}"),
        format!("ann:{text}; and more behind it"),
        format!("{{\"user\":\"ann\",\"password\":\"{text}\"}}"),
    ] {
        let standard = BASE64_STANDARD.encode(&text);
        all.push(BASE64_STANDARD_NO_PAD.encode(&text));
        all.push(BASE64_URL_SAFE.encode(&text));
        all.push(percent(&standard, "a", true));
        all.push(standard.replace('/', "\\/"));
        all.push(standard);
    }
    all
}

#[test]
fn every_spelling_is_hidden() {
    for secret in SECRETS {
        let secrets = Secrets::new([secret.into()]);
        for spelling in spellings(secret) {
            for (before, behind) in [("", ""), ("<", ">"), ("say: '", "' \\"), ("x", ".")] {
                // The last backslash as it is, among other escapes: with the quote behind it, it stands for that.
                if spelling.ends_with(r"\u0072e\") && behind.starts_with('\'') {
                    continue;
                }
                let text = format!("{before}{spelling}{behind}");
                let hidden = secrets.hide(&text);
                assert_eq!(
                    hidden,
                    format!("{before}{MARK}{behind}"),
                    "{secret}: {text}"
                );
                let twice = format!("{text} {text}");
                assert_eq!(
                    secrets.hide(&twice),
                    format!("{hidden} {hidden}"),
                    "{twice}"
                );
            }
        }
    }
}

#[test]
fn base64_is_hidden_as_a_whole() {
    for secret in SECRETS {
        let secrets = Secrets::new([secret.into()]);
        let encoded = base64s(secret)
            .into_iter()
            .chain(base64s(&percent(secret, "a-._~", false)))
            .chain(base64s(&json(secret)));
        for text in encoded {
            let hidden = secrets.hide(&text);
            // Padding tells nothing.
            let rest = hidden.replace(MARK, "").replace("%3d", "");
            assert_eq!(rest, "", "{secret}: {text}: {hidden}");
            let inside = format!("Basic {text}, \"{text}\"");
            let rest = secrets.hide(&inside).replace("%3d", "");
            assert_eq!(rest, "Basic [redacted], \"[redacted]\"", "{inside}");
        }
    }
}

#[test]
fn base64_goes_on_behind_a_line_break() {
    let secret = "a-password-that-is-longer-than-a-line-of-encoded-text-".repeat(3);
    let secrets = Secrets::new([secret.as_str().into()]);
    for length in [60, 64, 76] {
        for line_break in ["\n", "\r\n", "\\n"] {
            let encoded = BASE64_STANDARD.encode(format!("ann:{secret}"));
            let lines: Vec<&str> = encoded
                .as_bytes()
                .chunks(length)
                .map(|line| std::str::from_utf8(line).unwrap())
                .collect();
            let text = format!("first\n{}\nlast", lines.join(line_break));
            assert_eq!(secrets.hide(&text), "first\n[redacted]\nlast");
        }
    }
}

#[test]
fn lines_of_base64_without_the_secret_stay() {
    let secrets = Secrets::new(["pa55-word-hunter2".into()]);
    let digits = |bytes: usize| (bytes * 8).div_ceil(6);
    for before in 0..60 {
        // Digits that stand before the Base64, which then begins within its first four ones.
        for more in ["", "a", "ab", "abc"] {
            let plain = format!("{}pa55-word-hunter2{}", "n".repeat(before), "n".repeat(60));
            let run = format!("{more}{}", BASE64_STANDARD_NO_PAD.encode(plain));
            let first = more.len() + before * 8 / 6;
            let last = more.len() + digits(before + "pa55-word-hunter2".len()) - 1;
            let lines = run
                .as_bytes()
                .chunks(20)
                .map(|line| std::str::from_utf8(line).unwrap());
            let mut lines: Vec<&str> = lines.collect();
            let text = lines.join("\n");
            lines.splice(first / 20..=last / 20, [MARK]);
            assert_eq!(
                secrets.hide(&text),
                lines.join("\n"),
                "{before} {more}: {text}"
            );
        }
    }
}

#[test]
fn what_is_no_escape_stands_for_itself() {
    let secrets = Secrets::new(["a\0bcdef".into()]);
    assert_eq!(
        secrets.hide("a&#0;bcdef a\\u{0}bcdef"),
        "[redacted] [redacted]"
    );
    let text = "a&#x;bcdef a&#;bcdef a\\u{}bcdef";
    assert_eq!(secrets.hide(text), text);
}

#[test]
fn a_secret_behind_the_cut_leaves_no_mark() {
    let secrets = Secrets::new(["a-password-of-28-characters-".into()]);
    let text = format!(
        "a-password-of-28-characters-{}a-password-of-28-characters-",
        "!".repeat(72)
    );
    let kept = secrets.hide_beginning(text.as_bytes(), 100);
    assert_eq!(
        String::from_utf8(kept).unwrap(),
        format!("{MARK}{}", "!".repeat(72))
    );
}

#[test]
fn an_error_answer_is_read_as_json_up_to_16_mib() {
    let (secrets, largest) = (Secrets::new(["s3cret".into()]), 16 * 1024 * 1024);
    // The ten are the brackets, the quotes and the secret.
    let body = |length: usize| format!("[\"s3cret{}\"]", "x".repeat(length - 10));
    let kept = format!("{MARK}{}", "x".repeat(8 * 1024));
    let hidden = secrets.hide_in_body(body(largest).as_bytes()).into_owned();
    assert_eq!(
        String::from_utf8(hidden).unwrap(),
        format!("[\"{}…\"]", &kept[..8 * 1024])
    );
    let hidden = secrets
        .hide_in_body(body(largest + 1).as_bytes())
        .into_owned();
    assert_eq!(
        String::from_utf8(hidden).unwrap(),
        format!("[\"{}", &kept[..8 * 1024 - 2])
    );
}

#[test]
fn secrets_are_hidden_wherever_they_stand() {
    let secrets = Secrets::new(["s3cret/+".into(), "short".into(), "4711471147".into()]);
    secrets.add("t0ken-1".into());
    let body = br#"{"a":["s3cret\/\u002b!",1,null,{"t0ken-1":{"b":"xt0ken-1x"}}],"n":4711471147,"short":true}"#;
    let hidden = secrets.hide_in_body(body);
    assert_eq!(
        String::from_utf8_lossy(&hidden),
        r#"{"a":["[redacted]!",1,null,{"[redacted]":{"b":"x[redacted]x"}}],"n":"[redacted]","short":true}"#
    );
    assert!(!format!("{secrets:?}").contains("t0ken"));
}

#[test]
fn what_overlaps_is_hidden_together() {
    let secrets = Secrets::new(["abcdef".into(), "abcdefghijkl".into(), "ijklmnop".into()]);
    assert_eq!(
        secrets.hide("abcdefghijklmnop abcdefg"),
        "[redacted] [redacted]g"
    );
}

#[test]
fn what_holds_none_stays_as_it_is() {
    let secrets = Secrets::new(["s3cret".into(), "tiny".into(), "".into()]);
    for text in [
        r#"{"b" : 1.0, "a":"s3cre"}"#,
        "",
        r#"{"a":"cret""#,
        "tiny dGlueQ== %74iny",
        "\\u12 %zz &#x; &nope; \\ud800 & % \\",
        "YW5u",
    ] {
        assert!(
            matches!(secrets.hide(text), Cow::Borrowed(same) if same == text),
            "{text}"
        );
        assert_eq!(
            &*secrets.hide_in_body(text.as_bytes()),
            text.as_bytes(),
            "{text}"
        );
    }
    let bytes = b"\xff\xfe s3cret \xff";
    assert_eq!(&*secrets.hide_in_body(bytes), b"\xff\xfe [redacted] \xff");
}

#[test]
fn old_tokens_are_forgotten() {
    let secrets = Secrets::default();
    for number in 0..=RECENT {
        secrets.add(format!("token-{number:03}").into());
    }
    assert_eq!(
        secrets.hide("token-000 token-001 token-032"),
        "token-000 [redacted] [redacted]"
    );
}

#[test]
fn headers_tell_what_was_sent() {
    let secrets = Secrets::default().with_headers(&[
        HeaderValue::from_static("Bearer t0ken-2"),
        HeaderValue::from_static("Basic YW5uOnBhNTU="),
        HeaderValue::from_static("gAAAAA-t0ken-3"),
    ]);
    assert_eq!(
        secrets.hide("t0ken-2 gAAAAA-t0ken-3 ann:pa55 YW5uOnBhNTU= YW5uOnBhNTU"),
        "[redacted] [redacted] [redacted] [redacted] [redacted]"
    );
}

#[test]
fn no_half_of_a_secret_is_left_by_a_cut() {
    let secret = "s3cret-that-is-long-".repeat(20);
    let secrets = Secrets::new([secret.as_str().into()]);
    for spelling in [
        secret.clone(),
        units(&secret, true),
        base64s(&secret).remove(1),
    ] {
        for before in [0, 5, 90, 99, 100, 101] {
            let text = format!("{}{spelling} tail", "-!".repeat(before / 2));
            let kept = secrets.hide_beginning(text.as_bytes(), 100);
            let kept = String::from_utf8(kept).unwrap();
            let rest = kept.replace(MARK, "").replace("-!", "");
            assert!(
                MARK.starts_with(&rest) || rest == " tail",
                "{before}: {kept}"
            );
            assert!(kept.len() <= 100);
        }
        // The same for a text in a document.
        // Only six characters of the mark fit in.
        let text = format!("{}{spelling}", " ".repeat(KEPT_TEXT - 6));
        let hidden = secrets
            .hide_in_body(Value::from(text).to_string().as_bytes())
            .into_owned();
        let hidden = String::from_utf8(hidden).unwrap();
        assert_eq!(hidden.trim_matches(['"', ' ']), "[redac…");
    }
}

/// Would not end within hours if the work grew with the square of the length.
#[test]
fn the_work_grows_with_the_length_alone() {
    let secrets = Secrets::new([r"\\\\\\secret".into(), "eyJhbGciOiJub25lIn0".into()]);
    for text in ["\\", "%25", "&amp;", "eyJhbGci", "YW5u", "+ "] {
        let text = text.repeat((1 << 18) / text.len());
        assert!(matches!(secrets.hide(&text), Cow::Borrowed(_)));
    }
}

#[test]
fn a_secret_that_comes_again_pushes_no_other_out() {
    let secrets = Secrets::new([]);
    secrets.add("first-token".to_owned().into());
    for _ in 0..=RECENT {
        secrets.add("second-token".to_owned().into());
    }
    assert!(!secrets.hide("it was first-token").contains("first-token"));
    for number in 0..RECENT {
        secrets.add(format!("token-number-{number}").into());
    }
    assert!(secrets.hide("it was first-token").contains("first-token"));
}

#[test]
fn debug_of_secrets_says_that_they_are_there() {
    let secrets = Secrets::new(["first-token".to_owned().into()]);
    assert_eq!(format!("{secrets:?}"), "Secrets([redacted])");
}

#[test]
fn texts_of_a_document_are_changed_wherever_they_stand() {
    fn loud(text: &str) -> std::borrow::Cow<'_, str> {
        match text {
            "quiet" => std::borrow::Cow::Owned("LOUD".to_owned()),
            other => other.into(),
        }
    }
    fn same(text: &str) -> std::borrow::Cow<'_, str> {
        text.to_owned().into()
    }
    let changed = change_texts(br#"{"quiet":["qu\u0069et",{"a":"quiet"}],"b":1}"#, &loud);
    let changed: serde_json::Value = serde_json::from_slice(&changed).unwrap();
    assert_eq!(
        changed,
        serde_json::json!({"LOUD": ["LOUD", {"a": "LOUD"}], "b": 1})
    );
    assert_eq!(&*change_texts(b"no document", &same), b"no document");
}
