//! Who there is beside the users that are always there.

use std::fmt;

/// The users of a [`Keystone`](super::Keystone) beside `demo`, `admin` and `cautious`.
#[derive(Clone, Default)]
pub struct Settings {
    pub(crate) users: Vec<GivenUser>,
}

#[derive(Clone)]
pub(crate) struct GivenUser {
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) projects: Vec<String>,
}

impl Settings {
    /// The users that are always there, and nobody else.
    pub fn new() -> Self {
        Self::default()
    }

    /// A member of these projects, which are made where there is none with such a name. A user who is there already gets
    /// this password and these projects. Ids depend on the names alone.
    pub fn user(
        mut self,
        name: impl Into<String>,
        password: impl Into<String>,
        projects: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.users.push(GivenUser {
            name: name.into(),
            password: password.into(),
            projects: projects.into_iter().map(Into::into).collect(),
        });
        self
    }
}

impl fmt::Debug for Settings {
    /// Leaves the passwords out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.users.iter().map(|user| &user.name);
        f.debug_set().entries(names).finish()
    }
}
