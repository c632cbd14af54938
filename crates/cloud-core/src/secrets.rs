//! The secrets that a client sends, to be taken out of what a service says.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

pub(crate) mod document;
mod spelling;

use spelling::Needle;

/// What stands in the place of a secret.
pub const MARK: &str = "[redacted]";

/// Calls may be under way with tokens that have others after them.
const RECENT: usize = 32;

/// How much of one text in an error answer is kept.
const KEPT_TEXT: usize = 8 * 1024;

/// How far behind the end of what is kept the text is looked at, for secrets that go on there. No spelling of a secret
/// is longer.
const BEHIND: usize = 64 * 1024;

/// Of a larger error answer only the beginning is looked through.
const LARGEST_DOCUMENT: usize = 16 * 1024 * 1024;

/// The secrets of one client. Tokens come and go; the last ones are kept. Clones share them.
///
/// A secret of six characters or more is found in every spelling that a service may give it: as it is, in Base64 alone or
/// as part of a longer text, percent or form encoded, escaped as in JSON or HTML, and all of these more than once.
///
/// ```
/// use cloud_core::secrets::Secrets;
///
/// let secrets = Secrets::new(["pass/word".into()]);
/// secrets.add("t0ken-1".into());
/// assert_eq!(secrets.hide("t0ken-1 and pass/word"), "[redacted] and [redacted]");
/// assert_eq!(secrets.hide("Basic YW5uOnBhc3Mvd29yZA, pass%2Fword"), "Basic [redacted], [redacted]");
/// ```
#[derive(Clone, Default)]
pub struct Secrets(Arc<Known>);

#[derive(Default)]
struct Known {
    lasting: Vec<Arc<Needle>>,
    recent: Mutex<VecDeque<Arc<Needle>>>,
}

fn needle(secret: &SecretString) -> Option<Arc<Needle>> {
    Needle::new(secret.expose_secret()).map(Arc::new)
}

impl Secrets {
    /// With these, which stay.
    pub fn new(lasting: impl IntoIterator<Item = SecretString>) -> Self {
        let needles = lasting.into_iter().filter_map(|secret| needle(&secret));
        Self::of(needles.collect())
    }

    fn of(lasting: Vec<Arc<Needle>>) -> Self {
        Self(Arc::new(Known {
            lasting,
            recent: Mutex::default(),
        }))
    }

    /// Adds a token, unless it is among these; the oldest is forgotten.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "whoever has got a secret gives it away, as to `new`"
    )]
    pub fn add(&self, secret: SecretString) {
        let Some(new) = needle(&secret) else { return };
        let mut recent = self.recent();
        if self.0.lasting.contains(&new) || recent.contains(&new) {
            return;
        }
        recent.push_back(new);
        if recent.len() > RECENT {
            recent.pop_front();
        }
    }

    /// These, and what is secret in the values of headers: the token of `Bearer`, the password of `Basic`.
    pub(crate) fn with_headers(&self, values: &[HeaderValue]) -> Self {
        let mut needles = self.needles();
        for value in values {
            let value = String::from_utf8_lossy(value.as_bytes());
            let (_, bare) = value.split_once(' ').unwrap_or_default();
            let pair = BASE64_STANDARD.decode(bare).unwrap_or_default();
            let pair = String::from_utf8_lossy(&pair);
            let (_, password) = pair.split_once(':').unwrap_or_default();
            let secrets = [&*value, bare, &*pair, password].map(SecretString::from);
            needles.extend(secrets.iter().filter_map(needle));
        }
        Self::of(needles)
    }

    /// These and those.
    pub(crate) fn and(&self, those: &Self) -> Self {
        let mut needles = self.needles();
        needles.extend(those.needles());
        Self::of(needles)
    }

    /// The text without the secrets.
    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        text_of(hidden(text.as_bytes(), text.len(), &self.needles()), text)
    }

    /// The beginning of a text without the secrets, also without one that goes on behind it.
    pub(crate) fn hide_beginning(&self, text: &[u8], length: usize) -> Vec<u8> {
        beginning(text, length, &self.needles())
    }

    /// The body of an error answer without the secrets. JSON stays JSON, in which long texts are cut; of what is no JSON
    /// the beginning is left.
    pub(crate) fn hide_in_body<'b>(&self, body: &'b [u8]) -> Cow<'b, [u8]> {
        let needles = self.needles();
        let read = body.len() <= LARGEST_DOCUMENT;
        read.then(|| changed(body, &|text| hidden_and_cut(text, &needles)))
            .flatten()
            .unwrap_or_else(|| Cow::Owned(beginning(body, KEPT_TEXT, &needles)))
    }

    fn needles(&self) -> Vec<Arc<Needle>> {
        let lasting = self.0.lasting.iter();
        lasting.chain(&*self.recent()).cloned().collect()
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, VecDeque<Arc<Needle>>> {
        self.0.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So many bytes of a text, without the secrets that begin in them.
fn hidden<'t>(text: &'t [u8], length: usize, needles: &[Arc<Needle>]) -> Cow<'t, [u8]> {
    let found = spelling::find(text, needles);
    if found.is_empty() {
        return Cow::Borrowed(&text[..length]);
    }
    let (mut shown, mut at) = (Vec::with_capacity(length), 0);
    for range in found.into_iter().take_while(|range| range.start < length) {
        shown.extend_from_slice(&text[at..range.start]);
        shown.extend_from_slice(MARK.as_bytes());
        at = range.end;
    }
    shown.extend_from_slice(text.get(at..length).unwrap_or_default());
    Cow::Owned(shown)
}

fn beginning(text: &[u8], length: usize, needles: &[Arc<Needle>]) -> Vec<u8> {
    let near = &text[..text.len().min(length.saturating_add(BEHIND))];
    let mut hidden = hidden(near, length.min(text.len()), needles).into_owned();
    hidden.truncate(length);
    hidden
}

/// What is to be kept of a text in a document.
fn hidden_and_cut<'t>(text: &'t str, needles: &[Arc<Needle>]) -> Cow<'t, str> {
    if text.len() <= KEPT_TEXT {
        return text_of(hidden(text.as_bytes(), text.len(), needles), text);
    }
    let beginning = beginning(text.as_bytes(), KEPT_TEXT, needles);
    let beginning = String::from_utf8_lossy(&beginning);
    // The cut may have gone through a character.
    let whole = beginning.trim_end_matches(char::REPLACEMENT_CHARACTER);
    Cow::Owned(format!("{whole}…"))
}

/// As text again. Only whole characters were replaced.
fn text_of<'t>(hidden: Cow<'t, [u8]>, text: &'t str) -> Cow<'t, str> {
    match hidden {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        Cow::Owned(hidden) => Cow::Owned(String::from_utf8_lossy(&hidden).into_owned()),
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets([redacted])")
    }
}

/// Changes every text in a JSON document, the names of members included, wherever it stands and however it is escaped. A
/// document in which nothing changes, and what is none, stays as it is.
pub fn change_texts<'b>(body: &'b [u8], change: &dyn Fn(&str) -> Cow<'_, str>) -> Cow<'b, [u8]> {
    changed(body, change).unwrap_or(Cow::Borrowed(body))
}

/// `None` when the body is no JSON.
fn changed<'b>(body: &'b [u8], change: &dyn Fn(&str) -> Cow<'_, str>) -> Option<Cow<'b, [u8]>> {
    let document = std::str::from_utf8(body).ok()?;
    let rewritten = document::rewritten(document, change, &|_| false)?;
    Some(if rewritten.changed {
        Cow::Owned(rewritten.text.into_bytes())
    } else {
        Cow::Borrowed(body)
    })
}

#[cfg(test)]
mod tests;
