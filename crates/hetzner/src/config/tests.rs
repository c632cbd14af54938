use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use cloud_core::ErrorKind;

use super::*;

const HOME: &str = "/home/ann/.config/hcloud/cli.toml";
const PROD: &str = "ProdProdProdProdProdProdProdProdProdProdProdProdProdProdProdProd";
const FILE: &str = r#"
active_context = "prod"
unknown = [1]

[preferences]
endpoint = "https://global.example/v1/"
hetzner_endpoint = "https://global2.example/v1"
poll_interval = "2s"
quiet = true

[[contexts]]
name = "prod"
token = "ProdProdProdProdProdProdProdProdProdProdProdProdProdProdProdProd"
[contexts.preferences]
endpoint = "https://prod.example/v1"
http_timeout = 1500000000

[[contexts]]
name = "test"
token = "TestToken"
"#;

fn machine(env: &[(&str, &str)], files: &[(&str, &str)]) -> Environment {
    let machine = Environment::given(env.iter().copied(), Some("/home/ann".into()));
    files.iter().fold(machine, |machine, (path, text)| {
        machine.with_file(*path, *text)
    })
}

fn load(env: &[(&str, &str)], files: &[(&str, &str)]) -> Result<Settings> {
    Settings::load(&machine(env, files))
}

/// What the error says of the setting, without what every error about a setting begins with.
fn problem(error: &Error) -> String {
    assert_eq!(error.kind(), ErrorKind::Config);
    error
        .to_string()
        .strip_prefix("wrong configuration: ")
        .unwrap()
        .to_owned()
}

fn token(settings: &Settings) -> (&str, String) {
    (
        settings.token.value.expose_secret(),
        settings.token.origin.to_string(),
    )
}

fn shown<T: std::fmt::Debug>(setting: Option<&Setting<T>>) -> String {
    setting.map_or_else(
        || "-".to_owned(),
        |setting| format!("{:?} {}", setting.value, setting.origin),
    )
}

#[test]
fn the_token_comes_from_the_first_place_that_has_one() {
    let files = [(HOME, FILE), ("/run/token", "  FromFile\n")];
    for (env, wanted, origin) in [
        (vec![], PROD, format!("contexts.prod.token ({HOME})")),
        (
            vec![("HCLOUD_CONTEXT", "test")],
            "TestToken",
            format!("contexts.test.token ({HOME})"),
        ),
        (
            vec![("HCLOUD_CONTEXT", "")],
            PROD,
            format!("contexts.prod.token ({HOME})"),
        ),
        (
            vec![("HCLOUD_TOKEN_FILE", "/run/token")],
            "FromFile",
            "HCLOUD_TOKEN_FILE (/run/token)".to_owned(),
        ),
        (
            vec![
                ("HCLOUD_TOKEN", "FromEnv"),
                ("HCLOUD_TOKEN_FILE", "/nowhere"),
                ("HCLOUD_CONTEXT", "test"),
            ],
            "FromEnv",
            "HCLOUD_TOKEN (environment)".to_owned(),
        ),
    ] {
        assert_eq!(
            token(&load(&env, &files).unwrap()),
            (wanted, origin),
            "{env:?}"
        );
    }
}

#[test]
fn preferences_follow_the_precedence() {
    let settings = load(&[], &[(HOME, FILE)]).unwrap();
    let at = format!("({HOME})");
    assert_eq!(
        shown(settings.endpoint.as_ref()),
        format!(r#""https://prod.example/v1" contexts.prod.preferences.endpoint {at}"#)
    );
    assert_eq!(
        shown(settings.hetzner_endpoint.as_ref()),
        format!(r#""https://global2.example/v1" preferences.hetzner_endpoint {at}"#)
    );
    assert_eq!(
        shown(settings.poll_interval.as_ref()),
        format!("2s preferences.poll_interval {at}")
    );
    assert_eq!(
        shown(settings.http_timeout.as_ref()),
        format!("1.5s contexts.prod.preferences.http_timeout {at}")
    );

    let test = load(&[("HCLOUD_CONTEXT", "test")], &[(HOME, FILE)]).unwrap();
    assert_eq!(
        shown(test.endpoint.as_ref()),
        format!(r#""https://global.example/v1" preferences.endpoint {at}"#),
        "the context has none of its own, and slashes at the end go"
    );
    assert_eq!(test.http_timeout, None);

    let env = [
        ("HCLOUD_ENDPOINT", "http://127.0.0.1:8080//"),
        ("HETZNER_ENDPOINT", "http://[::1]/v1"),
        ("HCLOUD_POLL_INTERVAL", "500ms"),
        ("HCLOUD_HTTP_TIMEOUT", "1m30s"),
    ];
    let env = load(&env, &[(HOME, FILE)]).unwrap();
    assert_eq!(
        shown(env.endpoint.as_ref()),
        r#""http://127.0.0.1:8080" HCLOUD_ENDPOINT (environment)"#
    );
    assert_eq!(
        shown(env.hetzner_endpoint.as_ref()),
        r#""http://[::1]/v1" HETZNER_ENDPOINT (environment)"#
    );
    assert_eq!(
        shown(env.poll_interval.as_ref()),
        "500ms HCLOUD_POLL_INTERVAL (environment)"
    );
    assert_eq!(
        shown(env.http_timeout.as_ref()),
        "90s HCLOUD_HTTP_TIMEOUT (environment)"
    );
}

#[test]
fn a_token_alone_is_enough() {
    let settings = load(
        &[
            ("HCLOUD_TOKEN", "t"),
            ("HCLOUD_ENDPOINT", ""),
            ("HCLOUD_HTTP_TIMEOUT", "0"),
        ],
        &[],
    )
    .unwrap();
    assert_eq!((settings.endpoint, settings.hetzner_endpoint), (None, None));
    assert_eq!(
        (settings.poll_interval, settings.http_timeout),
        (None, None)
    );
}

#[test]
fn a_context_chosen_by_the_program_brings_its_own_token() {
    let machine = machine(
        &[
            ("HCLOUD_TOKEN", "FromEnv"),
            ("HCLOUD_CONTEXT", "prod"),
            ("HCLOUD_ENDPOINT", "http://localhost"),
        ],
        &[(HOME, FILE)],
    );
    let settings = Settings::load_context(&machine, "test").unwrap();
    assert_eq!(token(&settings).0, "TestToken");
    assert_eq!(
        settings.endpoint.unwrap().origin,
        Origin::Variable("HCLOUD_ENDPOINT".to_owned())
    );
    let error = Settings::load_context(&machine, "staging").unwrap_err();
    assert_eq!(
        problem(&error),
        format!(
            r#"context (client builder): there is no context "staging" in {HOME}; it has "prod", "test""#
        )
    );
}

#[test]
fn the_file_is_looked_for_in_its_places() {
    let (moved, named) = ("/xdg/hcloud/cli.toml", "/etc/hcloud.toml");
    let file =
        |name| format!("active_context='{name}'\n[[contexts]]\nname='{name}'\ntoken='{name}'");
    let [at_home, at_moved, at_named] = ["home", "moved", "named"].map(file);
    let files = [(HOME, &*at_home), (moved, &*at_moved), (named, &*at_named)];
    for (env, wanted) in [
        (vec![], "home"),
        (vec![("XDG_CONFIG_HOME", "/xdg")], "moved"),
        (vec![("XDG_CONFIG_HOME", "")], "home"),
        (vec![("XDG_CONFIG_HOME", "/elsewhere")], "home"),
        (
            vec![("XDG_CONFIG_HOME", "/xdg"), ("HCLOUD_CONFIG", named)],
            "named",
        ),
    ] {
        assert_eq!(token(&load(&env, &files).unwrap()).0, wanted, "{env:?}");
    }
}

#[test]
fn an_unreadable_file_matters_only_when_it_is_needed() {
    let load = |env: &[_]| {
        Settings::load(
            &machine(env, &[]).with_unreadable_file(HOME, io::ErrorKind::PermissionDenied),
        )
    };
    assert_eq!(token(&load(&[("HCLOUD_TOKEN", "t")]).unwrap()).0, "t");
    let error = problem(&load(&[]).unwrap_err());
    assert!(
        error.starts_with(&format!("token ({HOME}): cannot be read: permission")),
        "{error}"
    );
    let error = problem(&load(&[("HCLOUD_TOKEN", "t"), ("HCLOUD_CONFIG", HOME)]).unwrap_err());
    assert!(
        error.starts_with(&format!(
            "HCLOUD_CONFIG ({HOME}): cannot be read: permission"
        )),
        "{error}"
    );
}

#[test]
fn errors_name_the_setting_and_its_place() {
    let file = [(HOME, FILE), ("/empty", " \n"), ("/two", "one\ntwo")];
    for (env, expected) in [
        (
            vec![("HCLOUD_TOKEN", "")],
            "HCLOUD_TOKEN (environment): is empty",
        ),
        (
            vec![("HCLOUD_TOKEN", "secret one")],
            "HCLOUD_TOKEN (environment): holds white space at position 7",
        ),
        (
            vec![("HCLOUD_TOKEN", " secret")],
            "HCLOUD_TOKEN (environment): holds white space at position 1",
        ),
        (
            vec![("HCLOUD_TOKEN", "secret\n")],
            "HCLOUD_TOKEN (environment): holds a line break at position 7",
        ),
        (
            vec![("HCLOUD_TOKEN", "sécret")],
            "HCLOUD_TOKEN (environment): holds a character outside ASCII at position 2",
        ),
        (
            vec![("HCLOUD_TOKEN_FILE", "")],
            "HCLOUD_TOKEN_FILE (environment): is empty",
        ),
        (
            vec![("HCLOUD_TOKEN_FILE", "/nowhere")],
            "HCLOUD_TOKEN_FILE (/nowhere): cannot be read: ",
        ),
        (
            vec![("HCLOUD_TOKEN_FILE", "/empty")],
            "HCLOUD_TOKEN_FILE (/empty): is empty",
        ),
        (
            vec![("HCLOUD_TOKEN_FILE", "/two")],
            "HCLOUD_TOKEN_FILE (/two): holds a line break at position 4",
        ),
        (
            vec![("HCLOUD_CONFIG", "/nowhere")],
            "HCLOUD_CONFIG (/nowhere): cannot be read: ",
        ),
        (
            vec![("HCLOUD_CONTEXT", "staging")],
            r#"HCLOUD_CONTEXT (environment): there is no context "staging" in /home/ann/.config/hcloud/cli.toml; it has "prod", "test""#,
        ),
        (
            vec![("HCLOUD_ENDPOINT", "//")],
            "HCLOUD_ENDPOINT (environment): is empty",
        ),
        (
            vec![("HETZNER_ENDPOINT", "http://a b")],
            "HETZNER_ENDPOINT (environment): has white space in it",
        ),
        (
            vec![("HCLOUD_HTTP_TIMEOUT", "30")],
            r#"HCLOUD_HTTP_TIMEOUT (environment): "30" lacks a unit"#,
        ),
        (
            vec![("HCLOUD_POLL_INTERVAL", "soon")],
            r#"HCLOUD_POLL_INTERVAL (environment): "soon" is not a duration"#,
        ),
        (
            vec![("HCLOUD_POLL_INTERVAL", "0s")],
            "HCLOUD_POLL_INTERVAL (environment): must be longer than zero",
        ),
    ] {
        let error = load(&env, &file).expect_err(expected);
        assert!(problem(&error).starts_with(expected), "{env:?}: {error}");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
    }
}

#[test]
fn an_active_context_that_is_gone_stops_nobody_who_has_a_token() {
    let file = "active_context = 'gone'\n[preferences]\npoll_interval = '2s'\n\
                [[contexts]]\nname = 'prod'\ntoken = 't'\n[contexts.preferences]\npoll_interval = '9s'";
    let settings = load(&[("HCLOUD_TOKEN", "t0ken")], &[(HOME, file)]).unwrap();
    // The rest of the file still counts, and that of another context does not.
    let interval = settings.poll_interval.unwrap();
    assert_eq!(interval.value, Duration::from_secs(2));
    // Who names it means it.
    let named = [("HCLOUD_TOKEN", "t0ken"), ("HCLOUD_CONTEXT", "gone")];
    let error = load(&named, &[(HOME, file)]).unwrap_err();
    let expected = r#"HCLOUD_CONTEXT (environment): there is no context "gone" in"#;
    assert!(problem(&error).starts_with(expected), "{error}");
}

#[test]
fn errors_of_the_file_name_the_key() {
    for (text, expected) in [
        (
            "active_context = 'x'",
            r#"active_context (AT): there is no context "x" in AT; it has no contexts"#,
        ),
        ("active_context = 5", "active_context (AT): must be text"),
        (
            "",
            "token (not set): no token is given: set HCLOUD_TOKEN or HCLOUD_TOKEN_FILE, or choose a context of AT with HCLOUD_CONTEXT; it has no contexts",
        ),
        (
            "[[contexts]]\nname='a'\n[[contexts]]\nname='b'",
            r#"with HCLOUD_CONTEXT; it has "a", "b""#,
        ),
        (
            "active_context=''\n[[contexts]]\nname='a'\ntoken='t'",
            r#"with HCLOUD_CONTEXT; it has "a""#,
        ),
        (
            "active_context='a'\n[[contexts]]\nname='a'",
            "contexts.a.token (AT): is missing",
        ),
        (
            "active_context='a'\n[[contexts]]\nname='a'\ntoken=''",
            "contexts.a.token (AT): is empty",
        ),
        (
            "active_context='a'\n[[contexts]]\nname='a'\ntoken=1",
            "contexts.a.token (AT): must be text",
        ),
        (
            "active_context='a'\n[[contexts]]\nname=1",
            "contexts[0].name (AT): must be text",
        ),
        (
            "active_context='a'\ncontexts='a'",
            "contexts (AT): must be a list of tables",
        ),
        (
            "active_context='a'\ncontexts=['a']",
            "contexts (AT): must be a list of tables",
        ),
        (
            "preferences=1\nactive_context='a'\n[[contexts]]\nname='a'\ntoken='t'",
            "preferences (AT): must be a table",
        ),
        (
            "active_context='a'\n[preferences]\nendpoint=1\n[[contexts]]\nname='a'\ntoken='t'",
            "preferences.endpoint (AT): must be text",
        ),
        (
            "active_context='a'\n[[contexts]]\nname='a'\ntoken='t'\n[contexts.preferences]\nhttp_timeout=-1",
            "contexts.a.preferences.http_timeout (AT): must not be negative",
        ),
        (
            "active_context='a'\n[preferences]\nendpoint=[]\n[[contexts]]\nname='a'\ntoken='t'",
            "preferences.endpoint (AT): must be text, an integer or true or false",
        ),
        (
            "active_context='a'\n[preferences]\npoll_interval=true\n[[contexts]]\nname='a'\ntoken='t'",
            "preferences.poll_interval (AT): must be text or an integer",
        ),
    ] {
        let error = problem(&load(&[], &[(HOME, text)]).expect_err(expected));
        assert!(
            error.contains(&expected.replace("AT", HOME)),
            "{text}: {error}"
        );
    }
}

#[test]
fn no_message_has_an_empty_part() {
    let no_token = "token (not set): no token is given: set HCLOUD_TOKEN or HCLOUD_TOKEN_FILE, or choose a context of AT \
                    with HCLOUD_CONTEXT; ";
    for (text, expected) in [
        ("contexts = 'x'", "its contexts must be a list of tables"),
        ("contexts = ['x']", "its contexts must be a list of tables"),
        (
            "[[contexts]]\nname = 1",
            "its contexts[0].name must be text",
        ),
        ("[[contexts]]\ntoken = 'secret'", "it has no contexts"),
        (
            "[[contexts]]\ntoken = 'secret'\n[[contexts]]\nname = 'b'",
            r#"it has "b""#,
        ),
    ] {
        let error = problem(&load(&[], &[(HOME, text)]).expect_err(expected));
        assert_eq!(error, format!("{no_token}{expected}").replace("AT", HOME));
    }
    let machine = machine(&[], &[(HOME, "[[contexts]]\ntoken = 'secret'")]);
    let error = Settings::load_context(&machine, "").unwrap_err();
    assert_eq!(
        problem(&error),
        format!(
            r#"context (client builder): there is no context "" in {HOME}; it has no contexts"#
        )
    );
}

#[test]
fn broken_toml_is_shown_by_its_line_and_without_the_token() {
    for broken in [
        format!("a = 1\n\ntoken = {PROD}\n"),
        format!("a = 1\n\ntoken = \"{PROD}\n"),
        format!("a = 1\n\ntoken = '{PROD}' '{PROD}'\n"),
        format!("a = 1\n\n{PROD}\n"),
        format!("a = 1\n\n\"{PROD}\" = 1 2\n"),
        format!("a = 1\n\na = '{PROD}'\n"),
        format!("{PROD} = 1\n\n{PROD} = 2\n"),
    ] {
        let error = load(&[], &[(HOME, &broken)]).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(
            problem(&error).starts_with(&format!("line 3 ({HOME}): not valid TOML: ")),
            "{error}"
        );
        assert!(!shown.contains("ProdProd"), "{shown}");
    }
}

#[test]
fn the_token_is_never_shown() {
    for env in [vec![], vec![("HCLOUD_TOKEN", PROD)]] {
        let debug = format!("{:#?}", load(&env, &[(HOME, FILE)]).unwrap());
        assert!(
            debug.contains("REDACTED") && !debug.contains("ProdProd"),
            "{debug}"
        );
    }
}

#[test]
fn a_variable_that_is_no_text_is_refused() {
    for name in [
        "HCLOUD_TOKEN",
        "HCLOUD_CONTEXT",
        "HCLOUD_CONFIG",
        "HCLOUD_ENDPOINT",
    ] {
        let env = [
            ("HCLOUD_TOKEN", OsString::from("t")),
            (name, OsString::from_vec(b"se\xffcret".to_vec())),
        ];
        let error = Settings::load(&Environment::given(env, None)).unwrap_err();
        assert_eq!(
            problem(&error),
            format!("{name} (environment): is not valid UTF-8")
        );
    }
}

#[test]
fn debugging_is_switched_on_by_the_words_of_the_hcloud_program() {
    let file = "active_context='a'\n[[contexts]]\nname='a'\ntoken='t'\n[contexts.preferences]\n";
    let in_file = |line: &str| load(&[], &[(HOME, &format!("{file}{line}"))]);
    let by = |text: &str| load(&[("HCLOUD_TOKEN", "t"), ("HCLOUD_DEBUG", text)], &[]);
    for (text, on) in [
        ("1", true),
        ("true", true),
        ("True", true),
        ("0", false),
        ("F", false),
    ] {
        assert_eq!(by(text).unwrap().debug.unwrap().value, on, "{text}");
    }
    for (line, on) in [("debug=true", true), ("debug='false'", false)] {
        let found = in_file(line).unwrap().debug;
        assert_eq!(
            shown(found.as_ref()),
            format!("{on} contexts.a.preferences.debug ({HOME})")
        );
    }
    assert!(by("").unwrap().debug.is_none());
    assert_eq!(
        problem(&by("yes please").unwrap_err()),
        "HCLOUD_DEBUG (environment): must be true or false"
    );
    assert_eq!(
        problem(&in_file("debug=7").unwrap_err()),
        format!("contexts.a.preferences.debug ({HOME}): must be true or false")
    );
    let env = [("HCLOUD_TOKEN", "t"), ("HCLOUD_DEBUG_FILE", "/tmp/log")];
    let found = load(&env, &[(HOME, file)]).unwrap();
    assert!(found.debug.is_none());
    assert_eq!(
        shown(found.debug_file.as_ref()),
        "\"/tmp/log\" HCLOUD_DEBUG_FILE (environment)"
    );
}
