use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use cloud_core::credential::{Token, TokenCache, TokenSource};
use cloud_core::provider::Credential;
use cloud_core::secrets::Secrets;
use cloud_core::time::Clock;
use cloud_core::{Error, ErrorKind, Result};
use http::HeaderName;

use super::{Keystone, Login, TokenInfo};

/// A login that has a valid token whenever one is needed. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    cache: Arc<TokenCache<Source>>,
    info: Arc<Mutex<Option<TokenInfo>>>,
}

impl Session {
    pub(crate) fn new(
        keystone: Keystone,
        login: Login,
        clock: Arc<dyn Clock>,
        secrets: Secrets,
        origin: String,
    ) -> Self {
        let info = Arc::default();
        let source = Source {
            keystone,
            login,
            secrets,
            origin,
            info: Arc::clone(&info),
        };
        let cache = TokenCache::new(source, clock, HeaderName::from_static("x-auth-token"), "");
        Self {
            cache: Arc::new(cache),
            info,
        }
    }

    /// What goes into the requests to other services.
    pub(crate) fn credential(&self) -> Arc<dyn Credential> {
        self.cache.clone()
    }

    /// What is told about the token in use; fetches one when there is none.
    pub(crate) async fn info(&self) -> Result<TokenInfo> {
        // The login is no step of another call here: its failure is told as its own.
        self.cache
            .ready()
            .await
            .map_err(|error| match error.cause() {
                Some(cause) if error.kind() != ErrorKind::Credential => cause.clone(),
                _ => error,
            })?;
        let info = self
            .info
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        info.ok_or_else(|| Error::new(ErrorKind::Credential, "no token is there"))
    }
}

#[derive(Debug)]
struct Source {
    keystone: Keystone,
    login: Login,
    secrets: Secrets,
    origin: String,
    info: Arc<Mutex<Option<TokenInfo>>>,
}

#[async_trait]
impl TokenSource for Source {
    fn origin(&self) -> Option<&str> {
        Some(&self.origin)
    }

    async fn fetch(&self) -> Result<Token> {
        let issued = self.keystone.issue(&self.login).await?;
        self.secrets.add(issued.secret.clone());
        // A token got for a token ends when that one does: renewing it early would only shorten what is left of it.
        let renewable = !matches!(self.login, Login::Token { .. });
        let lifetime = issued.info.lifetime().filter(|_| renewable);
        *self.info.lock().unwrap_or_else(PoisonError::into_inner) = Some(issued.info);
        Ok(Token {
            secret: issued.secret,
            lifetime,
        })
    }
}
