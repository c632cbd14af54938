//! The secrets that a client sends, to be taken out of what a service says.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// What stands in the place of a secret.
pub const MARK: &str = "[redacted]";

/// What is shorter occurs in sentences by chance.
const SHORTEST: usize = 6;

/// Calls may be under way with tokens that have others after them.
const RECENT: usize = 32;

/// The secrets of one client. Tokens come and go; the last ones are kept. Clones share them.
///
/// ```
/// use cloud_core::secrets::Secrets;
///
/// let secrets = Secrets::new(["pass-word".into()]);
/// secrets.add("t0ken-1".into());
/// assert_eq!(secrets.hide("t0ken-1 and pass-word"), "[redacted] and [redacted]");
/// ```
#[derive(Clone, Default)]
pub struct Secrets(Arc<Known>);

#[derive(Default)]
struct Known {
    lasting: Vec<SecretString>,
    recent: Mutex<VecDeque<SecretString>>,
}

impl Secrets {
    /// With these, which stay.
    pub fn new(lasting: impl IntoIterator<Item = SecretString>) -> Self {
        Self(Arc::new(Known {
            lasting: lasting.into_iter().collect(),
            recent: Mutex::default(),
        }))
    }

    /// Adds a token; the oldest is forgotten.
    pub fn add(&self, secret: SecretString) {
        let mut recent = self.recent();
        recent.push_back(secret);
        if recent.len() > RECENT {
            recent.pop_front();
        }
    }

    /// The text without the secrets.
    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let recent = self.recent();
        self.0
            .lasting
            .iter()
            .chain(&*recent)
            .fold(Cow::Borrowed(text), |text, secret| {
                let secret = secret.expose_secret();
                if secret.len() >= SHORTEST && text.contains(secret) {
                    text.replace(secret, MARK).into()
                } else {
                    text
                }
            })
    }

    /// A JSON document without the secrets, as by [`change_texts`].
    pub fn hide_in_json<'b>(&self, body: &'b [u8]) -> Cow<'b, [u8]> {
        change_texts(body, &|text| self.hide(text))
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, VecDeque<SecretString>> {
        self.0.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets([redacted])")
    }
}

/// Changes every text in a JSON document, the names of members included, wherever it stands and however it is escaped. A
/// document in which nothing changes, and what is none, stays as it is.
///
/// Error answers go through this before they are read: what is read out of them later, by whatever way, is clean.
pub fn change_texts<'b>(body: &'b [u8], change: &dyn Fn(&str) -> Cow<'_, str>) -> Cow<'b, [u8]> {
    let Ok(mut document) = serde_json::from_slice(body) else {
        return Cow::Borrowed(body);
    };
    let mut changed = false;
    each(&mut document, &mut |text| {
        if let Cow::Owned(new) = change(text) {
            *text = new;
            changed = true;
        }
    });
    if changed {
        Cow::Owned(document.to_string().into_bytes())
    } else {
        Cow::Borrowed(body)
    }
}

fn each(value: &mut Value, change: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, change)),
        Value::Object(members) => {
            let all = std::mem::take(members)
                .into_iter()
                .map(|(mut name, mut item)| {
                    change(&mut name);
                    each(&mut item, change);
                    (name, item)
                });
            *members = all.collect();
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_wherever_they_stand() {
        let secrets = Secrets::new(["s3cret/+".into(), "short".into()]);
        secrets.add("t0ken-1".into());
        let body =
            br#"{"a":["s3cret\/\u002b!",1,null,{"t0ken-1":{"b":"xt0ken-1x"}}],"short":true}"#;
        assert_eq!(
            secrets.hide_in_json(body).as_ref(),
            br#"{"a":["[redacted]!",1,null,{"[redacted]":{"b":"x[redacted]x"}}],"short":true}"#
        );
        assert!(!format!("{secrets:?}").contains("t0ken"));
    }

    #[test]
    fn what_holds_none_stays_as_it_is() {
        let secrets = Secrets::new(["s3cret".into()]);
        for body in [
            r#"{"b" : 1.0, "a":"s3cre"}"#,
            "<html>s3cret</html>",
            "",
            r#"{"a":"s3cret""#,
        ] {
            let hidden = secrets.hide_in_json(body.as_bytes());
            assert!(
                matches!(hidden, Cow::Borrowed(same) if same == body.as_bytes()),
                "{body}"
            );
        }
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
}
