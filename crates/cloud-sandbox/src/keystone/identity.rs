//! Who there is: users, projects, roles and application credentials.

use serde_json::{Value, json};

use crate::keep::Fixed;

/// The id of the domain of all users and projects; its name is `Default`.
pub const DOMAIN: &str = "default";
/// The id of the project `demo`.
pub const DEMO_PROJECT: &str = "7ad4ef9a833e4b0e83b773d04cd972ce";
/// The id of the project `other`.
pub const OTHER_PROJECT: &str = "e6b571ad6f73452ab66b2c88f1f8e65e";
/// The id of the project `admin`.
pub const ADMIN_PROJECT: &str = "c679c07cfa8e4aa3aa94cf3946636936";
/// The id of the user `demo`, with the password `demo-pw`, a member of the projects `demo` and `other`.
pub const DEMO_USER: &str = "395dce392597446c848c8cd618af2cfc";
/// The id of the user `admin`, with the password `admin-pw`, administrator of the projects `admin` and `demo`, of the
/// domain and of the system. Its tokens without a scope are for the project `admin`.
pub const ADMIN_USER: &str = "a74c6eb45d3b4224abec023c691e065c";
/// The id of the user `cautious`, with the password `cautious-pw`, a member of the project `demo` who must also give a
/// one-time password, which is always [`PASSCODE`].
pub const CAUTIOUS_USER: &str = "91e24612a2fc4b11b6d3cb1bc8395c4c";
/// The one-time password of the user `cautious`.
pub const PASSCODE: &str = "424242";
/// The id of the application credential `unrestricted` of the user `demo` for the project `demo`, with the secret
/// `unrestricted-secret`.
pub const UNRESTRICTED_CREDENTIAL: &str = "deb4dca6fdef4ded8ee5726316c93e76";
/// The id of the application credential `restricted` of the user `demo` for the project `demo`, with the secret
/// `restricted-secret`. Restricted is what Keystone makes unless it is told otherwise.
pub const RESTRICTED_CREDENTIAL: &str = "c86721d8b7bb43068643453d0540bc55";

#[derive(Debug)]
pub(crate) struct Role {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
}

static READER: Role = Role {
    id: "7fdd6736d3da49e0af1afc402886532f",
    name: "reader",
};
static MEMBER: Role = Role {
    id: "faada0e1d1f3487d9f6bb2327d8bae58",
    name: "member",
};
static MANAGER: Role = Role {
    id: "9420b1b0206c436fbda733e3b43fda50",
    name: "manager",
};
static ADMIN: Role = Role {
    id: "b38d4601794347e5aaa5b6df5a4ddd39",
    name: "admin",
};

static ORDINARY: &[&Role] = &[&READER, &MEMBER];
static ADMINISTRATOR: &[&Role] = &[&READER, &MANAGER, &MEMBER, &ADMIN];

#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
}

static PROJECTS: [Project; 3] = [
    Project {
        id: ADMIN_PROJECT,
        name: "admin",
    },
    Project {
        id: DEMO_PROJECT,
        name: "demo",
    },
    Project {
        id: OTHER_PROJECT,
        name: "other",
    },
];

pub(crate) struct User {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) password: &'static str,
    /// The projects in which the user has roles.
    projects: &'static [&'static str],
    pub(crate) default_project: Option<&'static str>,
    pub(crate) is_administrator: bool,
    /// Whether a password alone is not enough.
    pub(crate) needs_passcode: bool,
}

static USERS: [User; 3] = [
    User {
        id: ADMIN_USER,
        name: "admin",
        password: "admin-pw",
        projects: &[ADMIN_PROJECT, DEMO_PROJECT],
        default_project: Some(ADMIN_PROJECT),
        is_administrator: true,
        needs_passcode: false,
    },
    User {
        id: DEMO_USER,
        name: "demo",
        password: "demo-pw",
        projects: &[DEMO_PROJECT, OTHER_PROJECT],
        default_project: None,
        is_administrator: false,
        needs_passcode: false,
    },
    User {
        id: CAUTIOUS_USER,
        name: "cautious",
        password: "cautious-pw",
        projects: &[DEMO_PROJECT],
        default_project: None,
        is_administrator: false,
        needs_passcode: true,
    },
];

impl User {
    pub(crate) fn find(is_wanted: impl Fn(&User) -> bool) -> Option<&'static User> {
        USERS.iter().find(|user| is_wanted(user))
    }

    pub(crate) fn all() -> impl Iterator<Item = &'static User> {
        USERS.iter()
    }

    pub(crate) fn roles(&self) -> &'static [&'static Role] {
        if self.is_administrator {
            ADMINISTRATOR
        } else {
            ORDINARY
        }
    }

    pub(crate) fn has_project(&self, id: &str) -> bool {
        self.projects.contains(&id)
    }

    pub(crate) fn projects(&self) -> impl Iterator<Item = &'static Project> {
        PROJECTS
            .iter()
            .filter(|project| self.has_project(project.id))
    }
}

impl Project {
    pub(crate) fn find(is_wanted: impl Fn(&Project) -> bool) -> Option<&'static Project> {
        PROJECTS.iter().find(|project| is_wanted(project))
    }
}

impl Fixed for User {
    fn key(&self) -> &'static str {
        self.id
    }

    fn find(key: &str) -> Option<&'static Self> {
        Self::find(|user| user.id == key)
    }
}

impl Fixed for Project {
    fn key(&self) -> &'static str {
        self.id
    }

    fn find(key: &str) -> Option<&'static Self> {
        Self::find(|project| project.id == key)
    }
}

/// The domain as answers show it.
pub(crate) fn domain() -> Value {
    json!({"id": DOMAIN, "name": "Default"})
}

pub(crate) fn is_domain(id: Option<&str>, name: Option<&str>) -> bool {
    match (id, name) {
        (Some(id), _) => id == DOMAIN,
        (None, name) => name == Some("Default"),
    }
}

#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct ApplicationCredential {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) secret: String,
    pub(crate) description: Value,
    #[serde(with = "crate::keep::fixed")]
    pub(crate) user: &'static User,
    #[serde(with = "crate::keep::fixed")]
    pub(crate) project: &'static Project,
    pub(crate) is_unrestricted: bool,
    /// When it stops working, in seconds since the epoch.
    pub(crate) expires: Option<i64>,
    pub(crate) expires_at: Value,
}

/// The application credentials that are there from the beginning.
pub(crate) fn application_credentials() -> Vec<ApplicationCredential> {
    let of_demo = |id: &str, name: &str, is_unrestricted| ApplicationCredential {
        id: id.to_owned(),
        name: name.to_owned(),
        secret: format!("{name}-secret"),
        description: Value::Null,
        user: &USERS[1],
        project: &PROJECTS[1],
        is_unrestricted,
        expires: None,
        expires_at: Value::Null,
    };
    vec![
        of_demo(UNRESTRICTED_CREDENTIAL, "unrestricted", true),
        of_demo(RESTRICTED_CREDENTIAL, "restricted", false),
    ]
}
