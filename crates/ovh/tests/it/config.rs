//! Where settings come from: real files below a directory of the test's own, and every rule of their precedence.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cloud_core::config::Environment;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use ovh::config::Settings;
use ovh::{Client, ClientBuilder, ErrorKind, Result};
use secrecy::ExposeSecret as _;

use crate::common::header;

/// A directory that stands for the whole disk, with the home directory `/home/ann`.
struct Disk(PathBuf);

impl Disk {
    fn with(files: &[(&str, &str)]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "cloud-ovh-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let disk = Self(std::env::temp_dir().join(name));
        fs::create_dir_all(disk.0.join("home/ann")).unwrap();
        for (path, text) in files {
            let path = disk.0.join(path.trim_start_matches('/'));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        disk
    }

    fn environment(&self, variables: &[(&str, &str)]) -> Environment {
        Environment::given(variables.iter().copied(), Some("/home/ann".into())).with_root(&self.0)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const LOCAL: &str = "/ovh.conf";
const RC: &str = "/home/ann/.ovhrc";
const HOME: &str = "/home/ann/.ovh.conf";
const SYSTEM: &str = "/etc/ovh.conf";

fn load(variables: &[(&str, &str)], files: &[(&str, &str)]) -> Result<Settings> {
    Settings::load(&Disk::with(files).environment(variables))
}

/// What the error says, without what every error about a setting begins with.
#[track_caller]
fn problem<T>(result: Result<T>) -> String {
    let Err(error) = result else {
        panic!("no error")
    };
    assert_eq!(error.kind(), ErrorKind::Config);
    error
        .to_string()
        .strip_prefix("wrong configuration: ")
        .unwrap_or(&error.to_string())
        .to_owned()
}

fn shown(settings: &Settings) -> String {
    let text = |name: &str, value: Option<(&str, String)>| {
        value.map(|(value, from)| format!("{name}={value} {from}"))
    };
    let endpoint = settings
        .endpoint
        .as_ref()
        .map(|s| (s.value.to_string(), s.origin.to_string()));
    let parts = [
        endpoint.map(|(value, from)| format!("endpoint={value} {from}")),
        text(
            "ak",
            settings
                .application_key
                .as_ref()
                .map(|s| (s.value.as_str(), s.origin.to_string())),
        ),
        text(
            "as",
            settings
                .application_secret
                .as_ref()
                .map(|s| (s.value.expose_secret(), s.origin.to_string())),
        ),
        text(
            "ck",
            settings
                .consumer_key
                .as_ref()
                .map(|s| (s.value.expose_secret(), s.origin.to_string())),
        ),
        text(
            "id",
            settings
                .client_id
                .as_ref()
                .map(|s| (s.value.as_str(), s.origin.to_string())),
        ),
        text(
            "secret",
            settings
                .client_secret
                .as_ref()
                .map(|s| (s.value.expose_secret(), s.origin.to_string())),
        ),
        text(
            "token",
            settings
                .access_token
                .as_ref()
                .map(|s| (s.value.expose_secret(), s.origin.to_string())),
        ),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Each place in turn loses to all before it: the same key stands in all of them, and the first is taken away each time.
#[test]
fn each_place_goes_before_the_ones_behind_it() {
    let file = |value: &str| format!("[ovh-eu]\nconsumer_key={value}\n");
    let all = [
        ("/own.conf", "own"),
        (LOCAL, "local"),
        (RC, "rc"),
        (HOME, "home"),
        (SYSTEM, "system"),
    ];
    let texts: Vec<(&str, String)> = all
        .iter()
        .map(|(path, value)| (*path, file(value)))
        .collect();
    let files: Vec<(&str, &str)> = texts
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();

    let env = |named: bool, set: bool| {
        let named = named.then_some(("OVH_CONFIG_FILE", "/own.conf"));
        let set = set.then_some(("OVH_CONSUMER_KEY", "env"));
        named.into_iter().chain(set).collect::<Vec<_>>()
    };
    let found = |variables: &[(&str, &str)], files: &[(&str, &str)]| {
        let key = load(variables, files).unwrap().consumer_key;
        key.map_or_else(
            || "-".to_owned(),
            |key| format!("{} {}", key.value.expose_secret(), key.origin),
        )
    };
    assert_eq!(
        found(&env(true, true), &files),
        "env OVH_CONSUMER_KEY (environment)"
    );
    assert_eq!(
        found(&env(true, false), &files),
        "own [ovh-eu] consumer_key (/own.conf)"
    );
    assert_eq!(
        found(&env(false, false), &files),
        "local [ovh-eu] consumer_key (ovh.conf)"
    );
    assert_eq!(
        found(&env(false, false), &files[2..]),
        format!("rc [ovh-eu] consumer_key ({RC})")
    );
    assert_eq!(
        found(&env(false, false), &files[3..]),
        format!("home [ovh-eu] consumer_key ({HOME})")
    );
    assert_eq!(
        found(&env(false, false), &files[4..]),
        format!("system [ovh-eu] consumer_key ({SYSTEM})")
    );
    assert_eq!(found(&env(false, false), &[]), "-");

    // And the builder goes before all of them.
    let disk = Disk::with(&files);
    let api = Client::builder()
        .consumer_key("arg")
        .application("ak", "as");
    let sent = sent(
        api.from_environment(&disk.environment(&env(true, true)), None)
            .unwrap(),
    );
    assert_eq!(header(&sent, "x-ovh-consumer").as_deref(), Some("arg"));
}

/// One request of the client that this builder makes.
fn sent(builder: ClientBuilder) -> http::Request<bytes::Bytes> {
    let transport = ScriptedTransport::from_fn(|_| {
        Scripted::json(200, r#"{"access_token":"t","expires_in":60}"#)
    });
    let api = builder
        .transport(Arc::new(transport.clone()))
        .clock(PausedClock::new())
        .time_offset(0)
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async { api.get("/me").await.unwrap() });
    transport.seen().pop().unwrap().request
}

#[test]
fn files_are_merged_key_by_key() {
    let settings = load(
        &[("OVH_APPLICATION_SECRET", "s-env")],
        &[
            (LOCAL, "[default]\nendpoint=ovh-ca\n[ovh-ca]\napplication_key=k-local\n"),
            (HOME, "[default]\nendpoint=ovh-eu\n[ovh-ca]\napplication_key=k-home\nconsumer_key=c-home\n[ovh-eu]\nconsumer_key=eu"),
            (SYSTEM, "[ovh-ca]\napplication_secret=s-system\n"),
        ],
    )
    .unwrap();
    let expected = format!(
        "endpoint=ovh-ca [default] endpoint (ovh.conf), ak=k-local [ovh-ca] application_key (ovh.conf), as=s-env \
         OVH_APPLICATION_SECRET (environment), ck=c-home [ovh-ca] consumer_key ({HOME})"
    );
    assert_eq!(shown(&settings), expected);
}

/// What it is about, variables, files, and what is found.
type Row<'a> = (
    &'a str,
    Vec<(&'a str, &'a str)>,
    Vec<(&'a str, String)>,
    String,
);

#[test]
fn the_table() {
    let eu = "[ovh-eu]\napplication_key=k\napplication_secret=s\nconsumer_key=c\n";
    let at = |key: &str| format!("[ovh-eu] {key} ({HOME})");
    let all = format!(
        "ak=k {}, as=s {}, ck=c {}",
        at("application_key"),
        at("application_secret"),
        at("consumer_key")
    );

    let rows: Vec<Row<'_>> = vec![
        (
            "no endpoint means ovh-eu",
            vec![],
            vec![(HOME, eu.to_owned())],
            all.clone(),
        ),
        (
            "[default] holds the endpoint only: its keys are not used",
            vec![],
            vec![(
                HOME,
                "[default]\nendpoint=ovh-eu\napplication_key=k\nconsumer_key=c\n".to_owned(),
            )],
            format!("endpoint=ovh-eu [default] endpoint ({HOME})"),
        ),
        (
            "[DEFAULT] is [default]",
            vec![],
            vec![(
                HOME,
                "[DEFAULT]\nendpoint=ovh-ca\n[ovh-ca]\nconsumer_key=c\n".to_owned(),
            )],
            format!(
                "endpoint=ovh-ca [default] endpoint ({HOME}), ck=c [ovh-ca] consumer_key ({HOME})"
            ),
        ),
        (
            "the endpoint of the environment chooses the section",
            vec![("OVH_ENDPOINT", "ovh-us")],
            vec![(
                HOME,
                format!("[default]\nendpoint=ovh-eu\n{eu}[ovh-us]\nconsumer_key=us\n"),
            )],
            format!(
                "endpoint=ovh-us OVH_ENDPOINT (environment), ck=us [ovh-us] consumer_key ({HOME})"
            ),
        ),
        (
            "the name of a section has its case",
            vec![],
            vec![(HOME, eu.replace("ovh-eu", "OVH-EU"))],
            String::new(),
        ),
        (
            "an empty variable is not set",
            vec![("OVH_CLIENT_ID", ""), ("OVH_CONSUMER_KEY", " ")],
            vec![(HOME, eu.to_owned())],
            all.clone(),
        ),
        (
            "an empty key is not set",
            vec![],
            vec![
                (LOCAL, "[ovh-eu]\nconsumer_key =\n".to_owned()),
                (HOME, eu.to_owned()),
            ],
            all.clone(),
        ),
        (
            "OVH_CONFIG is nobody's",
            vec![("OVH_CONFIG", "/own.conf")],
            vec![("/own.conf", eu.to_owned())],
            String::new(),
        ),
        (
            "a URL finds the section of its name",
            vec![("OVH_ENDPOINT", "https://api.eu.ovhcloud.com/1.0")],
            vec![(HOME, eu.to_owned())],
            format!("endpoint=ovh-eu OVH_ENDPOINT (environment), {all}"),
        ),
        (
            "a URL of no name finds the section of the URL",
            vec![("OVH_ENDPOINT", "http://127.0.0.1:8500/ovh/1.0")],
            vec![(
                HOME,
                "[http://127.0.0.1:8500/ovh/1.0]\nconsumer_key=c\n".to_owned(),
            )],
            format!(
                "endpoint=http://127.0.0.1:8500/ovh/1.0 OVH_ENDPOINT (environment), ck=c \
                 [http://127.0.0.1:8500/ovh/1.0] consumer_key ({HOME})"
            ),
        ),
        (
            "another client's name of an endpoint",
            vec![("OVH_ENDPOINT", "ks-eu")],
            vec![(
                HOME,
                "[ks-eu]\napplication_key=short\n[kimsufi-eu]\nconsumer_key=c\n".to_owned(),
            )],
            format!(
                "endpoint=kimsufi-eu OVH_ENDPOINT (environment), ak=short [ks-eu] application_key ({HOME}), ck=c \
                 [kimsufi-eu] consumer_key ({HOME})"
            ),
        ),
        (
            "OAuth2 from a file",
            vec![],
            vec![(
                SYSTEM,
                "[ovh-eu]\nclient_id=EU.1\nclient_secret=s\n".to_owned(),
            )],
            format!(
                "id=EU.1 [ovh-eu] client_id ({SYSTEM}), secret=s [ovh-eu] client_secret ({SYSTEM})"
            ),
        ),
        (
            "a token from the environment",
            vec![("OVH_ACCESS_TOKEN", "t")],
            vec![],
            "token=t OVH_ACCESS_TOKEN (environment)".to_owned(),
        ),
        (
            "other sections are others'",
            vec![],
            vec![(HOME, "[ovh-cli]\ndefault_cloud_project=x\n".to_owned())],
            String::new(),
        ),
    ];
    for (row, variables, files, expected) in rows {
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (*path, text.as_str()))
            .collect();
        assert_eq!(shown(&load(&variables, &files).unwrap()), expected, "{row}");
    }
}

#[test]
fn a_named_file_goes_before_the_usual_ones_and_does_not_replace_them() {
    let disk = Disk::with(&[
        ("/srv/own.conf", "[ovh-eu]\napplication_key=k-own\n"),
        (
            HOME,
            "[ovh-eu]\napplication_key=k-home\napplication_secret=s-home\n",
        ),
    ]);
    let settings = Settings::load_file(
        &disk.environment(&[("OVH_CONSUMER_KEY", "c-env")]),
        "/srv/own.conf",
    )
    .unwrap();
    assert_eq!(
        shown(&settings),
        format!(
            "ak=k-own [ovh-eu] application_key (/srv/own.conf), as=s-home [ovh-eu] application_secret ({HOME}), ck=c-env \
             OVH_CONSUMER_KEY (environment)"
        )
    );
    let missing = problem(Settings::load_file(
        &disk.environment(&[]),
        Path::new("/srv/none.conf"),
    ));
    assert!(
        missing.starts_with("config_file (client builder): /srv/none.conf cannot be read: "),
        "{missing}"
    );
    let missing = problem(Settings::load(
        &disk.environment(&[("OVH_CONFIG_FILE", "/srv/none.conf")]),
    ));
    assert!(
        missing.starts_with("OVH_CONFIG_FILE (environment): /srv/none.conf cannot be read: "),
        "{missing}"
    );
}

#[test]
fn files_that_cannot_be_used_are_named() {
    assert_eq!(
        problem(load(&[], &[(HOME, "[ovh-eu]\nhunter2\n")])),
        format!("line 2 ({HOME}): neither a section nor key = value")
    );
    // A directory in the place of a file, as a stand-in for whatever else cannot be read.
    let disk = Disk::with(&[]);
    fs::create_dir_all(disk.0.join("etc/ovh.conf")).unwrap();
    let text = problem(Settings::load(&disk.environment(&[])));
    assert!(
        text.starts_with("configuration file (/etc/ovh.conf): cannot be read: "),
        "{text}"
    );
}

#[test]
fn no_message_has_an_empty_part() {
    let disk = Disk::with(&[(HOME, "[ovh-eu]\naccess_token = t")]);
    let machine = disk.environment(&[]);
    let from = |builder: ClientBuilder| builder.from_environment(&machine, None);
    assert_eq!(
        problem(Client::builder().from_environment(&machine, Some(Path::new("")))),
        "config_file (client builder): is empty"
    );
    let names = "ovh-eu, ovh-ca, ovh-us, soyoustart-eu, soyoustart-ca, kimsufi-eu, kimsufi-ca";
    for endpoint in ["", " "] {
        let builder = from(Client::builder().endpoint(endpoint)).unwrap();
        assert_eq!(
            problem(builder.oauth2("id", "secret").build()),
            format!("endpoint (client builder): {endpoint:?} is neither a URL nor one of {names}")
        );
    }
}

#[test]
fn what_was_repaired_is_told() {
    let settings = load(
        &[("OVH_APPLICATION_SECRET", "s\n")],
        &[(
            HOME,
            "[ovh-eu]\napplication_key = \"k\"\nconsumer_key = c ; mine\n[Ovh-Eu]\nx=1\n",
        )],
    )
    .unwrap();
    assert_eq!(
        shown(&settings),
        format!(
            "ak=k [ovh-eu] application_key ({HOME}), as=s OVH_APPLICATION_SECRET (environment), ck=c [ovh-eu] \
             consumer_key ({HOME})"
        )
    );
    assert_eq!(
        settings.warnings,
        [
            format!(
                "[ovh-eu] application_key ({HOME}): the quotes around the value were taken off (line 2)"
            ),
            "OVH_APPLICATION_SECRET (environment): white space around the value was taken off"
                .to_owned(),
            format!(
                "[ovh-eu] consumer_key ({HOME}): a remark behind the value was cut off (line 3)"
            ),
            format!("{HOME}: the section [Ovh-Eu] is not read, [ovh-eu] is"),
        ]
    );
    let api = Client::builder()
        .application(" k ", "s\n")
        .consumer_key("c")
        .build()
        .unwrap();
    assert_eq!(api.explain().len(), 2);
    assert!(
        api.explain()[0].starts_with("application (client builder): white space"),
        "{:?}",
        api.explain()
    );
}

fn from(variables: &[(&str, &str)]) -> Result<Client> {
    Client::builder()
        .from_environment(&Disk::with(&[]).environment(variables), None)?
        .build()
}

/// Half a credential, two of them, or none.
#[test]
fn a_credential_is_whole_and_one() {
    const K: (&str, &str) = ("OVH_APPLICATION_KEY", "k");
    const S: (&str, &str) = ("OVH_APPLICATION_SECRET", "hunter2");
    const C: (&str, &str) = ("OVH_CONSUMER_KEY", "hunter3");
    const I: (&str, &str) = ("OVH_CLIENT_ID", "EU.1");
    const P: (&str, &str) = ("OVH_CLIENT_SECRET", "hunter4");
    const T: (&str, &str) = ("OVH_ACCESS_TOKEN", "hunter5");
    for (variables, expected) in [
        (
            vec![K],
            "OVH_APPLICATION_KEY (environment): is set, but no application_secret",
        ),
        (
            vec![K, C],
            "OVH_APPLICATION_KEY (environment): is set, but no application_secret",
        ),
        (
            vec![S],
            "OVH_APPLICATION_SECRET (environment): is set, but no application_key",
        ),
        (
            vec![C],
            "OVH_CONSUMER_KEY (environment): is set, but neither application_key nor application_secret",
        ),
        (
            vec![I],
            "OVH_CLIENT_ID (environment): is set, but no client_secret",
        ),
        (
            vec![P],
            "OVH_CLIENT_SECRET (environment): is set, but no client_id",
        ),
        (
            vec![K, S, I, P],
            "OVH_APPLICATION_KEY (environment): sets an application, and there is an OAuth2 service account by \
             OVH_CLIENT_ID (environment) too; keep one way to authenticate",
        ),
        (
            vec![C, T],
            "OVH_CONSUMER_KEY (environment): sets an application, and there is an access token by OVH_ACCESS_TOKEN \
             (environment) too; keep one way to authenticate",
        ),
        (
            vec![K, S, C, I, P, T],
            "OVH_APPLICATION_KEY (environment): sets an application, and there is an OAuth2 service account by \
             OVH_CLIENT_ID (environment) and an access token by OVH_ACCESS_TOKEN (environment) too; keep one way to \
             authenticate",
        ),
        (
            vec![("OVH_ENDPOINT", "kimsufi-eu"), I, P],
            "OVH_CLIENT_ID (environment): the endpoint kimsufi-eu has no OAuth2; sign calls by application key, \
             application secret and consumer key, or set a token URL (Endpoint::with_token_url, OVH_TOKEN_URL)",
        ),
        (
            vec![("OVH_APPLICATION_KEY", "k k"), S],
            "OVH_APPLICATION_KEY (environment): holds white space at position 2",
        ),
        (
            vec![K, ("OVH_APPLICATION_SECRET", "hun\nter2")],
            "OVH_APPLICATION_SECRET (environment): holds a line break at position 4",
        ),
        (
            vec![K, S, ("OVH_CONSUMER_KEY", "hünter")],
            "OVH_CONSUMER_KEY (environment): holds a character outside ASCII at position 2",
        ),
    ] {
        assert_eq!(problem(from(&variables)), expected);
    }
    let unknown = problem(from(&[("OVH_ENDPOINT", "ovh-uk"), K, S]));
    assert!(
        unknown.starts_with(
            "OVH_ENDPOINT (environment): \"ovh-uk\" is neither a URL nor one of ovh-eu, "
        ),
        "{unknown}"
    );
    let none = problem(from(&[]));
    for place in [
        "ClientBuilder::application",
        "the environment",
        "ovh.conf",
        RC,
        HOME,
        SYSTEM,
    ] {
        assert!(none.contains(place), "{none}");
    }
    for good in [vec![K, S], vec![K, S, C], vec![I, P], vec![T]] {
        assert!(from(&good).is_ok(), "{good:?}");
    }
}

/// A way to authenticate that is begun in code is completed from outside, and not mixed with another one.
#[test]
fn code_chooses_the_way() {
    let disk = Disk::with(&[(
        HOME,
        "[ovh-eu]\nclient_id=EU.1\nclient_secret=s\nconsumer_key=c\n",
    )]);
    let env = disk.environment(&[]);
    let builder = Client::builder()
        .application("ak", "as")
        .from_environment(&env, None)
        .unwrap();
    let request = sent(builder);
    assert_eq!(header(&request, "x-ovh-application").as_deref(), Some("ak"));
    assert_eq!(header(&request, "x-ovh-consumer").as_deref(), Some("c"));
    let request = sent(
        Client::builder()
            .access_token("tok")
            .from_environment(&env, None)
            .unwrap(),
    );
    assert_eq!(
        header(&request, "authorization").as_deref(),
        Some("Bearer tok")
    );
    assert!(header(&request, "x-ovh-consumer").is_none());
    // The order in which the builder is told does not matter.
    let disk = Disk::with(&[(
        HOME,
        "[ovh-ca]\nconsumer_key=ca\n[ovh-eu]\nconsumer_key=eu\n",
    )]);
    let builder = Client::builder()
        .from_environment(&disk.environment(&[]), None)
        .unwrap();
    let request = sent(builder.endpoint("ovh-ca").application("ak", "as"));
    assert_eq!(header(&request, "x-ovh-consumer").as_deref(), Some("ca"));
    assert_eq!(request.uri().host(), Some("ca.api.ovh.com"));
}

/// A file in the current directory does not send the secret of the one at home elsewhere.
#[test]
fn a_named_endpoint_keeps_its_token_url() {
    let disk = Disk::with(&[
        (LOCAL, "[ovh-eu]\ntoken_url=https://evil.example/token\n"),
        (HOME, "[ovh-eu]\nclient_id=EU.1\nclient_secret=hunter2\n"),
    ]);
    let transport = ScriptedTransport::from_fn(|_| {
        Scripted::json(200, r#"{"access_token":"t","expires_in":60}"#)
    });
    let builder = Client::builder()
        .from_environment(&disk.environment(&[]), None)
        .unwrap();
    let api = builder
        .transport(Arc::new(transport.clone()))
        .clock(PausedClock::new())
        .build()
        .unwrap();
    assert_eq!(
        api.explain(),
        [
            "[ovh-eu] token_url (ovh.conf): not used, because ovh-eu has https://www.ovh.com/auth/oauth2/token"
        ]
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async { api.get("/me").await.unwrap() });
    assert_eq!(
        transport.seen()[0].request.uri(),
        "https://www.ovh.com/auth/oauth2/token"
    );
}

#[test]
fn what_was_found_is_shown_without_its_secrets() {
    let settings = load(
        &[
            ("OVH_APPLICATION_KEY", "k"),
            ("OVH_APPLICATION_SECRET", "hunter2"),
            ("OVH_ACCESS_TOKEN", "hunter3"),
        ],
        &[(
            HOME,
            "[ovh-eu]\nclient_secret=hunter4\nconsumer_key=hunter5 ; hunter6\n",
        )],
    )
    .unwrap();
    let text = format!("{settings:?}");
    assert!(
        text.contains("OVH_ACCESS_TOKEN") && !text.contains("hunter"),
        "{text}"
    );
    let disk = Disk::with(&[(HOME, "[ovh-eu]\nconsumer_key=hunter5\n")]);
    let builder = Client::builder().application("k", "hunter2");
    let builder = builder
        .from_environment(&disk.environment(&[("OVH_CLIENT_SECRET", "hunter3")]), None)
        .unwrap();
    assert!(!format!("{builder:?}").contains("hunter"), "{builder:?}");
}
