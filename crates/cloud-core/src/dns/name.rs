use crate::error::{Error, Result};

/// A name within a zone: lower case, for DNS knows no case, and `@` for the zone itself.
///
/// A whole name loses the zone, with a dot at its end or without: below itself the zone would hardly be meant. `zone` is
/// `None` when only its number is known; then no name may end with a dot.
pub(super) fn within(zone: Option<&str>, name: &str) -> Result<String> {
    if !name.is_ascii() {
        let text = format!("{name:?} must be written in Punycode");
        return Err(Error::input("name", text));
    }
    let lower = name.to_ascii_lowercase();
    if lower.is_empty() || lower == "@" {
        return Ok("@".to_owned());
    }
    let zone = zone.map(|zone| zone.trim_end_matches('.').to_ascii_lowercase());
    let bare = lower.strip_suffix('.').unwrap_or(&lower);
    if let Some(zone) = &zone {
        if bare == zone {
            return Ok("@".to_owned());
        }
        let head = bare.strip_suffix(zone.as_str());
        if let Some(relative) = head.and_then(|head| head.strip_suffix('.')) {
            return named(relative, name);
        }
    }
    // What ends with a dot is whole, and of another zone.
    if bare.len() < lower.len() {
        let zone = zone.as_deref().unwrap_or_default();
        let text = format!("{name:?} is not in the zone {zone}");
        return Err(Error::input("name", text));
    }
    named(bare, name)
}

fn named(relative: &str, name: &str) -> Result<String> {
    if relative.split('.').any(str::is_empty) {
        let text = format!("{name:?} has an empty part");
        return Err(Error::input("name", text));
    }
    Ok(relative.to_owned())
}
