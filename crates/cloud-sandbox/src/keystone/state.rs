//! All that the service keeps.

use std::collections::HashMap;
use std::time::Duration;

use super::Settings;
use super::identity::{self, ApplicationCredential, User};
use super::token::{Scope, Token};

/// How long a token is valid unless it was said otherwise.
const LIFETIME: Duration = Duration::from_secs(3600);
/// The longest life of a token: what is longer could not be written down.
pub(super) const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);
/// How long other services remember that a token was valid.
const REMEMBERED: Duration = Duration::from_secs(300);
/// How many tokens are no burden, expired or not.
const FEW_TOKENS: usize = 1000;

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct State {
    #[serde(with = "crate::keep::rng")]
    pub(crate) rng: fastrand::Rng,
    pub(crate) lifetime: Duration,
    pub(super) users: Vec<User>,
    pub(crate) application_credentials: Vec<ApplicationCredential>,
    /// What was proven so far by who has to prove more, and until when it counts.
    #[serde(skip)]
    pub(crate) receipts: HashMap<String, (Vec<String>, User, Duration)>,
    pub(super) tokens: HashMap<String, Token>,
    /// How many tokens there may be before those that expired are forgotten.
    #[serde(skip)]
    sweep_at: usize,
    /// When another service last found a token valid.
    remembered: HashMap<String, Duration>,
}

/// Who makes a request to another service.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// `None` for a token that is not for a project.
    pub(crate) project: Option<String>,
    pub(crate) is_administrator: bool,
    /// Whether the token comes from an application credential.
    pub(crate) is_application_credential: bool,
    /// Whether it comes from one that may not pass its rights on.
    pub(crate) is_restricted: bool,
}

impl State {
    pub(super) fn new(seed: u64, settings: &Settings) -> Self {
        let users = identity::users(settings);
        Self {
            rng: fastrand::Rng::with_seed(seed),
            lifetime: LIFETIME,
            application_credentials: identity::application_credentials(&users),
            users,
            receipts: HashMap::new(),
            tokens: HashMap::new(),
            sweep_at: FEW_TOKENS,
            remembered: HashMap::new(),
        }
    }

    /// A token that is valid now.
    pub(crate) fn token(&self, id: &str, now: Duration) -> Option<&Token> {
        self.tokens
            .get(id)
            .filter(|token| now < token.expires && !token.is_revoked)
    }

    /// Makes the text of a token valid.
    pub(crate) fn keep(&mut self, token: Token, now: Duration) -> String {
        // Not each time, or every token would cost a look at all others.
        if self.tokens.len() >= self.sweep_at {
            self.tokens.retain(|_, token| now < token.expires);
            let tokens = &self.tokens;
            self.remembered.retain(|id, _| tokens.contains_key(id));
            // Twice what is left, so that the cost of sweeping stays the same for each token.
            self.sweep_at = FEW_TOKENS.max(2 * self.tokens.len());
        }
        let id = self.token_text();
        self.tokens.insert(id.clone(), token);
        id
    }

    /// As long as the real ones, and with the same beginning.
    pub(crate) fn token_text(&mut self) -> String {
        let random: String = (0..178).map(|_| self.rng.alphanumeric()).collect();
        format!("gAAAAA{random}")
    }

    pub(crate) fn revoke(&mut self, id: &str) {
        if let Some(token) = self.tokens.get_mut(id) {
            token.is_revoked = true;
        }
    }

    pub(crate) fn revoke_of_application_credential(&mut self, id: &str) {
        for token in self.tokens.values_mut() {
            token.is_revoked |= token
                .application_credential
                .as_ref()
                .is_some_and(|credential| credential.0 == id);
        }
    }

    /// Lets all tokens expire by now.
    pub(super) fn expire_tokens(&mut self, now: Duration) {
        for token in self.tokens.values_mut() {
            token.expires = token.expires.min(now);
        }
    }

    /// Who has this token, as another service sees it.
    pub(super) fn caller(&mut self, token: &str, now: Duration) -> Option<Caller> {
        let (tokens, remembered) = (&self.tokens, &mut self.remembered);
        // keystonemiddleware keeps the expiry with what it remembers, so that this is never late.
        let found = tokens.get(token).filter(|token| now < token.expires)?;
        if found.is_revoked {
            // `token_cache_time` of keystonemiddleware is 300 seconds by default.
            let seen = remembered.get(token)?;
            if now > *seen + REMEMBERED {
                return None;
            }
        } else if remembered
            .get(token)
            .is_none_or(|seen| now > *seen + REMEMBERED)
        {
            remembered.insert(token.to_owned(), now);
        }
        Some(Caller {
            project: if let Scope::Project(project) = &found.scope {
                Some(project.id.clone())
            } else {
                None
            },
            is_administrator: found.roles().iter().any(|role| role.name == "admin"),
            is_application_credential: found.application_credential.is_some(),
            is_restricted: found
                .application_credential
                .as_ref()
                .is_some_and(|(_, _, restricted)| *restricted),
        })
    }
}
