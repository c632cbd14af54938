use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};

/// What stands in the place of a secret.
pub(crate) const MARK: &str = "[redacted]";

/// Shorter ones occur in sentences by chance.
const SHORTEST: usize = 6;

/// Calls may be under way with the token in use and the one before.
const TOKENS: usize = 4;

/// The secrets that one login has sent, so that no message of a service shows them.
pub(crate) struct Secrets {
    login: SecretString,
    tokens: Mutex<VecDeque<SecretString>>,
}

impl Secrets {
    pub(crate) fn new(login: SecretString) -> Self {
        Self { login, tokens: Mutex::default() }
    }

    /// Adds a token; the oldest is forgotten.
    pub(crate) fn remember(&self, token: &SecretString) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.push_front(token.clone());
        tokens.truncate(TOKENS);
    }

    /// Masks the secrets in a text.
    pub(crate) fn hide(&self, text: &mut String) {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        for secret in tokens.iter().chain([&self.login]) {
            let secret = secret.expose_secret();
            if secret.len() >= SHORTEST && text.contains(secret) {
                *text = text.replace(secret, MARK);
            }
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}
