//! Creations that find what is there already, of all resources whose names are unique in a project.

use std::future::Future;
use std::net::Ipv6Addr;

use cloud_core::call::{Call, Task};
use cloud_core::list::List;
use cloud_core::provider::There;
use cloud_core::wait::Accepted;
use cloud_core::{Result, provider};
use serde::Serialize;
use serde_json::Value;

use super::{ActionStatus, Created, ListActions};
use crate::client::Client;

/// What a creation asks for, as far as the answers of the service show it.
pub(crate) struct Asked(Value);

impl Asked {
    /// These fields of a request. One that can change by itself, or by later calls, is not among them.
    pub(crate) fn of(request: &impl Serialize, fields: &[&str]) -> Self {
        // What cannot be written is `null`, which describes nothing that is there.
        let mut asked = serde_json::to_value(request).unwrap_or_default();
        if let Value::Object(members) = &mut asked {
            members.retain(|name, _| fields.contains(&name.as_str()));
        }
        // The service gives the networks of firewall rules back in canonical form (hetznercloud/terraform-provider-hcloud#870).
        canonical(&mut asked);
        Self(asked)
    }

    /// The first field in which a resource is not what was asked for.
    pub(crate) fn difference(&self, there: &impl Serialize) -> Option<String> {
        let mut there = serde_json::to_value(there).unwrap_or_default();
        canonical(&mut there);
        provider::difference(&self.0, &there)
    }
}

/// Writes every IPv6 network in a document in the one way that is canonical.
fn canonical(value: &mut Value) {
    match value {
        Value::String(text) => {
            let network = text.split_once('/');
            let network = network.and_then(|(ip, length)| Some((ip.parse().ok()?, length)));
            if let Some((ip, length)) = network {
                let ip: Ipv6Addr = ip;
                *text = format!("{ip}/{length}");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(canonical),
        Value::Object(members) => members.values_mut().for_each(canonical),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The actions of a resource.
type ActionsOf<T> = fn(&Client, &T) -> ListActions;

/// Sends a creation, or gives what is in `named` and is what was asked for, with the work still going on for it, so that it
/// can be waited for like a new one.
pub(crate) fn or_get<T>(
    client: Client,
    creation: impl Future<Output = Result<Accepted<Created<T>, T>>> + Send + 'static,
    named: List<T>,
    difference: impl FnOnce(&T) -> Option<String> + Send + 'static,
    actions: Option<ActionsOf<T>>,
    get: fn(&Client, &T) -> Call<T>,
) -> Task<Accepted<Created<T>, T>>
where
    T: Clone + Send + Sync + 'static,
{
    provider::or_get(creation, move || async move {
        // Names are unique in a project, so the first page shows it.
        let first = named.page().await?.items.into_iter().next();
        let there = match There::of(first, difference) {
            There::Same(there) => there,
            There::Differs(field) => return Ok(There::Differs(field)),
            There::Nothing => return Ok(There::Nothing),
        };
        let running = match actions {
            Some(actions) => {
                let running = actions(&client, &there).status(ActionStatus::Running);
                running.all().await?
            }
            None => Vec::new(),
        };
        let mut found = Created::new(there, None);
        found.next_actions = running;
        Ok(There::Same(found.accepted(&client, get).found()))
    })
}

/// Gives a creation its `or_get`. `same` names the fields by which what is there is known again. A macro, because users
/// would have to import a trait, whose documentation could not name those fields.
macro_rules! or_get_method {
    (
        $create:ident => $resource:ident in $group:ident,
        $what:literal, $path:literal, same [$($same:literal),+ $(,)?],
        actions $actions:expr $(,)?
    ) => {
        impl $create {
            #[doc = concat!("Creates ", $what, " (`POST /", $path, "`), or gives the one that is there already (`GET /", $path, "?name=..`):")]
            /// after an answer that was lost on the way, and when the program is run a second time.
            /// [`was_created`](cloud_core::wait::Accepted::was_created) says which of the two it was. Names are unique in a
            /// project, so there is never a second one. The wait is for what still runs, and ends at once when nothing does.
            ///
            #[doc = concat!("What is there must have the ", $("`", $same, "`, ",)+ "and the labels that were asked for. What was not given")]
            /// is not compared, and no other setting is.
            ///
            /// # Permissions
            ///
            /// A token with write access.
            ///
            /// # Errors
            ///
            /// Those of the creation. One of this name that differs is somebody else's, and stays as it is: then
            /// [`UniquenessError`](crate::ErrorCode::UniquenessError) stands, or the error of the answer that was lost. The
            /// error names the first field that differs, such as `labels.env`, as the last of its
            /// [`fields`](cloud_core::Error::fields).
            #[inline]
            pub fn or_get(
                self,
            ) -> cloud_core::call::Task<
                cloud_core::wait::Accepted<$crate::actions::Created<$resource>, $resource>,
            > {
                let client = self.client.clone();
                let named = client.$group().list().name(self.name.as_str()).into_list();
                let asked = $crate::actions::or_get::Asked::of(&self, &[$($same,)+ "labels"]);
                $crate::actions::or_get::or_get(
                    client,
                    self.send(),
                    named,
                    move |there| asked.difference(there),
                    $actions,
                    |api, there| api.$group().get(there.id),
                )
            }
        }
    };
}
pub(crate) use or_get_method;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_network_is_the_same_in_every_spelling() {
        let rules =
            |ips: [&str; 2]| json!({"rules": [{"source_ips": ips, "port": "22"}], "name": "a"});
        let asked = Asked::of(&rules(["2001:DB8:0::/32", "10.0.0.0/8"]), &["rules"]);
        assert_eq!(
            asked.difference(&rules(["2001:db8::/32", "10.0.0.0/8"])),
            None
        );
        assert_eq!(
            asked.difference(&rules(["10.0.0.0/8", "2001:0db8::/32"])),
            None
        );
        for other in ["2001:db8::/48", "2001:db9::/32", "2001:db8::"] {
            let differs = asked.difference(&rules([other, "10.0.0.0/8"]));
            assert_eq!(differs.as_deref(), Some("rules"), "{other}");
        }
        // What was not among the fields is not compared.
        let nothing = Asked::of(&json!({"name": "b"}), &["rules"]);
        assert_eq!(nothing.difference(&rules(["a", "b"])), None);
    }
}
