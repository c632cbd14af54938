/// Gives the operations of a resource the three ways to read its actions. The lines at the end are for the examples:
/// they start an action on the resource `id`.
macro_rules! action_methods {
    (
        $group:ident[$id:ty], $kind:ident in $path:literal / $arg:literal,
        $all:ident, $one:ident, $of:ident,
        $($before:literal),+ $(,)?
    ) => {
        impl $group<'_> {
            #[doc = concat!("Lists the actions of all resources of this kind (`GET /", $path, "/actions`).")]
            ///
            /// Needs a token with read access.
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
            /// # async fn main() -> hetzner::Result<()> {
            /// # let transport = cloud_sandbox::Sandbox::new().hetzner();
            /// # let api = hetzner::Client::builder().token("t").transport(transport).build()?;
            $( #[doc = concat!("# ", $before)] )+
            /// use hetzner::{ResourceKind, Sort};
            ///
            /// let newest = Sort::by("started").descending();
            #[doc = concat!("let actions = api.", $path, "().list_actions().sort(newest).all().await?;")]
            #[doc = concat!("assert_eq!(actions[0].resource(&ResourceKind::", stringify!($kind), "), Some(id.0));")]
            /// # Ok(()) }
            /// ```
            pub fn list_actions(self) -> $crate::actions::ListActions {
                $crate::actions::ListActions::of_all(self.0, &$crate::ops::$all)
            }

            #[doc = concat!("One action (`GET /", $path, "/actions/{id}`).")]
            ///
            /// Needs a token with read access. Errors worth handling:
            /// [`NotFound`](crate::error::ErrorCode::NotFound).
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
            /// # async fn main() -> hetzner::Result<()> {
            /// # let transport = cloud_sandbox::Sandbox::new().hetzner();
            /// # let api = hetzner::Client::builder().token("t").transport(transport).build()?;
            $( #[doc = concat!("# ", $before)] )+
            #[doc = concat!("# let last = api.", $path, "().list_actions_of(id).all().await?.remove(0).id;")]
            /// use hetzner::ResourceKind;
            ///
            #[doc = concat!("let action = api.", $path, "().get_action(last).await?;")]
            /// println!("{}: {} %", action.command, action.progress);
            #[doc = concat!("assert_eq!(action.resource(&ResourceKind::", stringify!($kind), "), Some(id.0));")]
            /// # Ok(()) }
            /// ```
            pub fn get_action(
                self,
                id: impl Into<$crate::ids::ActionId>,
            ) -> cloud_core::call::Call<$crate::actions::Action> {
                self.0.get(&$crate::ops::$one, id.into().0, "action")
            }

            #[doc = concat!("Lists the actions of one resource (`GET /", $path, "/", $arg, "/actions`).")]
            ///
            /// Needs a token with read access.
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
            /// # async fn main() -> hetzner::Result<()> {
            /// # let transport = cloud_sandbox::Sandbox::new().hetzner();
            /// # let api = hetzner::Client::builder().token("t").transport(transport).build()?;
            $( #[doc = concat!("# ", $before)] )+
            /// use hetzner::ActionStatus;
            ///
            #[doc = concat!("let history = api.", $path, "().list_actions_of(id).all().await?;")]
            /// let failed = history.iter().filter(|action| action.status == ActionStatus::Error).count();
            /// println!("{failed} of {} failed", history.len());
            #[doc = concat!(
                "# assert_eq!(history[0].resource(&hetzner::ResourceKind::", stringify!($kind), "), Some(id.0));"
            )]
            /// # Ok(()) }
            /// ```
            pub fn list_actions_of(self, id: impl Into<$id>) -> $crate::actions::ListActions {
                $crate::actions::ListActions::of_one(self.0, &$crate::ops::$of, id.into())
            }
        }
    };
}
pub(crate) use action_methods;
