/// Gives the group of a resource the three ways to read its actions.
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
                $crate::actions::ListActions::of_all(self.0, &$crate::ops::$all)
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
                self.0.get(&$crate::ops::$one, id.into().0, "action")
            }

            #[doc = concat!("Lists the actions of one resource (`GET /", $path, "/", $arg, "/actions`).")]
            ///
            /// # Permissions
            ///
            /// A token with read access.
            pub fn list_actions_of(self, id: impl Into<$id>) -> $crate::actions::ListActions {
                $crate::actions::ListActions::of_one(self.0, &$crate::ops::$of, id.into())
            }
        }
    };
}
pub(crate) use action_methods;
