use std::ffi::OsString;
use std::sync::Arc;

use cloud_core::ErrorKind;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_core::transport::TransportErrorKind;

use super::*;

const CACHE: &str = "/home/ann/.vdk.internal/vdk-cred.json";
const INI: &str = "/home/ann/.vdk.internal/vdk-configuration.ini";

fn load(variables: &[(&str, &str)], files: &[(&str, &str)]) -> Result<Settings> {
    let env = Environment::given(variables.iter().copied(), Some("/home/ann".into()));
    Settings::load(
        &files
            .iter()
            .fold(env, |env, (path, text)| env.with_file(*path, *text)),
    )
}

fn shown<T: std::fmt::Debug>(setting: Option<&Setting<T>>) -> String {
    setting.map_or_else(
        || "-".to_owned(),
        |setting| format!("{:?} {}", setting.value, setting.origin),
    )
}

#[test]
fn the_environment_goes_before_the_files() {
    let ini = "[defaults]\nteam-name = my team\nrest-api-url = http://localhost:8092\n";
    let settings = load(&[], &[(INI, ini)]).unwrap();
    assert_eq!(
        shown(settings.endpoint.as_ref()),
        format!(r#""http://localhost:8092" [defaults] rest-api-url ({INI})"#)
    );
    assert_eq!(
        shown(settings.team.as_ref()),
        format!(r#""my team" [defaults] team-name ({INI})"#)
    );
    let env = [("VDK_CONTROL_SERVICE_REST_API_URL", "http://127.0.0.1:8092")];
    let settings = load(&env, &[(INI, ini)]).unwrap();
    assert_eq!(
        shown(settings.endpoint.as_ref()),
        r#""http://127.0.0.1:8092" VDK_CONTROL_SERVICE_REST_API_URL (environment)"#
    );
    let empty = load(&[("VDK_CONTROL_SERVICE_REST_API_URL", "")], &[]).unwrap();
    assert_eq!(
        (shown(empty.endpoint.as_ref()), shown(empty.team.as_ref())),
        ("-".into(), "-".into())
    );
    let moved = [("VDK_BASE_CONFIG_FOLDER", "/etc/vdk")];
    let settings = load(
        &moved,
        &[
            ("/etc/vdk/.vdk.internal/vdk-configuration.ini", ini),
            (INI, ""),
        ],
    )
    .unwrap();
    let wire = Arc::new(ScriptedTransport::new([]));
    let client = |settings| {
        crate::Client::builder()
            .transport(wire.clone())
            .settings(settings)
            .build()
            .unwrap()
    };
    let api = client(settings);
    assert_eq!(
        (api.endpoint(), api.default_team().unwrap().name()),
        ("http://localhost:8092", "my team")
    );
    assert!(client(load(&env, &[]).unwrap()).default_team().is_none());
}

#[test]
fn every_other_variable_counts() {
    let settings = load(
        &[
            ("VDK_CONTROL_HTTP_CONNECT_TIMEOUT_SECONDS", "3"),
            ("VDK_CONTROL_HTTP_READ_TIMEOUT_SECONDS", "1.5"),
            ("VDK_CONTROL_HTTP_VERIFY_SSL", "False"),
            ("VDK_OP_ID_OVERRIDE", "0123"),
            ("VDK_CONTROL_SERVICE_USER_AGENT", "job/1"),
        ],
        &[],
    )
    .unwrap();
    let text = format!(
        "{} {} {}",
        shown(settings.connect_timeout.as_ref()),
        shown(settings.read_timeout.as_ref()),
        shown(settings.verify_tls.as_ref())
    );
    assert_eq!(
        text,
        "3s VDK_CONTROL_HTTP_CONNECT_TIMEOUT_SECONDS (environment) \
         1.5s VDK_CONTROL_HTTP_READ_TIMEOUT_SECONDS (environment) false VDK_CONTROL_HTTP_VERIFY_SSL (environment)"
    );
    assert_eq!(
        (
            settings.op_id.unwrap().value,
            settings.user_agent.unwrap().value
        ),
        ("0123".into(), "job/1".into())
    );
    for (text, flag) in [
        ("T", true),
        ("1", true),
        ("true", true),
        ("0", false),
        ("f", false),
    ] {
        let settings = load(&[("VDK_CONTROL_HTTP_VERIFY_SSL", text)], &[]).unwrap();
        assert_eq!(settings.verify_tls.unwrap().value, flag, "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_numbers_of_retries_apply() {
    for (variables, connect, read, total) in [
        (vec![], 4, 4, 4),
        (vec![("TOTAL", "7")], 7, 7, 7),
        (
            vec![("TOTAL", "7"), ("CONNECT", "2"), ("READ", "3")],
            2,
            3,
            7,
        ),
        (vec![("TOTAL", "1"), ("CONNECT", "9")], 1, 1, 1),
        (vec![("CONNECT", "6")], 6, 6, 6),
        (vec![("READ", "0")], 4, 0, 4),
        (vec![("TOTAL", "0")], 0, 0, 0),
    ] {
        let named = variables
            .iter()
            .map(|(kind, value)| (format!("VDK_CONTROL_HTTP_{kind}_RETRIES"), *value));
        let env = Environment::given(named, None);
        let repeated = async |answer: fn() -> Scripted| {
            let wire = ScriptedTransport::from_fn(move |_| answer());
            let builder = crate::Client::builder()
                .endpoint("http://localhost:8092")
                .transport(Arc::new(wire.clone()));
            let api = builder
                .clock(PausedClock::new())
                .settings(Settings::load(&env).unwrap())
                .build()
                .unwrap();
            api.team("t").info().await.unwrap_err();
            wire.seen().len() - 1
        };
        let seen = (
            repeated(|| Scripted::Failure(TransportErrorKind::NotSent)).await,
            repeated(|| Scripted::Failure(TransportErrorKind::Interrupted)).await,
            repeated(|| Scripted::json(502, "")).await,
        );
        assert_eq!(seen, (connect, read, total), "{variables:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_for_an_attempt_applies() {
    let env = Environment::given([("VDK_CONTROL_HTTP_READ_TIMEOUT_SECONDS", "7")], None);
    let wire = ScriptedTransport::from_fn(|_| Scripted::Hang);
    let builder = crate::Client::builder()
        .endpoint("http://localhost:8092")
        .transport(Arc::new(wire));
    let api = builder
        .clock(PausedClock::new())
        .settings(Settings::load(&env).unwrap())
        .build()
        .unwrap();
    let job = api.team("t").job("daily-load");
    for error in [
        job.deployments().enable().await.unwrap_err(),
        job.sources().upload("zip").await.unwrap_err(),
    ] {
        assert_eq!(
            (error.kind(), error.elapsed()),
            (ErrorKind::Timeout, Duration::from_secs(7)),
            "{error}"
        );
    }
}

#[test]
fn errors_name_the_setting_and_show_no_secret() {
    for (variables, files, expected) in [
        (
            vec![("VDK_API_TOKEN", "s3cr3t")],
            vec![],
            "VDK_API_TOKEN (environment): needs VDK_API_TOKEN_AUTHORIZATION_URL",
        ),
        (
            vec![
                ("VDK_API_TOKEN", "s3cr3t x"),
                ("VDK_API_TOKEN_AUTHORIZATION_URL", "https://l"),
            ],
            vec![],
            "VDK_API_TOKEN (environment): holds white space at position 7",
        ),
        (
            vec![("VDK_CONTROL_HTTP_READ_TIMEOUT_SECONDS", "soon")],
            vec![],
            r#"VDK_CONTROL_HTTP_READ_TIMEOUT_SECONDS (environment): "soon" is not"#,
        ),
        (
            vec![("VDK_CONTROL_HTTP_READ_TIMEOUT_SECONDS", "0")],
            vec![],
            r#"VDK_CONTROL_HTTP_READ_TIMEOUT_SECONDS (environment): "0" is no length"#,
        ),
        (
            vec![("VDK_CONTROL_HTTP_READ_TIMEOUT_SECONDS", "-1")],
            vec![],
            r#"VDK_CONTROL_HTTP_READ_TIMEOUT_SECONDS (environment): "-1" is no length"#,
        ),
        (
            vec![("VDK_CONTROL_HTTP_TOTAL_RETRIES", "-1")],
            vec![],
            r#"VDK_CONTROL_HTTP_TOTAL_RETRIES (environment): "-1" is not a whole"#,
        ),
        (
            vec![("VDK_CONTROL_HTTP_VERIFY_SSL", "no way")],
            vec![],
            r#"VDK_CONTROL_HTTP_VERIFY_SSL (environment): "no way" is neither"#,
        ),
        (
            vec![],
            vec![(CACHE, "{\"api_token\": \"s3cr3t\",\n s3cr3t")],
            "line 2 (/home/ann/.vdk.internal/vdk-cred.json): is no JSON object",
        ),
        (
            vec![],
            vec![(CACHE, r#"{"access_token":"s3cr3t\n"}"#)],
            "access_token (/home/ann/.vdk.internal/vdk-cred.json): holds a line break",
        ),
    ] {
        let error = load(&variables, &files).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(
            error
                .to_string()
                .starts_with(&format!("wrong configuration: {expected}")),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("s3cr3t"), "{error}");
    }
    let whole = format!(
        "{:?}",
        load(
            &[
                ("VDK_API_TOKEN", "s3cr3t"),
                ("VDK_API_TOKEN_AUTHORIZATION_URL", "https://l")
            ],
            &[]
        )
        .unwrap()
    );
    assert!(
        whole.contains("https://l") && !whole.contains("s3cr3t"),
        "{whole}"
    );
}

#[test]
fn the_kinds_of_login_come_in_the_order_of_the_command_line() {
    let grant = |variables: &[(&str, &str)], cache: &str| match load(variables, &[(CACHE, cache)])
        .unwrap()
        .login
    {
        Login::Nobody => "nobody".to_owned(),
        Login::LoggedOut(path) => format!("nobody by {}", path.display()),
        Login::Fetched(fetched) => {
            let at_hand = if fetched.at_hand.is_some() {
                " and a token"
            } else {
                ""
            };
            let grant = match fetched.grant {
                Grant::ApiToken(token) => format!("api token {}", token.expose_secret()),
                Grant::Refresh { token, .. } => format!("refresh token {}", token.expose_secret()),
                Grant::ClientCredentials(_) => "client".to_owned(),
                Grant::Nothing => "nothing".to_owned(),
            };
            format!("{grant}{at_hand}")
        }
        other => format!("{other:?}"),
    };
    let env = [
        ("VDK_API_TOKEN", "e"),
        ("VDK_API_TOKEN_AUTHORIZATION_URL", "https://l"),
    ];
    let both = r#"{"auth_type":"TYPE","api_token":"a","api_token_authorization_url":"https://l","refresh_token":"r",
        "authorization_url":"https://l","client_id":"c"}"#;
    let logged_out = format!("nobody by {CACHE}");
    for (variables, cache, expected) in [
        (&env[..], both, "api token e"),
        (&env[1..], "", &logged_out),
        (&[][..], &both.replace("TYPE", "api-token"), "api token a"),
        (&[], &both.replace("TYPE", "credentials"), "refresh token r"),
        (&[], both, "refresh token r"),
        (
            &[],
            r#"{"auth_type":"api-token","api_token":"a"}"#,
            "nobody",
        ),
        (
            &[],
            r#"{"refresh_token":"r","access_token":"t"}"#,
            "nothing and a token",
        ),
        (
            &[],
            r#"{"access_token":"t","refresh_token":"","api_token":null}"#,
            "nothing and a token",
        ),
        (&[], "{}", &logged_out),
    ] {
        assert_eq!(grant(variables, cache), expected, "{cache}");
    }
}

#[test]
fn an_unreadable_file_is_nobodys_login() {
    let env = Environment::given([("A", "b")], Some("/home/ann".into()));
    let denied = env
        .clone()
        .with_unreadable_file(CACHE, io::ErrorKind::PermissionDenied);
    assert!(matches!(
        Settings::load(&denied).unwrap().login,
        Login::Nobody
    ));
    let broken = env.with_unreadable_file(CACHE, io::ErrorKind::InvalidData);
    let error = Settings::load(&broken).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!(
            "wrong configuration: the file ({CACHE}): cannot be read: "
        )),
        "{error}"
    );
    let no_home = Environment::given(Vec::<(String, OsString)>::new(), None);
    assert!(Settings::load(&no_home).unwrap().endpoint.is_none());
}
