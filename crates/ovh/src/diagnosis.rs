//! Why a call was refused: the rule or the action that it lacks.

use std::fmt;

use cloud_core::Error;

use crate::client::Client;
use crate::error::{ApiError, ApiErrorKind};
use crate::rules::{AccessRule, needed, rule_path};

impl Client {
    /// Says what a refused call lacks: the rule of the consumer key, or the IAM action. `None` when the error is
    /// about something else. Where it is about rules, those of the key are read (`GET /auth/currentCredential`).
    ///
    /// # Permissions
    ///
    /// No IAM action.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> ovh::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
    /// # let api = ovh::Client::builder().transport(sandbox.ovh()).application(APPLICATION_KEY, APPLICATION_SECRET);
    /// # let api = api.consumer_key(CONSUMER_KEY).build()?;
    /// # sandbox.ovh_console().validate_at_once(true);
    /// let api = api.consumer_key().read_only("/me").await?.client();
    /// let error = api.post("/vps/{name}/reboot").arg("vps-1").await.unwrap_err();
    /// if let Some(why) = api.diagnose(&error).await {
    ///     println!("{why}"); // ... lacks the rule POST /vps/*/reboot; it has GET /me; ...
    /// #   assert_eq!(why.missing_rule.unwrap().path, "/vps/*/reboot");
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn diagnose(&self, error: &Error) -> Option<Diagnosis> {
        diagnose(self, error).await
    }
}

/// Why a call was refused, from [`Client::diagnose`]; print it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The call that was refused.
    pub call: AccessRule,
    /// The kind of the refusal.
    pub kind: ApiErrorKind,
    /// The rule that a new consumer key would need.
    pub missing_rule: Option<AccessRule>,
    /// The rules that the consumer key has, as far as the service tells.
    pub rules: Option<Vec<AccessRule>>,
    /// The IAM actions that the identity lacks.
    pub missing_actions: Vec<String>,
    hint: Option<&'static str>,
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} was refused", self.call.method, self.call.path)?;
        if let Some(rule) = &self.missing_rule {
            write!(
                f,
                ": the consumer key lacks the rule {} {}",
                rule.method, rule.path
            )?;
        }
        if let Some(rules) = &self.rules {
            let rules: Vec<_> = rules
                .iter()
                .map(|rule| format!("{} {}", rule.method, rule.path))
                .collect();
            write!(
                f,
                "; it has {}",
                if rules.is_empty() {
                    "none".to_owned()
                } else {
                    rules.join(", ")
                }
            )?;
        }
        if !self.missing_actions.is_empty() {
            write!(
                f,
                ": the identity lacks {}",
                self.missing_actions.join(", ")
            )?;
        }
        match self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

async fn diagnose(client: &Client, error: &Error) -> Option<Diagnosis> {
    let (refused, (method, template)) = (error.api::<ApiError>()?, error.call()?);
    if !refused.is_auth() {
        return None;
    }
    let call = AccessRule {
        method: method.as_str().to_owned(),
        path: template.to_owned(),
    };
    let mut explanation = Diagnosis {
        call,
        kind: refused.kind,
        missing_rule: None,
        rules: None,
        missing_actions: refused.missing_iam_actions.clone(),
        hint: refused.hint(),
    };
    if refused.kind == ApiErrorKind::NotGranted {
        explanation.missing_rule = Some(AccessRule {
            method: method.as_str().to_owned(),
            path: rule_path(template),
        });
        // Only consumer keys have rules. They may leave this call out, too, and then there is less to tell.
        if client.is_application() {
            explanation.rules = client
                .auth()
                .current_credential()
                .await
                .ok()
                .map(|credential| credential.rules);
        }
        explanation.hint =
            Some("rules cannot be changed: request a new key with Client::consumer_key");
    } else if refused.kind == ApiErrorKind::Forbidden && explanation.missing_actions.is_empty() {
        // A refusal in the older form names no action.
        let needed = needed(method.as_str(), template).unwrap_or_default();
        explanation.missing_actions = needed.into_iter().map(str::to_owned).collect();
    }
    Some(explanation)
}
