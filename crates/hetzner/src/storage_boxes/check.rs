//! What the service would refuse for certain. Where its rules leave something open, the judgement is left to it.

use cloud_core::{Error, Result};
use secrecy::{ExposeSecret, SecretString};

const PASSWORD_SPECIALS: &str = "^°!§$%/()=?+#-.,;:~*@{}_&";

/// Says what is wrong with a password, never quoting it.
///
/// Whether a letter with an umlaut counts as an ordinary or as a special one is not documented, so it counts as both.
pub(super) fn password(password: &SecretString) -> Result<()> {
    let (mut length, mut upper, mut lower, mut digit, mut special) =
        (0_usize, false, false, false, false);
    for character in password.expose_secret().chars() {
        length += 1;
        match character {
            'A'..='Z' => upper = true,
            'a'..='z' => lower = true,
            '0'..='9' => digit = true,
            'Ä' | 'Ö' | 'Ü' => (upper, special) = (true, true),
            'ä' | 'ö' | 'ü' | 'ß' => (lower, special) = (true, true),
            _ if PASSWORD_SPECIALS.contains(character) => special = true,
            _ => {
                let allowed = format!(
                    "may hold letters, digits, German umlauts and {PASSWORD_SPECIALS} only"
                );
                return Err(Error::input("password", allowed));
            }
        }
    }
    if !(12..=128).contains(&length) {
        return Err(Error::input("password", "must have 12 to 128 characters"));
    }
    if !(upper && lower && digit && special) {
        let problem =
            "must hold an upper-case letter, a lower-case letter, a digit and a special character";
        return Err(Error::input("password", problem));
    }
    Ok(())
}

/// A directory below the one of the storage box itself.
pub(super) fn home_directory(path: &str) -> Result<()> {
    let wrong = |problem: &str| Err(Error::input("home_directory", problem));
    if path.is_empty() || path.len() > 999 {
        return wrong("must have 1 to 999 characters");
    }
    // It is one below the directory of the storage box.
    if path.starts_with('/') {
        return wrong("must not begin with a slash");
    }
    if !path
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b" ./_-".contains(&byte))
    {
        return wrong("may hold letters, digits, spaces and ./_- only");
    }
    Ok(())
}

pub(super) fn not_empty(field: &str, text: &str) -> Result<()> {
    if text.is_empty() {
        Err(Error::input(field, "must not be empty"))
    } else {
        Ok(())
    }
}

pub(super) fn at_most(field: &str, text: Option<&String>, longest: usize) -> Result<()> {
    match text {
        // Lengths in the description of an API are in characters.
        Some(text) if text.chars().count() > longest => Err(Error::input(
            field,
            format!("must not be longer than {longest} characters"),
        )),
        _ => Ok(()),
    }
}

pub(super) fn within(field: &str, number: Option<u32>, lowest: u32, highest: u32) -> Result<()> {
    match number {
        Some(number) if !(lowest..=highest).contains(&number) => Err(Error::input(
            field,
            format!("must be a number from {lowest} to {highest}"),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords() {
        let check = |text: &str| password(&SecretString::from(text));
        let long = "aB3-".repeat(32);
        for good in [
            "Correct-Horse-7",
            "aB3^°!§$%/()=?+#-.,;:~*@{}_&",
            "ÄöäbcdefGh12",
            &long,
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        let (short, too_long, foreign) = ("Correct-H-7", format!("{long}x"), "Correct-Horse-7\"");
        for bad in [
            short,
            &too_long,
            foreign,
            "correct-horse-7",
            "CORRECT-HORSE-7",
            "Correct-Horse-x",
            "CorrectHorse77",
        ] {
            let error = check(bad).unwrap_err();
            assert_eq!(error.fields()[0].name, "password", "{bad}");
            assert!(
                !error.to_string().contains(bad) && !format!("{error:?}").contains(bad),
                "{error}"
            );
        }
        // Counted are characters, not bytes.
        assert!(check(&format!("{}A1", "ü".repeat(126))).is_ok());
        assert!(check("üüüüüA1").is_err());
    }

    #[test]
    fn home_directories() {
        for good in ["a", "my backups/host01.my.company", &"x".repeat(999)] {
            assert!(home_directory(good).is_ok(), "{good}");
        }
        for bad in ["", "/a", "ä", "a\\b", "a\nb", &"x".repeat(1000)] {
            assert_eq!(
                home_directory(bad).unwrap_err().fields()[0].name,
                "home_directory",
                "{bad}"
            );
        }
    }
}
