//! Every rule of precedence, with real files below a temporary root.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use secrecy::ExposeSecret;

use super::*;
use cloud_core::model::IdOrName;

use crate::keystone::{ApplicationCredential, Project, Scope, User};

/// A root of its own for each test, with a home directory in it.
struct Disk(PathBuf);

impl Disk {
    fn new(files: &[(&str, &str)]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!(
            "cloud-sahara-config-{}-{number}",
            std::process::id()
        ));
        for (path, text) in files {
            let path = root.join(path.trim_start_matches('/'));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(root)
    }

    fn env(&self, variables: &[(&str, &str)]) -> Environment {
        Environment::given(variables.iter().copied(), Some("/home/me".into())).with_root(&self.0)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// One line for everything that was found.
fn facts(found: &Settings) -> String {
    fn domain<Id: std::fmt::Display>(domain: &IdOrName<Id>) -> String {
        match domain {
            IdOrName::Id(id) => format!("#{id}"),
            IdOrName::Name(name) => name.clone(),
        }
    }
    let user = |user: &User| match user {
        User::Id(id) => format!("#{id}"),
        User::Name { name, domain: of } => format!("{name}@{}", domain(of)),
    };
    let scope = |scope: &Scope| match scope {
        Scope::Project(Project::Id(id)) => format!("project #{id}"),
        Scope::Project(Project::Name { name, domain: of }) => {
            format!("project {name}@{}", domain(of))
        }
        Scope::Domain(of) => format!("domain {}", domain(of)),
        Scope::Trust(id) => format!("trust {id}"),
        other => format!("{other:?}"),
    };
    let login = match &found.login {
        Login::Password {
            user: who,
            password,
            scope: what,
        } => {
            format!("{}:{} {}", user(who), password.expose_secret(), scope(what))
        }
        Login::Token { token, scope: what } => {
            format!("token {} {}", token.expose_secret(), scope(what))
        }
        Login::ApplicationCredential {
            credential: ApplicationCredential::Id(id),
            secret,
        } => {
            format!("credential #{id}:{}", secret.expose_secret())
        }
        Login::ApplicationCredential {
            credential: ApplicationCredential::Name { name, user: of },
            secret,
        } => {
            format!(
                "credential {name} of {}:{}",
                user(of),
                secret.expose_secret()
            )
        }
        Login::V2Password {
            user,
            password,
            tenant,
        } => {
            let tenant = tenant.as_ref().map(domain).unwrap_or_default();
            format!(
                "v2 {}:{} tenant {tenant}",
                domain(user),
                password.expose_secret()
            )
        }
    };
    let mut line = format!("{} {} {login}", found.cloud.value, found.auth_url.value);
    let interfaces = found.interfaces.as_ref().map(|setting| {
        setting
            .value
            .iter()
            .map(Interface::as_str)
            .collect::<Vec<_>>()
            .join("+")
    });
    let text =
        |setting: &Option<Setting<String>>| setting.as_ref().map(|setting| setting.value.clone());
    for (key, value) in [
        ("region", text(&found.region)),
        ("interface", interfaces),
        ("endpoint", text(&found.endpoint_override)),
        (
            "version",
            found
                .version
                .as_ref()
                .map(|version| version.value.to_string()),
        ),
        ("type", text(&found.service_type)),
        ("name", text(&found.service_name)),
        (
            "timeout",
            found
                .timeout
                .as_ref()
                .map(|timeout| format!("{:?}", timeout.value)),
        ),
        (
            "insecure",
            found
                .tls
                .insecure
                .as_ref()
                .map(|setting| setting.origin.to_string()),
        ),
        ("authorities", text(&found.tls.authorities)),
        (
            "identity",
            found
                .tls
                .identity
                .as_ref()
                .map(|pair| pair.value.0.clone() + "+" + pair.value.1.expose_secret()),
        ),
    ] {
        if let Some(value) = value {
            line.extend([" ", key, "=", value.as_str()]);
        }
    }
    line
}

struct Row<'a> {
    rule: &'a str,
    files: &'a [(&'a str, &'a str)],
    variables: &'a [(&'a str, &'a str)],
    cloud: Option<&'a str>,
    region: Option<&'a str>,
    found: Result<&'a str, &'a str>,
}

impl<'a> Row<'a> {
    fn new(rule: &'a str, files: &'a [(&'a str, &'a str)], found: &'a str) -> Self {
        Self {
            rule,
            files,
            variables: &[],
            cloud: None,
            region: None,
            found: Ok(found),
        }
    }
    fn fails(rule: &'a str, files: &'a [(&'a str, &'a str)], with: &'a str) -> Self {
        Self {
            found: Err(with),
            ..Self::new(rule, files, "")
        }
    }
    fn env(self, variables: &'a [(&'a str, &'a str)]) -> Self {
        Self { variables, ..self }
    }
    fn cloud(self, name: &'a str) -> Self {
        Self {
            cloud: Some(name),
            ..self
        }
    }
    fn region(self, name: &'a str) -> Self {
        Self {
            region: Some(name),
            ..self
        }
    }
}

fn check(rows: &[Row<'_>]) {
    for row in rows {
        let disk = Disk::new(row.files);
        let found = Settings::read(&disk.env(row.variables), row.cloud, row.region);
        match (found, row.found) {
            (Ok(found), Ok(expected)) => assert_eq!(facts(&found), expected, "{}", row.rule),
            (Err(error), Err(expected)) => {
                assert_eq!(error.kind(), ErrorKind::Config, "{}: {error}", row.rule);
                assert!(
                    error.to_string().contains(expected),
                    "{}: {error}",
                    row.rule
                );
                assert!(
                    !format!("{error:?}").contains("hunter2"),
                    "{}: {error:?}",
                    row.rule
                );
            }
            (Ok(found), Err(expected)) => {
                panic!("{}: {} instead of {expected}", row.rule, facts(&found))
            }
            (Err(error), Ok(_)) => panic!("{}: {error}", row.rule),
        }
    }
}

/// A cloud that tells where it came from by its name. Texts are leaked, because the rows of a table borrow them.
fn cloud_of(name: &str) -> &'static str {
    let auth = "{auth_url: 'https://k', user_id: u, password: hunter2, project_id: p}";
    format!("clouds:\n  {name}:\n    auth: {auth}\n").leak()
}

/// The facts of such a cloud.
fn is(name: &str) -> &'static str {
    format!("{name} https://k #u:hunter2 project #p").leak()
}

/// The facts of such a cloud, and more.
fn is_with(name: &str, more: &str) -> &'static str {
    format!("{} {more}", is(name)).leak()
}

/// The entry of a cloud called `a`, complete, and more keys.
fn a(more: &str) -> &'static str {
    format!("{}{more}", cloud_of("a")).leak()
}

mod keys;
mod login;

const HOME: &str = "/home/me/.config/openstack/clouds.yaml";
const SECURE: &str = "/home/me/.config/openstack/secure.yaml";
const PUBLIC: &str = "/home/me/.config/openstack/clouds-public.yaml";

const ENV: &[(&str, &str)] = &[
    ("OS_AUTH_URL", "https://e"),
    ("OS_USER_ID", "eu"),
    ("OS_PASSWORD", "hunter2"),
    ("OS_PROJECT_ID", "ep"),
];
const IS_ENV: &str = "envvars https://e #eu:hunter2 project #ep";

#[test]
fn the_first_file_counts_alone() {
    let all = [
        ("/named.yaml", cloud_of("named")),
        ("/clouds.yaml", cloud_of("here")),
        ("/clouds.yml", cloud_of("here-yml")),
        (
            "/clouds.json",
            r#"{"clouds": {"here-json": {"auth": {"auth_url": "https://k", "user_id": "u", "password": "hunter2", "project_id": "p"}}}}"#,
        ),
        ("/xdg/openstack/clouds.yaml", cloud_of("xdg")),
        (HOME, cloud_of("home")),
        ("/site/openstack/clouds.yaml", cloud_of("site")),
        ("/etc/xdg/openstack/clouds.yaml", cloud_of("etc-xdg")),
        ("/etc/openstack/clouds.yaml", cloud_of("etc")),
    ];
    let named = [
        ("OS_CLIENT_CONFIG_FILE", "/named.yaml"),
        ("XDG_CONFIG_HOME", "/xdg"),
        ("XDG_CONFIG_DIRS", "/site:/x"),
    ];
    let xdg = &named[1..];
    check(&[
        Row::new("the variable's", &all, is("named")).env(&named),
        Row::new("in the current directory", &all, is("here")).env(xdg),
        Row::new("by the second ending", &all[2..], is("here-yml")).env(xdg),
        Row::new("by the third ending", &all[3..], is("here-json")).env(xdg),
        Row::new("in XDG_CONFIG_HOME", &all[4..], is("xdg")).env(xdg),
        Row::new("in the home directory", &all[5..], is("home")).env(xdg),
        Row::new("in XDG_CONFIG_DIRS", &all[6..], is("site")).env(xdg),
        Row::new("in /etc/xdg without it", &all[6..], is("etc-xdg")),
        Row::new("in /etc/openstack", &all[8..], is("etc")),
        Row::fails(
            "nothing of another file is taken",
            &all[1..],
            "there is no cloud \"home\" in clouds.yaml; there are here",
        )
        .cloud("home"),
        Row::fails(
            "the variable's must be there",
            &all,
            "OS_CLIENT_CONFIG_FILE (environment): /gone cannot be read",
        )
        .env(&[("OS_CLIENT_CONFIG_FILE", "/gone")]),
        Row::fails(
            "no file at all",
            &[],
            "no cloud is given: set OS_CLOUD, or OS_AUTH_URL and a login; there is none of clouds.yaml, /home/me/.config/openstack/clouds.yaml, /etc/xdg/openstack/clouds.yaml",
        ),
        Row::new(
            "home at the beginning of a path",
            &[("/home/me/x.yaml", cloud_of("x"))],
            is("x"),
        )
        .env(&[("OS_CLIENT_CONFIG_FILE", "~/x.yaml")]),
    ]);
}

#[test]
fn a_broken_file_is_passed_over_unless_it_is_named() {
    let files = [
        ("/clouds.yaml", "clouds: [hunter2\n  - : {"),
        (HOME, cloud_of("home")),
    ];
    check(&[
        Row::new("passed over", &files, is("home")),
        Row::fails("named", &files, "line 2 (/clouds.yaml): is not valid YAML")
            .env(&[("OS_CLIENT_CONFIG_FILE", "/clouds.yaml")]),
        Row::fails(
            "a list",
            &[("/c", "[1]")],
            "the file (/c): must be a mapping",
        )
        .env(&[("OS_CLIENT_CONFIG_FILE", "/c")]),
        Row::fails(
            "no mapping",
            &[("/clouds.yaml", "clouds: {a: hunter2}")],
            "clouds.a (clouds.yaml): must be a mapping",
        ),
        Row::fails(
            "no text",
            &[(
                "/clouds.yaml",
                "clouds: {a: {auth: {password: {x: hunter2}}}}",
            )],
            "clouds.a.auth.password (clouds.yaml): must be text",
        ),
        Row::fails(
            "no auth",
            &[("/clouds.yaml", "clouds: {a: {auth: hunter2}}")],
            "clouds.a.auth (clouds.yaml): must be a mapping",
        ),
        Row::fails(
            "empty",
            &[("/clouds.yaml", "")],
            "no cloud is given: set OS_CLOUD, or OS_AUTH_URL and a login; clouds.yaml has no clouds",
        ),
    ]);
    let disk = Disk::new(&files);
    let found = Settings::load(&disk.env(&[])).unwrap();
    assert_eq!(
        found.notes,
        ["passed over: line 2 (clouds.yaml): is not valid YAML (did not find expected ',' or ']')"]
    );
}

/// Nobody can ask for an explanation without a client, so the error itself says what was passed over, and why.
#[test]
fn every_error_tells_which_files_were_passed_over_and_where_the_slip_is() {
    let (tab, twice) = (
        "clouds:\n  a:\n\tauth: {password: hunter2}\n",
        "clouds:\n  a: {region_name: r}\n  b:\n    auth:\n      password: hunter2\n      username: u\n      password: hunter2\n",
    );
    let told = [
        (
            tab,
            "line 3 (AT): is not valid YAML (found character that cannot start any token)",
        ),
        (
            twice,
            "line 7 (AT): is not valid YAML (a key stands there twice)",
        ),
        (
            "clouds: {a: !hunter2 {x: 1}}",
            "line 1 (AT): is not valid YAML (a value has a tag of its own)",
        ),
        (
            "clouds:\n  a: !!int hunter2\n",
            "line 2 (AT): is not valid YAML (a key or a value is not what it should be)",
        ),
        (
            "clouds:\n  ? {hunter2: 1}\n  : 2\n",
            "line 2 (AT): is not valid YAML (a key or a value is not what it should be)",
        ),
        (
            "a: *hunter2\n",
            "line 1 (AT): is not valid YAML (unknown anchor)",
        ),
    ];
    let none = "there is none of clouds.yaml, /etc/xdg/openstack/clouds.yaml, /etc/openstack/clouds.yaml; passed over: ";
    for (text, slip) in told {
        let slip = slip.replace("AT", HOME);
        let disk = Disk::new(&[(HOME, text)]);
        for (variables, name, before) in [
            (
                &[] as &[_],
                None,
                format!("no cloud is given: set OS_CLOUD, or OS_AUTH_URL and a login; {none}"),
            ),
            (
                &[("OS_CLOUD", "a")],
                None,
                format!("OS_CLOUD (environment): there is no cloud \"a\"; {none}"),
            ),
            (
                &[],
                Some("a"),
                format!("cloud (client builder): there is no cloud \"a\"; {none}"),
            ),
            (
                &[("OS_AUTH_URL", "https://k"), ("OS_USER_ID", "u")],
                None,
                "password: not set beside auth_url (OS_AUTH_URL (environment)); passed over: "
                    .to_owned(),
            ),
        ] {
            let error = Settings::read(&disk.env(variables), name, None).unwrap_err();
            assert_eq!(error.message(), format!("{before}{slip}"), "{text}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        // The one that is named must be good.
        let env = disk.env(&[("OS_CLIENT_CONFIG_FILE", HOME)]);
        assert_eq!(Settings::load(&env).unwrap_err().message(), slip);
        // So is a second file.
        let open = "clouds: {a: {auth: {auth_url: 'https://k', user_id: u, project_id: p}}}";
        let disk = Disk::new(&[(HOME, open), (SECURE, text)]);
        assert_eq!(
            Settings::load(&disk.env(&[])).unwrap_err().message(),
            format!(
                "password: not set beside auth_url (clouds.a.auth.auth_url ({HOME})); passed over: {}",
                slip.replace(HOME, SECURE)
            )
        );
    }
}

#[test]
fn a_misspelled_key_of_a_login_is_named() {
    let auth = |keys: &str| format!("clouds:\n  a: {{auth: {{{keys}}}, netwroks: []}}\n");
    let (url, user) = (
        auth("auth_ulr: 'https://k', user_id: u, password: hunter2"),
        auth("auth-url: 'https://k', usename: u, password: hunter2"),
    );
    check(&[
        Row::fails(
            "the address",
            &[("/clouds.yaml", &url)],
            "the cloud a has no auth_url; not known, and without effect: clouds.a.auth.auth_ulr (clouds.yaml)",
        ),
        Row::fails(
            "the user",
            &[("/clouds.yaml", &user)],
            "username: not set beside auth_url (clouds.a.auth.auth-url (clouds.yaml)); not known, and without effect: \
             clouds.a.auth.usename (clouds.yaml)",
        ),
    ]);
    let file = auth("auth_url: 'https://k', user_id: u, password: hunter2, projct_name: p");
    let secure = "clouds: {a: {auth: {pasword: hunter2}}}";
    let found = Settings::load(&Disk::new(&[(HOME, &file), (SECURE, secure)]).env(&[])).unwrap();
    let note = format!(
        "not known, and without effect: clouds.a.auth.projct_name ({HOME}), clouds.a.auth.pasword ({SECURE})"
    );
    assert_eq!(found.notes, [note]);
}

#[test]
fn secrets_are_laid_over_clouds() {
    let open = "clouds:\n  a:\n    auth: {auth_url: 'https://k', user_id: u, project_id: p, password: old}\n    region_name: r\n  b: {}\n";
    let secure = "clouds:\n  a: {auth: {password: hunter2}}\n  c: {auth: {password: other}}\n";
    let found = "a https://k #u:hunter2 project #p region=r";
    check(&[
        Row::new("key by key", &[(HOME, open), (SECURE, secure)], found).cloud("a"),
        Row::new(
            "from another directory",
            &[
                ("/clouds.yaml", open),
                ("/etc/openstack/secure.yml", secure),
            ],
            found,
        )
        .cloud("a"),
        Row::new(
            "from the variable's",
            &[(HOME, open), (SECURE, "{}"), ("/s", secure)],
            found,
        )
        .cloud("a")
        .env(&[("OS_CLIENT_SECURE_FILE", "/s")]),
        Row::fails(
            "which must be there",
            &[(HOME, open)],
            "OS_CLIENT_SECURE_FILE (environment): /s cannot be read",
        )
        .cloud("a")
        .env(&[("OS_CLIENT_SECURE_FILE", "/s")]),
        Row::fails(
            "they make no cloud",
            &[(HOME, open), (SECURE, secure)],
            "there is no cloud \"c\"",
        )
        .cloud("c"),
    ]);
}

#[test]
fn no_message_has_an_empty_part() {
    let nameless =
        "clouds:\n  '': {auth: {auth_url: 'https://k', user_id: u, password: hunter2}}\n";
    let and_others = format!("{nameless}  a: {{}}\n  b: {{}}\n");
    let regions = |list: &str| format!("{}    regions: [{list}]\n", cloud_of("a"));
    let (text, mapping, good) = (regions("''"), regions("{name: ''}"), regions("r1"));
    for (file, name, region, expected) in [
        (
            nameless,
            None,
            None,
            "no cloud is given: set OS_CLOUD, or OS_AUTH_URL and a login; AT has no clouds",
        ),
        (
            nameless,
            Some(""),
            None,
            "cloud (client builder): there is no cloud \"\" in AT; AT has no clouds",
        ),
        (
            &and_others,
            None,
            None,
            "clouds (AT): several clouds are there: a, b; choose one by OS_CLOUD",
        ),
        (
            &and_others,
            Some(""),
            None,
            "cloud (client builder): there is no cloud \"\" in AT; there are a, b",
        ),
        (
            &text,
            None,
            Some("r9"),
            "clouds.a.regions[0] (AT): must be a name, or a mapping with a name and values",
        ),
        (
            &mapping,
            None,
            Some("r9"),
            "clouds.a.regions[0] (AT): must be a name, or a mapping with a name and values",
        ),
        (
            &good,
            None,
            Some("r9"),
            "region (client builder): r9 is not among the regions of the cloud: r1",
        ),
    ] {
        let disk = Disk::new(&[(HOME, file)]);
        let error = Settings::read(&disk.env(&[]), name, region).unwrap_err();
        assert_eq!(
            error.message(),
            expected.replace("AT", HOME),
            "{file} {name:?} {region:?}"
        );
    }
}

#[test]
fn the_cloud_is_chosen_from_the_program_to_the_file() {
    let two = "clouds:\n  a: {auth: {auth_url: 'https://k', user_id: u, password: hunter2, project_id: p}}\n  b: {auth: {auth_url: 'https://k', user_id: u, password: hunter2, project_id: p}}\n";
    let both = [&[("OS_CLOUD", "b")], ENV].concat();
    let named = [&[("OS_CLOUD_NAME", "mine")], ENV].concat();
    let named_and_chosen = [&[("OS_CLOUD", "mine")], named.as_slice()].concat();
    check(&[
        Row::new("the program's", &[(HOME, two)], is("a")).cloud("a").env(&both),
        Row::new("OS_CLOUD's", &[(HOME, two)], is("b")).env(&both),
        Row::new("the environment", &[(HOME, two)], IS_ENV).env(ENV),
        Row::new("the environment by its name", &[(HOME, two)], IS_ENV).env(ENV).cloud("envvars"),
        Row::new("the environment by another name", &[], "mine https://e #eu:hunter2 project #ep").env(&named),
        Row::new("which OS_CLOUD may choose", &[(HOME, two)], "mine https://e #eu:hunter2 project #ep")
            .env(&named_and_chosen),
        Row::new("the only one", &[(HOME, cloud_of("a"))], is("a")),
        Row::new("selectors make no cloud", &[(HOME, cloud_of("a"))], is("a"))
            .env(&[("OS_REGION_NAME", "r"), ("OS_CLOUD_NAME", "x")]),
        Row::new("nor do empty variables", &[(HOME, cloud_of("a"))], is("a"))
            .env(&[("OS_PASSWORD", ""), ("OS_CLOUD", "")]),
        Row::fails("no choice", &[(HOME, two)], "several clouds are there: a, b; choose one by OS_CLOUD"),
        Row::fails(
            "an unknown one",
            &[(HOME, two)],
            "OS_CLOUD (environment): there is no cloud \"x\" in /home/me/.config/openstack/clouds.yaml; there are a, b",
        )
        .env(&[("OS_CLOUD", "x")]),
        Row::fails(
            "two of one name",
            &[(HOME, cloud_of("envvars"))],
            "is the name of the cloud that the environment is, and of one in",
        )
        .env(ENV),
    ]);
}

#[test]
fn a_cloud_of_the_file_and_the_environment_are_not_mixed() {
    let disk = Disk::new(&[(HOME, a("    region_name: r\n"))]);
    let variables = [
        ("OS_CLOUD", "a"),
        ("OS_PASSWORD", "other"),
        ("OS_REGION_NAME", "x"),
        ("OS_INTERFACE", "admin"),
        ("OS_INSECURE", "true"),
        ("OS_CACERT", "/gone"),
    ];
    let found = Settings::load(&disk.env(&variables)).unwrap();
    assert_eq!(facts(&found), is_with("a", "region=r"));
    let note = "without effect beside a cloud of the file: OS_CACERT (environment), OS_INSECURE (environment), \
                OS_INTERFACE (environment), OS_PASSWORD (environment), OS_REGION_NAME (environment)";
    assert_eq!(found.notes, [note]);
    // The other way round, a file adds nothing to the environment.
    let found = Settings::load(&disk.env(ENV)).unwrap();
    assert_eq!((facts(&found).as_str(), found.notes.len()), (IS_ENV, 0));
}

#[test]
fn profiles_are_below_clouds_and_regions_above() {
    let profile = "public-clouds:\n  v:\n    auth: {auth_url: 'https://{region_name}.k', project_id: vp}\n    interface: admin\n    regions: [r1, {name: r2, values: {interface: public, auth: {project_id: rp}}}]\n";
    let cloud =
        "clouds:\n  a:\n    profile: v\n    auth: {user_id: u, password: hunter2, project_id: p}\n";
    let old = cloud.replace("profile: v", "cloud: v");
    let own =
        format!("{cloud}    interface: internal\n    region_name: r2\n    regions: [r2, r3]\n");
    let files = [(HOME, cloud), (PUBLIC, profile)];
    check(&[
        Row::new(
            "the profile fills what the cloud leaves",
            &files,
            "a https://r1.k #u:hunter2 project #p region=r1 interface=admin",
        ),
        Row::new(
            "the older word",
            &[(HOME, &old), (PUBLIC, profile)],
            "a https://r1.k #u:hunter2 project #p region=r1 interface=admin",
        ),
        Row::new(
            "the region is above both",
            &files,
            "a https://r2.k #u:hunter2 project #rp region=r2 interface=public",
        )
        .region("r2"),
        Row::new(
            "the cloud's own regions",
            &[(HOME, &own), (PUBLIC, profile)],
            "a https://r2.k #u:hunter2 project #p region=r2 interface=internal",
        ),
        Row::fails(
            "an undeclared region",
            &files,
            "region (client builder): r9 is not among the regions of the cloud: r1, r2",
        )
        .region("r9"),
        Row::fails(
            "a profile that is nowhere",
            &[(HOME, cloud)],
            "the cloud a has no auth_url; no profile v in any clouds-public.yaml (clouds.a.profile (/home/me",
        ),
        Row::fails(
            "a profile by its address",
            &[(HOME, "clouds: {a: {profile: 'https://v'}}")],
            "is a URL; profiles are read from clouds-public.yaml only",
        ),
        Row::new(
            "any region where none is declared",
            &[(HOME, a(""))],
            is_with("a", "region=r7"),
        )
        .region("r7"),
        Row::new(
            "several regions in the older way",
            &[(HOME, a("    region_name: r2, r1\n"))],
            is_with("a", "region=r2"),
        ),
        Row::new(
            "one of them",
            &[(HOME, a("    region_name: [r2, r1]\n"))],
            is_with("a", "region=r1"),
        )
        .region("r1"),
        Row::fails(
            "none of them",
            &[(HOME, a("    region_name: r2,r1\n"))],
            "region (client builder): r9 is not among the regions of the cloud: r2, r1",
        )
        .region("r9"),
        Row::fails(
            "regions are a list",
            &[(HOME, "clouds: {a: {regions: r1}}")],
            "clouds.a.regions (/home/me/.config/openstack/clouds.yaml): must be a list",
        ),
        Row::fails(
            "of names or mappings",
            &[(HOME, "clouds: {a: {regions: [{x: 1}]}}")],
            "clouds.a.regions[0] (/home/me/.config/openstack/clouds.yaml): must be a name",
        ),
    ]);
}

#[test]
fn nothing_found_shows_a_secret() {
    let key = "-----BEGIN PRIVATE KEY-----hunter2";
    let files = [
        (HOME, a("    cert: /c\n    key: /k\n")),
        ("/c", "-----BEGIN CERTIFICATE-----"),
        ("/k", key),
    ];
    let disk = Disk::new(&files);
    let found = Settings::load(&disk.env(&[])).unwrap();
    let shown = format!("{found:?}");
    assert!(
        !shown.contains("hunter2") && shown.contains("clouds.a.auth.auth_url"),
        "{shown}"
    );
    let builder = crate::Cloud::builder().settings(found);
    assert!(!format!("{builder:?}").contains("hunter2"));
}

/// Whatever the file holds, there are settings or an error that names a place.
#[test]
fn no_file_makes_a_panic() {
    let full = format!(
        "{}    regions: [r, {{name: s, values: {{cacert: /x}}}}]\n    profile: v\n",
        cloud_of("a")
    );
    let mut rng = fastrand::Rng::with_seed(7);
    let mut read = 0;
    for _ in 0..2_000 {
        let mut text: Vec<char> = full.chars().collect();
        for _ in 0..rng.usize(1..4) {
            let at = rng.usize(0..text.len());
            match rng.u8(0..3) {
                0 => drop(text.remove(at)),
                1 => text.insert(
                    at,
                    char::from(*rng.choice(b"{}[]:,-'\"&*!|>%@`# \n\t~0").unwrap()),
                ),
                _ => text.swap(at, 0),
            }
        }
        let text: String = text.into_iter().collect();
        let env = Environment::given([("OS_CLOUD", "a")], None)
            .with_file("/etc/openstack/clouds.yaml", text);
        match Settings::load(&env) {
            Ok(_) => read += 1,
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::Config), "{error}");
                // A typing error may have cut the secret in two; the second half of it is enough to see.
                assert!(!error.to_string().contains("nter2"), "{error}");
            }
        }
    }
    assert!(read > 100, "{read}");
}
