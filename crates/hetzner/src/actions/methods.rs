/// Gives the group of a resource its ways to read its actions and to wait for them. A macro, because eleven groups have these
/// four methods, each with its own paths in the documentation, and users would have to import a trait.
macro_rules! action_methods {
    (
        $group:ident[$id:ty] in $path:literal / $arg:literal,
        $all:ident, $one:ident, $of:ident $(,)?
    ) => {
        impl $group<'_> {
            #[doc = concat!("Lists the actions of all resources of this kind (`GET /", $path, "/actions`).")]
            ///
            /// # Permissions
            ///
            /// A token with read access.
            pub fn list_actions(self) -> $crate::actions::ListActions {
                $crate::actions::ListActions::of_all(self.0, &ops::$all)
            }

            #[doc = concat!("One action (`GET /", $path, "/actions/{id}`).")]
            ///
            /// # Permissions
            ///
            /// A token with read access.
            ///
            /// # Errors
            ///
            /// Worth handling: [`NotFound`](crate::error::ErrorCode::NotFound).
            pub fn get_action(
                self,
                id: impl Into<$crate::ids::ActionId>,
            ) -> cloud_core::call::Call<$crate::actions::Action> {
                // Not below the resource, where the same stands too: `GET /{resource}/{id}/actions/{action_id}` is
                // deprecated since 2026-04-30 (the changelog of the API).
                self.0.get(&ops::$one, id.into().0, "action")
            }

            #[doc = concat!("Lists the actions of one resource (`GET /", $path, "/", $arg, "/actions`).")]
            ///
            /// # Permissions
            ///
            /// A token with read access.
            pub fn list_actions_of(self, id: impl Into<$id>) -> $crate::actions::ListActions {
                $crate::actions::ListActions::of_one(self.0, &ops::$of, id.into())
            }

            #[doc = concat!("Waits until no action runs on one resource (`GET /", $path, "/", $arg, "/actions?status=running`, `GET /actions?id=..`).")]
            ///
            /// It follows what runs to its end, then looks again, until it finds nothing: for work that was started
            /// elsewhere, or that stands in no answer. The result is what ran meanwhile, failed actions included; they
            /// do not fail the wait.
            ///
            /// # Permissions
            ///
            /// A token with read access.
            pub fn wait_until_idle(
                self,
                id: impl Into<$id>,
            ) -> cloud_core::wait::Waiter<Vec<$crate::actions::Action>> {
                $crate::actions::wait_until_idle(self.0, self.list_actions_of(id))
            }
        }
    };
}
pub(crate) use action_methods;
