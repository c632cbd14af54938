use cloud_core::ErrorKind;

use super::*;

const HOME: &str = "/home/ann/.ionos/config";
const FILE: &str = r#"
version: 1.0
currentProfile: prod
profiles:
  - name: prod
    environment: berlin
    credentials: {token: prod-token, username: ann, password: unused}
  - name: Test
    credentials: {username: ann@example.com, password: 12345, s3AccessKey: x}
  - name: empty
environments:
  - name: other
    products: [{name: cloud, endpoints: [{name: "https://cloud.example"}]}]
  - name: first
    certificateAuthData: "-----BEGIN CERTIFICATE-----\ncommon\n-----END CERTIFICATE-----\n"
    products:
      - name: dataplatform
        endpoints:
          - {name: first.example, location: de/fra}
          - name: second.example
            skipTlsVerify: true
            certificateAuthData: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCm93bgotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==
  - name: Berlin
    products:
      - name: cloud
        endpoints: [{name: "https://cloud.berlin"}]
      - name: DataPlatform
        endpoints: [{name: "https://berlin.example"}]
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

fn credentials(settings: &Settings) -> String {
    match settings.credentials.as_ref().unwrap() {
        Credentials::Token(token) => {
            format!("token {} {}", token.value.expose_secret(), token.origin)
        }
        Credentials::Basic { username, password } => {
            let (user, word) = (&username.value, password.value.expose_secret());
            format!(
                "basic {user}:{word} {} {}",
                username.origin, password.origin
            )
        }
    }
}

fn urls(settings: &Settings) -> Vec<&str> {
    settings
        .endpoints
        .iter()
        .map(|endpoint| endpoint.url.value.as_str())
        .collect()
}

#[test]
fn the_credential_comes_from_the_first_place_that_has_one() {
    let files = [
        (HOME, FILE),
        (
            "/elsewhere",
            "profiles: [{name: x, credentials: {token: else}}]\ncurrentProfile: x",
        ),
    ];
    let token = ("IONOS_TOKEN", "env-token");
    let basic = [("IONOS_USERNAME", "bob"), ("IONOS_PASSWORD", "secret")];
    for (env, wanted) in [
        (
            vec![],
            format!("token prod-token profiles[0].credentials.token ({HOME})"),
        ),
        (
            vec![token],
            "token env-token IONOS_TOKEN (environment)".to_owned(),
        ),
        (
            basic.to_vec(),
            "basic bob:secret IONOS_USERNAME (environment) IONOS_PASSWORD (environment)".to_owned(),
        ),
        (
            vec![basic[0], basic[1], token],
            "token env-token IONOS_TOKEN (environment)".to_owned(),
        ),
        (
            vec![("IONOS_CURRENT_PROFILE", ""), ("IONOS_CONFIG_FILE", "")],
            format!("token prod-token profiles[0].credentials.token ({HOME})"),
        ),
        (
            vec![("IONOS_CURRENT_PROFILE", " TEST ")],
            format!(
                "basic ann@example.com:12345 profiles[1].credentials.username ({HOME}) profiles[1].credentials.password ({HOME})"
            ),
        ),
        (
            vec![("IONOS_CONFIG_FILE", "/elsewhere")],
            "token else profiles[0].credentials.token (/elsewhere)".to_owned(),
        ),
    ] {
        assert_eq!(credentials(&load(&env, &files).unwrap()), wanted, "{env:?}");
    }
    let chosen = Settings::load_profile(&machine(&[token], &files), "test").unwrap();
    assert!(credentials(&chosen).starts_with("basic ann@example.com:12345"));
}

#[test]
fn endpoints_come_from_the_environment_of_the_profile() {
    let of = |env: &[(&str, &str)]| load(env, &[(HOME, FILE)]).unwrap();
    assert_eq!(urls(&of(&[])), ["https://berlin.example"]);
    // No environment is named: the first one that knows this API.
    let first = of(&[("IONOS_CURRENT_PROFILE", "test")]);
    assert_eq!(urls(&first), ["first.example", "second.example"]);
    let pem = |index: usize| {
        first.endpoints[index]
            .certificates
            .as_ref()
            .unwrap()
            .value
            .as_str()
    };
    assert_eq!(
        (
            first.endpoints[0].skip_tls_verify,
            first.endpoints[1].skip_tls_verify
        ),
        (false, true)
    );
    assert!(pem(0).contains("common") && pem(1).contains("own"));
    assert_eq!(
        urls(&of(&[("IONOS_API_URL", "https://env.example")])),
        ["https://env.example"]
    );
    assert!(urls(&load(&[("IONOS_TOKEN", "t")], &[]).unwrap()).is_empty());
}

#[test]
fn failover_is_read_from_the_file() {
    let with = |failover: &str| {
        let file = format!("failover: {failover}");
        load(&[("IONOS_TOKEN", "t")], &[(HOME, &file)]).map(|settings| settings.failover)
    };
    for off in ["null", "{}", "{strategy: none}", "{strategy: ''}"] {
        assert_eq!(with(off).unwrap(), None, "{off}");
    }
    assert_eq!(
        with("{strategy: roundrobin, maxRetries: 0}").unwrap(),
        Some(Failover::round_robin())
    );
    let full = "{strategy: roundRobin, retryOnTimeout: true, failoverOnStatusCodes: [502, 503], maxRetries: 5, \
                exponentialBackoff: {initialInterval: 500ms}, retryableMethods: [get, DELETE]}";
    let expected = Failover::round_robin()
        .on_timeout(true)
        .on_status([502, 503])
        .max_retries(5)
        .only(&["GET".to_owned()]);
    assert_eq!(with(full).unwrap(), Some(expected));
    for (bad, key) in [
        ("{strategy: random}", "failover.strategy"),
        (
            "{strategy: roundRobin, maxRetries: many}",
            "failover.maxRetries",
        ),
        (
            "{strategy: roundRobin, failoverOnStatusCodes: [99]}",
            "failover.failoverOnStatusCodes",
        ),
        (
            "{strategy: roundRobin, failoverOnStatusCodes: 503}",
            "failover.failoverOnStatusCodes",
        ),
        (
            "{strategy: roundRobin, retryOnTimeout: 1}",
            "failover.retryOnTimeout",
        ),
        (
            "{strategy: roundRobin, retryableMethods: [[]]}",
            "failover.retryableMethods[0]",
        ),
        ("[]", "failover"),
    ] {
        let text = problem(&with(bad).unwrap_err());
        assert!(
            text.starts_with(&format!("{key} ({HOME}): must be ")),
            "{text}"
        );
    }
}

#[test]
fn the_other_variables_are_read() {
    let settings = load(
        &[
            ("IONOS_TOKEN", "t"),
            ("IONOS_CONTRACT_NUMBER", "31885571"),
            ("IONOS_PINNED_CERT", "aa"),
            ("IONOS_HTTP_PROXY", "http://proxy"),
            ("IONOS_HTTP_PROXY_HEADERS", "X-A: hunter2"),
        ],
        &[],
    )
    .unwrap();
    assert_eq!(settings.contract_number.as_ref().unwrap().value, "31885571");
    assert_eq!(settings.pinned_cert.as_ref().unwrap().value, "aa");
    assert_eq!(
        settings.proxy.as_ref().unwrap().value.expose_secret(),
        "http://proxy"
    );
    assert!(!format!("{settings:?}").contains("hunter2"));
    let empty = [
        "IONOS_CONTRACT_NUMBER",
        "IONOS_PINNED_CERT",
        "IONOS_HTTP_PROXY",
        "IONOS_API_URL",
    ]
    .map(|name| (name, ""));
    let settings = load(&[&empty[..], &[("IONOS_TOKEN", "t")]].concat(), &[]).unwrap();
    assert!(
        settings.contract_number.is_none()
            && settings.pinned_cert.is_none()
            && settings.proxy.is_none()
    );
    assert!(settings.endpoints.is_empty());
}

#[test]
fn what_is_missing_or_wrong_is_named_and_no_secret_shown() {
    for (env, file, wanted) in [
        (
            &[] as &[_],
            None,
            "credentials (not set): set IONOS_TOKEN, or IONOS_USERNAME and IONOS_PASSWORD, or give",
        ),
        (
            &[("IONOS_TOKEN", "")],
            None,
            "IONOS_TOKEN (environment): is empty",
        ),
        (
            &[("IONOS_TOKEN", "hun ter2")],
            None,
            "IONOS_TOKEN (environment): holds white space at position 4",
        ),
        (
            &[("IONOS_USERNAME", "u")],
            None,
            "IONOS_USERNAME (environment): is set, and IONOS_PASSWORD is not",
        ),
        (
            &[("IONOS_PASSWORD", "hunter2")],
            None,
            "IONOS_PASSWORD (environment): is set, and IONOS_USERNAME is not",
        ),
        (
            &[("IONOS_USERNAME", ""), ("IONOS_PASSWORD", "p")],
            None,
            "IONOS_USERNAME (environment): is empty",
        ),
        (
            &[("IONOS_USERNAME", "u"), ("IONOS_PASSWORD", "")],
            None,
            "IONOS_PASSWORD (environment): is empty",
        ),
        (
            &[("IONOS_CURRENT_PROFILE", "x")],
            Some(FILE),
            "IONOS_CURRENT_PROFILE (environment): there is no \"x\" among the profiles of",
        ),
        (
            &[("IONOS_CURRENT_PROFILE", "empty")],
            Some(FILE),
            "credentials (not set): set IONOS_TOKEN",
        ),
        (
            &[("IONOS_CONFIG_FILE", "/nowhere")],
            Some(FILE),
            "IONOS_CONFIG_FILE (/nowhere): cannot be read",
        ),
        (&[], Some("a: [hunter2"), "line "),
        (
            &[],
            Some("hunter2"),
            "the file (/home/ann/.ionos/config): must be an object",
        ),
        (
            &[],
            Some("profiles: hunter2\ncurrentProfile: x"),
            "profiles (/home/ann/.ionos/config): must be a list",
        ),
        (
            &[],
            Some("profiles: [{name: x, credentials: {token: [hunter2]}}]\ncurrentProfile: x"),
            "profiles[0].credentials.token (/home/ann/.ionos/config): must be text",
        ),
        (
            &[],
            Some("profiles: [{name: x, credentials: {password: hunter2}}]\ncurrentProfile: x"),
            "profiles[0].credentials.username (/home/ann/.ionos/config): is missing",
        ),
        (
            &[],
            Some(
                "profiles: [{name: x, credentials: {token: t}, environment: y}]\ncurrentProfile: x",
            ),
            "profiles[0].environment (/home/ann/.ionos/config): there is no \"y\" among the environments",
        ),
        (
            &[("IONOS_TOKEN", "t")],
            Some("environments: [{name: x, products: [{name: dataplatform, endpoints: [{}]}]}]"),
            "environments[0].products[0].endpoints[0].name (/home/ann/.ionos/config): is missing",
        ),
        (
            &[("IONOS_TOKEN", "t")],
            Some("environments: [{name: x, certificateAuthData: hunter2}]"),
            "environments[0].certificateAuthData (/home/ann/.ionos/config): must be certificates in PEM form",
        ),
    ] {
        let files: Vec<_> = file.map(|text| (HOME, text)).into_iter().collect();
        let text = problem(&load(env, &files).unwrap_err());
        assert!(text.starts_with(wanted), "{text}\nshould be: {wanted}");
        assert!(
            !text.contains("hunter2") && !text.contains("hun ter2"),
            "{text}"
        );
    }
}

#[test]
fn no_message_has_an_empty_part() {
    for (text, expected) in [
        ("hunter2", "the file (AT): must be an object"),
        ("[hunter2]", "the file (AT): must be an object"),
        ("7", "the file (AT): must be an object"),
        (
            "profiles: [{credentials: {token: hunter2}}]\ncurrentProfile: ' '",
            "currentProfile (AT): there is no \" \" among the profiles of AT; it has none",
        ),
        (
            "profiles: [{name: '', credentials: {token: hunter2}}, {name: b}]\ncurrentProfile: a",
            "currentProfile (AT): there is no \"a\" among the profiles of AT; it has \"b\"",
        ),
    ] {
        let error = problem(&load(&[], &[(HOME, text)]).unwrap_err());
        assert_eq!(error, expected.replace("AT", HOME));
    }
    // What has no name is not found by an empty one.
    let file = [(HOME, "profiles: [{credentials: {token: hunter2}}]")];
    let error = Settings::load_profile(&machine(&[], &file), "").unwrap_err();
    assert_eq!(
        problem(&error),
        format!(
            "profile (client builder): there is no \"\" among the profiles of {HOME}; it has none"
        )
    );
}

#[test]
fn a_program_with_its_own_credential_needs_none_here() {
    let vars = [
        ("IONOS_TOKEN", ""),
        ("IONOS_USERNAME", "half"),
        ("IONOS_CONTRACT_NUMBER", "42"),
    ];
    let found = Settings::load_rest(&machine(&vars, &[])).unwrap();
    assert!(found.credentials.is_none());
    assert_eq!(found.contract_number.unwrap().value, "42");
    let file = "profiles: [{name: x}]\ncurrentProfile: x\nenvironments: [{name: e, products: [{name: dataplatform, endpoints: [{name: e.example}]}]}]";
    assert_eq!(
        urls(&Settings::load_rest(&machine(&[], &[(HOME, file)])).unwrap()),
        ["e.example"]
    );
}

#[test]
fn an_unreadable_file_matters_only_when_it_is_needed() {
    let machine = |env: &[(&str, &str)]| {
        machine(env, &[]).with_unreadable_file(HOME, io::ErrorKind::PermissionDenied)
    };
    assert!(Settings::load(&machine(&[("IONOS_TOKEN", "t")])).is_ok());
    let text = problem(&Settings::load(&machine(&[])).unwrap_err());
    assert!(
        text.starts_with(&format!(
            "credentials ({HOME}): cannot be read: permission denied"
        )),
        "{text}"
    );
}

#[test]
fn without_a_home_directory_no_file_is_read_unless_it_is_named() {
    let machine = |env: &[(&str, &str)]| {
        Environment::given(env.iter().copied(), None)
            .with_file(".ionos/config", FILE)
            .with_file("~/.ionos/config", FILE)
            .with_file("/elsewhere", FILE)
    };
    let found = Settings::load(&machine(&[("IONOS_TOKEN", "t")])).unwrap();
    assert_eq!(credentials(&found), "token t IONOS_TOKEN (environment)");
    assert!(urls(&found).is_empty());
    assert_eq!(
        problem(&Settings::load(&machine(&[])).unwrap_err()),
        "credentials (not set): set IONOS_TOKEN, or IONOS_USERNAME and IONOS_PASSWORD, or give a token, or a username \
         and a password, in a profile of ~/.ionos/config, chosen by currentProfile or IONOS_CURRENT_PROFILE"
    );
    let named = Settings::load(&machine(&[("IONOS_CONFIG_FILE", "/elsewhere")])).unwrap();
    assert_eq!(urls(&named), ["https://berlin.example"]);
}

#[test]
fn text_is_sent_as_it_stands_in_the_file() {
    for password in [
        "1e10",
        "0o17",
        "0x1F",
        "1.10",
        "007",
        "1_000",
        "yes",
        "true",
        "12:30",
        "+1",
        "-0",
        ".5",
        "99999999999999999999999",
    ] {
        let file = format!(
            "profiles: [{{name: x, credentials: {{username: 1.10, password: {password}}}}}]\ncurrentProfile: x"
        );
        let settings = load(&[], &[(HOME, &file)]).unwrap();
        let Some(Credentials::Basic {
            username,
            password: found,
        }) = settings.credentials
        else {
            panic!("{password}");
        };
        assert_eq!(found.value.expose_secret(), password);
        assert_eq!(username.value, "1.10");
    }
}

#[test]
fn a_byte_order_mark_is_passed_over_and_merge_keys_are_merged() {
    let file = "\u{feff}defaults: &d {username: ann, password: pa55}\ncurrentProfile: x\nprofiles:\n  - name: x\n    \
                credentials:\n      <<: *d\n      password: own\n";
    for file in [file.to_owned(), file.replace('\n', "\r\n")] {
        let settings = load(&[], &[(HOME, &file)]).unwrap();
        let Some(Credentials::Basic { username, password }) = settings.credentials else {
            panic!("{file}");
        };
        assert_eq!(
            (username.value.as_str(), password.value.expose_secret()),
            ("ann", "own")
        );
        assert_eq!(
            username.origin.to_string(),
            format!("profiles[0].credentials.username ({HOME})")
        );
    }
}

#[test]
fn a_file_that_is_no_yaml_is_named_with_line_and_reason() {
    for (file, reason) in [
        ("a: 1\nb: c: hunter2", "line 2 (AT): is not valid YAML"),
        (
            "a: hunter2\na: b",
            "line 2 (AT): has a key twice in one object",
        ),
        (
            "a:\n  <<: hunter2",
            "line 2 (AT): merges something else than objects",
        ),
    ] {
        let error = problem(&load(&[], &[(HOME, file)]).unwrap_err());
        assert_eq!(error, reason.replace("AT", HOME));
    }
}
