//! The smallest rights that a program needs: recorded while it runs, and explained when one is missing.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cloud_core::request::AttemptReport;
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::catalogue;
use crate::ops;

/// What a consumer key allows: a method on all paths that fit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AccessRule {
    /// The HTTP method that the rule allows, such as `GET`.
    pub method: String,
    /// The path, in which `*` stands for anything.
    pub path: String,
}

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
        // An open call needs neither rule nor action.
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

/// What a program has called; from [`Client::rules`](crate::Client::rules).
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
            // Templates that differ in the names of their parameters only are one rule.
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        AccessRules(rules)
    }

    /// The IAM policy that allows a service account this and nothing else. It knows the actions of the operations in the
    /// [`catalogue`]; see [`IamPolicy::unknown`] about others. One that asks for no action adds none.
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
pub(crate) fn rule_path(template: &str) -> String {
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

/// The actions that an operation needs; `None` where nothing is known of it.
pub(crate) fn needed(method: &str, template: &str) -> Option<Vec<&'static str>> {
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
