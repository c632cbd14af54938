//! What properties and secrets have in common: one JSON object for each job, read and written as a whole.

/// Declares such a document and the operations on it.
macro_rules! document {
    (
        $(#[$meta:meta])* $name:ident, $what:literal, get as $get:ident,
        $group:ident, $read:ident, $update:ident, read $on_read:literal, write $on_write:literal, check $check:expr
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(serde_json::Map<String, serde_json::Value>);

        impl $name {
            /// None yet.
            pub fn new() -> Self {
                Self::default()
            }

            /// The value of this name.
            pub fn $get(&self, name: &str) -> Option<&serde_json::Value> {
                self.0.get(name)
            }

            /// Sets a value; `null` is a value too.
            pub fn set(&mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> &mut Self {
                self.0.insert(name.into(), value.into());
                self
            }

            /// Takes a value out.
            pub fn remove(&mut self, name: &str) -> Option<serde_json::Value> {
                self.0.remove(name)
            }

            /// The names.
            pub fn names(&self) -> impl Iterator<Item = &str> {
                self.0.keys().map(String::as_str)
            }

            /// How many there are.
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// Whether there are none.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }

            /// The plain JSON object.
            pub fn into_map(self) -> serde_json::Map<String, serde_json::Value> {
                self.0
            }
        }

        impl std::fmt::Debug for $name {
            /// Names only: values are secrets.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($name))?;
                f.debug_set().entries(self.0.keys()).finish()
            }
        }

        impl From<serde_json::Map<String, serde_json::Value>> for $name {
            fn from(map: serde_json::Map<String, serde_json::Value>) -> Self {
                Self(map)
            }
        }

        impl<K: Into<String>, V: Into<serde_json::Value>> FromIterator<(K, V)> for $name {
            fn from_iter<I: IntoIterator<Item = (K, V)>>(values: I) -> Self {
                Self(values.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
            }
        }

        #[doc = concat!("`../deployments/{deployment_id}/", $what, "`.")]
        #[derive(Clone, Copy)]
        pub struct $group<'a>(&'a $crate::jobs::Job);

        impl std::fmt::Debug for $group<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($group), "({:?})"), self.0)
            }
        }

        impl<'a> $group<'a> {
            #[doc = concat!(
                "All ", $what, " of the job",
                " (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/",
                $what, "`; without a mark of stability)."
            )]
            ///
            #[doc = $on_read]
            ///
            /// # Permissions
            ///
            /// [Read access](crate#access) to the team.
            pub fn get(self) -> cloud_core::call::Call<$name> {
                self.0.deployment_call(&$crate::ops::$read, cloud_core::decode::Decode::json())
            }

            #[doc = concat!(
                "Puts these in the place of all ", $what, " that the job had",
                " (`PUT /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/",
                $what, "`; without a mark of stability)."
            )]
            ///
            #[doc = $on_write]
            ///
            /// # Permissions
            ///
            /// [Write access](crate#access) to the team.
            pub fn replace(self, with: &$name) -> cloud_core::call::Call<()> {
                let call = self.0.deployment_call(&$crate::ops::$update, cloud_core::decode::Decode::nothing());
                cloud_core::provider::CallBuilder::check(
                    cloud_core::provider::CallBuilder::json(call, with),
                    ($check)(with),
                )
            }

            #[doc = concat!(
                "Reads all ", $what, ", lets `change` at them, and writes them back",
                " (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/",
                $what, "`, then\n`PUT /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/",
                $what, "`). Gives them as they were written."
            )]
            ///
            /// The service cannot tell that somebody else has written in between: the last one to write wins.
            ///
            /// # Permissions
            ///
            /// [Write access](crate#access) to the team.
            pub fn update_with(
                self,
                change: impl FnOnce(&mut $name) + Send + 'static,
            ) -> cloud_core::call::Task<$name> {
                let job = self.0.clone();
                cloud_core::call::Task::new(async move {
                    let mut all = $group(&job).get().await?;
                    change(&mut all);
                    $group(&job).replace(&all).await?;
                    Ok(all)
                })
            }

            #[doc = concat!(
                "Sets one value and leaves the others, by [`update_with`](Self::update_with)",
                " (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/",
                $what, "`, then\n`PUT /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/",
                $what, "`)."
            )]
            ///
            /// # Permissions
            ///
            /// [Write access](crate#access) to the team.
            pub fn set(
                self,
                name: impl Into<String>,
                value: impl Into<serde_json::Value>,
            ) -> cloud_core::call::Task<$name> {
                let (name, value) = (name.into(), value.into());
                self.update_with(move |all| {
                    all.set(name, value);
                })
            }

            #[doc = concat!(
                "Takes one value out and leaves the others, by [`update_with`](Self::update_with)",
                " (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/",
                $what, "`, then\n`PUT /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/",
                $what, "`)."
            )]
            ///
            /// # Permissions
            ///
            /// [Write access](crate#access) to the team.
            pub fn remove(self, name: impl Into<String>) -> cloud_core::call::Task<$name> {
                let name = name.into();
                self.update_with(move |all| {
                    all.remove(&name);
                })
            }
        }
    };
}
pub(crate) use document;
