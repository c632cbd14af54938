//! What the service would refuse for certain. Where its rules leave something open, the judgement is left to it.

use cloud_core::{Error, Result};

/// The server's own rule is one character stricter than the API's description, which allows five.
pub(crate) fn job_name(field: &str, name: &str) -> Result<()> {
    let wrong = |problem: &str| Err(Error::input(field, problem));
    if !(6..=50).contains(&name.chars().count()) {
        return wrong("must have 6 to 50 characters");
    }
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return wrong("must begin with a lower-case letter");
    }
    if !name
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    {
        return wrong("may hold lower-case letters, digits and - only");
    }
    Ok(())
}

/// Five fields of what cron expressions are made of, or a word such as `@daily`; empty for no schedule.
pub(crate) fn cron(field: &str, cron: &str) -> Result<()> {
    let is_word = |cron: &str| {
        cron.strip_prefix('@')
            .is_some_and(|word| word.chars().all(|c| c.is_ascii_alphabetic()))
    };
    if cron.is_empty() || is_word(cron) {
        return Ok(());
    }
    let fields: Vec<&str> = cron.split_whitespace().collect();
    if fields.len() != 5 {
        return Err(Error::input(
            field,
            "must have five fields: minute, hour, day of the month, month, day of the week",
        ));
    }
    let known = |c: char| c.is_ascii_alphanumeric() || "*/,-?#".contains(c);
    match fields.iter().find(|field| !field.chars().all(known)) {
        Some(bad) => Err(Error::input(
            field,
            format!("has a field that is no cron expression: {bad}"),
        )),
        None => Ok(()),
    }
}

pub(crate) fn not_empty(field: &str, text: &str) -> Result<()> {
    if text.trim().is_empty() {
        Err(Error::input(field, "must not be empty"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_jobs() {
        for good in ["abcdef", "a-2345", &"x".repeat(50)] {
            assert!(job_name("job_name", good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "abcde",
            &"x".repeat(51),
            "1bcdef",
            "-bcdef",
            "Abcdef",
            "abcdeF",
            "abc_def",
            "abc def",
            "ábcdef",
        ] {
            assert_eq!(
                job_name("job_name", bad).unwrap_err().fields()[0].name,
                "job_name",
                "{bad}"
            );
        }
    }

    #[test]
    fn schedules() {
        for good in [
            "",
            "0 5 * * *",
            "*/15 0-6,12 1 JAN mon#2",
            " 0  0 13 * 5 ",
            "@daily",
        ] {
            assert!(cron("schedule_cron", good).is_ok(), "{good}");
        }
        for bad in [
            "daily",
            "0 5 * *",
            "0 0 5 * * *",
            "0 5 * * $(x)",
            "@every 1h",
        ] {
            assert_eq!(
                cron("schedule_cron", bad).unwrap_err().fields()[0].name,
                "schedule_cron",
                "{bad}"
            );
        }
    }
}
