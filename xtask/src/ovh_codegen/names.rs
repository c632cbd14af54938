//! Rust names of what the service calls otherwise.

/// The words of a name: `VPSWithIAM`, `best-of` and `display_name` have two or three.
fn words(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut words = vec![String::new()];
    for (at, &char) in chars.iter().enumerate() {
        if !char.is_ascii_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let before = at.checked_sub(1).map(|at| chars[at]);
        let after = chars.get(at + 1);
        let begins = char.is_ascii_uppercase()
            && (before.is_some_and(|before| before.is_ascii_lowercase())
                || (before.is_some_and(|before| !before.is_ascii_lowercase())
                    && after.is_some_and(char::is_ascii_lowercase)));
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(char.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// As types and variants are called.
pub(super) fn pascal(text: &str) -> String {
    let words = words(&text.replace("[]", "List"));
    let mut name = String::new();
    for word in &words {
        name.push_str(&word[..1].to_ascii_uppercase());
        name.push_str(&word[1..]);
    }
    if name.is_empty() {
        "Empty".to_owned()
    } else if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("N{name}")
    } else {
        // `Self` is taken.
        if name == "Self" {
            "Itself".to_owned()
        } else {
            name
        }
    }
}

/// As fields and functions are called.
pub(super) fn snake(text: &str) -> String {
    let name = words(text).join("_");
    match name.as_str() {
        "type" => "kind".to_owned(),
        // Keywords, and `default` and `new`, which are functions of the generated types.
        "as" | "break" | "const" | "continue" | "default" | "else" | "enum" | "for" | "if"
        | "in" | "loop" | "match" | "mod" | "move" | "new" | "pub" | "ref" | "return" | "self"
        | "static" | "struct" | "trait" | "use" | "where" | "while" => format!("{name}_value"),
        _ if name.starts_with(|first: char| first.is_ascii_digit()) => format!("n{name}"),
        _ => name,
    }
}

/// What serde makes of a field's name by itself.
pub(super) fn camel(snake: &str) -> String {
    let mut parts = snake.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let mut chars = part.chars();
        let head = chars.next().map(|head| head.to_ascii_uppercase());
        name + &head.into_iter().chain(chars).collect::<String>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_their_words() {
        for (text, type_name, field) in [
            ("VPSWithIAM", "VpsWithIam", "vps_with_iam"),
            ("serviceName", "ServiceName", "service_name"),
            ("best-of", "BestOf", "best_of"),
            ("s3Credentials", "S3Credentials", "s3_credentials"),
            ("long[]", "LongList", "long"),
            ("2020to2025", "N2020to2025", "n2020to2025"),
            ("type", "Type", "kind"),
            ("date.from", "DateFrom", "date_from"),
            ("CREATING", "Creating", "creating"),
            ("self", "Itself", "self_value"),
            ("", "Empty", ""),
        ] {
            assert_eq!(
                (pascal(text), snake(text)),
                (type_name.to_owned(), field.to_owned())
            );
        }
        assert_eq!(camel("display_name"), "displayName");
    }
}
