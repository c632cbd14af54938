//! Where the task that an answer names is looked at.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use http::Method;
use serde_json::Value;

use crate::client::Client;

/// The request whose answer names the task.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) client: Client,
    /// The path as the caller wrote it.
    pub(crate) path: String,
    /// What its parameters were filled with.
    pub(crate) args: Vec<String>,
    /// Whether it is sent without credential.
    pub(crate) open: bool,
}

/// A task as an answer names it, and the call that reads it.
pub(super) struct Answered {
    pub(super) look: Call<Value>,
    pub(super) task: Value,
}

/// Tasks of v1 that are read below the service that they belong to.
struct Family {
    /// How the paths begin whose operations answer with such tasks; `*` is a parameter.
    service: &'static str,
    /// What follows in the path that reads one of them, but for its id.
    tasks: &'static str,
    /// The field that holds the id.
    id: &'static str,
    /// A field that tells a task from what else these operations answer with: a volume has an id and a status too.
    mark: &'static str,
}

const fn family(
    service: &'static str,
    tasks: &'static str,
    id: &'static str,
    mark: &'static str,
) -> Family {
    Family {
        service,
        tasks,
        id,
        mark,
    }
}

/// As the catalogue of v1 has them. Not here are tasks without a state (`/email/domain/*/redirection`), those that no
/// path reads (`/connectivity/eligibility`), and those that one of several paths reads without the answer saying which
/// (`/telephony`, `/msServices`). Of two families for one path, the longer one counts.
#[rustfmt::skip]
const FAMILIES: &[Family] = &[
    family("/cdn/dedicated/*/domains/*", "tasks", "taskId", "function"),
    family("/cdn/dedicated/*/ssl", "tasks", "taskId", "function"),
    family("/cloud/project/*", "operation", "id", "action"),
    family("/cluster/hadoop/*", "task", "taskId", "name"),
    family("/dbaas/logs/*", "operation", "operationId", "operationId"),
    family("/dedicated/housing/*", "task", "taskId", "function"),
    family("/dedicated/nasha/*", "task", "taskId", "operation"),
    family("/dedicated/server/*", "task", "taskId", "function"),
    family("/dedicatedCloud/*", "task", "taskId", "name"),
    family("/domain/*", "task", "id", "function"),
    family("/domain/zone/*", "task", "id", "function"),
    family("/email/domain/*", "task/all", "id", "function"),
    family("/email/exchange/*/service/*", "task", "id", "function"),
    family("/email/mxplan/*", "task", "id", "function"),
    family("/email/pro/*", "task", "id", "function"),
    family("/horizonView/*", "dedicatedHorizon/task", "taskId", "name"),
    family("/hosting/privateDatabase/*", "tasks", "id", "function"),
    family("/hosting/web/*", "tasks", "id", "function"),
    family("/hosting/web/*/cdn", "operation", "id", "function"),
    family("/ip/*", "task", "taskId", "function"),
    family("/ipLoadbalancing/*", "task", "id", "action"),
    family("/license/cloudLinux/*", "tasks", "taskId", "action"),
    family("/license/cpanel/*", "tasks", "taskId", "action"),
    family("/license/directadmin/*", "tasks", "taskId", "action"),
    family("/license/office/*", "pendingTask", "id", "function"),
    family("/license/officePrepaid/*", "tenantPendingTask", "id", "function"),
    family("/license/plesk/*", "tasks", "taskId", "action"),
    family("/license/redhat/*", "tasks", "taskId", "action"),
    family("/license/sqlserver/*", "tasks", "taskId", "action"),
    family("/license/virtuozzo/*", "tasks", "taskId", "action"),
    family("/license/windows/*", "tasks", "taskId", "action"),
    family("/license/worklight/*", "tasks", "taskId", "action"),
    family("/me", "task/emailChange", "id", "newEmail"),
    family("/overTheBox/*", "tasks", "taskId", "name"),
    family("/overTheBox/*/device", "actions", "actionId", "name"),
    family("/ovhCloudConnect/*", "task", "id", "resourceId"),
    family("/pack/xdsl/*", "tasks", "id", "function"),
    family("/saas/csp2/*", "task", "id", "function"),
    family("/sms/*", "task", "taskId", "function"),
    family("/ssl/*", "tasks", "taskId", "function"),
    family("/sslGateway/*", "task", "id", "action"),
    family("/veeam/veeamEnterprise/*", "task", "taskId", "name"),
    family("/veeamCloudConnect/*", "task", "taskId", "name"),
    family("/vps/*", "tasks", "id", "type"),
    family("/vrack/*", "task", "id", "function"),
    family("/xdsl/*", "tasks", "id", "function"),
];

impl Asked {
    /// The calls that read the tasks of this answer; none where the answer names no task, or one that no path is known
    /// for.
    pub(super) fn tasks(&self, answer: &Value) -> Vec<Answered> {
        // Of several tasks all can be followed or none: waiting for a part of them would end too early.
        let all: Option<Vec<_>> = if self.path.starts_with("/v2/") {
            let resource = text(answer.get("id"));
            let resource = resource.as_deref();
            match answer.get("currentTasks").and_then(Value::as_array) {
                Some(tasks) => tasks
                    .iter()
                    .map(|task| self.linked(task, resource))
                    .collect(),
                // Some routes answer with the task itself.
                None if answer.get("type").is_some() => {
                    self.linked(answer, None).map(|look| vec![look])
                }
                None => None,
            }
        } else {
            let tasks = answer
                .as_array()
                .map_or(std::slice::from_ref(answer), Vec::as_slice);
            tasks.iter().map(|task| self.below(task)).collect()
        };
        all.unwrap_or_default()
    }

    /// A task of v2. It names its own path (`/v2/publicCloud`) or that of its resource (`/v2/vrackServices`), whose tasks
    /// are all below `task`.
    fn linked(&self, task: &Value, resource: Option<&str>) -> Option<Answered> {
        let (id, link) = (text(task.get("id"))?, text(task.get("link"))?);
        // The host is the client's own whatever stands there, for the credential goes to no other.
        let path = match link.split_once("://") {
            Some((_, rest)) => &rest[rest.find('/')?..],
            None => link.as_str(),
        };
        let mut path = path.trim_end_matches('/').to_owned();
        if path.rsplit('/').next() != Some(id.as_str()) {
            path = format!("{path}/task/{id}");
        }
        // Braces would be taken for parameters.
        if !path.starts_with("/v2/") || path.contains(['?', '{', '}']) {
            return None;
        }
        // What is known to be an id becomes a parameter, so that rules and spans see a template as everywhere else.
        let is_id = |segment: &&str| {
            *segment == id
                || Some(*segment) == resource
                || self.args.iter().any(|arg| arg == segment)
        };
        let args = path.split('/').filter(is_id);
        let template: Vec<&str> = path
            .split('/')
            .map(|segment| if is_id(&segment) { "{id}" } else { segment })
            .collect();
        Some(Answered {
            look: self.look(&template.join("/"), args, Decode::json_or_null()),
            task: task.clone(),
        })
    }

    /// A task of v1, which is read below the service that the request was for.
    fn below(&self, task: &Value) -> Option<Answered> {
        let has_state = ["status", "state"]
            .iter()
            .any(|key| task.get(key).is_some_and(Value::is_string));
        if !has_state {
            return None;
        }
        let path = Segments::new(&self.path, &self.args);
        let fitting = FAMILIES.iter().filter_map(|family| {
            let fits = task.get(family.mark).is_some() && path.begin_with(family.service);
            fits.then_some((family, text(task.get(family.id))?))
        });
        let (family, id) = fitting.max_by_key(|(family, _)| family.service.split('/').count())?;
        let (mut template, mut args) = path.first(family.service.split('/').count());
        template = format!("{template}/{}/{{{}}}", family.tasks, family.id);
        args.push(&id);
        Some(Answered {
            look: self.look(&template, args, Decode::json_or_null()),
            task: task.clone(),
        })
    }

    /// A call that reads something else with the same credential, if any.
    pub(crate) fn look<'a, T>(
        &self,
        path: &str,
        args: impl IntoIterator<Item = &'a str>,
        decode: Decode<T>,
    ) -> Call<T> {
        let call = self.client.call_path(Method::GET, path, decode);
        let call = args.into_iter().fold(call, Call::arg);
        if self.open {
            self.client.open(call)
        } else {
            call
        }
    }
}

/// An id or a link: text that is not empty, or a number.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The segments of a path as it was written, each with what fills it if it is a parameter. The first one is empty.
struct Segments<'a>(Vec<(&'a str, Option<&'a str>)>);

impl<'a> Segments<'a> {
    fn new(path: &'a str, args: &'a [String]) -> Self {
        let (path, _) = path.split_once('?').unwrap_or((path, ""));
        let mut args = args.iter();
        let segments = path.split('/').map(|segment| {
            if segment.starts_with('{') && segment.ends_with('}') {
                Some((segment, args.next().map(String::as_str)))
            } else {
                // A parameter that is only a part of its segment stands in no path of the catalogue.
                (!segment.contains('{')).then_some((segment, None))
            }
        });
        Self(segments.collect::<Option<_>>().unwrap_or_default())
    }

    fn begin_with(&self, pattern: &str) -> bool {
        let mut segments = self.0.iter();
        pattern.split('/').all(|wanted| match segments.next() {
            Some(_) if wanted == "*" => true,
            // A caller may give a fixed segment as an argument, too.
            Some((segment, arg)) => arg.unwrap_or(segment) == wanted,
            None => false,
        })
    }

    /// A path of the first of them, and what fills its parameters.
    fn first(&self, count: usize) -> (String, Vec<&'a str>) {
        let first = &self.0[..count.min(self.0.len())];
        let template: Vec<&str> = first.iter().map(|(segment, _)| *segment).collect();
        (
            template.join("/"),
            first.iter().filter_map(|(_, arg)| *arg).collect(),
        )
    }
}
