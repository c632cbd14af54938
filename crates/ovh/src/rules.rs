//! The smallest rights that a program needs: recorded while it runs, and explained when one is missing.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cloud_core::Error;
use cloud_core::request::AttemptReport;
use http::Method;
use serde::Serialize;
use serde_json::json;

use crate::auth::AccessRule;
use crate::catalogue;
use crate::client::Client;
use crate::error::{ApiError, ApiErrorKind};
use crate::ops;

/// Notes the calls of a client.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    on: AtomicBool,
    calls: Mutex<BTreeSet<Recorded>>,
}

/// A path template and a method, in the order that people read rules in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Recorded {
    path: String,
    method: String,
}

impl Recorder {
    pub(crate) fn start(&self) {
        self.on.store(true, Ordering::Relaxed);
    }

    /// Notes a call that needs rights: one that the client was authorized for.
    pub(crate) fn note(&self, report: &AttemptReport<'_>) {
        if report.anonymous || !self.on.load(Ordering::Relaxed) {
            return;
        }
        let call = Recorded {
            path: report.template.to_owned(),
            method: report.method.as_str().to_owned(),
        };
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(call);
    }

    pub(crate) fn rules(&self) -> Rules {
        Rules(
            self.calls
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .iter()
                .cloned()
                .collect(),
        )
    }
}

/// What a program has called; from [`Client::rules`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules(Vec<Recorded>);

impl Rules {
    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rules of a consumer key that allows this and nothing else, so far as rules can say it: `*` stands for each
    /// `{parameter}`.
    pub fn as_access_rules(&self) -> AccessRules {
        let mut rules: Vec<AccessRule> = Vec::with_capacity(self.0.len());
        for call in &self.0 {
            let rule = AccessRule {
                method: call.method.clone(),
                path: rule_path(&call.path),
            };
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        AccessRules(rules)
    }

    /// The IAM policy that allows a service account this and nothing else. It knows the actions of the operations in the
    /// [catalogue](crate::catalogue); see [`IamPolicy::unknown`] about others. One that asks for no action adds none.
    pub fn as_iam_policy(&self) -> IamPolicy {
        let (mut actions, mut unknown) = (BTreeSet::new(), Vec::new());
        for call in &self.0 {
            match needed(&call.method, &call.path) {
                Some(needed) => actions.extend(needed),
                None => unknown.push(AccessRule {
                    method: call.method.clone(),
                    path: call.path.clone(),
                }),
            }
        }
        IamPolicy {
            actions: actions.into_iter().collect(),
            unknown,
        }
    }
}

/// A template as rules write it.
fn rule_path(template: &str) -> String {
    let segments = template
        .split('/')
        .map(|segment| if segment.contains('{') { "*" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// Rules of a consumer key. They print as the JSON of `accessRules`, and a
/// [request for a key](crate::consumer_key::RequestConsumerKey::rules) takes them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct AccessRules(Vec<AccessRule>);

impl AccessRules {
    /// The rules one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, AccessRule> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a AccessRules {
    type Item = &'a AccessRule;
    type IntoIter = std::slice::Iter<'a, AccessRule>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for AccessRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, rule) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "\n  " } else { ",\n  " })?;
            f.write_str(&json!(rule).to_string())?;
        }
        f.write_str(if self.0.is_empty() { "]" } else { "\n]" })
    }
}

/// The permissions of an IAM policy. They print as the JSON of `permissions` in `POST /v2/iam/policy`.
#[derive(Clone, Debug, PartialEq)]
pub struct IamPolicy {
    actions: Vec<&'static str>,
    unknown: Vec<AccessRule>,
}

impl IamPolicy {
    /// The actions to allow, such as `vps:apiovh:reboot`.
    pub fn actions(&self) -> &[&'static str] {
        &self.actions
    }

    /// The calls of paths that the catalogue of this version does not have. The policy lacks their actions, which the
    /// console of the API names.
    pub fn unknown(&self) -> &[AccessRule] {
        &self.unknown
    }
}

impl fmt::Display for IamPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let allow: Vec<_> = self
            .actions
            .iter()
            .map(|action| json!({"action": action}))
            .collect();
        write!(f, "{:#}", json!({"allow": allow}))
    }
}

/// Why a call was refused, from [`Client::explain`]; print it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
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

impl fmt::Display for Explanation {
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

pub(crate) async fn explain(client: &Client, error: &Error) -> Option<Explanation> {
    let (refused, (method, template)) = (error.api::<ApiError>()?, error.call()?);
    if !refused.is_auth() {
        return None;
    }
    let call = AccessRule {
        method: method.as_str().to_owned(),
        path: template.to_owned(),
    };
    let mut explanation = Explanation {
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
        let needed = needed(method.as_str(), template).unwrap_or_default();
        explanation.missing_actions = needed.into_iter().map(str::to_owned).collect();
    }
    Some(explanation)
}

/// The actions that an operation needs; `None` where nothing is known of it.
fn needed(method: &str, template: &str) -> Option<Vec<&'static str>> {
    if let Some(operation) = catalogue::find(method, template) {
        return Some(operation.actions().collect());
    }
    // Without the table the operations of typed calls are known. Everybody may ask who they are.
    let operation = ops::typed(&method.parse::<Method>().ok()?, template)?;
    let action = ops::iam_action(operation);
    (action.is_some() || operation.path.starts_with("/auth/")).then(|| Vec::from_iter(action))
}

/// The recorder of a client, and its hook.
pub(crate) fn recorder() -> (
    Arc<Recorder>,
    impl Fn(&AttemptReport<'_>) + Send + Sync + 'static,
) {
    let recorder = Arc::new(Recorder::default());
    let hook = {
        let recorder = recorder.clone();
        #[cfg(feature = "tracing")]
        let told = catalogue::Told::default();
        move |report: &AttemptReport<'_>| {
            #[cfg(feature = "tracing")]
            told.tell(report.method.as_str(), report.template);
            recorder.note(report);
        }
    };
    (recorder, hook)
}
