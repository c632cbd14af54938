use std::future::Future;

use cloud_core::Result;
use cloud_core::call::{Call, Task};
use cloud_core::list::List;
use cloud_core::model::IdOrName;
use cloud_core::provider::{self, There};
use cloud_core::wait::Accepted;
use serde::Serialize;
use serde_json::Value;

use crate::client::Client;
use crate::ids::{ProjectId, is_uuid};

/// Resources of one kind that are looked for by their names, which are unique in one project.
pub(crate) struct Lookup<T> {
    list: List<T>,
    filtered: bool,
    client: Client,
    key: fn(&T) -> (&str, &ProjectId),
}

impl<T: Send + 'static> Lookup<T> {
    /// `key` gives the name of a resource and its project.
    pub(crate) fn new(client: &Client, list: List<T>, key: fn(&T) -> (&str, &ProjectId)) -> Self {
        Self {
            list,
            filtered: true,
            client: client.clone(),
            key,
        }
    }

    /// The list has no filter `name`, so that it is read until the name comes.
    pub(crate) fn unfiltered(self) -> Self {
        Self {
            filtered: false,
            ..self
        }
    }

    /// Looks a resource up by id or name; `None` when there is none. Text that looks like an id is tried as one first.
    pub(crate) fn find<Id>(
        self,
        wanted: IdOrName<Id>,
        get: impl FnOnce(Id) -> Call<T>,
    ) -> Task<Option<T>>
    where
        Id: for<'a> From<&'a str>,
    {
        let (get, name) = match wanted {
            IdOrName::Id(id) => (Some(get(id)), None),
            IdOrName::Name(name) => {
                let get = is_uuid(&name).then(|| get(Id::from(&name)));
                (get, Some(name))
            }
        };
        Task::new(async move {
            if let Some(get) = get
                && let Some(found) = get.optional().await?
            {
                return Ok(Some(found));
            }
            match name {
                Some(name) => self.by_name(&name, true).await,
                None => Ok(None),
            }
        })
    }

    /// Only the exact name counts, and one's own project before what others make public: depending on its database the
    /// service takes the filter for a regular expression.
    async fn by_name(self, name: &str, foreign: bool) -> Result<Option<T>> {
        // A name that is none would be a pattern, or a broken one.
        let list = if self.filtered && is_plain(name) {
            self.list.query("name", name)
        } else {
            self.list
        };
        let (mut items, mut public) = (list.items(), None);
        while let Some(item) = items.next().await? {
            match (self.key)(&item) {
                (found, _) if found != name => {}
                // Known by now, for the list has come from there.
                (_, project) if Some(project) == self.client.project_id() => return Ok(Some(item)),
                _ => drop(public.get_or_insert(item)),
            }
        }
        Ok(public.filter(|_| foreign))
    }

    /// Sends a creation. Where its name is taken, or its answer was lost, looks for what has the name, and gives that if it
    /// is what was asked for: all that the request says about it, but for credentials, which the service does not show.
    pub(crate) fn or_get<A: Send + 'static>(
        self,
        name: String,
        asked: impl Serialize + Send + 'static,
        creation: impl Future<Output = Result<A>> + Send + 'static,
        found: impl FnOnce(T) -> A + Send + 'static,
    ) -> Task<A>
    where
        T: Serialize,
    {
        let there = self.described(name, asked);
        provider::or_get(creation, move || async move { Ok(there.await?.map(found)) })
    }

    /// As [`or_get`](Self::or_get), for what is ready when it is created: the wait ends at once.
    pub(crate) fn ready_or_get(
        self,
        name: String,
        asked: impl Serialize + Send + 'static,
        creation: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Task<Accepted<T>>
    where
        T: Clone + Serialize + Sync,
    {
        let engine = self.client.engine().clone();
        provider::ready_or_get(&engine, creation, move || self.described(name, asked))
    }

    /// What has this name in one's own project, and whether it is what was asked for.
    async fn described(self, name: String, asked: impl Serialize) -> Result<There<T>>
    where
        T: Serialize,
    {
        let there = self.by_name(&name, false).await?;
        Ok(There::of(there, |there| {
            difference(&json(&asked), &json(there))
        }))
    }
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The first field of a request, in its own word, in which a resource is not as was asked for.
fn difference(asked: &Value, there: &Value) -> Option<String> {
    let field = provider::difference(&shown(asked), there)?;
    let is_old = field == "plugin_version" && asked.get("hadoop_version").is_some();
    Some(if is_old {
        "hadoop_version".to_owned()
    } else {
        field
    })
}

/// A request in the words of answers.
fn shown(asked: &Value) -> Value {
    match asked {
        Value::Object(asked) => {
            let fields = asked.iter().filter_map(|(key, value)| match key.as_str() {
                // Requests of v1.1 say it in their own word.
                "hadoop_version" => Some(("plugin_version".to_owned(), shown(value))),
                // No answer shows these.
                "credentials" | "extra" => None,
                key => Some((key.to_owned(), shown(value))),
            });
            Value::Object(fields.collect())
        }
        Value::Array(asked) => asked.iter().map(shown).collect(),
        asked => asked.clone(),
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_there_is_compared_with_all_that_was_asked_for() {
        let there = json!({
            "name": "a", "plugin_version": "0.1", "description": null, "is_public": false,
            "mains": [{"id": "b1", "name": "x"}], "anti_affinity": ["a", "b"],
            "cluster_configs": {"HDFS": {"dfs.replication": 3, "other": 1}},
        });
        for (asked, differs) in [
            (json!({"name": "a", "hadoop_version": "0.1"}), None),
            (
                json!({"name": "a", "plugin_version": "0.2"}),
                Some("plugin_version"),
            ),
            (
                json!({"name": "a", "hadoop_version": "0.2"}),
                Some("hadoop_version"),
            ),
            (json!({"name": "b"}), Some("name")),
            (json!({"description": null, "of_next_year": null}), None),
            (json!({"description": "x"}), Some("description")),
            (json!({"of_next_year": 1}), Some("of_next_year")),
            (json!({"is_public": true}), Some("is_public")),
            (json!({"credentials": {"user": "u"}, "extra": 1}), None),
            (json!({"mains": ["b1"]}), None),
            (json!({"mains": ["b2"]}), Some("mains")),
            (json!({"anti_affinity": ["b", "a"]}), None),
            (json!({"anti_affinity": ["b"]}), Some("anti_affinity")),
            (
                json!({"cluster_configs": {"HDFS": {"dfs.replication": 3}}}),
                None,
            ),
            (
                json!({"cluster_configs": {"HDFS": {"dfs.replication": 2}}}),
                Some("cluster_configs.HDFS.dfs.replication"),
            ),
            (
                json!({"cluster_configs": {"YARN": {}}}),
                Some("cluster_configs.YARN"),
            ),
            (Value::Null, Some("")),
        ] {
            assert_eq!(difference(&asked, &there).as_deref(), differs, "{asked}");
        }
    }
}
