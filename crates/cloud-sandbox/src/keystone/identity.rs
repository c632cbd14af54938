//! Who there is: users, projects, roles and application credentials.

use serde_json::{Value, json};

use crate::openstack;

use super::settings::Settings;

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

#[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) password: String,
    /// The projects in which the user has roles.
    projects: Vec<Project>,
    pub(crate) default_project: Option<Project>,
    pub(crate) is_administrator: bool,
    /// Whether a password alone is not enough.
    pub(crate) needs_passcode: bool,
}

/// Who there is from the beginning.
pub(crate) fn users(settings: &Settings) -> Vec<User> {
    let project = |id: &str, name: &str| Project {
        id: id.to_owned(),
        name: name.to_owned(),
    };
    let admin = project(ADMIN_PROJECT, "admin");
    let demo = project(DEMO_PROJECT, "demo");
    let user = |id: &str, name: &str, projects: &[&Project]| User {
        id: id.to_owned(),
        name: name.to_owned(),
        password: format!("{name}-pw"),
        projects: projects.iter().map(|&project| project.clone()).collect(),
        default_project: None,
        is_administrator: false,
        needs_passcode: false,
    };
    let mut users = vec![
        User {
            default_project: Some(admin.clone()),
            is_administrator: true,
            ..user(ADMIN_USER, "admin", &[&admin, &demo])
        },
        user(
            DEMO_USER,
            "demo",
            &[&demo, &project(OTHER_PROJECT, "other")],
        ),
        User {
            needs_passcode: true,
            ..user(CAUTIOUS_USER, "cautious", &[&demo])
        },
    ];
    for given in &settings.users {
        let projects: Vec<Project> = given
            .projects
            .iter()
            .map(|name| {
                // By name over all users so far: two who name the same project share it.
                find_project(&users, |project| project.name == *name)
                    .unwrap_or_else(|| project(&id_of("project", name), name))
            })
            .collect();
        let made = User {
            id: id_of("user", &given.name),
            password: given.password.clone(),
            projects,
            ..user("", &given.name, &[])
        };
        // One that is there already gets the password and the projects that are asked for.
        match users.iter_mut().find(|user| user.name == made.name) {
            Some(known) => {
                known.password = made.password;
                known.projects = made.projects;
                known
                    .default_project
                    .take_if(|project| !known.projects.contains(project));
            }
            None => users.push(made),
        }
    }
    users
}

/// An id that is the same for the same name, each time and on each machine.
fn id_of(kind: &str, name: &str) -> String {
    let seed = format!("{kind} {name}")
        .bytes()
        // FNV-1a, written out: what the hasher of the standard library gives may change with its version.
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    openstack::hex(&mut fastrand::Rng::with_seed(seed))
}

pub(crate) fn find_project(
    users: &[User],
    is_wanted: impl Fn(&Project) -> bool,
) -> Option<Project> {
    let mut all = users.iter().flat_map(|user| &user.projects);
    all.find(|project| is_wanted(project)).cloned()
}

impl User {
    pub(crate) fn roles(&self) -> &'static [&'static Role] {
        if self.is_administrator {
            // With the roles that it implies: `keystone-manage bootstrap` makes admin imply manager, that member, and
            // that reader.
            ADMINISTRATOR
        } else {
            ORDINARY
        }
    }

    pub(crate) fn has_project(&self, id: &str) -> bool {
        self.projects.iter().any(|project| project.id == id)
    }

    pub(crate) fn projects(&self) -> impl Iterator<Item = &Project> {
        self.projects.iter()
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
    pub(crate) user: User,
    pub(crate) project: Project,
    pub(crate) is_unrestricted: bool,
    /// When it stops working, in seconds since the epoch.
    pub(crate) expires: Option<i64>,
    pub(crate) expires_at: Value,
}

/// The application credentials that are there from the beginning.
pub(crate) fn application_credentials(users: &[User]) -> Vec<ApplicationCredential> {
    let demo = users.iter().find(|user| user.id == DEMO_USER);
    let project = find_project(users, |project| project.id == DEMO_PROJECT);
    let Some((user, project)) = demo.zip(project) else {
        return Vec::new();
    };
    let of_demo = |id: &str, name: &str, is_unrestricted| ApplicationCredential {
        id: id.to_owned(),
        name: name.to_owned(),
        secret: format!("{name}-secret"),
        description: Value::Null,
        user: user.clone(),
        project: project.clone(),
        is_unrestricted,
        expires: None,
        expires_at: Value::Null,
    };
    vec![
        of_demo(UNRESTRICTED_CREDENTIAL, "unrestricted", true),
        of_demo(RESTRICTED_CREDENTIAL, "restricted", false),
    ]
}
